"""Finding vouchers: a buyer's own, or those of an order."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select

from backend.core import clock
from backend.core.database import db
from backend.core.paging import Page, page_of, read_cursor
from backend.orders.models import Order, OrderLine
from backend.orders.vouchers.models import Voucher, VoucherState


def vouchers_of_order(order_id: int, *, limit: int, cursor: str | None) -> Page[Any]:
    """The vouchers of an order, as they were issued."""
    query = (
        select(Voucher, Order.no)
        .join(Order, Order.id == Voucher.order_id)
        .where(Voucher.order_id == order_id)
        .order_by(Voucher.id)
        .limit(limit + 1)
    )
    if position := read_cursor(cursor, (int,)):
        query = query.where(Voucher.id > position[0])
    return page_of(db.session.execute(query).all(), limit, lambda row: (row.Voucher.id,))


def vouchers_of_buyer(
    buyer_id: int, *, state: str | None, limit: int, cursor: str | None
) -> Page[Any]:
    """A buyer's vouchers, the newest first."""
    query = (
        select(Voucher, Order.no)
        .join(Order, Order.id == Voucher.order_id)
        .where(Voucher.buyer_id == buyer_id)
        .order_by(Voucher.id.desc())
        .limit(limit + 1)
    )
    if state is not None:
        query = query.where(_shown_as(state))
    if position := read_cursor(cursor, (int,)):
        query = query.where(Voucher.id < position[0])
    return page_of(db.session.execute(query).all(), limit, lambda row: (row.Voucher.id,))


def shown_state(voucher: Voucher) -> str:
    """The state as people see it: past its time it is expired, whether or not a job has come by."""
    over = voucher.state == VoucherState.active and voucher.valid_to <= clock.now()
    return VoucherState.expired if over else voucher.state


def units_given_back(order_id: int) -> Mapping[int, int]:
    """By SKU id, units whose vouchers were refunded whole: their stock is back already."""
    counted = (
        select(OrderLine.sku_id, func.count())
        .join(Voucher, Voucher.order_line_id == OrderLine.id)
        .where(Voucher.order_id == order_id, Voucher.persons_refunded == Voucher.persons)
        .group_by(OrderLine.sku_id)
    )
    return {sku_id: int(units) for sku_id, units in db.session.execute(counted)}


GIVEN_BACK = """LATERAL (
    SELECT count(*) FILTER (WHERE v.persons_refunded = v.persons) AS units,
           CAST(coalesce(sum(v.fen), 0) AS bigint) AS amount_fen
      FROM (SELECT v.persons, v.persons_refunded,
                   (SELECT sum(r.amount_fen) FROM voucher_returns r
                      JOIN refunds f ON f.id = r.refund_id
                     WHERE r.voucher_id = v.id AND f.state = 'succeeded') AS fen
              FROM vouchers v WHERE v.order_line_id = l.id) v)"""
"""Over `order_lines l`: whole units and fen of its vouchers whose refund came through."""


def _shown_as(state: str) -> ColumnElement[bool]:
    past = Voucher.valid_to <= clock.now()
    match state:
        case VoucherState.active:
            return (Voucher.state == state) & ~past
        case VoucherState.expired:
            return or_(Voucher.state == state, (Voucher.state == VoucherState.active) & past)
    return Voucher.state == state
