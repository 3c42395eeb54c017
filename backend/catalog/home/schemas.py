"""What comes in and goes out about the shop window."""

from typing import Any

from marshmallow import fields, validate

from backend.catalog.home.models import TargetKind
from backend.catalog.pictures.variants import address
from backend.catalog.shop.schemas import ProductCardOut
from backend.core import clock
from backend.core.schemas import Choice, Fen, Id, Instant, Schema, String, Whole

MOST_CHOSEN = 100


def _picture(**kwargs: Any) -> String:
    pattern = r"^[0-9A-Za-z_-]+(/[0-9A-Za-z_-]+)*\.(webp|png|jpg)$"
    return String(
        validate=validate.Regexp(pattern, error="应为图片路径"),
        metadata={"description": "Path below `/media/`.", "example": "pictures/tea.webp"},
        **kwargs,
    )


def _code(longest: int, example: str) -> String:
    return String(load_default=None, max_length=longest, metadata={"example": example})


def _picture_url() -> fields.Function:
    return fields.Function(
        lambda row: _of(row, "picture") and address(_of(row, "picture")),
        metadata={"type": ["string", "null"], "example": "/media/pictures/tea.webp"},
    )


def _of(row: Any, name: str) -> Any:
    return row[name] if isinstance(row, dict) else getattr(row, name)


def _phase() -> fields.Function:
    def phase(row: Any) -> str:
        now = clock.now()
        if _of(row, "ends_at") <= now:
            return "past"
        return "future" if _of(row, "starts_at") > now else "current"

    return fields.Function(
        phase, metadata={"type": "string", "description": "`future`, `current` or `past`."}
    )


class EndingIn(Schema):
    reason = String(required=True, max_length=200, metadata={"example": "活动提前结束"})


class BannerIn(Schema):
    title = String(required=True, max_length=60, metadata={"example": "湘西周"})
    picture = _picture(required=True)
    target_kind = Choice(TargetKind, required=True, metadata={"example": "topic"})
    target_id = String(
        load_default=None,
        max_length=40,
        metadata={
            "description": "A product's id; a topic's, category's or county's code.",
            "example": "xiangxi",
        },
    )
    starts_at = Instant(required=True)
    ends_at = Instant(required=True)
    sort = Whole(load_default=0, most=9999, metadata={"description": "Small comes first."})


class BannerOut(Schema):
    id = Id()
    title = fields.String()
    picture = fields.String()
    picture_url = _picture_url()
    target_kind = fields.String()
    target_id = fields.String(allow_none=True)
    starts_at = Instant()
    ends_at = Instant()
    sort = fields.Integer()
    phase = _phase()


class BannersOut(Schema):
    items = fields.List(fields.Nested(BannerOut))
    next_cursor = fields.String(allow_none=True)


class TopicIn(Schema):
    title = String(required=True, max_length=60, metadata={"example": "湘西周"})
    intro = String(required=True, max_length=500)
    picture = _picture(load_default=None)
    starts_at = Instant(required=True)
    ends_at = Instant(required=True)
    sort = Whole(load_default=0, most=9999, metadata={"description": "Small comes first."})
    prefecture_code = _code(6, "433100")
    county_code = _code(6, "433123")
    category_code = _code(40, "tea")
    product_ids = fields.List(
        Id(),
        load_default=list,
        validate=validate.Length(max=MOST_CHOSEN, error=f"最多 {MOST_CHOSEN} 个"),
        metadata={"description": "Chosen products, in the order in which they are shown."},
    )


class NewTopicIn(TopicIn):
    code = String(
        required=True,
        max_length=32,
        validate=validate.Regexp(r"^[0-9A-Za-z]{4,32}$", error="应为 4 至 32 个字母或数字"),
        metadata={"example": "xiangxi"},
    )


class TopicOut(Schema):
    id = Id()
    code = fields.String(metadata={"example": "xiangxi"})
    title = fields.String()
    intro = fields.String()
    picture = fields.String(allow_none=True)
    picture_url = _picture_url()
    starts_at = Instant()
    ends_at = Instant()
    sort = fields.Integer()
    prefecture_code = fields.String(allow_none=True)
    county_code = fields.String(allow_none=True)
    category_code = fields.String(allow_none=True)
    product_ids = fields.List(Id())
    phase = _phase()


class TopicsOut(Schema):
    items = fields.List(fields.Nested(TopicOut))
    next_cursor = fields.String(allow_none=True)


class HomeBannerOut(Schema):
    id = Id()
    title = fields.String()
    picture_url = _picture_url()
    target_kind = fields.String(
        metadata={"description": "`product`, `topic`, `category`, `county` or `none`."}
    )
    target_id = fields.String(allow_none=True)


class HomeTopicOut(Schema):
    code = fields.String(metadata={"example": "xiangxi"})
    title = fields.String()
    intro = fields.String()
    picture_url = _picture_url()
    ends_at = Instant()
    products = fields.List(fields.Nested(ProductCardOut))


class SeasonalOut(Schema):
    month = fields.Integer(metadata={"description": "This month in Shanghai, 1 to 12."})
    items = fields.List(fields.Nested(ProductCardOut))


class RankedCountyOut(Schema):
    rank = fields.Integer()
    county_code = fields.String()
    county_name = fields.String()
    area_class = fields.String(metadata={"description": "`national`, `provincial` or `other`."})
    prefecture_name = fields.String(allow_none=True)
    amount_fen = Fen()
    orders = fields.Integer()


class CountyRankingOut(Schema):
    since = Instant(allow_none=True, metadata={"description": "Orders paid from then on count."})
    as_of = Instant(allow_none=True, metadata={"description": "And until then."})
    items = fields.List(fields.Nested(RankedCountyOut))


class HomeOut(Schema):
    banners = fields.List(fields.Nested(HomeBannerOut))
    topics = fields.List(fields.Nested(HomeTopicOut))
    seasonal = fields.Nested(SeasonalOut)
    county_ranking = fields.Nested(CountyRankingOut)


class TopicPageOut(Schema):
    code = fields.String(attribute="topic.code", metadata={"example": "xiangxi"})
    title = fields.String(attribute="topic.title")
    intro = fields.String(attribute="topic.intro")
    picture_url = fields.Function(
        lambda row: row["topic"].picture and address(row["topic"].picture),
        metadata={"type": ["string", "null"]},
    )
    starts_at = Instant(attribute="topic.starts_at")
    ends_at = Instant(attribute="topic.ends_at")
    items = fields.List(fields.Nested(ProductCardOut))
    next_cursor = fields.String(allow_none=True)
