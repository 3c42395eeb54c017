"""What money does to an order: paid and credited, or refunded, closed and credit reversed."""

from sqlalchemy import select

from backend.core.database import db
from backend.core.errors import DomainError
from backend.core.life import Author
from backend.credit import ledger
from backend.orders.cancellation import release_goods
from backend.orders.life import CLOSE, PAY, WECHAT, StepNotPossible, Stepped, take_step
from backend.orders.models import Order, OrderLine, OrderState
from backend.payments.models import Payment, Refund
from backend.payments.queries import refunded_fen
from backend.payments.refunding import request_refund


class NothingToRefund(DomainError):
    code = "nothing_to_refund"
    status = 409
    message = "该订单没有可退的款项"


def on_payment_succeeded(payment: Payment) -> None:
    """The order is paid and its competitor credited; if it cannot be paid any more, money back.

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
    credited = _credited(order)
    if credited is not None:
        ledger.accrue(credited)


def refund_in_full(order: Order, author: Author, reason: str) -> Refund:
    """Send back everything that was paid for a paid order. Asking twice is asking once.

    Raises `NothingToRefund` for an order that is not paid.
    """
    if order.state != OrderState.paid or order.payment_no is None:
        raise NothingToRefund(state=order.state)
    return request_refund(
        order.payment_no,
        order.total_fen,
        cause=f"order:{order.no}",
        reason=reason,
        by=author.user_id,
    )


def on_refund_succeeded(refund: Refund, payment: Payment) -> None:
    """All the money is back: the order is closed, its goods are free, its credit is reversed.

    A payment that never paid an order changes nothing but itself.
    """
    order_no = db.session.scalar(select(Order.no).filter_by(payment_no=payment.no))
    if order_no is None or refunded_fen(payment) < payment.amount_fen:
        return
    order = take_step(order_no, CLOSE, WECHAT, f"退款 {refund.no} 已到账")
    release_goods(order)
    ledger.reverse_order(order_no, refund.no)


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
