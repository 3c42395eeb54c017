"""HTTP of orders: the buyer's own, and what staff do about any."""

from collections.abc import Mapping
from typing import Any

from backend.core import audit, idempotency
from backend.core.api import Blueprint, refuses
from backend.core.caller import Role, allow, caller
from backend.core.life import buyer, operator
from backend.core.paging import Page
from backend.core.schemas import IdempotencyHeader
from backend.credit.attribution import names_of
from backend.orders import checkout, life, paying, queries, settlement
from backend.orders.cancellation import cancel
from backend.orders.models import Order, OrderState
from backend.orders.quote import QUOTE_ERRORS, Quote, make_quote
from backend.orders.schemas import (
    CancellationIn,
    OrderIn,
    OrderOut,
    OrdersOut,
    OrdersQuery,
    PaymentOut,
    QuoteOut,
    QuoteRequestIn,
    RefundIn,
    RefundOut,
)
from backend.orders.wishes import Wish
from backend.payments.models import Refund
from backend.payments.queries import refunds_of
from backend.wechat.errors import AlreadyPaid, PaymentNotPossible, WeChatUnavailable

blueprint = Blueprint("orders", __name__, url_prefix="/v1", description="Quote, order, pay.")


@blueprint.post("/quotes")
@allow(Role.consumer)
@refuses(*QUOTE_ERRORS)
@blueprint.arguments(QuoteRequestIn)
@blueprint.response(200, QuoteOut)
def quote(body: dict[str, Any]) -> Quote:
    """What an order would cost now, and whom it would credit. Nothing is kept.

    A product whose recognition has lapsed is named in `removed`; the rest can be ordered.
    """
    return make_quote(caller().user_id, _wishes(body), body["area_code"])


@blueprint.post("/orders")
@allow(Role.consumer)
@refuses(*checkout.CHECKOUT_ERRORS, idempotency.KeyUsedOtherwise)
@blueprint.arguments(IdempotencyHeader, location="headers")
@blueprint.arguments(OrderIn)
@blueprint.response(201, OrderOut)
def place_order(headers: dict[str, str], body: dict[str, Any]) -> Any:
    """Place an order; its goods are reserved until `pay_before`.

    The server computes the total; if it is not the one the buyer was shown, the answer is
    `total_differs` with the new quote. The same `Idempotency-Key` with the same body answers
    with the same order.
    """
    order = checkout.place(
        caller().user_id,
        checkout.Checkout(
            wishes=_wishes(body),
            receiver=checkout.Receiver(**body["receiver"]),
            remark=body["remark"],
            shown_total_fen=body["total_fen"],
            accepts_no_return=body["accepts_no_return"],
        ),
        headers["idempotency_key"],
        body,
    )
    return _present(order)


@blueprint.get("/orders")
@allow(Role.consumer)
@blueprint.arguments(OrdersQuery, location="query")
@blueprint.response(200, OrdersOut)
def get_orders(query: dict[str, Any]) -> Page[Order]:
    """The caller's orders, the newest first."""
    return queries.list_orders_of(caller().user_id, **query)


@blueprint.get("/orders/<no:order_no>")
@allow(Role.consumer)
@refuses(life.OrderNotFound)
@blueprint.response(200, OrderOut)
def get_order(order_no: str) -> Any:
    """One of the caller's orders, with its events and refunds."""
    return _present(queries.find_order_of(caller().user_id, order_no))


@blueprint.post("/orders/<no:order_no>/cancellation")
@allow(Role.consumer)
@refuses(life.OrderNotFound, life.StepNotPossible)
@blueprint.arguments(CancellationIn)
@blueprint.response(201, OrderOut)
def cancel_order(body: dict[str, Any], order_no: str) -> Any:
    """Cancel an unpaid order. Money that still arrives is refunded in full."""
    who = caller().user_id
    queries.find_order_of(who, order_no)
    cancel(order_no, buyer(who), body["reason"])
    return _present(queries.find_order_of(who, order_no))


@blueprint.post("/orders/<no:order_no>/payments")
@allow(Role.consumer)
@refuses(
    life.OrderNotFound,
    life.StepNotPossible,
    paying.PaymentTimeOver,
    paying.NoWeChatAccount,
    AlreadyPaid,
    PaymentNotPossible,
    WeChatUnavailable,
)
@blueprint.response(201, PaymentOut)
def pay_order(order_no: str) -> Mapping[str, str]:
    """Start paying with WeChat: what `wx.requestPayment` takes, freshly signed."""
    return paying.pay_by_wechat(queries.find_order_of(caller().user_id, order_no))


@blueprint.post("/orders/<no:order_no>/refunds")
@allow(Role.consumer)
@refuses(life.OrderNotFound, *settlement.REFUND_ERRORS)
@blueprint.arguments(RefundIn)
@blueprint.response(201, RefundOut)
def refund_order(body: dict[str, str], order_no: str) -> Any:
    """Ask for everything back before anything was sent; asking twice is asking once."""
    who = caller().user_id
    order = queries.find_order_of(who, order_no)
    return _show(settlement.refund_in_full(order, buyer(who), body["reason"]), order)


@blueprint.get("/operator/orders/<no:order_no>")
@allow(Role.operator, Role.finance)
@refuses(life.OrderNotFound)
@blueprint.response(200, OrderOut)
def inspect_order(order_no: str) -> Any:
    """Any order. Whoever looks is noted, because the receiver is shown."""
    order = queries.find_order(order_no)
    audit.record(caller().user_id, "inspect_order", f"order:{order_no}")
    return _present(order)


@blueprint.post("/operator/orders/<no:order_no>/refunds")
@allow(Role.operator)
@refuses(life.OrderNotFound, *settlement.REFUND_ERRORS)
@blueprint.arguments(RefundIn)
@blueprint.response(201, RefundOut)
def refund_any_order(body: dict[str, str], order_no: str) -> Any:
    """Refund any paid order in full, for a reason."""
    who = caller().user_id
    order = queries.find_order(order_no)
    audit.record(who, "refund_order", f"order:{order_no}", body["reason"])
    return _show(settlement.refund_in_full(order, operator(who), body["reason"]), order)


def _wishes(body: dict[str, Any]) -> list[Wish]:
    return [Wish(**line) for line in body["lines"]]


def _present(order: Order) -> dict[str, Any]:
    """An order with what other rooms know of it."""
    unpaid = order.state == OrderState.pending_payment
    return {
        "order": order,
        "credits": names_of(order.competitor_id),
        "refunds": [] if unpaid else [_show(refund, order) for refund in refunds_of(order.no)],
    }


def _show(refund: Refund, order: Order) -> dict[str, Any]:
    """A refund, and who wanted it: the buyer, staff, or the service by itself."""
    by = "operator" if refund.requested_by else "system"
    return {
        "refund": refund,
        "requested_by": "buyer" if refund.requested_by == order.buyer_id else by,
    }
