"""Codes of China's administrative divisions (GB/T 2260): their shape and what people call them."""

from collections.abc import Collection, Mapping
from typing import Any

from marshmallow import ValidationError, validate
from sqlalchemy import select

from backend.catalog.areas.models import Area
from backend.core.database import db
from backend.core.schemas import String

PROVINCES = {
    "11": "北京市",
    "12": "天津市",
    "13": "河北省",
    "14": "山西省",
    "15": "内蒙古自治区",
    "21": "辽宁省",
    "22": "吉林省",
    "23": "黑龙江省",
    "31": "上海市",
    "32": "江苏省",
    "33": "浙江省",
    "34": "安徽省",
    "35": "福建省",
    "36": "江西省",
    "37": "山东省",
    "41": "河南省",
    "42": "湖北省",
    "43": "湖南省",
    "44": "广东省",
    "45": "广西壮族自治区",
    "46": "海南省",
    "50": "重庆市",
    "51": "四川省",
    "52": "贵州省",
    "53": "云南省",
    "54": "西藏自治区",
    "61": "陕西省",
    "62": "甘肃省",
    "63": "青海省",
    "64": "宁夏回族自治区",
    "65": "新疆维吾尔自治区",
    "71": "台湾省",
    "81": "香港特别行政区",
    "82": "澳门特别行政区",
}
"""By the first two digits. Source: GB/T 2260, as the Ministry of Civil Affairs publishes it."""

HUNAN = "43"


def is_area_code(code: str) -> bool:
    """Whether six digits have the shape of a province, a prefecture or a county.

    The province must exist. Below it, only the shape is known: 440300 and 440399 both pass.
    """
    if len(code) != 6 or not (code.isascii() and code.isdigit()) or code[:2] not in PROVINCES:
        return False
    return code[2:4] != "00" or code[4:] == "00"


def strange_in_hunan(codes: Collection[str]) -> set[str]:
    """Those of `codes` that lie in Hunan, but in none of its prefectures. One query at most."""
    below = {code for code in codes if code.startswith(HUNAN) and code != f"{HUNAN}0000"}
    if not below:
        return set()
    prefectures = select(Area.code).where(Area.prefecture_code.is_(None))
    known = set(db.session.scalars(prefectures))
    return {code for code in below if f"{code[:4]}00" not in known}


def names_of(codes: Collection[str]) -> dict[str, str]:
    """What people call areas, by code, in one query at most.

    A place outside our table of areas is called by its province and its code.
    """
    names = {code: PROVINCES[code[:2]] for code in codes if code.endswith("0000")}
    below = set(codes) - names.keys()
    if below:
        found = db.session.execute(select(Area.code, Area.name).where(Area.code.in_(below)))
        names |= dict(found.all())
    return {code: names.get(code) or f"{PROVINCES[code[:2]]} {code}" for code in codes}


class SixDigits(String):
    """The shape of an area's code; whether there is such an area, the rule that uses it says."""

    def __init__(self, *, metadata: Mapping[str, Any] | None = None, **kwargs: Any) -> None:
        super().__init__(
            max_length=6,
            validate=validate.Regexp(r"^[0-9]{6}$", error="应为六位行政区划代码"),
            metadata={"example": "430923", **(metadata or {})},
            **kwargs,
        )


class AreaCode(String):
    """A province, prefecture or county by its six digits.

    `narrow` is for where something goes to: no province, and in Hunan no prefecture either. A few
    cities elsewhere (441900) have no counties, so their own code is the narrowest there is.
    """

    default_error_messages = {
        "not_an_area": "应为六位行政区划代码",
        "too_wide": "应精确到县（市、区）",
    }

    def __init__(self, *, narrow: bool = False, **kwargs: Any) -> None:
        self.narrow = narrow
        super().__init__(max_length=6, **kwargs)
        self.metadata = {"pattern": "^[1-8][0-9]{5}$", "example": "430923", **self.metadata}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        try:
            code = super()._deserialize(value, attr, data, **kwargs)
        except ValidationError:
            raise self.make_error("not_an_area") from None
        if not is_area_code(code):
            raise self.make_error("not_an_area")
        if self.narrow and code.endswith("00" if code.startswith(HUNAN) else "0000"):
            raise self.make_error("too_wide")
        return code
