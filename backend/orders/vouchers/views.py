"""HTTP of vouchers: the buyer's codes and money back, the supplier's scanning."""

from typing import Any

from backend.catalog.producers.members import require_member
from backend.core import audit, clock
from backend.core.api import Blueprint, refuses
from backend.core.caller import Role, allow, caller
from backend.core.errors import NotFound
from backend.core.life import buyer
from backend.core.schemas import IdempotencyHeader, PageQuery
from backend.orders.life import OrderNotFound
from backend.orders.queries import find_order, find_order_of
from backend.orders.schemas import RefundOut
from backend.orders.vouchers import queries, redeeming, returning
from backend.orders.vouchers.schemas import (
    LookOut,
    MaskedVouchersOut,
    RedemptionIn,
    RedemptionOut,
    RedemptionsOut,
    RedemptionsQuery,
    VoucherRefundIn,
    VouchersOut,
    VouchersQuery,
)

blueprint = Blueprint("vouchers", __name__, url_prefix="/v1", description="Tourism services.")


@blueprint.get("/vouchers")
@allow(Role.consumer)
@blueprint.arguments(VouchersQuery, location="query")
@blueprint.response(200, VouchersOut)
def get_vouchers(query: dict[str, Any]) -> Any:
    """The caller's vouchers with their codes, the newest first."""
    return queries.vouchers_of_buyer(caller().user_id, **query)


@blueprint.get("/orders/<no:order_no>/vouchers")
@allow(Role.consumer)
@refuses(OrderNotFound)
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, VouchersOut)
def get_order_vouchers(query: dict[str, Any], order_no: str) -> Any:
    """The vouchers that paying one of the caller's orders has yielded."""
    order = find_order_of(caller().user_id, order_no)
    return queries.vouchers_of_order(order.id, **query)


@blueprint.post("/orders/<no:order_no>/voucher-refunds")
@allow(Role.consumer)
@refuses(OrderNotFound, *returning.REFUND_ERRORS)
@blueprint.arguments(IdempotencyHeader, location="headers")
@blueprint.arguments(VoucherRefundIn)
@blueprint.response(201, RefundOut)
def refund_vouchers(headers: dict[str, str], body: dict[str, Any], order_no: str) -> Any:
    """Give back what is unused of some vouchers, or of all; expired ones too, for 30 days.

    From now on nobody can redeem them. A voucher that was used in part brings back what was paid
    less what was consumed.
    """
    who = caller().user_id
    order = find_order_of(who, order_no)
    refund = returning.give_back(
        order, body.get("codes"), buyer(who), body["reason"], headers["idempotency_key"]
    )
    return {"refund": refund, "requested_by": "buyer"}


@blueprint.get("/operator/orders/<no:order_no>/vouchers")
@allow(Role.operator, Role.finance)
@refuses(OrderNotFound)
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, MaskedVouchersOut)
def inspect_order_vouchers(query: dict[str, Any], order_no: str) -> Any:
    """The vouchers of any order; their codes are masked, because a code is as good as money."""
    order = find_order(order_no)
    audit.record(caller().user_id, "inspect_vouchers", f"order:{order_no}")
    return queries.vouchers_of_order(order.id, **query)


@blueprint.get("/producers/<id:producer_id>/vouchers/<typed:code>")
@allow(Role.producer)
@refuses(NotFound, *redeeming.LOOK_ERRORS)
@blueprint.response(200, LookOut)
def look_at_voucher(producer_id: int, code: str) -> Any:
    """What a code stands for, before it is redeemed. Other producers' vouchers do not exist."""
    who = caller().user_id
    require_member(who, producer_id)
    return redeeming.look(producer_id, who, code)


@blueprint.post("/producers/<id:producer_id>/redemptions")
@allow(Role.producer)
@refuses(NotFound, *redeeming.REDEMPTION_ERRORS)
@blueprint.arguments(IdempotencyHeader, location="headers")
@blueprint.arguments(RedemptionIn)
@blueprint.response(201, RedemptionOut)
def redeem_voucher(headers: dict[str, str], body: dict[str, Any], producer_id: int) -> Any:
    """Let people in by code or QR text. Of two phones at once one is told that it is used.

    The same `Idempotency-Key` with the same body answers with the same redemption.
    """
    who = caller().user_id
    require_member(who, producer_id)
    return redeeming.redeem(
        producer_id, who, body["code"], body["persons"], headers["idempotency_key"]
    )


@blueprint.get("/producers/<id:producer_id>/redemptions")
@allow(Role.producer)
@refuses(NotFound)
@blueprint.arguments(RedemptionsQuery, location="query")
@blueprint.response(200, RedemptionsOut)
def get_redemptions(query: dict[str, Any], producer_id: int) -> Any:
    """Who was let in on a day, the newest first, and what the day adds up to."""
    require_member(caller().user_id, producer_id)
    day = query.pop("day") or clock.today()
    return redeeming.redemptions_on(producer_id, day, **query)
