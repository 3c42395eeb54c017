"""Money back: claimed within what was paid, once for each cause, and sent by a job."""

from sqlalchemy import select

from backend.core import clock
from backend.core.database import db
from backend.core.errors import DomainError
from backend.core.ids import new_number
from backend.core.jobs import defer
from backend.payments.jobs import send_refund
from backend.payments.models import Payment, Refund


class RefundExceedsPayment(DomainError):
    code = "refund_exceeds_payment"
    status = 409
    message = "退款金额超过可退金额"


def lock_payment(payment_no: str) -> Payment:
    """The payment with its row locked: the first lock of whoever changes what was paid for."""
    return db.session.scalars(
        select(Payment)
        .filter_by(no=payment_no)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def find_refund(cause: str) -> Refund | None:
    """The refund that was requested for a cause, unless WeChat closed it."""
    return db.session.scalars(
        select(Refund).where(Refund.cause == cause, Refund.state != "closed")
    ).one_or_none()


def request_refund(
    payment_no: str, amount_fen: int, *, cause: str, reason: str, by: int | None
) -> Refund:
    """Claim part of a payment and have it sent back. The same `cause` again is the same refund.

    The payment's row is locked while claiming, and a constraint keeps all claims within the
    amount. Raises `RefundExceedsPayment`.
    """
    payment = lock_payment(payment_no)
    earlier = find_refund(cause)
    if earlier is not None:
        return earlier
    left = payment.amount_fen - payment.refunding_fen
    if payment.state != "succeeded" or not 0 < amount_fen <= left:
        raise RefundExceedsPayment
    payment.refunding_fen += amount_fen
    now = clock.now()
    refund = Refund(
        no=new_number("R"),
        payment_id=payment.id,
        order_no=payment.order_no,
        cause=cause,
        amount_fen=amount_fen,
        reason=reason,
        state="requested",
        requested_by=by,
        requested_at=now,
        next_try_at=now,
    )
    db.session.add(refund)
    db.session.flush()
    defer(send_refund, refund_no=refund.no)
    return refund
