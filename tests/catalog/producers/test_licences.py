"""Licences run out: staff see it coming, and one alarm is raised for each that has."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from backend.catalog.producers.models import ProducerLicence
from backend.core import clock
from backend.core.alarms import Alarm, resolve_alarm
from backend.core.database import db, transaction
from tests.api import Api
from tests.catalog.producers.scenes import act, approve
from tests.conftest import Time, Worker
from tests.factories import (
    ProducerFactory,
    ProducerLicenceFactory,
    change,
    producer_person,
    registered_producer,
    staff,
)


def ending_in(days: int, state: str = "approved", **changes: Any) -> ProducerLicence:
    """A licence of a producer in some state, whose last day is in so many days."""
    return ProducerLicenceFactory(
        producer_id=ProducerFactory(state=state).id,
        valid_to=clock.today() + timedelta(days=days),
        **changes,
    )


def alarms() -> list[tuple[str, str]]:
    db.session.rollback()
    return [tuple(row) for row in db.session.execute(select(Alarm.kind, Alarm.subject))]


def test_staff_list_what_runs_out_the_first_to_end_first(api: Api) -> None:
    late, gone, soon = ending_in(31), ending_in(-400), ending_in(30)
    ProducerLicenceFactory(producer_id=ProducerFactory().id, valid_to=None)
    operator = staff(api)
    listed = operator.get("/v1/operator/licences")["items"]
    assert [row["number"] for row in listed] == [gone.number, soon.number]
    assert listed[0]["producer_id"] == str(gone.producer_id)
    assert listed[0]["valid_to"] == gone.valid_to.isoformat()
    wider = operator.get("/v1/operator/licences?within_days=31")["items"]
    assert [row["number"] for row in wider] == [gone.number, soon.number, late.number]
    narrow = operator.get("/v1/operator/licences?within_days=0")["items"]
    assert [row["number"] for row in narrow] == [gone.number]


def test_the_list_goes_on_where_it_stopped(api: Api) -> None:
    wanted = [ending_in(days).number for days in (-3, -3, -3, 1, 2)]
    operator, found, cursor = staff(api), [], ""
    while True:
        page = operator.get(f"/v1/operator/licences?limit=2{cursor}")
        found += [row["number"] for row in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert found == wanted


@pytest.mark.parametrize("cursor", ["WyIyMDI2LTEzLTAxIiwxXQ==", "WzEsMV0=", "x"])
def test_a_cursor_that_is_none_is_refused(api: Api, cursor: str) -> None:
    refusal = staff(api).get(f"/v1/operator/licences?cursor={cursor}", 422)
    assert refusal["field"] == "cursor"


def test_a_licence_that_has_run_out_raises_one_alarm(worker: Worker) -> None:
    gone = ending_in(-1)
    ending_in(0)
    ending_in(5)
    for _ in range(3):
        worker.sweep()
    assert alarms() == [("licence_expired", f"producer_licence:{gone.id}")]
    detail = db.session.scalars(select(Alarm.detail)).one()
    assert detail == {
        "producer_id": gone.producer_id,
        "licence": "business",
        "number": gone.number,
        "valid_to": gone.valid_to.isoformat(),
    }


def test_the_day_ends_in_shanghai(worker: Worker, time: Time) -> None:
    time.freeze(clock.parse_instant("2026-11-24T23:50:00+08:00"))
    ending_in(0)
    worker.sweep()
    assert alarms() == []
    time.freeze(clock.parse_instant("2026-11-25T00:10:00+08:00"))
    worker.sweep()
    assert len(alarms()) == 1


def test_an_alarm_that_was_dealt_with_does_not_come_back(api: Api, worker: Worker) -> None:
    ending_in(-1)
    worker.sweep()
    with transaction():
        resolve_alarm(db.session.scalars(select(Alarm.id)).one(), staff(api).id, "已催办")
    worker.sweep()
    assert len(alarms()) == 1


@pytest.mark.parametrize("state", ["submitted", "returned", "suspended"])
def test_who_does_not_sell_raises_no_alarm(worker: Worker, state: str) -> None:
    ending_in(-1, state)
    worker.sweep()
    assert alarms() == []


def test_who_sells_again_is_looked_at_again(api: Api, worker: Worker) -> None:
    producer = registered_producer("suspended")
    yesterday = clock.today() - timedelta(days=1)
    ProducerLicenceFactory(producer_id=producer.id, kind="food_trade", valid_to=yesterday)
    act(staff(api), producer.id, "reinstatement", reason="已整改", revision=1)
    worker.sweep()
    assert len(alarms()) == 1


def test_a_renewed_licence_is_watched_anew(api: Api, worker: Worker, time: Time) -> None:
    gone = ending_in(-1, kind="food_trade")
    ProducerLicenceFactory(producer_id=gone.producer_id)
    worker.sweep()
    who = producer_person(api, gone.producer_id)
    path = f"/v1/producers/{gone.producer_id}"
    stated = who.get(f"{path}/registration")["licences"]
    who.put(f"{path}/licences", {"licences": stated})
    assert reported(gone), "the same licence stated again is not reported again"
    renewed = {**stated[1], "valid_to": (clock.today() + timedelta(days=1)).isoformat()}
    who.put(f"{path}/licences", {"licences": [stated[0], renewed]})
    assert not reported(gone)
    with transaction():
        resolve_alarm(db.session.scalars(select(Alarm.id)).one(), who.id, "已续期")
    worker.sweep()
    assert len(alarms()) == 1
    time.travel(days=2)
    worker.sweep()
    assert len(alarms()) == 2


def reported(licence: ProducerLicence) -> bool:
    db.session.rollback()
    alarmed = select(ProducerLicence.alarmed_at).filter_by(id=licence.id)
    return db.session.scalar(alarmed) is not None


def test_a_licence_ends_after_the_approval(api: Api, worker: Worker, time: Time) -> None:
    producer = ProducerFactory(state="submitted")
    licence = ProducerLicenceFactory(producer_id=producer.id)
    change(licence, valid_to=clock.today())
    approve(staff(api), producer.id)
    worker.sweep()
    assert alarms() == []
    time.travel(days=1)
    worker.sweep()
    assert len(alarms()) == 1
