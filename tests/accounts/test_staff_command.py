"""`flask staff create`: the first operator, whose password is asked for and never given."""

import pytest
from click.testing import Result
from sqlalchemy import func, select

from backend import Service
from backend.accounts.models import RoleGrant, StaffAccount, User
from backend.core.audit import AuditEntry
from backend.core.caller import Role
from backend.core.database import db
from tests.api import Api
from tests.factories import PASSWORD

LOGIN = "liu.operations"


def run(app: Service, *arguments: str, answers: str = f"{PASSWORD}\n{PASSWORD}\n") -> Result:
    """`flask staff create …` with what is typed when it asks."""
    return app.test_cli_runner().invoke(args=["staff", "create", *arguments], input=answers)


def accounts() -> int:
    return db.session.scalar(select(func.count()).select_from(User)) or 0


def test_the_password_is_asked_for_twice_and_then_opens_the_door(app: Service, api: Api) -> None:
    result = run(app, LOGIN)
    assert result.exit_code == 0, result.output
    assert "Password:" in result.output
    assert "Repeat for confirmation:" in result.output
    assert PASSWORD not in result.output
    me = api.log_in_staff(LOGIN, PASSWORD).get("/v1/me")
    assert me["roles"] == ["consumer", "operator"]


def test_the_password_is_kept_as_an_argon2_hash(app: Service) -> None:
    run(app, LOGIN)
    stored = db.session.scalars(select(StaffAccount.password_hash)).one()
    assert stored.startswith("$argon2id$")
    assert PASSWORD not in stored


def test_a_role_may_be_named(app: Service, api: Api) -> None:
    run(app, "wu.finance", "--role", "finance")
    assert api.log_in_staff("wu.finance", PASSWORD).get("/v1/me")["roles"] == [
        "consumer",
        "finance",
    ]


def test_what_the_command_did_is_in_the_audit(app: Service) -> None:
    run(app, LOGIN)
    user_id = db.session.scalars(select(User.id)).one()
    entries = db.session.execute(
        select(AuditEntry.by_user_id, AuditEntry.action, AuditEntry.subject).order_by(AuditEntry.id)
    )
    assert [tuple(entry) for entry in entries] == [
        (None, "create_staff", f"user:{user_id}"),
        (None, "grant_role", f"user:{user_id}"),
    ]
    granted = db.session.scalars(select(RoleGrant)).one()
    assert (granted.role, granted.granted_by) == (Role.operator, None)


@pytest.mark.parametrize(
    "password",
    ["short", "elevenchars", "aaaaaaaaaaaaaaaa", f"my {LOGIN} phrase", f"MY {LOGIN.upper()} 1234"],
)
def test_a_weak_password_is_refused_and_leaves_nothing(app: Service, password: str) -> None:
    result = run(app, LOGIN, answers=f"{password}\n{password}\n")
    assert result.exit_code == 1
    assert "invalid_input" in result.output
    assert accounts() == 0


def test_twelve_characters_are_enough(app: Service) -> None:
    assert run(app, LOGIN, answers="abcdefghijkl\nabcdefghijkl\n").exit_code == 0


def test_two_different_passwords_are_asked_for_again(app: Service) -> None:
    result = run(app, LOGIN, answers=f"{PASSWORD}\nsomething else\n")
    assert result.exit_code != 0
    assert accounts() == 0


def test_the_same_name_twice_is_refused_and_leaves_no_orphan(app: Service, api: Api) -> None:
    run(app, LOGIN)
    result = run(app, LOGIN, answers="another long phrase\nanother long phrase\n")
    assert result.exit_code == 1
    assert "login_name_taken" in result.output
    assert accounts() == 1
    api.log_in_staff(LOGIN, PASSWORD)


def test_a_role_that_is_not_of_staff_is_no_choice(app: Service) -> None:
    assert run(app, LOGIN, "--role", "competitor").exit_code == 2
    assert accounts() == 0
