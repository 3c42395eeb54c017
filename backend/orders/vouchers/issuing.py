"""Issuing: an order that has just been paid yields a voucher for each unit of a service."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, select

from backend.core import clock
from backend.core.database import db, table_of
from backend.orders.life import WECHAT
from backend.orders.models import Order, OrderLine
from backend.orders.vouchers.codes import new_code
from backend.orders.vouchers.life import ISSUE
from backend.orders.vouchers.models import Voucher, VoucherEvent

REMIND_BEFORE = timedelta(days=7)

_VOUCHERS, _EVENTS = table_of(Voucher), table_of(VoucherEvent)
_INSERT = insert(_VOUCHERS).returning(_VOUCHERS.c.id)
_INSERT_EVENTS = insert(_EVENTS)
_SERVICES = (
    select(
        OrderLine.id.label("order_line_id"),
        OrderLine.producer_id,
        OrderLine.product_name,
        OrderLine.spec,
        OrderLine.quantity,
        OrderLine.unit_price_fen,
        OrderLine.voucher_persons,
        OrderLine.voucher_days,
        Order.buyer_id,
    )
    .join(Order, Order.id == OrderLine.order_id)
    .where(OrderLine.voucher_days.is_not(None))
    .order_by(OrderLine.line_no)
)


def issue(order_id: int, paid_at: datetime) -> None:
    """Write the vouchers of an order, in the transaction whose guarded step made it paid.

    That step is taken once whatever arrives, and each unit has at most one voucher besides.
    """
    lines = db.session.execute(_SERVICES.where(Order.id == order_id)).all()
    rows = [_voucher(order_id, line, unit, paid_at) for line in lines for unit in _units(line)]
    if not rows:
        return
    ids = db.session.scalars(_INSERT, rows).all()
    now = clock.now()
    events = [
        {
            "voucher_id": voucher_id,
            "step": ISSUE.name,
            "to_state": ISSUE.to_state,
            "by_kind": WECHAT.kind,
            "at": now,
        }
        for voucher_id in ids
    ]
    db.session.execute(_INSERT_EVENTS, events)


def valid_until(paid_at: datetime, days: int) -> datetime:
    """The Shanghai midnight that ends the last of `days` days, the day of payment being the first.

    In UTC.
    """
    return clock.midnight(paid_at.astimezone(clock.SHANGHAI).date() + timedelta(days=days))


def _units(line: Any) -> range:
    return range(1, line.quantity + 1)


def _voucher(order_id: int, line: Any, unit_no: int, paid_at: datetime) -> dict[str, Any]:
    valid_to = valid_until(paid_at, line.voucher_days)
    return {
        "code": new_code(),
        "order_id": order_id,
        "order_line_id": line.order_line_id,
        "unit_no": unit_no,
        "buyer_id": line.buyer_id,
        "producer_id": line.producer_id,
        "product_name": line.product_name,
        "spec": line.spec,
        "paid_fen": line.unit_price_fen,
        "persons": line.voucher_persons,
        "valid_from": paid_at,
        "valid_to": valid_to,
        "state": ISSUE.to_state,
        # A voucher for a few days would be reminded of at once; it is at half its time.
        "remind_at": valid_to - min(REMIND_BEFORE, (valid_to - paid_at) / 2),
    }
