"""Roles of staff: granted and taken back by an operator, with a reason in the audit."""

from typing import Any

import pytest
from sqlalchemy import func, select

from backend.accounts.models import RoleGrant, StaffAccount
from backend.accounts.roles import grant
from backend.core.audit import AuditEntry
from backend.core.caller import Role
from backend.core.database import db, transaction
from tests.api import Api, Person
from tests.factories import PASSWORD, UserFactory, staff
from tests.racing import at_once

REASON = "接替老刘"


def ask(operator: Person, path: str, user_id: int, role: str, status: int = 204) -> Any:
    body = {"role": role, "reason": REASON}
    return operator.post(f"/v1/operator/users/{user_id}/{path}", body, status)


def audited(action: str) -> list[tuple[int | None, str, str | None, dict[str, Any]]]:
    rows = db.session.execute(
        select(AuditEntry.by_user_id, AuditEntry.subject, AuditEntry.reason, AuditEntry.detail)
        .filter_by(action=action, reason=REASON)
        .order_by(AuditEntry.id)
    )
    return [tuple(row) for row in rows]


def held_roles(user_id: int) -> list[str]:
    query = select(RoleGrant.role).filter_by(user_id=user_id, revoked_at=None)
    return sorted(db.session.scalars(query))


def test_a_granted_role_works_at_once_and_is_audited(api: Api) -> None:
    operator, clerk = staff(api), staff(api, Role.reviewer)
    clerk.get("/v1/operator/alarms", status=403)
    ask(operator, "roles", clerk.id, "finance")
    clerk.get("/v1/operator/alarms")
    assert held_roles(clerk.id) == ["finance", "reviewer"]
    assert audited("grant_role") == [(operator.id, f"user:{clerk.id}", REASON, {"role": "finance"})]


def test_a_revoked_role_ends_at_once_and_stays_in_the_book(api: Api) -> None:
    operator, clerk = staff(api), staff(api, Role.finance)
    clerk.get("/v1/operator/alarms")
    ask(operator, "role-revocations", clerk.id, "finance")
    clerk.get("/v1/operator/alarms", status=403)
    row = db.session.scalars(select(RoleGrant).filter_by(user_id=clerk.id)).one()
    assert (row.revoked_by, row.revoked_at is not None) == (operator.id, True)
    assert audited("revoke_role") == [
        (operator.id, f"user:{clerk.id}", REASON, {"role": "finance"})
    ]


def test_a_role_taken_back_can_be_granted_again(api: Api) -> None:
    operator, clerk = staff(api), staff(api, Role.finance)
    ask(operator, "role-revocations", clerk.id, "finance")
    ask(operator, "roles", clerk.id, "finance")
    assert held_roles(clerk.id) == ["finance"]
    count = select(func.count()).select_from(RoleGrant).filter_by(user_id=clerk.id)
    assert db.session.scalar(count) == 2


def test_what_is_so_already_is_said_to_be_so(api: Api) -> None:
    operator, clerk = staff(api), staff(api, Role.finance)
    assert ask(operator, "roles", clerk.id, "finance", 409)["code"] == "already_so"
    assert ask(operator, "role-revocations", clerk.id, "reviewer", 409)["code"] == "already_so"
    assert audited("grant_role") == audited("revoke_role") == []


def test_nobody_takes_back_the_own_role(api: Api) -> None:
    operator = staff(api)
    refusal = ask(operator, "role-revocations", operator.id, "operator", 422)
    assert (refusal["code"], refusal["field"]) == ("role_not_grantable", "role")
    assert held_roles(operator.id) == ["operator"]


@pytest.mark.parametrize("path", ["roles", "role-revocations"])
@pytest.mark.parametrize("role", ["consumer", "competitor", "producer", "organisation"])
def test_only_staff_roles_are_granted_by_hand(api: Api, path: str, role: str) -> None:
    operator, somebody = staff(api), UserFactory()
    with transaction():
        grant(somebody.id, Role.competitor, None)
    refusal = ask(operator, path, somebody.id, role, 422)
    assert refusal["code"] == "role_not_grantable"
    assert held_roles(somebody.id) == ["competitor"]


def test_a_role_that_does_not_exist_is_refused(api: Api) -> None:
    refusal = ask(staff(api), "roles", UserFactory().id, "emperor", 422)
    assert (refusal["code"], refusal["field"]) == ("invalid_input", "role")


def test_nobody_can_be_granted_a_role_who_is_not_there(api: Api) -> None:
    assert ask(staff(api), "roles", 999, "finance", 404)["code"] == "not_found"


@pytest.mark.parametrize("role", [Role.finance, Role.reviewer, Role.organiser])
def test_only_an_operator_grants_and_revokes(api: Api, role: Role) -> None:
    clerk, other = staff(api, role), staff(api, Role.finance)
    for path in ("roles", "role-revocations"):
        assert ask(clerk, path, other.id, "finance", 403)["code"] == "not_allowed"
    assert held_roles(other.id) == ["finance"]


@pytest.mark.slow
def test_eight_grants_at_once_give_the_role_once(api: Api) -> None:
    operator, clerk = staff(api), staff(api, Role.reviewer)
    body = {"role": "finance", "reason": REASON}

    def grant_it(_: int) -> int:
        sent = {"Authorization": f"Bearer {operator.token}"}
        path = f"/v1/operator/users/{clerk.id}/roles"
        return api.send("POST", path, body, sent).status_code

    assert sorted(at_once(grant_it, range(8))) == [204] + [409] * 7
    assert held_roles(clerk.id) == ["finance", "reviewer"]
    assert len(audited("grant_role")) == 1


def test_an_operator_creates_staff_with_a_first_role(api: Api) -> None:
    operator = staff(api)
    body = {"login": "wu.finance", "password": PASSWORD, "role": "finance"}
    created = operator.post("/v1/operator/staff", body)
    clerk = api.log_in_staff("wu.finance", PASSWORD)
    assert str(clerk.id) == created["user_id"]
    assert held_roles(clerk.id) == ["finance"]
    entry = db.session.scalars(
        select(AuditEntry).filter_by(action="create_staff", subject=f"user:{clerk.id}")
    ).one()
    assert entry.by_user_id == operator.id


def test_a_login_name_is_given_once(api: Api) -> None:
    operator = staff(api)
    body = {"login": "wu.finance", "password": PASSWORD, "role": "finance"}
    operator.post("/v1/operator/staff", body)
    assert operator.post("/v1/operator/staff", body, 409)["code"] == "login_name_taken"
    named = select(func.count()).select_from(StaffAccount).filter_by(login="wu.finance")
    assert db.session.scalar(named) == 1
