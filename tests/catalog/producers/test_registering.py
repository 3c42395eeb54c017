"""Somebody registers a producer: checked, once for its credit code, and theirs to act for."""

from typing import Any

import psycopg
import pytest
from sqlalchemy import func, select

from backend import Service
from backend.accounts.models import RoleGrant
from backend.catalog.producers.models import (
    Producer,
    ProducerContact,
    ProducerLicence,
    ProducerMember,
)
from backend.core.database import Base, db
from demo.credit_codes import make
from tests.api import Api
from tests.catalog.producers.scenes import CONTACT, register, registration, steps_of
from tests.factories import producer_person, registered_producer
from tests.racing import at_once

SOLE_TRADER = make("92", "433122", "MA4L0001")


def rows_of(table: type[Base]) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(table)) or 0


def test_a_registration_is_kept_and_waits_for_review(api: Api) -> None:
    who = api.log_in()
    made = register(who)
    producer = db.session.get_one(Producer, int(made["id"]))
    assert (producer.name, producer.credit_code) == (made["name"], "N2433122MF0000005D")
    assert (producer.county_code, producer.settlement_mode) == ("433122", "resale")
    assert (producer.state, producer.households, producer.revision) == ("submitted", 86, 1)
    assert steps_of(made["id"]) == [("submit", None, "submitted", "producer", who.id, None)]
    assert (made["state"], made["area_class"]) == ("submitted", "national")
    assert made["contacts"] == [CONTACT]
    assert (made["county_name"], made["prefecture_name"]) == ("泸溪县", "湘西土家族苗族自治州")


def test_who_registers_owns_it_and_may_act_for_it_at_once(api: Api) -> None:
    who = api.log_in()
    assert "producer" not in who.get("/v1/me")["roles"]
    made = register(who)
    member = db.session.scalars(select(ProducerMember)).one()
    assert (member.user_id, member.producer_id, member.is_owner) == (who.id, int(made["id"]), True)
    assert "producer" in who.get("/v1/me")["roles"]
    assert who.get(f"/v1/producers/{made['id']}/registration") == made


def test_a_small_letter_is_taken_for_a_capital(api: Api) -> None:
    made = register(api.log_in(), credit_code="n2433122mf0000005d")
    assert made["credit_code"] == "N2433122MF0000005D"


@pytest.mark.parametrize("kind", ["sole_trader", "family_farm"])
def test_a_family_farm_may_be_registered_as_a_sole_trader(api: Api, kind: str) -> None:
    assert register(api.log_in(), kind=kind, credit_code=SOLE_TRADER)["kind"] == kind


@pytest.mark.parametrize("kind", ["firm", "family_farm"])
def test_a_family_farm_may_be_registered_as_a_firm(api: Api, kind: str) -> None:
    assert register(api.log_in(), kind=kind, credit_code="91110000600037341L")["kind"] == kind


@pytest.mark.parametrize(
    ("changes", "field", "told"),
    [
        ({"credit_code": "N2433122MF0000005E"}, "credit_code", "第 18 位校验码不符"),
        ({"credit_code": "N2433122MF000000SD"}, "credit_code", "第 17 位不能是“S”"),
        ({"credit_code": "N2433122MF"}, "credit_code", "现为 10 位"),
        ({"kind": "firm"}, "credit_code", "N2 开头的代码属于村级集体经济组织"),
        ({"kind": "cooperative", "credit_code": SOLE_TRADER}, "credit_code", "属于个体工商户"),
        ({"kind": "firm", "credit_code": SOLE_TRADER}, "credit_code", "与主体类型“企业”不符"),
        ({"credit_code": "81430000MC0000004F"}, "credit_code", "属于基层工会"),
        ({"county_code": "433100"}, "county_code", "没有这个县"),
        ({"county_code": "110101"}, "county_code", "没有这个县"),
        ({"contacts": []}, "contacts", "1 到 5 位联系人"),
        ({"contacts": [CONTACT] * 6}, "contacts", "1 到 5 位联系人"),
        ({"contacts": [{**CONTACT, "phone": "1391111222"}]}, "contacts.0.phone", "手机号"),
        ({"households": -1}, "households", "应在 0 到"),
    ],
)
def test_what_does_not_stand_is_refused_and_leaves_nothing(
    api: Api, changes: dict[str, Any], field: str, told: str
) -> None:
    who = api.log_in()
    refusal = register(who, 422, **changes)
    assert (refusal["code"], refusal["field"]) == ("invalid_input", field)
    assert told in refusal["title"]
    assert rows_of(Producer) == rows_of(ProducerMember) == rows_of(RoleGrant) == 0


def test_a_landline_is_a_phone_too(api: Api) -> None:
    contact = {**CONTACT, "phone": "0743-4261234"}
    assert register(api.log_in(), contacts=[contact])["contacts"] == [contact]


def test_a_credit_code_is_registered_once(api: Api) -> None:
    register(api.log_in())
    second = api.log_in()
    refusal = register(second, 409, name="另一个名字")
    assert (refusal["code"], refusal["field"]) == ("producer_already_registered", "credit_code")
    assert rows_of(Producer) == rows_of(ProducerMember) == 1
    assert "producer" not in second.get("/v1/me")["roles"]


def test_sent_again_with_the_same_key_it_is_the_same_producer(api: Api) -> None:
    who = api.log_in()
    first = register(who, key="same-key-1")
    assert register(who, key="same-key-1") == first
    assert rows_of(Producer) == rows_of(ProducerContact) == rows_of(ProducerLicence) == 1


def test_the_same_key_for_another_registration_is_refused(api: Api) -> None:
    who = api.log_in()
    register(who, key="same-key-1")
    refusal = register(who, 422, key="same-key-1", households=87)
    assert refusal["code"] == "idempotency_key_used_otherwise"


def test_after_a_refusal_the_key_is_free_again(api: Api) -> None:
    who = api.log_in()
    register(who, 422, key="same-key-1", county_code="433100")
    register(who, 201, key="same-key-1")


@pytest.mark.slow
def test_of_two_who_register_one_producer_at_once_one_does(api: Api) -> None:
    people = [api.log_in() for _ in range(4)]
    answers = at_once(lambda who: register(who, None), people)
    codes = sorted(answer.get("code", "registered") for answer in answers)
    assert codes == ["producer_already_registered"] * 3 + ["registered"]
    assert rows_of(Producer) == rows_of(ProducerMember) == rows_of(RoleGrant) == 1


@pytest.mark.slow
def test_a_phone_that_sends_twice_at_once_registers_one_producer(api: Api) -> None:
    who = api.log_in()
    answers = at_once(lambda _: register(who, key="same-key-1"), range(3))
    assert len({answer["id"] for answer in answers}) == 1
    assert rows_of(Producer) == rows_of(ProducerContact) == 1


def test_contacts_are_not_to_be_read_in_the_database(api: Api, app: Service) -> None:
    register(api.log_in())
    with psycopg.connect(app.config["SETTINGS"].database_url) as connection:
        stored = connection.execute("SELECT name, phone, c::text FROM producer_contacts c")
        ((name, phone, row),) = stored.fetchall()
        keys = connection.execute("SELECT k::text FROM idempotency_keys k").fetchall()
    for told in (CONTACT["name"], CONTACT["phone"]):
        assert told.encode() not in bytes(name) + bytes(phone)
        assert told.encode().hex() not in row
        assert told not in f"{row}{keys}"
    contact = db.session.scalars(select(ProducerContact)).one()
    assert (contact.name, contact.phone) == (CONTACT["name"], CONTACT["phone"])


def test_only_its_people_see_a_producer_that_is_not_approved(api: Api) -> None:
    who = api.log_in()
    made = register(who)
    assert api.call("GET", f"/v1/producers/{made['id']}", status=404)["code"] == "not_found"
    stranger = producer_person(api, registered_producer().id)
    assert stranger.get(f"/v1/producers/{made['id']}/registration", 404)["code"] == "not_found"


def test_a_key_is_needed(api: Api) -> None:
    refusal = api.log_in().post("/v1/producers", registration(), 422)
    assert refusal["field"] == "Idempotency-Key"
