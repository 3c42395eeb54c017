"""What comes in and goes out about vouchers."""

from typing import Any

from marshmallow import fields, validate

from backend.core.schemas import Choice, Day, Fen, Instant, PageQuery, Schema, String, Whole
from backend.orders.vouchers.codes import mask_code, qr_text
from backend.orders.vouchers.models import Voucher, VoucherState
from backend.orders.vouchers.queries import shown_state
from backend.orders.vouchers.returning import refundable_fen, refundable_until

MOST_PERSONS = 10_000
MOST_CODES = 500


class _OfVoucher(Schema):
    """Reads a row of a voucher and its order's number, or whatever holds a `voucher`."""

    product_name = fields.String(attribute="voucher.product_name")
    spec = fields.String(attribute="voucher.spec")
    persons = fields.Integer(attribute="voucher.persons")
    persons_left = fields.Integer(attribute="voucher.left")
    state = fields.Function(
        lambda obj: shown_state(_voucher(obj)),
        metadata={"type": "string", "enum": [state.value for state in VoucherState]},
    )
    valid_from = Instant(attribute="voucher.valid_from")
    valid_to = Instant(
        attribute="voucher.valid_to",
        metadata={"description": "The first instant at which it is no longer valid."},
    )

    def get_attribute(self, obj: Any, attr: str, default: Any) -> Any:
        if attr == "order_no":
            return obj.no
        if attr.startswith("voucher."):
            return getattr(_voucher(obj), attr.removeprefix("voucher."))
        return super().get_attribute(obj, attr, default)


class _VoucherOfOrderOut(_OfVoucher):
    order_no = fields.String()
    unit_no = fields.Integer(attribute="voucher.unit_no")
    paid_fen = Fen(attribute="voucher.paid_fen")
    persons_used = fields.Integer(attribute="voucher.persons_used")
    persons_refunding = fields.Integer(attribute="voucher.persons_refunding")
    persons_refunded = fields.Integer(attribute="voucher.persons_refunded")
    refundable_fen = fields.Function(
        lambda obj: refundable_fen(_voucher(obj)),
        metadata={"type": "integer", "description": "What would go back now; fen."},
    )
    refundable_until = fields.Function(
        lambda obj: Instant()._serialize(refundable_until(_voucher(obj)), None, obj),
        metadata={"type": "string", "format": "date-time"},
    )


class VoucherOut(_VoucherOfOrderOut):
    """The buyer's own voucher, with the code that redeems it."""

    code = fields.String(attribute="voucher.code", metadata={"example": "A7KM2QX9HT4C"})
    qr_text = fields.Function(
        lambda obj: qr_text(_voucher(obj).code),
        metadata={
            "type": "string",
            "description": "Draw it as a QR code.",
            "example": "XB1:A7KM2QX9HT4C",
        },
    )


class MaskedVoucherOut(_VoucherOfOrderOut):
    """What staff see: no code to redeem with."""

    code_masked = fields.Function(
        lambda obj: mask_code(_voucher(obj).code),
        metadata={"type": "string", "example": "A7KM****HT4C"},
    )


class VouchersOut(Schema):
    items = fields.List(fields.Nested(VoucherOut))
    next_cursor = fields.String(allow_none=True)


class MaskedVouchersOut(Schema):
    items = fields.List(fields.Nested(MaskedVoucherOut))
    next_cursor = fields.String(allow_none=True)


class VouchersQuery(PageQuery):
    state = Choice(list(VoucherState), load_default=None)


class LookOut(_OfVoucher):
    """What the supplier sees of a voucher before letting people in."""

    buyer = fields.String(allow_none=True, metadata={"example": "王**"})
    last_redeemed_at = Instant(allow_none=True)


class RedemptionIn(Schema):
    code = String(
        required=True,
        max_length=60,
        metadata={
            "description": "Typed or scanned: any case, blanks and dashes, with or without `XB1:`.",
            "example": "A7KM-2QX9-HT4C",
        },
    )
    persons = Whole(required=True, least=1, most=MOST_PERSONS, metadata={"example": 2})


class RedemptionOut(Schema):
    no = fields.String(attribute="redemption.no")
    code_masked = fields.Function(
        lambda obj: mask_code(_voucher(obj).code),
        metadata={"type": "string", "example": "A7KM****HT4C"},
    )
    product_name = fields.String(attribute="voucher.product_name")
    spec = fields.String(attribute="voucher.spec")
    persons = fields.Integer(attribute="redemption.persons")
    persons_left = fields.Integer(
        attribute="redemption.persons_left",
        metadata={"description": "People who could still come after it."},
    )
    value_fen = Fen(attribute="redemption.value_fen")
    at = Instant(attribute="redemption.at")


class RedemptionsQuery(PageQuery):
    day = Day(load_default=None, metadata={"description": "A day in Shanghai; today unless given."})


class RedemptionsOut(Schema):
    """One page of a day, and what the whole day adds up to."""

    day = fields.Date()
    redemptions = fields.Integer()
    persons = fields.Integer()
    value_fen = Fen()
    items = fields.List(fields.Nested(RedemptionOut), attribute="page.items")
    next_cursor = fields.String(attribute="page.next_cursor", allow_none=True)


class VoucherRefundIn(Schema):
    codes = fields.List(
        String(max_length=60),
        validate=validate.Length(min=1, max=MOST_CODES, error=f"应有 1 到 {MOST_CODES} 个券码"),
        metadata={"description": "The vouchers to give back; all that are unused if left out."},
    )
    reason = String(required=True, max_length=80, metadata={"example": "行程有变"})


def _voucher(obj: Any) -> Voucher:
    """The voucher in a row of a query or in what a rule answered."""
    found = getattr(obj, "Voucher", None) or obj.voucher
    if not isinstance(found, Voucher):
        raise TypeError("there is no voucher in it")
    return found
