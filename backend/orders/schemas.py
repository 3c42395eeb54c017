"""What comes in and goes out about quotes and orders."""

from typing import Any

from marshmallow import fields, validate

from backend.catalog.areas.codes import AreaCode
from backend.core.schemas import (
    Choice,
    EventOut,
    Fen,
    Flag,
    Id,
    Instant,
    PageQuery,
    Schema,
    String,
    Whole,
)
from backend.credit.schemas import AttributionOut
from backend.orders.models import OrderState

MOST_LINES = 50
MOST_UNITS = 9999


class WishIn(Schema):
    sku_id = Id(required=True, metadata={"example": "17"})
    quantity = Whole(required=True, least=1, most=MOST_UNITS, metadata={"example": 2})


class QuoteIn(Schema):
    lines = fields.List(
        fields.Nested(WishIn),
        required=True,
        validate=validate.Length(min=1, max=MOST_LINES, error=f"应有 1 到 {MOST_LINES} 行"),
    )


def _area_code() -> AreaCode:
    return AreaCode(
        narrow=True,
        load_default=None,
        allow_none=True,
        metadata={
            "description": "The county as the WeChat region picker gives it (GB/T 2260).",
            "example": "430104",
        },
    )


class QuoteRequestIn(QuoteIn):
    area_code = _area_code()


class ReceiverIn(Schema):
    name = String(required=True, max_length=30, metadata={"example": "王小明"})
    phone = String(
        required=True,
        max_length=11,
        validate=validate.Regexp(r"^1[3-9][0-9]{9}$", error="应为 11 位手机号"),
        metadata={"example": "13800001234"},
    )
    area_code = _area_code()
    area = String(
        load_default="",
        max_length=60,
        may_be_empty=True,
        metadata={"description": "Goods need it.", "example": "湖南省 长沙市 岳麓区"},
    )
    address = String(
        load_default="",
        max_length=120,
        may_be_empty=True,
        metadata={"description": "Goods need it.", "example": "麓山南路 1 号"},
    )


class OrderIn(QuoteIn):
    receiver = fields.Nested(ReceiverIn, required=True)
    total_fen = Fen(
        required=True,
        least=1,
        metadata={"description": "The total the buyer was shown; fen.", "example": 11980},
    )
    remark = String(load_default="", max_length=200, may_be_empty=True)
    accepts_no_return = Flag(
        load_default=False,
        metadata={"description": "Needed when a line is exempt from the seven-day return."},
    )


class QuoteLineOut(Schema):
    sku_id = Id(attribute="offer.sku_id")
    product_name = fields.String(attribute="offer.product_name")
    spec = fields.String(attribute="offer.spec")
    unit_price_fen = Fen()
    quantity = fields.Integer()
    amount_fen = Fen()
    freight_fen = Fen()
    no_return = fields.Boolean(
        attribute="offer.no_return",
        metadata={"description": "Exempt from the seven-day return; the buyer must tick it."},
    )
    producer_name = fields.String(attribute="offer.producer_name")
    county_name = fields.String(attribute="offer.county_name")
    recognition_number = fields.String(attribute="offer.recognition_number", allow_none=True)


class RemovedOut(Schema):
    sku_id = Id()
    product_name = fields.String()
    code = fields.String(metadata={"enum": ["recognition_lapsed"]})
    message = fields.String(metadata={"description": "For people, in Chinese."})


class QuoteOut(Schema):
    lines = fields.List(fields.Nested(QuoteLineOut))
    removed = fields.List(
        fields.Nested(RemovedOut),
        metadata={"description": "What fell out, and why; the rest can be ordered."},
    )
    goods_fen = Fen()
    freight_fen = Fen()
    total_fen = Fen()
    area_needed = fields.Boolean(
        metadata={"description": "Freight is not in the total yet: say where the goods go."}
    )
    credits = fields.Nested(
        AttributionOut,
        attribute="attribution",
        allow_none=True,
        metadata={"description": "Whom an order placed now would credit."},
    )


class OrderLineOut(Schema):
    line_no = fields.Integer()
    sku_id = Id()
    product_name = fields.String()
    spec = fields.String()
    unit = fields.String()
    unit_price_fen = Fen()
    quantity = fields.Integer()
    amount_fen = Fen()
    freight_fen = Fen(metadata={"description": "Its share of the order's freight."})
    fresh = fields.Boolean()
    no_return = fields.Boolean()
    product_version_id = Id(allow_none=True, metadata={"description": "The version it bought."})
    producer_name = fields.String()
    county_code = fields.String()
    county_name = fields.String()
    county_class = fields.String()
    recognition_number = fields.String(allow_none=True)


class ReceiverOut(Schema):
    name = fields.String(attribute="receiver_name")
    phone = fields.String(attribute="receiver_phone")
    area_code = fields.String(attribute="receiver_area_code", allow_none=True)
    area = fields.String(attribute="receiver_area")
    address = fields.String(attribute="receiver_address")


class RefundOut(Schema):
    no = fields.String(attribute="refund.no")
    state = fields.String(
        attribute="refund.state",
        metadata={"enum": ["requested", "processing", "succeeded", "abnormal", "closed"]},
    )
    amount_fen = Fen(attribute="refund.amount_fen")
    reason = fields.String(attribute="refund.reason")
    requested_by = fields.String(metadata={"enum": ["buyer", "operator", "system"]})
    requested_at = Instant(attribute="refund.requested_at")
    succeeded_at = Instant(attribute="refund.succeeded_at", allow_none=True)


class OrderSummaryOut(Schema):
    no = fields.String(metadata={"example": "X261123K7M2Q9TXAB"})
    state = fields.String(metadata={"enum": [state.value for state in OrderState]})
    goods_fen = Fen()
    freight_fen = Fen()
    total_fen = Fen()
    placed_at = Instant()
    pay_before = Instant()
    paid_at = Instant(allow_none=True)
    lines = fields.List(fields.Nested(OrderLineOut))


class OrderOut(OrderSummaryOut):
    """An order with whom it credits and what was refunded, which other rooms know."""

    receiver = fields.Nested(ReceiverOut)
    remark = fields.String()
    credits = fields.Nested(AttributionOut, allow_none=True)
    refunds = fields.List(fields.Nested(RefundOut))
    events = fields.List(fields.Nested(EventOut))

    def get_attribute(self, obj: Any, attr: str, default: Any) -> Any:
        if attr in obj:
            return obj[attr]
        return obj["order"] if attr == "receiver" else getattr(obj["order"], attr, default)


class OrdersOut(Schema):
    items = fields.List(fields.Nested(OrderSummaryOut))
    next_cursor = fields.String(allow_none=True)


class OrdersQuery(PageQuery):
    state = Choice(list(OrderState), load_default=None)


class CancellationIn(Schema):
    reason = String(load_default=None, allow_none=True, max_length=200)


class RefundIn(Schema):
    reason = String(required=True, max_length=80, metadata={"example": "不想要了"})


class PaymentOut(Schema):
    """Pass it to `wx.requestPayment` as it is."""

    appId = fields.String()
    timeStamp = fields.String()
    nonceStr = fields.String()
    package = fields.String(metadata={"example": "prepay_id=wx…"})
    signType = fields.String(metadata={"example": "RSA"})
    paySign = fields.String()
