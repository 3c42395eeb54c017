"""The clock: it can be moved and goes on running, and a day is a day in Shanghai."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy.exc import StatementError

from backend import Service
from backend.core import clock
from backend.core.database import db
from tests.conftest import Time
from tests.factories import UserFactory

A_MOMENT = timedelta(seconds=5)


def test_travelling_moves_the_clock_and_lets_it_run_on(time: Time) -> None:
    began = clock.now()
    time.travel(days=3, minutes=5)
    first = clock.now()
    assert timedelta(0) <= first - began - timedelta(days=3, minutes=5) < A_MOMENT
    assert clock.now() > first


def test_two_journeys_add_up(time: Time) -> None:
    began = clock.now()
    time.travel(hours=1)
    time.travel(hours=2)
    assert timedelta(0) <= clock.now() - began - timedelta(hours=3) < A_MOMENT


def test_a_frozen_clock_stands_and_can_still_be_moved(time: Time) -> None:
    noon = datetime(2026, 5, 1, 4, tzinfo=UTC)
    time.freeze(noon)
    assert clock.now() == clock.now() == noon
    time.travel(seconds=1)
    assert clock.now() == noon + timedelta(seconds=1)


def test_the_present_is_in_utc() -> None:
    assert clock.now().utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        (datetime(2026, 3, 31, 15, 59, 59, 999_999, tzinfo=UTC), date(2026, 3, 31)),
        (datetime(2026, 3, 31, 16, 0, 0, tzinfo=UTC), date(2026, 4, 1)),
        (datetime(2026, 12, 31, 16, 0, 0, tzinfo=UTC), date(2027, 1, 1)),
        (datetime(2028, 2, 28, 16, 0, 0, tzinfo=UTC), date(2028, 2, 29)),
    ],
)
def test_the_day_changes_at_midnight_in_shanghai(time: Time, instant: datetime, day: date) -> None:
    time.freeze(instant)
    assert clock.today() == day


def test_an_instant_with_any_offset_becomes_utc() -> None:
    noon = datetime(2026, 5, 1, 4, tzinfo=UTC)
    assert clock.parse_instant("2026-05-01T12:00:00+08:00") == noon
    assert clock.parse_instant("2026-05-01T04:00:00Z") == noon
    assert clock.parse_instant("2026-05-01T12:00:00+08:00").utcoffset() == timedelta(0)


@pytest.mark.parametrize("text", ["2026-05-01T12:00:00", "2026-05-01", "yesterday", ""])
def test_an_instant_without_an_offset_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"offset|Invalid isoformat"):
        clock.parse_instant(text)


def test_a_time_without_an_offset_never_reaches_the_database(app: Service) -> None:
    with pytest.raises(StatementError, match="naive"):
        UserFactory(created_at=clock.now().replace(tzinfo=None))
    db.session.rollback()
