"""The columns of the sheets: heading, how a cell is read and written, and how it is explained."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from backend.catalog.sheets.cells import (
    Cell,
    CellProblem,
    as_choice,
    as_code,
    as_fen,
    as_flag,
    as_list,
    as_text,
    as_tiers,
    as_whole,
)

PRODUCTS = "商品"
SKUS = "规格"
JOINED = "商品规格"
"""Both in one sheet: the form of a CSV."""
EXPLANATIONS = "说明"
LISTS = "代码表"
PROBLEMS = "问题"
IGNORED = ("备注", PROBLEMS)
"""Headings that begin so are for people and not read."""

KINDS = {"实物": "goods", "服务": "service"}
UNITS = {"件": "piece", "盒": "box", "千克": "kg", "克": "g"}
TAX_CLASSES = {"免税": "exempt", "6%": "rate6", "9%": "rate9", "13%": "rate13"}
FLAGS = {"是": True, "否": False}


@dataclass(frozen=True)
class References:
    """What the cells of a producer's sheet may point at, by code: read once for a whole file."""

    categories: Mapping[str, str] = field(default_factory=dict)
    """Of the last level only, by code."""
    counties: Mapping[str, str] = field(default_factory=dict)
    freight_templates: Mapping[str, str] = field(default_factory=dict)
    """The producer's own, by id."""
    producer_code: str = ""
    """The producer's credit code."""
    producer_name: str = ""


Read = Callable[[Cell, References], Any]
Write = Callable[[Any, References], Any]


@dataclass(frozen=True)
class Column:
    """One column. `reads` answers `None` for an empty cell; `writes` a text, number or `None`."""

    member: str
    heading: str
    explained: str
    example: str
    reads: Read
    writes: Write
    required: bool = False
    text: bool = True
    """Shown and typed as text, so that Excel leaves leading zeros and long codes alone."""
    width: int = 12
    number_format: str = "@"
    choices: tuple[str, ...] = ()
    listed_in: str | None = None
    """The heading of the list in the sheet of codes, for the drop-down."""


def _text(
    member: str,
    heading: str,
    explained: str,
    example: str,
    *,
    required: bool = False,
    width: int = 24,
) -> Column:
    def read(cell: Cell, _: References) -> Any:
        return as_text(cell) or None

    return Column(member, heading, explained, example, read, _as_is, required, width=width)


def _code(member: str, heading: str, explained: str, example: str) -> Column:
    def read(cell: Cell, _: References) -> Any:
        return as_code(cell) or None

    return Column(member, heading, explained, example, read, _as_is, required=True, width=20)


def _whole(
    member: str, heading: str, explained: str, example: str, *, required: bool = False
) -> Column:
    def read(cell: Cell, _: References) -> Any:
        return as_whole(cell)

    return Column(member, heading, explained, example, read, _as_is, required, False, 14, "General")


def _yuan(
    member: str, heading: str, explained: str, example: str, *, required: bool = False
) -> Column:
    def read(cell: Cell, _: References) -> Any:
        return as_fen(cell)

    def write(fen: Any, _: References) -> Any:
        return None if fen is None else Decimal(fen) / 100

    return Column(member, heading, explained, example, read, write, required, False, 12, "0.00")


def _flag(member: str, heading: str, explained: str) -> Column:
    def read(cell: Cell, _: References) -> Any:
        return as_flag(cell)

    def write(value: Any, _: References) -> Any:
        return "是" if value else "否"

    return Column(member, heading, explained, "否", read, write, choices=tuple(FLAGS))


def _choice(
    member: str, heading: str, explained: str, words: Mapping[str, str], example: str
) -> Column:
    shown = {stored: word for word, stored in words.items()}

    def read(cell: Cell, _: References) -> Any:
        return as_choice(cell, words)

    def write(value: Any, _: References) -> Any:
        return shown.get(value, value)

    return Column(
        member, heading, explained, example, read, write, required=True, choices=tuple(words)
    )


def _reference(
    member: str,
    heading: str,
    explained: str,
    example: str,
    table: Callable[[References], Mapping[str, str]],
    *,
    required: bool,
) -> Column:
    def read(cell: Cell, references: References) -> Any:
        return _look_up(as_text(cell), table(references), heading)

    def write(code: Any, references: References) -> Any:
        return None if code is None else named(str(code), table(references))

    return Column(
        member, heading, explained, example, read, write, required, width=22, listed_in=heading
    )


def named(code: str, table: Mapping[str, str]) -> str:
    """`430923 安化县`: the code first, so that it is found again whatever the name becomes."""
    return f"{code} {table[code]}" if code in table else code


def _look_up(text: str, table: Mapping[str, str], heading: str) -> str | None:
    if not text:
        return None
    code = text.split(maxsplit=1)[0]
    if code in table:
        return code
    by_name = [code for code, name in table.items() if name == text]
    if len(by_name) == 1:
        return by_name[0]
    wrong = "有多个同名项" if by_name else "不在可选范围内"
    raise CellProblem(f"“{text[:30]}”{wrong}", f"从下拉列表（“{LISTS}”中的“{heading}”）中选择")


def _as_is(value: Any, _: References) -> Any:
    return value


def _read_codes(cell: Cell, _: References) -> list[str] | None:
    return [part.split(maxsplit=1)[0] for part in as_list(cell)] or None


def _read_months(cell: Cell, _: References) -> list[int] | None:
    found = [as_whole(Cell(part.removesuffix("月"))) for part in as_list(cell)]
    return [month for month in found if month is not None] or None


def _write_list(values: Any, _: References) -> str | None:
    return ";".join(str(value) for value in values) or None


def _write_tiers(tiers: Any, _: References) -> str | None:
    return (
        ";".join(
            f"{tier['from_quantity']}:{Decimal(tier['price_fen']) / 100:.2f}" for tier in tiers
        )
        or None
    )


def _read_list(cell: Cell, _: References) -> Any:
    return as_list(cell) or None


def _read_tiers(cell: Cell, _: References) -> Any:
    return as_tiers(cell) or None


def _read_producer(cell: Cell, references: References) -> Any:
    code = (as_text(cell).split(maxsplit=1) or [""])[0]
    if code and code != references.producer_code:
        raise CellProblem(
            f"这一行属于另一个帮扶主体（{code[:30]}）", "只保留本主体的行，其他主体的行分开导入"
        )
    return None


PRODUCER_COLUMN = Column(
    "producer",
    "帮扶主体",
    "仅平台导出时有：统一社会信用代码和名称；导入时必须与本主体一致，可整列删除",
    "93430923MA4L000000 云台茶叶合作社",
    _read_producer,
    _as_is,
    width=32,
)

PRODUCT_COLUMNS = (
    _code(
        "code",
        "商品编码",
        "本主体自己的编码，1-40 位字母、数字和 . _ -",
        "AH-TEA",
    ),
    _text("name", "商品名称", "最多 60 个字", "安化千两茶饼", required=True, width=28),
    _reference(
        "category_code",
        "类目",
        "从下拉列表选择最末一级类目，写代码或“代码 名称”",
        "tea_dark 黑茶",
        lambda references: references.categories,
        required=True,
    ),
    _reference(
        "county_code",
        "产地",
        "产地所在的县（市、区），从下拉列表选择",
        "430923 安化县",
        lambda references: references.counties,
        required=True,
    ),
    _choice("kind", "类型", "实物，或凭券到店的服务（旅游、采摘等）", KINDS, "实物"),
    _text("subtitle", "副标题", "最多 100 个字，可不填", "金花茂盛"),
    _text("description", "详情", "最多 10000 个字，可换行", "选用安化本地黑毛茶。", width=40),
    Column(
        "pictures",
        "图片",
        "已上传图片的路径，用分号隔开，第一张为封面，最多 12 张；提交审核前至少一张",
        "pictures/tea.webp",
        _read_list,
        _write_list,
        width=30,
    ),
    _flag("fresh", "鲜活易腐", "是：不适用七天无理由退货；须填写保质期。不填为否"),
    _flag("no_return", "其他不适用七天退货", "是：购买时由买家勾选确认。不填为否"),
    _whole("shelf_life_days", "保质期（天）", "1-36500 的整数，可不填", "540"),
    _whole("shelf_life_left_percent", "送达时剩余保质期（%）", "1-100 的整数，可不填", "66"),
    _text("storage", "储存方式", "最多 100 个字，可不填", "通风干燥"),
    Column(
        "sale_areas",
        "销售区域",
        "六位行政区划代码，用分号隔开；不填为全国",
        "430000;440100",
        _read_codes,
        _write_list,
        width=20,
    ),
    _whole("ship_within_hours", "发货时限（小时）", "付款后多少小时内发货，1-720，可不填", "48"),
    _reference(
        "freight_template_id",
        "运费模板",
        "本主体的运费模板，从下拉列表选择；不填用默认模板",
        "12 湖南省内包邮",
        lambda references: references.freight_templates,
        required=False,
    ),
    _whole("voucher_days", "券有效天数", "服务类必填，实物不填：付款后多少天内有效，1-1095", "180"),
    Column(
        "season_months",
        "当季月份",
        "1-12 的数字，用分号隔开，可不填",
        "4;5;6",
        _read_months,
        _write_list,
    ),
)

SKU_COLUMNS = (
    _code("product", "商品编码", "“商品”表中的商品编码", "AH-TEA"),
    _code("code", "规格编码", "全平台唯一，1-40 位字母、数字和 . _ -", "AH-TEA-1KG"),
    _text("spec", "规格", "最多 60 个字", "1kg 装", required=True, width=20),
    _choice("unit", "单位", "按千克、克销售的填千克、克", UNITS, "盒"),
    _whole("net_weight_g", "净重（克）", "一个单位的净重，整数克；实物必填，服务填 0", "1000"),
    _yuan("price_fen", "单价（元）", "最多两位小数", "59.90", required=True),
    _yuan("market_price_fen", "市场价（元）", "最多两位小数，可不填", "69.90"),
    Column(
        "price_tiers",
        "阶梯价",
        "起购数量:单价，用分号隔开，数量递增、单价递减，可不填",
        "10:54.90;50:49.90",
        _read_tiers,
        _write_tiers,
        width=24,
    ),
    _whole("case_size", "箱规", "一箱多少件，整数，不填为 1", "12"),
    _whole("min_quantity", "起订量", "整数，不填为 1", "1"),
    _whole("purchase_limit", "限购数量", "每人最多购买的数量，可不填", "5"),
    _whole("limit_days", "限购天数", "在多少天内限购；不填为不限期间", "30"),
    _whole("persons", "每券人数", "服务类：一张券可供几人使用，不填为 1", "2"),
    _choice(
        "tax_class", "税率", "自产农产品免税；服务 6%；其他农产品 9%；其余 13%", TAX_CLASSES, "9%"
    ),
)
