"""What comes in and goes out about links, touches and credit."""

from marshmallow import fields, validate

from backend.core.schemas import Choice, Fen, Id, Instant, Schema, String
from backend.credit.links import CHANNELS, TARGETS


class AttributionOut(Schema):
    """Whom an order credits, as the buyer is shown it."""

    competitor_name = fields.String(metadata={"example": "小橙子"})
    team_name = fields.String()
    institution_name = fields.String()


class LinkIn(Schema):
    target_kind = Choice(TARGETS, required=True)
    target_id = Id(load_default=None, allow_none=True, metadata={"description": "A product's id."})
    channel = Choice(CHANNELS, load_default="miniprogram")


class LinkOut(Schema):
    code = fields.String(metadata={"example": "K7M2Q9TX"})
    target_kind = fields.String()
    target_id = fields.String(allow_none=True)
    channel = fields.String()
    created_at = Instant()


class LinksOut(Schema):
    items = fields.List(fields.Nested(LinkOut))
    next_cursor = fields.String(allow_none=True)


class VisitIn(Schema):
    visitor_id = String(
        load_default=None,
        allow_none=True,
        max_length=64,
        validate=validate.Regexp(r"^[0-9A-Za-z_-]{16,64}$", error="访客编号无效"),
        metadata={"description": "The id an earlier visit answered with, if any."},
    )


class VisitOut(Schema):
    visitor_id = fields.String(
        allow_none=True,
        metadata={"description": "Keep it and send it at login; null when logged in."},
    )
    target_kind = fields.String()
    target_id = fields.String(allow_none=True)


class BalanceOut(Schema):
    pending_fen = Fen(metadata={"description": "Paid, not yet accepted; fen."})
    accrued_fen = Fen(metadata={"description": "Everything ever credited, before refunds; fen."})
    reversed_fen = Fen(metadata={"description": "Taken back by refunds; fen."})
    orders = fields.Integer(metadata={"description": "Ever credited, refunded ones too."})
    team_name = fields.String()
    institution_name = fields.String()


class TransferOut(Schema):
    id = Id()
    kind = fields.String(metadata={"description": "`accrue` or `reverse`."})
    amount_fen = Fen()
    order_no = fields.String()
    line_no = fields.Integer()
    county_code = fields.String()
    channel = fields.String()
    at = Instant()


class TransfersOut(Schema):
    items = fields.List(fields.Nested(TransferOut))
    next_cursor = fields.String(allow_none=True)
