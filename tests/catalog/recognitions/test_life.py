"""A recognition is registered, revoked, or lapses after its last day, and never returns."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import psycopg
import pytest
from flask import Flask
from psycopg.errors import RestrictViolation

from backend.catalog.recognitions import registering
from backend.catalog.recognitions.models import Recognition, RecognitionEvent
from backend.catalog.recognitions.registering import recognition_changed
from backend.core import clock
from backend.core.audit import AuditEntry
from backend.core.database import db, transaction
from backend.core.life import StepNotPossible
from tests.api import Api, Person
from tests.conftest import Time, Worker
from tests.factories import ProductFactory, RecognitionFactory, producer_person, staff
from tests.racing import at_once

SAID = {
    "number": "湘帮认字〔2026〕9001号",
    "issuer": "湖南省消费帮扶工作专班",
    "batch": "2026 年第二批",
    "valid_from": "2026-10-01",
    "valid_to": "2099-09-30",
}


@pytest.fixture
def heard() -> Iterator[list[int]]:
    """The products that whoever listens was told of."""
    before = recognition_changed.listeners
    products: list[int] = []
    recognition_changed.wire(*before, products.append)
    yield products
    recognition_changed.wire(*before)


@pytest.fixture
def operator(api: Api) -> Person:
    return staff(api)


def steps_of(recognition_id: int) -> list[tuple[str, str | None, str, str]]:
    events = db.session.query(RecognitionEvent).filter_by(recognition_id=recognition_id)
    return [
        (e.step, e.from_state, e.to_state, e.by_kind) for e in events.order_by(RecognitionEvent.id)
    ]


def status_of(recognition_id: int) -> str:
    db.session.expire_all()
    return db.session.get_one(Recognition, recognition_id).status


def register(operator: Person, product_id: int, status: int = 201, **changes: Any) -> Any:
    path = f"/v1/operator/products/{product_id}/recognitions"
    return operator.post(path, SAID | changes, status)


def test_a_certificate_is_entered_and_makes_an_assistance_product(
    operator: Person, heard: list[int]
) -> None:
    product_id = ProductFactory().id
    made = register(operator, product_id, scan="D261124K7M2Q9TXAB")
    assert (made["status"], made["valid_to"]) == ("valid", "2099-09-30")
    assert steps_of(int(made["id"])) == [("register", None, "valid", "operator")]
    assert db.session.query(AuditEntry).filter_by(action="register_recognition").count() == 1
    assert heard == [product_id]
    shown = operator.get(f"/v1/products/{product_id}")
    assert shown["recognition"]["number"] == SAID["number"]


def test_a_number_is_entered_once_for_a_product(operator: Person) -> None:
    one, other = ProductFactory().id, ProductFactory().id
    register(operator, one)
    assert register(operator, one, 409)["code"] == "recognition_known"
    register(operator, other)
    assert db.session.query(Recognition).count() == 2


@pytest.mark.parametrize(
    "days", [{"valid_from": "2026-10-02", "valid_to": "2026-10-01"}, {"valid_to": "2026-10-02"}]
)
def test_a_validity_must_begin_before_it_ends_and_not_be_over(
    operator: Person, days: dict[str, str]
) -> None:
    answer = register(operator, ProductFactory().id, 422, **days)
    assert answer["field"] == "valid_to"
    assert db.session.query(Recognition).count() == 0


def test_a_product_that_does_not_exist_is_not_recognised(operator: Person) -> None:
    assert register(operator, 999, 404)["code"] == "product_not_found"


def test_a_revoked_one_says_why_and_counts_no_more(
    api: Api, operator: Person, heard: list[int]
) -> None:
    recognition = RecognitionFactory()
    path = f"/v1/operator/recognitions/{recognition.id}/revocation"
    assert operator.post(path, {"reason": "抽检不合格"})["status"] == "revoked"
    assert steps_of(recognition.id)[1:] == [("revoke", "valid", "revoked", "operator")]
    assert heard == [recognition.product_id]
    again = operator.post(path, {"reason": "再来"}, 409)
    assert (again["code"], again["state"]) == ("step_not_possible", "revoked")
    assert operator.get(f"/v1/products/{recognition.product_id}")["recognition"] is None
    product = recognition.product_id
    owner_of = db.session.execute(
        db.text("SELECT producer_id FROM products WHERE id = :id"), {"id": product}
    ).scalar_one()
    person = producer_person(api, owner_of)
    (own,) = person.get(f"/v1/producers/{owner_of}/products/{product}")["recognitions"]
    assert (own["status"], own["reason"]) == ("revoked", "抽检不合格")


def test_a_recognition_lapses_after_its_last_day_in_shanghai(
    app: Flask, worker: Worker, time: Time, heard: list[int]
) -> None:
    recognition = RecognitionFactory(valid_to=date(2027, 3, 31))
    longer = RecognitionFactory(valid_to=date(2027, 4, 1))
    time.freeze(datetime(2027, 3, 31, 15, 59, tzinfo=UTC))
    registering.lapse_due()
    assert status_of(recognition.id) == "valid"
    time.freeze(datetime(2027, 3, 31, 16, 0, tzinfo=UTC))
    worker.sweep()
    assert (status_of(recognition.id), status_of(longer.id)) == ("lapsed", "valid")
    worker.sweep()
    assert steps_of(recognition.id)[1:] == [("lapse", "valid", "lapsed", "system")]
    assert heard == [recognition.product_id]


def test_a_worker_that_stood_for_weeks_catches_up_once(
    app: Flask, worker: Worker, time: Time
) -> None:
    ids = [RecognitionFactory(valid_to=date(2027, 1, day)).id for day in range(1, 6)]
    time.freeze(datetime(2027, 6, 1, tzinfo=UTC))
    worker.sweep()
    worker.sweep()
    assert {status_of(each) for each in ids} == {"lapsed"}
    assert db.session.query(RecognitionEvent).filter_by(step="lapse").count() == 5


def test_revoked_by_many_at_once_is_revoked_once(app: Flask) -> None:
    recognition = RecognitionFactory()

    def revoke(by: int) -> str:
        try:
            with app.app_context(), transaction():
                registering.revoke(recognition.id, by, "造假")
        except StepNotPossible:
            return "refused"
        return "revoked"

    assert sorted(at_once(revoke, range(1, 6))) == ["refused"] * 4 + ["revoked"]
    assert db.session.query(RecognitionEvent).filter_by(step="revoke").count() == 1


@pytest.mark.parametrize("status", ["lapsed", "revoked"])
def test_the_database_lets_none_become_valid_again(app: Flask, status: str) -> None:
    RecognitionFactory(status=status)
    url = app.config["SETTINGS"].database_url
    with (
        pytest.raises(RestrictViolation, match="a renewal is a new one"),
        psycopg.connect(url) as connection,
    ):
        connection.execute("UPDATE recognitions SET status = 'valid'")


def test_a_renewal_is_a_recognition_of_its_own(operator: Person, worker: Worker) -> None:
    old = RecognitionFactory(status="lapsed", valid_to=clock.today() - timedelta(days=1))
    new = register(operator, old.product_id)
    assert status_of(old.id) == "lapsed"
    assert operator.get(f"/v1/products/{old.product_id}")["recognition"]["number"] == new["number"]


def test_operators_find_what_soon_runs_out(operator: Person) -> None:
    today = clock.today()
    for days, status in ((10, "valid"), (30, "valid"), (31, "valid"), (5, "revoked")):
        RecognitionFactory(number=f"{days}天", valid_to=today + timedelta(days=days), status=status)
    path = "/v1/operator/recognitions"
    soon = operator.get(f"{path}?runs_out_within_days=30")["items"]
    assert [each["number"] for each in soon] == ["30天", "10天"]
    revoked = operator.get(f"{path}?status=revoked")["items"]
    assert [each["number"] for each in revoked] == ["5天"]
    first = operator.get(f"{path}?limit=3")
    rest = operator.get(f"{path}?limit=3&cursor={first['next_cursor']}")
    assert [each["number"] for each in first["items"] + rest["items"]] == [
        "5天", "31天", "30天", "10天",
    ]  # fmt: skip
    assert rest["next_cursor"] is None
