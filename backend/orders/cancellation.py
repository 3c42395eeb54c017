"""Ending an unpaid order: the buyer cancels it, or its time runs out. The stock comes back."""

from collections import Counter
from collections.abc import Mapping
from contextlib import suppress

from sqlalchemy import select

from backend.catalog.stock import keeping as stock
from backend.core import clock
from backend.core.database import db
from backend.core.jobs import defer, each_in_transaction
from backend.core.life import SYSTEM, Author, Step
from backend.orders.checkout import reservation
from backend.orders.life import CANCEL, EXPIRE, StepNotPossible, Stepped, take_step
from backend.orders.models import Order, OrderLine, OrderState
from backend.orders.vouchers.queries import units_given_back
from backend.payments.asking import Known, look
from backend.payments.collecting import find_open_payment
from backend.payments.jobs import close_payment

AT_A_TIME = 200


def cancel(order_no: str, author: Author, reason: str | None) -> Stepped:
    """Cancel an unpaid order. Money that arrives later all the same is refunded in full."""
    return _end(order_no, CANCEL, author, reason)


def due_orders() -> list[str]:
    """Unpaid orders whose time is over, chosen by state: a stopped worker misses none."""
    return list(
        db.session.scalars(
            select(Order.no)
            .where(Order.state == OrderState.pending_payment, Order.pay_before <= clock.now())
            .order_by(Order.pay_before)
            .limit(AT_A_TIME)
        )
    )


def expire(order_no: str, *, ask: bool = True) -> bool:
    """End one order whose time is over, after a last question whether it has been paid.

    Answers whether WeChat can be asked: where it gives no answer the stock still comes back, and
    money that arrives later is refunded.
    """
    payment = find_open_payment(order_no) if ask else None
    answered = look(payment.no) is not Known.silent if payment else ask
    # Paid or cancelled meanwhile: then nothing is left to end.
    with suppress(StepNotPossible):
        _end(order_no, EXPIRE, SYSTEM, "超时未支付")
    return answered


def expire_due() -> None:
    """End every order whose time is over. One silence of WeChat is enough: the rest do not wait."""
    answers = True

    def end(order_no: str) -> None:
        nonlocal answers
        answers = expire(order_no, ask=answers)

    each_in_transaction(due_orders(), end)


def release_goods(order: Stepped, ended_now: Mapping[int, int] | None = None) -> None:
    """Give back what the order had reserved and has not given back with its vouchers before.

    `ended_now`: by SKU id, units whose vouchers have just ended and which are given back here.
    """
    lines = db.session.execute(
        select(OrderLine.sku_id, OrderLine.quantity).filter_by(order_id=order.id)
    )
    held = Counter(dict(lines.all()))
    held.subtract(units_given_back(order.id))
    held.update(ended_now or {})
    stock.release(+held, cause=f"{reservation(order.no)}:end")


def _end(order_no: str, step: Step, author: Author, reason: str | None) -> Stepped:
    order = take_step(order_no, step, author, reason)
    release_goods(order)
    payment = find_open_payment(order_no)
    if payment is not None:
        defer(close_payment, payment_no=payment.no)
    return order
