"""Looking up what happened to an order's money."""

from collections.abc import Sequence

from sqlalchemy import func, select

from backend.core.database import db
from backend.payments.models import Payment, Refund


def refunds_of(order_no: str) -> Sequence[Refund]:
    """Every refund of an order's payments, the first one first."""
    return db.session.scalars(select(Refund).filter_by(order_no=order_no).order_by(Refund.id)).all()


def refunded_fen(payment: Payment) -> int:
    """What of a payment has really gone back, in fen."""
    total = select(func.coalesce(func.sum(Refund.amount_fen), 0)).filter_by(
        payment_id=payment.id, state="succeeded"
    )
    return int(db.session.execute(total).scalar_one())
