"""What comes in and goes out about products and their versions; the content is in `content`."""

from marshmallow import fields

from backend.catalog.pictures.variants import address
from backend.catalog.products.content import ProductContentIn
from backend.core.schemas import Choice, Id, Instant, PageQuery, Schema, String


class OwnProductsQuery(PageQuery):
    state = Choice(("draft", "listed", "delisted"), load_default=None)


class ReviewQueueQuery(PageQuery):
    flagged = fields.Boolean(
        load_default=None, metadata={"description": "Only with, or only without a flag."}
    )


class VersionApprovalIn(Schema):
    revision = Id(
        required=True,
        metadata={"description": "As the version under review shows it: what was looked at."},
    )
    reason = String(
        load_default=None,
        max_length=200,
        metadata={"description": "Required where a price is flagged.", "example": "有机认证溢价"},
    )


class FlagOut(Schema):
    """Something a reviewer should look at twice."""

    flag = fields.String(metadata={"example": "price_above_market"})
    field = fields.String(metadata={"example": "skus.0.price_fen"})


class VersionStepOut(Schema):
    step = fields.String(metadata={"example": "return"})
    from_state = fields.String(allow_none=True)
    to_state = fields.String()
    by_kind = fields.String(metadata={"description": "`producer`, `operator` or `system`."})
    reason = fields.String(allow_none=True)
    at = Instant()


class ProductVersionOut(Schema):
    id = Id()
    product_id = Id()
    number = fields.Integer()
    state = fields.String(metadata={"description": "`draft`, `review`, `listed` or `ended`."})
    content = fields.Nested(ProductContentIn)
    flags = fields.List(fields.Nested(FlagOut))
    created_at = Instant()
    listed_at = Instant(allow_none=True)
    ended_at = Instant(allow_none=True)


class KeptVersionOut(ProductVersionOut):
    """A version of the history, with every step that was taken."""

    class Meta:
        exclude = ("flags",)

    events = fields.List(fields.Nested(VersionStepOut))


class KeptVersionsOut(Schema):
    items = fields.List(fields.Nested(KeptVersionOut))
    next_cursor = fields.String(allow_none=True)


class OwnProductCardOut(Schema):
    id = Id()
    code = fields.String(allow_none=True)
    name = fields.String()
    kind = fields.String()
    category_code = fields.String()
    state = fields.String(metadata={"description": "`draft`, `listed` or `delisted`."})
    picture_url = fields.Function(
        lambda row: row["picture"] and address(row["picture"]),
        metadata={"type": ["string", "null"], "example": "/media/pictures/tea.webp"},
    )
    listed_at = Instant(allow_none=True)
    open_number = fields.Integer(
        allow_none=True, metadata={"description": "Number of the version in draft or review."}
    )
    open_state = fields.String(allow_none=True)
    flags = fields.List(fields.Nested(FlagOut))
    last_reason = fields.String(
        allow_none=True, metadata={"description": "Why it was returned, or taken off sale."}
    )


class OwnProductsOut(Schema):
    items = fields.List(fields.Nested(OwnProductCardOut))
    next_cursor = fields.String(allow_none=True)


class WaitingVersionOut(Schema):
    id = Id()
    product_id = Id()
    number = fields.Integer()
    name = fields.String()
    producer_id = Id()
    producer_name = fields.String()
    is_listed = fields.Boolean(metadata={"description": "An earlier version is on sale."})
    flags = fields.List(fields.Nested(FlagOut))
    submitted_at = Instant()


class WaitingVersionsOut(Schema):
    items = fields.List(fields.Nested(WaitingVersionOut))
    next_cursor = fields.String(allow_none=True)


_ANY = {
    "type": ["string", "integer", "boolean", "array", "object"],
    "items": {"type": ["string", "integer"]},
}


class DifferenceOut(Schema):
    member = fields.String(metadata={"example": "skus.AH-TEA-1KG.price_fen"})
    old = fields.Raw(allow_none=True, metadata=_ANY)
    new = fields.Raw(allow_none=True, metadata=_ANY)


class VersionForReviewOut(ProductVersionOut):
    revision = Id(metadata={"description": "Send it with the approval."})
    producer_id = Id()
    listed_number = fields.Integer(
        allow_none=True, metadata={"description": "What it is compared with; null: nothing."}
    )
    differences = fields.List(fields.Nested(DifferenceOut))
