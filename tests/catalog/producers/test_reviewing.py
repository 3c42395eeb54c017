"""Staff review producers: approve, return, suspend, reinstate; every other step is refused."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from backend.catalog.producers import life
from backend.catalog.producers.life import producer_standing_changed
from backend.catalog.producers.models import Producer, ProducerState
from backend.core import clock
from backend.core.caller import Role
from backend.core.database import db
from tests.api import Api, Person
from tests.catalog.producers.scenes import (
    BUSINESS,
    act,
    approve,
    audited,
    register,
    state_of,
    steps_of,
)
from tests.conftest import Time
from tests.factories import (
    ProducerFactory,
    ProducerLicenceFactory,
    ProducerMemberFactory,
    change,
    producer_person,
    registered_producer,
    staff,
)
from tests.racing import at_once

ACTIONS: dict[str, dict[str, Any]] = {
    "approval": {"revision": 1, "reason": "已核对"},
    "correction-request": {"reason": "执照照片看不清"},
    "suspension": {"reason": "掺杂使假"},
    "reinstatement": {"revision": 1, "reason": "已整改"},
}
ALLOWED = {
    ("approval", "submitted"): "approved",
    ("correction-request", "submitted"): "returned",
    ("suspension", "approved"): "suspended",
    ("reinstatement", "suspended"): "approved",
}
NAMES = {
    "approval": "approve",
    "correction-request": "return",
    "suspension": "suspend",
    "reinstatement": "reinstate",
}


@pytest.fixture
def operator(api: Api) -> Person:
    return staff(api)


@pytest.mark.parametrize("state", list(ProducerState))
@pytest.mark.parametrize("action", ACTIONS)
def test_a_step_is_taken_where_it_is_allowed_and_refused_elsewhere(
    operator: Person, action: str, state: str
) -> None:
    producer = registered_producer(state)
    before = steps_of(producer.id)
    to_state = ALLOWED.get((action, state))
    if to_state is None:
        refusal = act(operator, producer.id, action, 409, **ACTIONS[action])
        assert (refusal["code"], refusal["state"]) == ("producer_step_not_possible", state)
        assert (state_of(producer.id), steps_of(producer.id)) == (state, before)
        return
    answer = act(operator, producer.id, action, **ACTIONS[action])
    reason = ACTIONS[action]["reason"]
    assert (answer["state"], answer["reason"]) == (to_state, reason)
    assert state_of(producer.id) == to_state
    step = (NAMES[action], state, to_state, "operator", operator.id, reason)
    assert steps_of(producer.id) == [*before, step]
    entry = (operator.id, f"producer:{producer.id}", reason)
    assert audited(f"{NAMES[action]}_producer") == [entry]


@pytest.mark.parametrize("state", list(ProducerState))
def test_only_what_was_returned_is_handed_in_again(api: Api, state: str) -> None:
    producer = registered_producer(state)
    who = producer_person(api, producer.id, is_owner=False)
    path = f"/v1/producers/{producer.id}/resubmission"
    if state == "returned":
        assert who.post(path, {"note": "已补营业执照"})["state"] == "submitted"
        step = ("resubmit", "returned", "submitted", "producer", who.id, "已补营业执照")
        assert steps_of(producer.id)[-1] == step
    else:
        refusal = who.post(path, {}, 409)
        assert (refusal["code"], refusal["state"]) == ("producer_step_not_possible", state)
        assert state_of(producer.id) == state


def test_from_registration_to_the_shop_and_out_of_it(api: Api, operator: Person) -> None:
    who = api.log_in()
    producer_id = register(who)["id"]
    act(operator, producer_id, "correction-request", reason="名称不符")
    (mine,) = who.get("/v1/me/producers")["items"]
    assert (mine["state"], mine["reason"], mine["is_owner"]) == ("returned", "名称不符", True)
    who.post(f"/v1/producers/{producer_id}/resubmission", {})
    approve(operator, producer_id)
    act(operator, producer_id, "suspension", reason="掺杂使假")
    act(operator, producer_id, "reinstatement", reason="已整改", revision=1)
    told = who.get(f"/v1/producers/{producer_id}/registration")["events"]
    assert [(event["step"], event["by"]) for event in told] == [
        ("submit", "producer"),
        ("return", "operator"),
        ("resubmit", "producer"),
        ("approve", "operator"),
        ("suspend", "operator"),
        ("reinstate", "operator"),
    ]
    assert "by_user_id" not in told[1]


@pytest.mark.parametrize("action", ["correction-request", "suspension", "reinstatement"])
def test_a_reason_is_needed(operator: Person, action: str) -> None:
    producer = registered_producer()
    body = {key: value for key, value in ACTIONS[action].items() if key != "reason"}
    assert act(operator, producer.id, action, 422, **body)["field"] == "reason"


@pytest.mark.parametrize("action", ACTIONS)
def test_a_producer_that_does_not_exist_is_not_found(operator: Person, action: str) -> None:
    assert act(operator, 999, action, 404, **ACTIONS[action])["code"] == "not_found"


TODAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("licence", "told"),
    [
        (None, "没有登记"),
        ({"kind": "food_trade"}, "没有登记"),
        ({"valid_to": TODAY - timedelta(days=1)}, "已于 2026-11-23 到期"),
        ({"valid_from": TODAY + timedelta(days=1)}, "尚未生效"),
        ({"valid_to": TODAY}, None),
        ({"valid_from": TODAY, "valid_to": None}, None),
    ],
)
@pytest.mark.parametrize("entry", [("approval", "submitted"), ("reinstatement", "suspended")])
def test_without_a_current_business_licence_nobody_comes_in(
    api: Api, time: Time, entry: tuple[str, str], licence: dict[str, Any] | None, told: str | None
) -> None:
    action, state = entry
    operator = staff(api)
    time.freeze(clock.parse_instant("2026-11-24T12:00:00+08:00"))
    producer = ProducerFactory(state=state)
    if licence is not None:
        ProducerLicenceFactory(producer_id=producer.id, **licence)
    if told is None:
        assert act(operator, producer.id, action, **ACTIONS[action])["state"] == "approved"
        return
    refusal = act(operator, producer.id, action, 409, **ACTIONS[action])
    assert (refusal["code"], refusal["field"]) == ("business_licence_not_valid", "licences")
    assert told in refusal["title"]
    assert (state_of(producer.id), steps_of(producer.id)) == (state, [])


def test_the_licence_of_another_producer_does_not_help(operator: Person) -> None:
    producer = ProducerFactory(state="submitted")
    registered_producer()
    assert approve(operator, producer.id, 409)["code"] == "business_licence_not_valid"


@pytest.mark.parametrize(
    ("action", "state"), [("approval", "submitted"), ("reinstatement", "suspended")]
)
@pytest.mark.parametrize("ended", [False, True])
def test_nobody_lets_in_a_producer_they_act_or_have_acted_for(
    operator: Person, action: str, state: str, ended: bool
) -> None:
    producer = registered_producer(state)
    ProducerMemberFactory(
        producer_id=producer.id,
        user_id=operator.id,
        is_owner=False,
        ended_at=clock.now() if ended else None,
    )
    refusal = act(operator, producer.id, action, 403, **ACTIONS[action])
    assert refusal["code"] == "own_producer"
    assert state_of(producer.id) == state
    assert audited(f"{NAMES[action]}_producer") == []


def test_what_changed_since_it_was_looked_at_is_not_approved(api: Api, operator: Person) -> None:
    producer = registered_producer()
    who = producer_person(api, producer.id)
    seen = operator.get(f"/v1/operator/producers/{producer.id}")["revision"]
    who.put(f"/v1/producers/{producer.id}/licences", {"licences": [BUSINESS]})
    refusal = approve(operator, producer.id, 409, seen)
    assert (refusal["code"], refusal["field"]) == ("producer_changed", "revision")
    assert state_of(producer.id) == "submitted"
    now = operator.get(f"/v1/operator/producers/{producer.id}")["revision"]
    assert approve(operator, producer.id, 201, now)["state"] == "approved"


@pytest.mark.slow
def test_of_two_operators_at_once_one_decides(api: Api) -> None:
    producer = registered_producer()
    operators = [staff(api) for _ in range(4)]
    answers = at_once(lambda who: approve(who, producer.id, None), operators)
    codes = sorted(answer.get("code", "approved") for answer in answers)
    assert codes == ["approved"] + ["producer_step_not_possible"] * 3
    assert len(steps_of(producer.id)) == 2


@pytest.mark.parametrize("role", [Role.finance, Role.reviewer, Role.organiser])
def test_other_staff_do_not_review(api: Api, role: Role) -> None:
    producer = registered_producer()
    assert approve(staff(api, role), producer.id, 403)["code"] == "not_allowed"


class NobodyListensError(Exception):
    """What a listener of these tests raises."""


@pytest.fixture
def heard() -> Iterator[list[tuple[int, str]]]:
    """Producer and its state, as a listener finds it in the transaction of the step."""
    told: list[tuple[int, str]] = []

    def listen(producer_id: int) -> None:
        state = db.session.query(Producer.state).filter_by(id=producer_id).scalar()
        told.append((producer_id, str(state)))

    before = producer_standing_changed.listeners
    producer_standing_changed.wire(listen)
    yield told
    producer_standing_changed.wire(*before)


def test_every_step_is_told(api: Api, operator: Person, heard: list[tuple[int, str]]) -> None:
    who = api.log_in()
    producer_id = int(register(who)["id"])
    act(operator, producer_id, "correction-request", reason="名称不符")
    who.post(f"/v1/producers/{producer_id}/resubmission", {})
    approve(operator, producer_id)
    act(operator, producer_id, "suspension", reason="掺杂使假")
    act(operator, producer_id, "reinstatement", reason="已整改", revision=1)
    states = ["submitted", "returned", "submitted", "approved", "suspended", "approved"]
    assert heard == [(producer_id, state) for state in states]


def test_a_step_whose_news_cannot_be_heard_has_not_happened(
    operator: Person, heard: list[tuple[int, str]]
) -> None:
    producer = registered_producer()

    def fail(producer_id: int) -> None:
        raise NobodyListensError

    producer_standing_changed.wire(fail)
    act(operator, producer.id, "approval", 500, **ACTIONS["approval"])
    assert (state_of(producer.id), len(steps_of(producer.id))) == ("submitted", 1)


def test_the_table_of_steps_names_every_state() -> None:
    steps = [life.SUBMIT, life.RETURN, life.RESUBMIT, life.APPROVE, life.SUSPEND, life.REINSTATE]
    assert {step.to_state for step in steps} == set(ProducerState)
    assert {state for step in steps for state in step.from_states} == set(ProducerState)


def test_an_approval_is_of_now(operator: Person) -> None:
    """A licence that was good when it was handed in may have ended by the time of the review."""
    producer = ProducerFactory(state="submitted")
    licence = ProducerLicenceFactory(producer_id=producer.id)
    change(licence, valid_to=clock.today() - timedelta(days=1))
    assert approve(operator, producer.id, 409)["code"] == "business_licence_not_valid"
