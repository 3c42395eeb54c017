"""The life of an order: one table of steps, taken one guarded step at a time."""

from dataclasses import dataclass

from backend.core.errors import DomainError, NotFound
from backend.core.life import Author, Life, Step
from backend.orders.models import Order, OrderEvent, OrderState


class StepNotPossible(DomainError):
    code = "order_step_not_possible"
    status = 409
    message = "订单当前状态不能进行此操作"


class OrderNotFound(NotFound):
    code = "order_not_found"
    message = "没有找到该订单"


WECHAT = Author("wechat")

PLACE = Step("place", (), OrderState.pending_payment)
PAY = Step("pay", (OrderState.pending_payment,), OrderState.paid)
CANCEL = Step("cancel", (OrderState.pending_payment,), OrderState.cancelled)
EXPIRE = Step("expire", (OrderState.pending_payment,), OrderState.cancelled)
CLOSE = Step("close", (OrderState.paid,), OrderState.closed)

STEPS = {step.name: step for step in (PLACE, PAY, CANCEL, EXPIRE, CLOSE)}

ORDERS = Life(Order, OrderEvent, "order_id", not_possible=StepNotPossible, not_found=OrderNotFound)


@dataclass(frozen=True)
class Stepped:
    """What the rules above ask of an order that has just taken a step."""

    id: int
    no: str
    channel: str
    season_id: int | None
    team_id: int | None
    competitor_id: int | None


_ASKED = (Order.no, Order.channel, Order.season_id, Order.team_id, Order.competitor_id)


def take_step(
    order_no: str, step: Step, author: Author, reason: str | None = None, **changes: object
) -> Stepped:
    """Take a step if the order's state allows it. Raises `StepNotPossible`, `OrderNotFound`."""
    row = ORDERS.take(Order.no == order_no, step, author, reason, returning=_ASKED, **changes)
    return Stepped(row.id, row.no, row.channel, row.season_id, row.team_id, row.competitor_id)
