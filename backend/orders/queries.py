"""Finding orders: a buyer's own, or any for staff."""

from sqlalchemy import Select, select
from sqlalchemy.orm import selectinload

from backend.core.database import db
from backend.core.paging import Page, page_of, read_cursor
from backend.orders.life import OrderNotFound
from backend.orders.models import Order


def find_order_of(buyer_id: int, order_no: str) -> Order:
    """The buyer's own order; somebody else's is `OrderNotFound` too."""
    return _one(select(Order).filter_by(no=order_no, buyer_id=buyer_id))


def find_order(order_no: str) -> Order:
    """Any order, for staff and for the system."""
    return _one(select(Order).filter_by(no=order_no))


def list_orders_of(
    buyer_id: int, *, state: str | None, limit: int, cursor: str | None
) -> Page[Order]:
    """A buyer's orders, the newest first."""
    query = (
        select(Order)
        .filter_by(buyer_id=buyer_id)
        .options(selectinload(Order.lines))
        .order_by(Order.id.desc())
        .limit(limit + 1)
    )
    if state is not None:
        query = query.where(Order.state == state)
    if position := read_cursor(cursor, (int,)):
        query = query.where(Order.id < position[0])
    return page_of(db.session.scalars(query).all(), limit, lambda order: (order.id,))


def _one(query: Select[Order]) -> Order:
    query = query.options(selectinload(Order.lines), selectinload(Order.events))
    order = db.session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if order is None:
        raise OrderNotFound
    return order
