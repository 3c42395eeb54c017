"""What a version of a product says: the shape of `ProductVersion.content`, ready for JSON."""

from typing import Any

from marshmallow import fields, post_load, validate

from backend.catalog.areas.codes import SixDigits
from backend.core.schemas import Choice, Fen, Flag, Id, Schema, String, Whole

MOST_SKUS = 50
MOST_PICTURES = 12
MOST_TIERS = 10
DEAREST = 100_000_000
"""A million yuan: a price beyond it is a slip of the hand."""

MOST_UNITS = 1_000_000

KINDS = ("goods", "service")
UNITS = ("piece", "box", "kg", "g")
TAX_CLASSES = ("exempt", "rate6", "rate9", "rate13")


def _path() -> String:
    return String(
        max_length=200,
        validate=validate.Regexp(
            r"^[A-Za-z0-9_-][A-Za-z0-9_/-]*\.(webp|png|jpg|jpeg)$", error="图片路径无效"
        ),
        metadata={"example": "pictures/tea.webp"},
    )


def _code(example: str) -> String:
    return String(
        required=True,
        max_length=40,
        validate=validate.Regexp(r"^[0-9A-Za-z._-]+$", error="只能用字母、数字和 . _ -"),
        metadata={"example": example},
    )


class PriceTierIn(Schema):
    from_quantity = Whole(required=True, least=2, most=MOST_UNITS, metadata={"example": 10})
    price_fen = Fen(required=True, least=1, most=DEAREST, metadata={"example": 5490})


class SkuContentIn(Schema):
    """One specification; `code` is unique everywhere and stays with it from version to version."""

    code = _code("AH-TEA-1KG")
    spec = String(required=True, max_length=60, metadata={"example": "1kg 装"})
    unit = Choice(UNITS, required=True, metadata={"example": "box"})
    net_weight_g = Whole(
        load_default=0, most=100_000_000, metadata={"description": "Grams.", "example": 1000}
    )
    price_fen = Fen(required=True, least=1, most=DEAREST, metadata={"example": 5990})
    market_price_fen = Fen(load_default=None, allow_none=True, least=1, most=DEAREST)
    price_tiers = fields.List(
        fields.Nested(PriceTierIn),
        load_default=list,
        validate=validate.Length(max=MOST_TIERS, error=f"最多 {MOST_TIERS} 级"),
        metadata={"description": "The more, the cheaper each; rising from_quantity."},
    )
    case_size = Whole(load_default=1, least=1, most=MOST_UNITS)
    min_quantity = Whole(load_default=1, least=1, most=MOST_UNITS)
    purchase_limit = Whole(
        load_default=None,
        allow_none=True,
        least=1,
        most=MOST_UNITS,
        metadata={"description": "Units one person may have, within `limit_days` or at all."},
    )
    limit_days = Whole(load_default=None, allow_none=True, least=1, most=3650)
    persons = Whole(
        load_default=1,
        least=1,
        most=1000,
        metadata={"description": "How many people one voucher of a service admits."},
    )
    tax_class = Choice(TAX_CLASSES, required=True, metadata={"example": "rate9"})


class ProductContentIn(Schema):
    """A product as its producer wants it shown and sold."""

    code = _code("AH-TEA")
    category_code = String(required=True, max_length=40, metadata={"example": "tea"})
    county_code = SixDigits(required=True)
    kind = Choice(KINDS, required=True, metadata={"example": "goods"})
    name = String(required=True, max_length=60, metadata={"example": "安化千两茶饼"})
    subtitle = String(load_default="", max_length=100, may_be_empty=True)
    description = String(load_default="", max_length=10_000, may_be_empty=True)
    pictures = fields.List(
        _path(),
        load_default=list,
        validate=validate.Length(max=MOST_PICTURES, error=f"最多 {MOST_PICTURES} 张图片"),
        metadata={"description": "Paths below /media/; the first one is the cover."},
    )
    fresh = Flag(load_default=False)
    no_return = Flag(load_default=False)
    shelf_life_days = Whole(load_default=None, allow_none=True, least=1, most=36_500)
    shelf_life_left_percent = Whole(load_default=None, allow_none=True, least=1, most=100)
    storage = String(load_default="", max_length=100, may_be_empty=True)
    sale_areas = fields.List(
        SixDigits(),
        load_default=list,
        validate=validate.Length(max=500, error="最多 500 个地区"),
        metadata={"description": "Where it is sold; empty: everywhere."},
    )
    ship_within_hours = Whole(load_default=None, allow_none=True, least=1, most=720)
    freight_template_id = Id(load_default=None, allow_none=True)
    voucher_days = Whole(
        load_default=None,
        allow_none=True,
        least=1,
        most=1095,
        metadata={"description": "For services: how long a voucher is valid from payment."},
    )
    season_months = fields.List(
        Whole(least=1, most=12),
        load_default=list,
        validate=validate.Length(max=12, error="最多 12 个月"),
    )
    skus = fields.List(
        fields.Nested(SkuContentIn),
        required=True,
        validate=validate.Length(min=1, max=MOST_SKUS, error=f"应有 1 至 {MOST_SKUS} 个规格"),
    )

    @post_load
    def _same_said_the_same_way(self, data: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        """Two contents that mean the same are equal: sets are sorted, each member once."""
        for name in ("sale_areas", "season_months"):
            data[name] = sorted(set(data[name]))
        return {name: data[name] for name in self.fields}


PRODUCT_MEMBERS = tuple(name for name in ProductContentIn().fields if name != "skus")
SKU_MEMBERS = tuple(SkuContentIn().fields)
