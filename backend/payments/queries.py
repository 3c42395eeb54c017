"""Looking up what happened to an order's money."""

from collections.abc import Sequence

from sqlalchemy import select

from backend.core.database import db
from backend.payments.models import Refund


def refunds_of(order_no: str) -> Sequence[Refund]:
    """Every refund of an order's payments, the first one first."""
    return db.session.scalars(select(Refund).filter_by(order_no=order_no).order_by(Refund.id)).all()
