"""A blocked person is out at once and comes back only by a new login."""

from typing import Any

from sqlalchemy import select

from backend.accounts.models import User
from backend.core.audit import AuditEntry
from backend.core.caller import Role
from backend.core.database import db
from tests.api import Api, Person
from tests.factories import PASSWORD, staff

REASON = "多次恶意退款"


def set_blocked(operator: Person, user_id: int, path: str, status: int = 204) -> Any:
    return operator.post(f"/v1/operator/users/{user_id}/{path}", {"reason": REASON}, status)


def try_to_log_in(api: Api, openid: str, status: int) -> Any:
    return api.call("POST", "/v1/sessions", {"code": api.login_code(openid)}, status=status)


def blocked_at(user_id: int) -> Any:
    return db.session.scalar(select(User.blocked_at).filter_by(id=user_id))


def test_blocking_ends_every_token_at_once(api: Api) -> None:
    operator, person = staff(api), api.log_in()
    other_phone = api.log_in(person.openid)
    set_blocked(operator, person.id, "blocking")
    for login in (person, other_phone):
        assert login.get("/v1/me", status=403)["code"] == "user_blocked"
    assert blocked_at(person.id) is not None


def test_a_blocked_person_cannot_log_in(api: Api) -> None:
    operator, person = staff(api), api.log_in()
    last_login = db.session.scalar(select(User.last_login_at).filter_by(id=person.id))
    set_blocked(operator, person.id, "blocking")
    assert try_to_log_in(api, person.openid, 403)["code"] == "user_blocked"
    assert db.session.scalar(select(User.last_login_at).filter_by(id=person.id)) == last_login


def test_blocked_staff_cannot_log_in_either(api: Api) -> None:
    operator, clerk = staff(api), staff(api, Role.finance)
    set_blocked(operator, clerk.id, "blocking")
    body = {"login": f"finance.{clerk.id - 1}", "password": PASSWORD}
    refusal = api.call("POST", "/v1/operator/sessions", body, status=403)
    assert refusal["code"] == "user_blocked"
    assert clerk.get("/v1/operator/alarms", status=403)["code"] == "user_blocked"


def test_unblocking_lets_the_person_in_by_a_new_login_only(api: Api) -> None:
    operator, person = staff(api), api.log_in()
    set_blocked(operator, person.id, "blocking")
    set_blocked(operator, person.id, "unblocking")
    assert person.get("/v1/me", status=401)["code"] == "not_logged_in"
    assert api.log_in(person.openid).get("/v1/me")["id"] == str(person.id)
    assert blocked_at(person.id) is None


def test_both_are_audited_with_the_reason(api: Api) -> None:
    operator, person = staff(api), api.log_in()
    set_blocked(operator, person.id, "blocking")
    set_blocked(operator, person.id, "unblocking")
    rows = db.session.execute(
        select(AuditEntry.action, AuditEntry.by_user_id, AuditEntry.reason)
        .filter_by(subject=f"user:{person.id}")
        .order_by(AuditEntry.id)
    )
    assert [tuple(row) for row in rows] == [
        ("block_user", operator.id, REASON),
        ("unblock_user", operator.id, REASON),
    ]


def test_what_is_so_already_is_said_to_be_so(api: Api) -> None:
    operator, person = staff(api), api.log_in()
    assert set_blocked(operator, person.id, "unblocking", 409)["code"] == "already_so"
    set_blocked(operator, person.id, "blocking")
    assert set_blocked(operator, person.id, "blocking", 409)["code"] == "already_so"
    actions = db.session.scalars(select(AuditEntry.action).filter_by(subject=f"user:{person.id}"))
    assert list(actions) == ["block_user"]


def test_nobody_can_be_blocked_who_is_not_there(api: Api) -> None:
    assert set_blocked(staff(api), 999, "blocking", 404)["code"] == "not_found"


def test_blocking_needs_a_reason_and_an_operator(api: Api) -> None:
    operator, person = staff(api), api.log_in()
    path = f"/v1/operator/users/{person.id}/blocking"
    assert operator.post(path, {"reason": "  "}, 422)["field"] == "reason"
    clerk = staff(api, Role.finance)
    assert set_blocked(clerk, person.id, "blocking", 403)["code"] == "not_allowed"
    assert set_blocked(person, person.id, "blocking", 403)["code"] == "not_allowed"
    person.get("/v1/me")
