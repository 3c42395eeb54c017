"""The life of a voucher: many step together, none out of turn, and the database counts along."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from backend import Service
from backend.core.database import db, transaction
from backend.core.life import SYSTEM
from backend.orders.vouchers.life import EXPIRE, GIVE_BACK, REVIVE, VOUCHERS
from backend.orders.vouchers.models import Voucher
from tests.api import Api
from tests.core.contexts import apart
from tests.orders.test_any_sequence import rows
from tests.orders.vouchers.scenes import trip
from tests.racing import at_once


def test_a_step_is_taken_by_all_whose_state_allows_it_and_told_for_each(api: Api) -> None:
    bought = trip(api, quantity=3)
    bought.redeem(bought.codes[1])
    with transaction():
        taken = VOUCHERS.take_all(
            Voucher.id > 0, EXPIRE, SYSTEM, "试", returning=[Voucher.unit_no], remind_at=None
        )
    assert sorted((row.unit_no, row.came_from) for row in taken) == [(1, "active"), (3, "active")]
    assert bought.states == ["expired", "used", "expired"]
    told = rows("SELECT from_state, to_state, reason FROM voucher_events WHERE step = 'expire'")
    assert told == [("active", "expired", "试")] * 2
    with transaction():
        assert VOUCHERS.take_all(Voucher.id > 0, REVIVE, SYSTEM) == []


@pytest.mark.slow
def test_of_many_at_once_one_takes_the_step_for_all(app: Service, api: Api) -> None:
    trip(api, quantity=5)
    step = apart(app, lambda _: len(VOUCHERS.take_all(Voucher.id > 0, EXPIRE, SYSTEM)))
    assert sorted(at_once(step, range(6))) == [0] * 5 + [5]
    assert rows("SELECT count(*) FROM voucher_events WHERE step = 'expire'") == [(5,)]


@pytest.mark.parametrize(
    "change",
    [
        "persons_used = 3",
        "persons_used = -1",
        "persons_used = 1, persons_refunded = 2",
        "state = 'used'",
        "state = 'refunding'",
        "persons_refunding = 1",
        "state = 'lost'",
        "valid_to = valid_from",
        "paid_fen = -1",
    ],
)
def test_the_database_refuses_a_voucher_that_does_not_add_up(api: Api, change: str) -> None:
    trip(api, persons=2)
    with pytest.raises(IntegrityError), transaction():
        db.session.execute(text(f"UPDATE vouchers SET {change}"))
    db.session.rollback()


def test_people_on_their_way_back_are_counted(api: Api) -> None:
    trip(api, persons=2)
    with pytest.raises(IntegrityError), transaction():
        VOUCHERS.take_all(Voucher.id > 0, GIVE_BACK, SYSTEM)
    db.session.rollback()
