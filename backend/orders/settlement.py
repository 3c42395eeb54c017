"""What money does to an order: paid and credited, or refunded, closed and credit reversed."""

from sqlalchemy import select

from backend.catalog.stock import keeping as stock
from backend.core import clock
from backend.core.database import db
from backend.core.errors import DomainError
from backend.core.life import Author
from backend.credit import ledger
from backend.orders.cancellation import release_goods
from backend.orders.checkout import reservation
from backend.orders.life import CLOSE, PAY, WECHAT, StepNotPossible, Stepped, take_step
from backend.orders.models import Order, OrderLine, OrderState
from backend.orders.vouchers import issuing, returning
from backend.payments.models import Payment, Refund
from backend.payments.queries import refunded_fen
from backend.payments.refunding import (
    RefundExceedsPayment,
    find_refund,
    lock_payment,
    request_refund,
)


class NothingToRefund(DomainError):
    code = "nothing_to_refund"
    status = 409
    message = "该订单没有可退的款项"


REFUND_ERRORS = (
    NothingToRefund,
    RefundExceedsPayment,
    returning.VouchersBegun,
    returning.VoucherRefundTooLate,
)


def on_payment_succeeded(payment: Payment) -> None:
    """The order is paid, its vouchers issued, its competitor credited; or the money goes back.

    An order that was cancelled, ran out of time, or is already paid by another payment: this
    payment is refunded in full, automatically, once.
    """
    try:
        order = take_step(
            payment.order_no, PAY, WECHAT, paid_at=payment.paid_at, payment_no=payment.no
        )
    except StepNotPossible:
        request_refund(
            payment.no,
            payment.amount_fen,
            cause=f"unclaimed:{payment.no}",
            reason="订单已取消或已支付，原路退回",
            by=None,
        )
        return
    issuing.issue(order.id, payment.paid_at or clock.now())
    credited = _credited(order)
    if credited is not None:
        ledger.accrue(credited)


def refund_in_full(order: Order, author: Author, reason: str) -> Refund:
    """Send back everything that was paid for a paid order. Asking twice is asking once.

    Its vouchers are locked with it. Raises `NothingToRefund` for an order that is not paid,
    `VouchersBegun` and `VoucherRefundTooLate` for vouchers that do not go back whole.
    """
    if order.state != OrderState.paid or order.payment_no is None:
        raise NothingToRefund(state=order.state)
    lock_payment(order.payment_no)
    cause = f"order:{order.no}"
    earlier = find_refund(cause)
    if earlier is not None:
        return earlier
    shares = returning.take_back_all(order, author, reason)
    refund = request_refund(
        order.payment_no, order.total_fen, cause=cause, reason=reason, by=author.user_id
    )
    returning.tie(shares, refund)
    return refund


def on_refund_succeeded(refund: Refund, payment: Payment) -> None:
    """Part of the money is back: vouchers end with it. All of it: the order is closed too.

    Then its goods are free and its credit is reversed. A payment that never paid an order changes
    nothing but itself.
    """
    order_no = db.session.scalar(select(Order.no).filter_by(payment_no=payment.no))
    if order_no is None:
        return
    if refunded_fen(payment) < payment.amount_fen:
        units = returning.settle(refund)
        if units:
            stock.release(units, cause=f"{reservation(order_no)}:{refund.no}")
        return
    order = take_step(order_no, CLOSE, WECHAT, f"退款 {refund.no} 已到账")
    release_goods(order, ended_now=returning.settle(refund))
    ledger.reverse_order(order_no, refund.no)


def on_refund_failed(refund: Refund, payment: Payment) -> None:
    """WeChat closed the refund without paying: what it had locked is free again."""
    returning.revive(refund)


def _credited(order: Stepped) -> ledger.CreditedOrder | None:
    if order.competitor_id is None or order.team_id is None or order.season_id is None:
        return None
    lines = db.session.execute(
        select(OrderLine.line_no, OrderLine.amount_fen, OrderLine.county_code).filter_by(
            order_id=order.id
        )
    )
    return ledger.CreditedOrder(
        order_no=order.no,
        channel=order.channel,
        season_id=order.season_id,
        team_id=order.team_id,
        competitor_id=order.competitor_id,
        lines=[ledger.CreditedLine(*line) for line in lines],
    )
