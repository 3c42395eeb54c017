"""The people of a producer: invited by an owner, joining with a code, removed at once."""

from concurrent.futures import ThreadPoolExecutor, wait
from typing import Any

import psycopg
import pytest
from sqlalchemy import func, select

from backend import Service
from backend.catalog.producers.members import join
from backend.catalog.producers.models import ProducerInvitation, ProducerMember
from backend.core.caller import Role
from backend.core.database import db
from backend.core.ids import READABLE
from tests.api import Api, Person
from tests.catalog.producers.scenes import register
from tests.conftest import Time
from tests.factories import (
    ProducerFactory,
    ProducerMemberFactory,
    producer_person,
    registered_producer,
)
from tests.racing import at_once


@pytest.fixture
def producer_id(api: Api) -> int:
    return int(registered_producer("approved").id)


@pytest.fixture
def owner(api: Api, producer_id: int) -> Person:
    return producer_person(api, producer_id)


def invite(who: Person, producer_id: int, status: int = 201, **body: Any) -> Any:
    return who.post(f"/v1/producers/{producer_id}/invitations", body, status)


def redeem(who: Person, code: str, status: int | None = 201) -> Any:
    return who.post("/v1/producer-memberships", {"code": code}, status)


def remove(who: Person, producer_id: int, member_id: int, status: int = 204) -> Any:
    return who.delete(f"/v1/producers/{producer_id}/members/{member_id}", status)


def member_of(who: Person, producer_id: int) -> int:
    """The id of the person's membership."""
    db.session.rollback()
    acting = select(ProducerMember.id).filter_by(
        user_id=who.id, producer_id=producer_id, ended_at=None
    )
    return db.session.scalars(acting).one()


def acting(producer_id: int) -> int:
    db.session.rollback()
    members = select(func.count()).select_from(ProducerMember)
    return db.session.scalar(members.filter_by(producer_id=producer_id, ended_at=None)) or 0


def may_act(who: Person, producer_id: int) -> bool:
    answer = api_status(who, f"/v1/producers/{producer_id}/registration")
    assert answer in {200, 403, 404}
    return answer == 200


def api_status(who: Person, path: str) -> int:
    headers = {"Authorization": f"Bearer {who.token}"}
    return who.api.send("GET", path, None, headers).status_code


def test_who_redeems_a_code_acts_for_the_producer(
    api: Api, owner: Person, producer_id: int
) -> None:
    code = invite(owner, producer_id)["code"]
    who = api.log_in()
    assert not may_act(who, producer_id)
    assert redeem(who, code) == {"producer_id": str(producer_id)}
    assert may_act(who, producer_id)
    assert Role.producer in who.get("/v1/me")["roles"]
    assert not db.session.get_one(ProducerMember, member_of(who, producer_id)).is_owner


def test_an_owner_may_invite_another_owner(api: Api, owner: Person, producer_id: int) -> None:
    code = invite(owner, producer_id, as_owner=True)["code"]
    second = api.log_in()
    redeem(second, code)
    invite(second, producer_id)


def test_a_code_is_easy_to_read_out(owner: Person, producer_id: int) -> None:
    codes = {invite(owner, producer_id)["code"] for _ in range(20)}
    assert len(codes) == 20
    assert all(len(code) == 10 and set(code) <= set(READABLE) for code in codes)


def test_small_letters_are_the_same_code(api: Api, owner: Person, producer_id: int) -> None:
    redeem(api.log_in(), f" {invite(owner, producer_id)['code'].lower()} ")


def test_a_code_is_nowhere_in_the_database(app: Service, owner: Person, producer_id: int) -> None:
    code = invite(owner, producer_id)["code"]
    with psycopg.connect(app.config["SETTINGS"].database_url) as connection:
        rows = connection.execute("SELECT i::text FROM producer_invitations i").fetchall()
    assert len(rows) == 1
    assert code not in str(rows)
    assert code.encode().hex() not in str(rows)


def test_a_code_is_good_for_72_hours(api: Api, time: Time, owner: Person, producer_id: int) -> None:
    first, second = (invite(owner, producer_id)["code"] for _ in range(2))
    time.travel(hours=71, minutes=59)
    redeem(api.log_in(), first)
    time.travel(minutes=2)
    assert redeem(api.log_in(), second, 409)["code"] == "invitation_not_valid"
    assert acting(producer_id) == 2


def test_a_code_is_used_once(api: Api, owner: Person, producer_id: int) -> None:
    code = invite(owner, producer_id)["code"]
    redeem(api.log_in(), code)
    late = api.log_in()
    assert redeem(late, code, 409)["code"] == "invitation_not_valid"
    assert Role.producer not in late.get("/v1/me")["roles"]


def test_a_code_that_was_never_given_is_refused_alike(api: Api) -> None:
    refusal = redeem(api.log_in(), "2345678923", 409)
    assert (refusal["code"], refusal["field"]) == ("invitation_not_valid", "code")


def test_a_phone_that_did_not_hear_the_answer_asks_again(
    api: Api, owner: Person, producer_id: int
) -> None:
    code, who = invite(owner, producer_id)["code"], api.log_in()
    assert redeem(who, code) == redeem(who, code)
    assert acting(producer_id) == 2


def test_a_used_code_does_not_bring_back_who_was_removed(
    api: Api, owner: Person, producer_id: int
) -> None:
    code, who = invite(owner, producer_id)["code"], api.log_in()
    redeem(who, code)
    remove(owner, producer_id, member_of(who, producer_id))
    assert redeem(who, code, 409)["code"] == "invitation_not_valid"
    assert not may_act(who, producer_id)


def test_a_member_wastes_no_invitation(api: Api, owner: Person, producer_id: int) -> None:
    code = invite(owner, producer_id, as_owner=True)["code"]
    member = producer_person(api, producer_id, is_owner=False)
    assert redeem(member, code, 409)["code"] == "already_producer_member"
    redeem(api.log_in(), code)


@pytest.mark.slow
def test_of_two_phones_with_one_code_one_joins(api: Api, owner: Person, producer_id: int) -> None:
    code = invite(owner, producer_id)["code"]
    people = [api.log_in() for _ in range(4)]
    answers = at_once(lambda who: redeem(who, code, None), people)
    codes = sorted(answer.get("code", "joined") for answer in answers)
    assert codes == ["invitation_not_valid"] * 3 + ["joined"]
    assert acting(producer_id) == 2
    assert sum("producer" in who.get("/v1/me")["roles"] for who in people) == 1


@pytest.mark.slow
def test_one_person_with_two_phones_joins_once(api: Api, owner: Person, producer_id: int) -> None:
    code, who = invite(owner, producer_id)["code"], api.log_in()
    answers = at_once(lambda _: redeem(who, code), range(3))
    assert answers == [{"producer_id": str(producer_id)}] * 3
    assert acting(producer_id) == 2


def test_only_an_owner_invites(api: Api, producer_id: int) -> None:
    member = producer_person(api, producer_id, is_owner=False)
    assert invite(member, producer_id, 403)["code"] == "not_producer_owner"
    stranger = producer_person(api, ProducerFactory().id)
    assert invite(stranger, producer_id, 404)["code"] == "not_found"
    assert db.session.scalar(select(func.count()).select_from(ProducerInvitation)) == 0


def test_who_is_removed_is_out_at_once(api: Api, owner: Person, producer_id: int) -> None:
    who = producer_person(api, producer_id)
    assert may_act(who, producer_id)
    remove(owner, producer_id, member_of(who, producer_id))
    assert not may_act(who, producer_id)
    assert Role.producer not in who.get("/v1/me")["roles"]
    assert who.get("/v1/me/producers")["items"] == []


def test_who_acts_for_another_producer_too_keeps_the_role(
    api: Api, owner: Person, producer_id: int
) -> None:
    who = producer_person(api, producer_id)
    other = registered_producer()
    ProducerMemberFactory(producer_id=other.id, user_id=who.id)
    remove(owner, producer_id, member_of(who, producer_id))
    assert not may_act(who, producer_id)
    assert may_act(who, other.id)
    remove(who, other.id, member_of(who, other.id), 409)
    assert may_act(who, other.id)


def test_the_codes_of_who_was_removed_are_void(api: Api, owner: Person, producer_id: int) -> None:
    second = producer_person(api, producer_id)
    void, good = invite(second, producer_id)["code"], invite(owner, producer_id)["code"]
    remove(owner, producer_id, member_of(second, producer_id))
    assert redeem(second, void, 409)["code"] == "invitation_not_valid"
    redeem(second, good)


def test_one_owner_always_stays(api: Api, owner: Person, producer_id: int) -> None:
    producer_person(api, producer_id, is_owner=False)
    refusal = remove(owner, producer_id, member_of(owner, producer_id), 409)
    assert refusal["code"] == "last_producer_owner"
    assert may_act(owner, producer_id)


@pytest.mark.slow
def test_two_owners_who_remove_each_other_do_not_both_go(
    api: Api, owner: Person, producer_id: int
) -> None:
    second = producer_person(api, producer_id)
    ids = {owner.id: member_of(second, producer_id), second.id: member_of(owner, producer_id)}
    path = f"/v1/producers/{producer_id}/members"
    answers = at_once(
        lambda who: api.call("DELETE", f"{path}/{ids[who.id]}", token=who.token), [owner, second]
    )
    assert sum(answer is None for answer in answers) == 1
    assert acting(producer_id) == 1


@pytest.mark.slow
def test_two_owners_who_leave_at_once_do_not_both_go(
    api: Api, owner: Person, producer_id: int
) -> None:
    second = producer_person(api, producer_id)
    pairs = [(who, member_of(who, producer_id)) for who in (owner, second)]
    path = f"/v1/producers/{producer_id}/members"
    at_once(lambda pair: api.call("DELETE", f"{path}/{pair[1]}", token=pair[0].token), pairs)
    assert acting(producer_id) == 1


@pytest.mark.slow
def test_who_joins_one_while_removed_from_another_keeps_the_role(
    api: Api, owner: Person, producer_id: int
) -> None:
    who = producer_person(api, producer_id, is_owner=False)
    member_id, other = member_of(who, producer_id), registered_producer()
    with ThreadPoolExecutor(1) as pool:
        join(who.id, other.id, is_owner=False)
        removal = pool.submit(remove, owner, producer_id, member_id)
        wait([removal], timeout=0.5)
        db.session.commit()
        removal.result()
    assert may_act(who, other.id)
    assert not may_act(who, producer_id)


def test_a_member_removes_nobody_but_may_leave(api: Api, owner: Person, producer_id: int) -> None:
    member = producer_person(api, producer_id, is_owner=False)
    refusal = remove(member, producer_id, member_of(owner, producer_id), 403)
    assert refusal["code"] == "not_producer_owner"
    remove(member, producer_id, member_of(member, producer_id))
    assert not may_act(member, producer_id)


def test_an_owner_of_one_removes_nobody_from_another(
    api: Api, owner: Person, producer_id: int
) -> None:
    other = registered_producer()
    stranger = producer_person(api, other.id)
    member_id = member_of(owner, producer_id)
    assert remove(stranger, producer_id, member_id, 404)["code"] == "not_found"
    assert remove(stranger, other.id, member_id, 404)["code"] == "not_found"
    assert may_act(owner, producer_id)


def test_who_was_removed_cannot_be_removed_again(api: Api, owner: Person, producer_id: int) -> None:
    who = producer_person(api, producer_id)
    member_id = member_of(who, producer_id)
    remove(owner, producer_id, member_id)
    assert remove(owner, producer_id, member_id, 404)["code"] == "not_found"


def test_members_see_each_other_with_masked_phones(
    api: Api, owner: Person, producer_id: int
) -> None:
    code = api.wechat.post("/phone-codes", {"phone": "13911112222"})["code"]
    owner.post("/v1/me/phone", {"code": code}, 200)
    second = producer_person(api, producer_id, is_owner=False)
    former = producer_person(api, producer_id)
    remove(owner, producer_id, member_of(former, producer_id))
    path = f"/v1/producers/{producer_id}/members"
    listed = second.get(path)["items"]
    assert [(row["user_id"], row["phone_masked"], row["is_owner"]) for row in listed] == [
        (str(owner.id), "139****2222", True),
        (str(second.id), None, False),
    ]
    first = second.get(f"{path}?limit=1")
    rest = second.get(f"{path}?limit=1&cursor={first['next_cursor']}")
    assert [*first["items"], *rest["items"]] == listed
    assert rest["next_cursor"] is None
    assert former.get(path, 403)["code"] == "not_allowed"


def test_a_person_sees_the_producers_they_act_for(api: Api) -> None:
    who = api.log_in()
    made = register(who)
    second = registered_producer("approved")
    ProducerMemberFactory(producer_id=second.id, user_id=who.id, is_owner=False)
    registered_producer()
    mine = who.get("/v1/me/producers")["items"]
    assert [(row["id"], row["state"], row["is_owner"]) for row in mine] == [
        (str(second.id), "approved", False),
        (made["id"], "submitted", True),
    ]
    first = who.get("/v1/me/producers?limit=1")
    rest = who.get(f"/v1/me/producers?limit=1&cursor={first['next_cursor']}")
    assert [*first["items"], *rest["items"]] == mine
