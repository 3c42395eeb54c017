"""Alarms: raised once for a kind and subject, listed, resolved once with a reason."""

import pytest
from sqlalchemy import select

from backend import Service
from backend.core.alarms import Alarm, raise_alarm
from backend.core.caller import Role
from backend.core.database import db, transaction
from tests.api import Api
from tests.core.contexts import apart
from tests.factories import staff
from tests.racing import at_once


def sound(kind: str, subject: str, **detail: object) -> int:
    """Raise an alarm; its id."""
    with transaction():
        raise_alarm(kind, subject, **detail)
    found = db.session.scalar(select(Alarm.id).filter_by(kind=kind, subject=subject))
    assert found is not None
    return found


def alarms() -> list[tuple[str, str]]:
    return [tuple(row) for row in db.session.execute(select(Alarm.kind, Alarm.subject))]


def resolve(alarm_id: int, status: int = 200) -> tuple[str, dict[str, str], int]:
    """Path, body and expected status of saying how an alarm ended."""
    path = f"/v1/operator/alarms/{alarm_id}/resolution"
    return path, {"resolution": "与微信核对无误"}, status


def test_an_alarm_is_raised_once_for_its_kind_and_subject(app: Service) -> None:
    sound("amount_differs", "P1", told_fen=1)
    sound("amount_differs", "P1", told_fen=2)
    sound("amount_differs", "P2")
    sound("unknown_payment", "P1")
    assert sorted(alarms()) == [
        ("amount_differs", "P1"),
        ("amount_differs", "P2"),
        ("unknown_payment", "P1"),
    ]
    detail = db.session.scalar(select(Alarm.detail).filter_by(kind="amount_differs", subject="P1"))
    assert detail == {"told_fen": 1}


def test_eight_threads_that_raise_one_alarm_raise_one(app: Service) -> None:
    at_once(apart(app, lambda _: raise_alarm("amount_differs", "P1")), range(8))
    assert alarms() == [("amount_differs", "P1")]


def test_an_alarm_goes_with_the_transaction_it_was_raised_in(app: Service) -> None:
    with pytest.raises(ZeroDivisionError), transaction():
        raise_alarm("amount_differs", "P1")
        raise ZeroDivisionError
    assert alarms() == []


def test_staff_see_open_alarms_the_newest_first(api: Api) -> None:
    sound("amount_differs", "P1", told_fen=5)
    sound("unknown_payment", "P2")
    shown = staff(api, Role.finance).get("/v1/operator/alarms")["items"]
    assert [(alarm["kind"], alarm["subject"]) for alarm in shown] == [
        ("unknown_payment", "P2"),
        ("amount_differs", "P1"),
    ]
    assert shown[1]["detail"] == {"told_fen": 5}
    assert shown[1]["resolved_at"] is None


def test_a_resolved_alarm_leaves_the_open_list_and_stays_in_the_book(api: Api) -> None:
    first, second = sound("amount_differs", "P1"), sound("amount_differs", "P2")
    operator = staff(api)
    answer = operator.post(*resolve(first))
    assert answer["resolution"] == "与微信核对无误"
    assert answer["resolved_at"] is not None
    listed = operator.get("/v1/operator/alarms")["items"]
    assert [alarm["id"] for alarm in listed] == [str(second)]
    everything = operator.get("/v1/operator/alarms?open_only=false")["items"]
    assert [alarm["id"] for alarm in everything] == [str(second), str(first)]
    assert db.session.scalar(select(Alarm.resolved_by).filter_by(id=first)) == operator.id


def test_an_alarm_is_resolved_once(api: Api) -> None:
    alarm_id = sound("amount_differs", "P1")
    operator, other = staff(api), staff(api, Role.finance)
    operator.post(*resolve(alarm_id))
    refusal = other.post(*resolve(alarm_id, status=409))
    assert refusal["code"] == "alarm_not_open"
    assert db.session.scalar(select(Alarm.resolved_by)) == operator.id


def test_an_alarm_that_does_not_exist_cannot_be_resolved(api: Api) -> None:
    assert staff(api).post(*resolve(77, status=409))["code"] == "alarm_not_open"


def test_alarms_are_for_staff_alone(api: Api) -> None:
    sound("amount_differs", "P1")
    assert api.log_in().get("/v1/operator/alarms", status=403)["code"] == "not_allowed"
    refusal = staff(api, Role.organiser).get("/v1/operator/alarms", status=403)
    assert refusal["code"] == "not_allowed"
