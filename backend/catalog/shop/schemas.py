"""What the shop shows."""

from typing import Any

from marshmallow import fields, validate

from backend.catalog.areas.codes import SixDigits
from backend.catalog.areas.models import AreaClass
from backend.catalog.pictures.variants import CARD, THUMBNAIL, address
from backend.catalog.search.finding import SORTS
from backend.catalog.search.wishes import LONGEST_WISH
from backend.core.schemas import LARGEST_INTEGER, Choice, Fen, Id, PageQuery, Schema, String


class CountyOut(Schema):
    code = fields.String(metadata={"example": "430923"})
    name = fields.String(metadata={"example": "安化县"})
    area_class = fields.String(metadata={"description": "`national`, `provincial` or `other`."})


class PrefectureOut(Schema):
    code = fields.String(metadata={"example": "430900"})
    name = fields.String(metadata={"example": "益阳市"})
    counties = fields.List(fields.Nested(CountyOut))


class AreasOut(Schema):
    items = fields.List(fields.Nested(PrefectureOut))


class CategoryOut(Schema):
    code = fields.String(metadata={"example": "tea"})
    name = fields.String(metadata={"example": "茶叶"})
    parent_code = fields.String(allow_none=True)


class CategoriesOut(Schema):
    items = fields.List(fields.Nested(CategoryOut))


def _wish(**kwargs: Any) -> String:
    return String(
        max_length=LONGEST_WISH,
        metadata={
            "description": "Characters, pinyin or initials of product, category, place, producer.",
            "example": "黑茶",
        },
        **kwargs,
    )


def _price(description: str, **kwargs: Any) -> fields.Integer:
    return fields.Integer(
        load_default=None,
        validate=validate.Range(min=0, max=LARGEST_INTEGER, error="应为不小于 0 的金额（分）"),
        metadata={"description": description, "example": 5000},
        **kwargs,
    )


class FiltersQuery(Schema):
    """What lists and facets are narrowed by."""

    q = _wish(load_default=None)
    category = String(
        load_default=None,
        max_length=40,
        metadata={"description": "A category and those below it.", "example": "tea"},
    )
    county = SixDigits(load_default=None)
    prefecture = SixDigits(load_default=None)
    area_class = Choice(AreaClass, data_key="class", load_default=None)
    price_from_fen = _price("Fen, inclusive; compared with the cheapest SKU on sale.")
    price_to_fen = _price("Fen, inclusive.")
    assistance = fields.Boolean(
        load_default=None,
        metadata={"description": "`true`: only with a recognition that is valid today."},
    )


class ProductsQuery(FiltersQuery, PageQuery):
    sort = Choice(
        SORTS,
        load_default=None,
        metadata={"description": "`relevance` with `q`, otherwise `newest`, unless told."},
    )


class ProductCardOut(Schema):
    id = Id()
    name = fields.String(metadata={"example": "安化千两茶饼"})
    subtitle = fields.String()
    kind = fields.String(metadata={"description": "`goods` or `service`."})
    category_code = fields.String()
    picture_url = fields.Function(
        lambda row: row["picture"] and address(row["picture"], CARD),
        metadata={"type": ["string", "null"], "example": "/media/pictures/tea.webp"},
    )
    fresh = fields.Boolean(metadata={"description": "鲜活易腐, no seven-day return."})
    county_code = fields.String()
    county_name = fields.String()
    area_class = fields.String()
    producer_name = fields.String()
    from_price_fen = Fen(allow_none=True)
    is_assistance = fields.Boolean(metadata={"description": "A recognition is valid today."})


class ProductsOut(Schema):
    items = fields.List(fields.Nested(ProductCardOut))
    next_cursor = fields.String(
        allow_none=True, metadata={"description": "Send as `cursor`; null at the end."}
    )


class PriceTierOut(Schema):
    from_quantity = fields.Integer()
    price_fen = Fen(metadata={"description": "Fen for each unit, from that quantity on."})


class AreaCountOut(Schema):
    code = fields.String(metadata={"example": "430923"})
    name = fields.String(metadata={"example": "安化县"})
    count = fields.Integer()


class CategoryCountOut(CategoryOut):
    count = fields.Integer(metadata={"description": "Those below it included."})


class ClassCountOut(Schema):
    area_class = fields.String()
    count = fields.Integer()


class PriceCountOut(Schema):
    price_from_fen = Fen()
    price_to_fen = Fen(allow_none=True)
    count = fields.Integer()


class FacetsOut(Schema):
    total = fields.Integer(metadata={"description": "Products under all filters."})
    categories = fields.List(fields.Nested(CategoryCountOut))
    prefectures = fields.List(fields.Nested(AreaCountOut))
    counties = fields.List(fields.Nested(AreaCountOut))
    classes = fields.List(fields.Nested(ClassCountOut))
    prices = fields.List(fields.Nested(PriceCountOut))
    searched_as = fields.String(
        allow_none=True,
        metadata={"description": "Looked for instead of a mistyped `q`.", "example": "黑茶"},
    )


class SuggestionsQuery(Schema):
    q = _wish(required=True)


class SuggestionOut(Schema):
    kind = fields.String(
        metadata={"description": "`category`, `prefecture`, `county` or `product` (a name)."}
    )
    code = fields.String(allow_none=True, metadata={"description": "Of a category or an area."})
    name = fields.String(metadata={"example": "安化县"})


class SuggestionsOut(Schema):
    items = fields.List(fields.Nested(SuggestionOut))


class SkuOut(Schema):
    id = Id()
    spec = fields.String(metadata={"example": "5斤装"})
    unit = fields.String(metadata={"description": "`piece`, `box`, `kg` or `g`."})
    net_weight_g = fields.Integer(metadata={"description": "Grams."})
    price_fen = Fen()
    market_price_fen = Fen(allow_none=True)
    price_tiers = fields.List(fields.Nested(PriceTierOut))
    case_size = fields.Integer()
    min_quantity = fields.Integer()
    purchase_limit = fields.Integer(
        allow_none=True, metadata={"description": "Units one person may have."}
    )
    limit_days = fields.Integer(
        allow_none=True,
        metadata={"description": "Calendar days the limit is for; null: for ever."},
    )
    persons = fields.Integer(
        metadata={"description": "How many people one voucher admits (services)."}
    )
    available = fields.Integer(metadata={"description": "Units left a moment ago."})


class RecognitionOut(Schema):
    number = fields.String()
    issuer = fields.String()
    batch = fields.String()
    valid_to = fields.String(metadata={"example": "2027-12-31"})


class ProductPictureOut(Schema):
    """Made from a path."""

    url = fields.Function(address, metadata={"type": "string"})
    thumbnail_url = fields.Function(
        lambda path: address(path, THUMBNAIL), metadata={"type": "string"}
    )


class HelpsOut(Schema):
    """Whom buying it helps."""

    county_code = fields.String(metadata={"example": "430923"})
    county_name = fields.String(metadata={"example": "安化县"})
    area_class = fields.String(metadata={"description": "`national`, `provincial` or `other`."})
    prefecture_name = fields.String(allow_none=True, metadata={"example": "益阳市"})
    producer_name = fields.String()
    story = fields.String()
    households = fields.Integer(metadata={"description": "Households that benefit."})
    recognition_number = fields.String(allow_none=True)
    recognition_issuer = fields.String(allow_none=True)
    recognition_valid_to = fields.String(allow_none=True, metadata={"example": "2027-12-31"})
    map_url = fields.String(metadata={"example": "/v1/areas/map.svg?county=430923"})


class ProductOut(Schema):
    id = Id()
    name = fields.String()
    subtitle = fields.String()
    description = fields.String()
    kind = fields.String()
    category_code = fields.String()
    picture_urls = fields.Function(
        lambda row: [address(path) for path in row["pictures"]],
        metadata={"type": "array", "items": {"type": "string"}},
    )
    fresh = fields.Boolean(metadata={"description": "鲜活易腐, no seven-day return."})
    no_return = fields.Boolean(
        metadata={"description": "Exempt from the seven-day return; the buyer must tick it."}
    )
    pictures = fields.List(fields.Nested(ProductPictureOut))
    shelf_life_days = fields.Integer(allow_none=True)
    shelf_life_left_percent = fields.Integer(
        allow_none=True,
        metadata={"description": "Share of the shelf life that remains at delivery."},
    )
    storage = fields.String()
    sale_areas = fields.List(
        fields.String(),
        metadata={"description": "Where it is sold (GB/T 2260); empty: everywhere."},
    )
    ship_within_hours = fields.Integer(allow_none=True)
    voucher_days = fields.Integer(
        allow_none=True,
        metadata={"description": "A service's vouchers are valid so many days from payment."},
    )
    not_offered = fields.String(
        allow_none=True,
        metadata={
            "enum": ["recognition_lapsed", None],
            "description": "Why it can be looked at and not bought.",
        },
    )
    county_code = fields.String()
    county_name = fields.String()
    area_class = fields.String()
    prefecture_name = fields.String()
    producer_id = Id()
    producer_name = fields.String()
    producer_kind = fields.String()
    producer_story = fields.String()
    producer_households = fields.Integer()
    skus = fields.List(fields.Nested(SkuOut))
    recognition = fields.Nested(RecognitionOut, allow_none=True)
    helps = fields.Nested(HelpsOut)
