"""Staff log in with name and password; five failures lock the name for a quarter of an hour."""

from typing import Any

import pytest
from sqlalchemy import select

from backend import Service
from backend.accounts.models import StaffAccount, User
from backend.accounts.staff import create_staff
from backend.core.audit import AuditEntry
from backend.core.caller import Role
from backend.core.database import db, transaction
from tests.api import Api
from tests.conftest import Time
from tests.factories import PASSWORD, staff
from tests.racing import at_once

LOGIN = "liu.operations"
NEW_PASSWORD = "another long phrase 43"


@pytest.fixture
def account(app: Service) -> int:
    """The user id of a staff account under `LOGIN`."""
    with transaction():
        return create_staff(LOGIN, PASSWORD, Role.operator, None)


def knock(api: Api, password: str, login: str = LOGIN) -> tuple[int, Any]:
    """Try to log in; status and answer."""
    answer = api.send("POST", "/v1/operator/sessions", {"login": login, "password": password}, {})
    return answer.status_code, answer.get_json()


def fail_to_log_in(api: Api, times: int) -> None:
    for _ in range(times):
        status, answer = knock(api, "not the password")
        assert (status, answer["code"]) == (401, "wrong_password")


def failures() -> int:
    return db.session.scalars(select(StaffAccount.failed_logins)).one()


def test_a_wrong_password_is_counted_and_a_right_one_forgets_the_count(
    api: Api, account: int
) -> None:
    fail_to_log_in(api, 4)
    assert failures() == 4
    api.log_in_staff(LOGIN, PASSWORD)
    assert failures() == 0
    fail_to_log_in(api, 4)
    api.log_in_staff(LOGIN, PASSWORD)


def test_after_five_failures_even_the_right_password_is_refused(api: Api, account: int) -> None:
    fail_to_log_in(api, 5)
    for password in (PASSWORD, "not the password"):
        status, answer = knock(api, password)
        assert (status, answer["code"]) == (429, "login_locked")


def test_the_lock_opens_after_a_quarter_of_an_hour_and_not_before(
    api: Api, account: int, time: Time
) -> None:
    fail_to_log_in(api, 5)
    time.travel(minutes=14, seconds=50)
    assert knock(api, PASSWORD)[0] == 429
    time.travel(seconds=10)
    assert knock(api, PASSWORD)[0] == 201
    assert db.session.scalars(select(StaffAccount.locked_until)).one() is None


def test_once_open_again_the_name_has_five_tries_more(api: Api, account: int, time: Time) -> None:
    fail_to_log_in(api, 5)
    time.travel(minutes=15)
    fail_to_log_in(api, 5)
    assert knock(api, PASSWORD)[0] == 429


@pytest.mark.slow
def test_guessing_in_parallel_gains_no_try(api: Api, account: int) -> None:
    seen = at_once(lambda _: knock(api, "not the password")[0], range(7))
    assert sorted(seen) == [401] * 5 + [429] * 2


def test_an_unknown_name_is_answered_like_a_wrong_password(api: Api, account: int) -> None:
    wrong, unknown = knock(api, "not the password"), knock(api, PASSWORD, "nobody.here")
    assert (wrong[0], wrong[1]["code"], wrong[1]["title"]) == (
        unknown[0],
        unknown[1]["code"],
        unknown[1]["title"],
    )


def test_locking_one_name_locks_no_other(api: Api, account: int) -> None:
    other = staff(api)
    fail_to_log_in(api, 5)
    assert other.get("/v1/me")["id"] == str(other.id)
    staff(api, Role.finance)


def test_a_changed_password_ends_every_login(api: Api, account: int) -> None:
    here, there = (api.log_in_staff(LOGIN, PASSWORD) for _ in range(2))
    body = {"old_password": PASSWORD, "new_password": NEW_PASSWORD}
    here.post("/v1/operator/password", body, 204)
    for person in (here, there):
        assert person.get("/v1/me", status=401)["code"] == "not_logged_in"
    assert knock(api, PASSWORD)[0] == 401
    api.log_in_staff(LOGIN, NEW_PASSWORD)
    entry = db.session.scalars(select(AuditEntry).filter_by(action="change_password")).one()
    assert (entry.by_user_id, entry.subject) == (account, f"user:{account}")


def test_only_who_knows_the_old_password_may_change_it(api: Api, account: int) -> None:
    person = api.log_in_staff(LOGIN, PASSWORD)
    body = {"old_password": "not the password", "new_password": NEW_PASSWORD}
    refusal = person.post("/v1/operator/password", body, 401)
    assert (refusal["code"], refusal["field"]) == ("wrong_password", "old_password")
    assert person.get("/v1/me")["id"] == str(account)
    assert knock(api, PASSWORD)[0] == 201


@pytest.mark.parametrize("weak", ["short", "aaaaaaaaaaaaaaaa", f"my {LOGIN} phrase"])
def test_a_new_password_must_be_strong(api: Api, account: int, weak: str) -> None:
    person = api.log_in_staff(LOGIN, PASSWORD)
    body = {"old_password": PASSWORD, "new_password": weak}
    refusal = person.post("/v1/operator/password", body, 422)
    assert (refusal["code"], refusal["field"]) == ("invalid_input", "new_password")
    assert knock(api, PASSWORD)[0] == 201


def test_a_weak_password_of_a_new_account_is_named_too(api: Api) -> None:
    body = {"login": LOGIN, "password": "short", "role": "finance"}
    refusal = staff(api).post("/v1/operator/staff", body, 422)
    assert (refusal["code"], refusal["field"]) == ("invalid_input", "password")


def test_a_login_is_noted_and_ends_by_itself_after_a_week(
    api: Api, account: int, time: Time
) -> None:
    person = api.log_in_staff(LOGIN, PASSWORD)
    assert db.session.scalar(select(User.last_login_at).filter_by(id=account)) is not None
    time.travel(days=6, hours=23)
    person.get("/v1/me")
    time.travel(hours=1)
    assert person.get("/v1/me", status=401)["code"] == "login_expired"


@pytest.mark.parametrize("token", ["x", "W10.AAAA", "a.b.c", "%00", "." * 400])
def test_a_token_that_we_did_not_sign_is_nobodys(api: Api, token: str) -> None:
    assert api.call("GET", "/v1/me", token=token, status=401)["code"] == "not_logged_in"


def test_a_token_with_another_number_in_it_is_refused(api: Api, account: int) -> None:
    person, other = api.log_in_staff(LOGIN, PASSWORD), staff(api)
    head, _, signature = person.token.rpartition(".")
    forged = f"{other.token.rpartition('.')[0]}.{signature}"
    assert head
    assert api.call("GET", "/v1/me", token=forged, status=401)["code"] == "not_logged_in"


def test_logging_out_ends_every_login(api: Api) -> None:
    here = api.log_in()
    there = api.log_in(here.openid)
    api.call("DELETE", "/v1/session", token=here.token, status=204)
    for person in (here, there):
        assert person.get("/v1/me", status=401)["code"] == "not_logged_in"
    assert api.log_in(here.openid).get("/v1/me")["id"] == str(here.id)
