"""The table of steps is the whole of an order's life: what is not in it is refused."""

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from backend.accounts.models import User
from backend.core.database import db, transaction
from backend.core.life import SYSTEM, Step, buyer
from backend.orders.life import (
    CANCEL,
    CLOSE,
    EXPIRE,
    PAY,
    STEPS,
    OrderNotFound,
    StepNotPossible,
    take_step,
)
from backend.orders.models import Order, OrderState
from tests.api import Api
from tests.factories import SkuFactory, change
from tests.orders.test_any_sequence import rows

POSSIBLE = {
    (OrderState.pending_payment, PAY): OrderState.paid,
    (OrderState.pending_payment, CANCEL): OrderState.cancelled,
    (OrderState.pending_payment, EXPIRE): OrderState.cancelled,
    (OrderState.paid, CLOSE): OrderState.closed,
}


def order_in(api: Api, state: OrderState) -> str:
    """The number of an order that was brought to this state by hand."""
    no = str(api.log_in().place((SkuFactory().id, 1))["no"])
    change(db.session.scalars(select(Order).filter_by(no=no)).one(), state=state)
    return no


def everything_of(order_no: str) -> list[object]:
    """The order's row and its events."""
    return rows(
        """SELECT o::text, e::text FROM orders o JOIN order_events e ON e.order_id = o.id
            WHERE o.no = :no ORDER BY e.id""",
        no=order_no,
    )


@pytest.mark.parametrize("state", OrderState)
def test_a_step_that_is_not_in_the_table_is_refused_and_changes_nothing(
    api: Api, state: OrderState
) -> None:
    no = order_in(api, state)
    before = everything_of(no)
    for step in STEPS.values():
        if (state, step) in POSSIBLE:
            continue
        with pytest.raises(StepNotPossible) as refusal, transaction():
            take_step(no, step, SYSTEM)
        assert refusal.value.code == "order_step_not_possible"
        assert refusal.value.extra == {"state": state, "step": step.name}
        assert everything_of(no) == before


@pytest.mark.parametrize(("start", "end"), POSSIBLE.items(), ids=str)
def test_a_step_of_the_table_leaves_an_event_with_its_author_and_reason(
    api: Api, start: tuple[OrderState, Step], end: OrderState
) -> None:
    state, step = start
    no = order_in(api, state)
    by = db.session.scalars(select(User.id)).first() or 0
    with transaction():
        assert take_step(no, step, buyer(by), "because").no == no
    (*_, event) = rows(
        "SELECT step, from_state, to_state, by_kind, by_user_id, reason FROM order_events"
        " ORDER BY id"
    )
    assert tuple(event) == (step.name, state, end, "buyer", by, "because")
    assert rows("SELECT state FROM orders") == [(end,)]


def test_every_state_of_the_code_is_reached_by_a_step() -> None:
    assert {step.to_state for step in STEPS.values()} == set(OrderState)
    assert {(state, step) for step in STEPS.values() for state in step.from_states} == set(POSSIBLE)


def test_an_unknown_order_takes_no_step(api: Api) -> None:
    with pytest.raises(OrderNotFound):
        take_step("X261123NOSUCHORDER", PAY, SYSTEM)


def test_the_database_knows_no_other_state(api: Api) -> None:
    with pytest.raises(IntegrityError, match="state"):
        order_in(api, "lost")
    db.session.rollback()
