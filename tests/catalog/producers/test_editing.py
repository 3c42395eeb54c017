"""What a producer's people may change about it, and in which state."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from backend.catalog.producers.models import Producer, ProducerLicence
from backend.core import clock
from backend.core.database import db
from tests.api import Api, Person
from tests.catalog.producers.scenes import BUSINESS, CONTACT, register
from tests.factories import producer_person, registered_producer
from tests.racing import at_once

REGISTRATION = {
    "name": "改名后的合作社",
    "kind": "village_collective",
    "credit_code": "N2433122MF0000005D",
    "county_code": "433122",
    "settlement_mode": "profit_sharing",
}
PROFILE = {"story": "新故事", "households": 7}
FOOD = {**BUSINESS, "kind": "food_production", "number": "SC10243092300001"}
STATES = ["submitted", "returned", "approved", "suspended"]
BODIES: dict[str, Any] = {
    "registration": REGISTRATION,
    "profile": PROFILE,
    "contacts": {"contacts": [{"name": "王小明", "phone": "13800001234", "duty": "finance"}]},
    "licences": {"licences": [BUSINESS, FOOD]},
}
OPEN = {
    "registration": ["submitted", "returned"],
    "profile": ["submitted", "returned", "approved"],
    "contacts": STATES,
    "licences": STATES,
}


def dossier(who: Person, producer_id: int) -> Any:
    return who.get(f"/v1/producers/{producer_id}/registration")


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("part", BODIES)
def test_a_part_is_changed_in_the_states_it_is_open_in(api: Api, part: str, state: str) -> None:
    producer = registered_producer(state)
    who = producer_person(api, producer.id, is_owner=False)
    path = f"/v1/producers/{producer.id}/{part}"
    if state in OPEN[part]:
        assert BODIES[part].items() <= who.put(path, BODIES[part]).items()
        assert BODIES[part].items() <= dossier(who, producer.id).items()
        return
    before = dossier(who, producer.id)
    refusal = who.put(path, BODIES[part], 409)
    assert (refusal["code"], refusal["state"]) == ("producer_not_editable", state)
    assert dossier(who, producer.id) == before


@pytest.mark.parametrize("part", BODIES)
def test_a_stranger_changes_nothing(api: Api, part: str) -> None:
    producer = registered_producer()
    stranger = producer_person(api, registered_producer().id)
    refusal = stranger.put(f"/v1/producers/{producer.id}/{part}", BODIES[part], 404)
    assert refusal["code"] == "not_found"
    before = (producer.name, producer.story, producer.revision)
    db.session.refresh(producer)
    assert (producer.name, producer.story, producer.revision) == before


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"kind": "firm"}, "credit_code"),
        ({"credit_code": "N2433122MF0000005E"}, "credit_code"),
        ({"county_code": "433100"}, "county_code"),
    ],
)
def test_a_correction_is_checked_like_a_registration(
    api: Api, change: dict[str, str], field: str
) -> None:
    producer = registered_producer("returned")
    who = producer_person(api, producer.id)
    path = f"/v1/producers/{producer.id}/registration"
    refusal = who.put(path, {**REGISTRATION, **change}, 422)
    assert (refusal["code"], refusal["field"]) == ("invalid_input", field)


def test_nobody_takes_the_credit_code_of_another(api: Api) -> None:
    register(api.log_in())
    producer = registered_producer("returned")
    who = producer_person(api, producer.id)
    refusal = who.put(f"/v1/producers/{producer.id}/registration", REGISTRATION, 409)
    assert (refusal["code"], refusal["field"]) == ("producer_already_registered", "credit_code")
    assert dossier(who, producer.id)["name"] == producer.name


@pytest.mark.slow
def test_of_two_that_take_a_credit_code_at_once_one_has_it(api: Api) -> None:
    producers = [registered_producer("returned") for _ in range(3)]
    people = [(producer_person(api, each.id), each.id) for each in producers]

    def take(pair: tuple[Person, int]) -> Any:
        who, producer_id = pair
        path = f"/v1/producers/{producer_id}/registration"
        return api.call("PUT", path, REGISTRATION, token=who.token)

    codes = sorted(answer.get("code", "taken") for answer in at_once(take, people))
    assert codes == ["producer_already_registered"] * 2 + ["taken"]


@pytest.mark.parametrize("part", ["registration", "profile", "licences"])
def test_what_is_reviewed_has_a_new_revision_after_a_change(api: Api, part: str) -> None:
    producer = registered_producer("returned")
    who = producer_person(api, producer.id)
    assert who.put(f"/v1/producers/{producer.id}/{part}", BODIES[part])["revision"] == 2


def test_contacts_are_those_listed_and_no_others(api: Api) -> None:
    who = api.log_in()
    made = register(who, contacts=[CONTACT, {**CONTACT, "name": "王小明", "duty": "warehouse"}])
    assert [contact["name"] for contact in made["contacts"]] == ["谌秋菊", "王小明"]
    path = f"/v1/producers/{made['id']}/contacts"
    assert who.put(path, {"contacts": [CONTACT]})["contacts"] == [CONTACT]
    assert who.put(path, {"contacts": []}, 422)["field"] == "contacts"
    assert dossier(who, made["id"])["contacts"] == [CONTACT]


def test_a_licence_that_stays_keeps_its_row(api: Api) -> None:
    who = api.log_in()
    made = register(who, licences=[BUSINESS, FOOD])
    query = select(ProducerLicence.number, ProducerLicence.id)
    before = dict(db.session.execute(query).all())
    renewed = {**BUSINESS, "valid_to": "2099-01-01", "issuer": "湖南省市场监督管理局"}
    answer = who.put(f"/v1/producers/{made['id']}/licences", {"licences": [renewed]})
    assert answer["licences"] == [renewed]
    db.session.rollback()
    after = dict(db.session.execute(query).all())
    assert after == {BUSINESS["number"]: before[BUSINESS["number"]]}


@pytest.mark.parametrize(
    ("licences", "field"),
    [
        ([BUSINESS, {**BUSINESS, "issuer": "别处"}], "licences.1.number"),
        ([{**BUSINESS, "valid_to": "2020-04-30"}], "licences.0.valid_to"),
        ([{**BUSINESS, "valid_to": "2020-02-30"}], "licences.0.valid_to"),
        ([{**BUSINESS, "valid_from": "20200501"}], "licences.0.valid_from"),
        ([{**BUSINESS, "scan": "../etc/passwd"}], "licences.0.scan"),
        ([{**BUSINESS, "number": str(n)} for n in range(11)], "licences"),
    ],
)
def test_a_licence_that_cannot_be_is_refused(
    api: Api, licences: list[dict[str, Any]], field: str
) -> None:
    producer = registered_producer("returned")
    who = producer_person(api, producer.id)
    before = dossier(who, producer.id)
    refusal = who.put(f"/v1/producers/{producer.id}/licences", {"licences": licences}, 422)
    assert (refusal["code"], refusal["field"]) == ("invalid_input", field)
    assert dossier(who, producer.id) == before


def test_one_day_is_a_period(api: Api) -> None:
    licence = {**BUSINESS, "valid_to": BUSINESS["valid_from"]}
    assert register(api.log_in(), licences=[licence])["licences"] == [licence]


def test_an_approved_producer_keeps_a_business_licence(api: Api) -> None:
    producer = registered_producer("approved")
    who = producer_person(api, producer.id)
    yesterday = (clock.today() - timedelta(days=1)).isoformat()
    for licences in ([], [FOOD], [{**BUSINESS, "valid_to": yesterday}]):
        path = f"/v1/producers/{producer.id}/licences"
        refusal = who.put(path, {"licences": licences}, 409)
        assert refusal["code"] == "business_licence_not_valid"
    assert len(dossier(who, producer.id)["licences"]) == 1


def test_a_returned_producer_may_have_none_for_now(api: Api) -> None:
    producer = registered_producer("returned")
    who = producer_person(api, producer.id)
    answer = who.put(f"/v1/producers/{producer.id}/licences", {"licences": []})
    assert answer["licences"] == []
    assert db.session.get_one(Producer, producer.id).state == "returned"
