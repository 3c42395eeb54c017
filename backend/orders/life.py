"""The life of an order: one table of steps, and one guarded function that takes one."""

from dataclasses import dataclass, fields

from sqlalchemy import insert, select, update

from backend.core import clock
from backend.core.database import db, table_of
from backend.core.errors import DomainError, NotFound
from backend.orders.models import Order, OrderEvent, OrderState


class StepNotPossible(DomainError):
    code = "order_step_not_possible"
    status = 409
    message = "订单当前状态不能进行此操作"


class OrderNotFound(NotFound):
    code = "order_not_found"
    message = "没有找到该订单"


@dataclass(frozen=True)
class Author:
    """Who takes a step: a person with a user id, or the system, or WeChat."""

    kind: str
    user_id: int | None = None


SYSTEM = Author("system")
WECHAT = Author("wechat")


def buyer(user_id: int) -> Author:
    return Author("buyer", user_id)


def operator(user_id: int) -> Author:
    return Author("operator", user_id)


@dataclass(frozen=True)
class Step:
    name: str
    from_states: tuple[OrderState, ...]
    to_state: OrderState


PLACE = Step("place", (), OrderState.pending_payment)
PAY = Step("pay", (OrderState.pending_payment,), OrderState.paid)
CANCEL = Step("cancel", (OrderState.pending_payment,), OrderState.cancelled)
EXPIRE = Step("expire", (OrderState.pending_payment,), OrderState.cancelled)
CLOSE = Step("close", (OrderState.paid,), OrderState.closed)

STEPS = {step.name: step for step in (PLACE, PAY, CANCEL, EXPIRE, CLOSE)}


@dataclass(frozen=True)
class Stepped:
    """What the rules above ask of an order that has just taken a step."""

    id: int
    no: str
    channel: str
    season_id: int | None
    team_id: int | None
    competitor_id: int | None


_ORDERS = table_of(Order)
_INSERT_EVENT = insert(table_of(OrderEvent))


def take_step(
    order_no: str, step: Step, author: Author, reason: str | None = None, **changes: object
) -> Stepped:
    """Take a step if the order's state allows it, and leave an event.

    The guard is the UPDATE's own condition, so of two steps at once one wins and the other gets
    `StepNotPossible` with the state it found. Raises `OrderNotFound`.
    """
    columns = (_ORDERS.c[field.name] for field in fields(Stepped))
    row = db.session.execute(
        update(_ORDERS)
        .where(_ORDERS.c.no == order_no, _ORDERS.c.state.in_(step.from_states))
        .values(state=step.to_state, **changes)
        .returning(*columns)
    ).one_or_none()
    if row is None:
        state = db.session.scalar(select(Order.state).filter_by(no=order_no))
        if state is None:
            raise OrderNotFound
        raise StepNotPossible(state=state, step=step.name)
    stepped = Stepped(*row)
    # Every step leaves from one state, so the guard tells where the order came from.
    (came_from,) = step.from_states
    event = {
        "order_id": stepped.id,
        "step": step.name,
        "from_state": came_from,
        "to_state": step.to_state,
        "by_kind": author.kind,
        "by_user_id": author.user_id,
        "reason": reason,
        "at": clock.now(),
    }
    db.session.execute(_INSERT_EVENT, event)
    return stepped
