"""Login through WeChat: a code becomes an account, and whatever goes wrong is said clearly."""

from typing import Any

import pytest
from sqlalchemy import func, select

from backend import Service
from backend.accounts.models import User
from backend.core.database import db
from backend.wechat.mini_program import MiniProgram
from simulator.testing import RunningSimulator
from tests.api import Api
from tests.conftest import Time
from tests.racing import at_once

OPENID = "oLOGIN0000000000000000000001"
LOGIN = "jscode2session"


def accounts() -> int:
    return db.session.scalar(select(func.count()).select_from(User)) or 0


def log_in(api: Api, status: int, code: str | None = None) -> Any:
    body = {"code": code or api.login_code(OPENID)}
    return api.call("POST", "/v1/sessions", body, status=status)


def refused(api: Api, status: int, problem: str, code: str | None = None) -> Any:
    """The login is refused with this problem, and there is no account."""
    answer = log_in(api, status, code)
    assert answer["code"] == problem
    assert accounts() == 0
    return answer


def test_the_first_login_makes_an_account_and_the_second_finds_it(api: Api) -> None:
    first, second = log_in(api, 201), log_in(api, 201)
    assert (first["is_new"], second["is_new"]) == (True, False)
    assert first["user_id"] == second["user_id"]
    assert first["expires_in"] == 7 * 86_400
    assert db.session.scalars(select(User.openid)).all() == [OPENID]


def test_both_tokens_are_good(api: Api) -> None:
    for session in (log_in(api, 201), log_in(api, 201)):
        me = api.call("GET", "/v1/me", token=session["token"], status=200)
        assert (me["id"], me["roles"]) == (session["user_id"], ["consumer"])


def test_two_people_have_two_accounts(api: Api) -> None:
    assert api.log_in().id != api.log_in().id
    assert accounts() == 2


@pytest.mark.slow
def test_eight_first_logins_at_once_make_one_account(api: Api) -> None:
    codes = [api.login_code(OPENID) for _ in range(8)]
    sessions = at_once(lambda code: log_in(api, 201, code), codes)
    assert len({session["user_id"] for session in sessions}) == 1
    assert [session["is_new"] for session in sessions].count(True) == 1
    assert accounts() == 1


def test_the_unionid_is_kept_and_not_forgotten_when_it_is_missing(
    api: Api, wechat: RunningSimulator
) -> None:
    log_in(api, 201)
    assert db.session.scalar(select(User.unionid)) is None
    wechat.post("/users", {"openid": OPENID, "unionid": "uBOUND"})
    log_in(api, 201)
    wechat.post("/faults", {"match": {"path": LOGIN}, "body": {"openid": OPENID}})
    log_in(api, 201)
    assert db.session.scalar(select(User.unionid)) == "uBOUND"


def test_the_session_key_goes_nowhere(api: Api) -> None:
    session = log_in(api, 201)
    assert session.keys() == {"token", "expires_in", "user_id", "is_new"}
    assert OPENID not in session["token"]


def test_a_login_needs_no_access_token(api: Api, wechat: RunningSimulator) -> None:
    log_in(api, 201)
    assert wechat.get("/calls?path=token")["calls"] == []


def test_a_code_works_once(api: Api) -> None:
    code = api.login_code(OPENID)
    log_in(api, 201, code)
    assert log_in(api, 409, code)["code"] == "login_code_used"
    assert accounts() == 1


@pytest.mark.slow
def test_one_code_used_by_eight_at_once_opens_once(api: Api) -> None:
    code = api.login_code(OPENID)
    body = {"code": code}
    seen = at_once(lambda _: api.send("POST", "/v1/sessions", body, {}).status_code, range(8))
    assert sorted(seen) == [201] + [409] * 7


def test_a_code_that_wechat_never_gave_is_invalid(api: Api) -> None:
    assert refused(api, 422, "login_code_invalid", "no such code")["field"] == "code"


def test_a_code_expires_after_five_minutes(api: Api, time: Time) -> None:
    code = api.login_code(OPENID)
    time.travel(minutes=5, seconds=1)
    refused(api, 422, "login_code_invalid", code)


def test_a_code_is_good_until_then(api: Api, time: Time) -> None:
    code = api.login_code(OPENID)
    time.travel(minutes=4, seconds=50)
    log_in(api, 201, code)


def test_whom_wechat_blocks_is_told_so(api: Api, wechat: RunningSimulator) -> None:
    wechat.post("/users", {"openid": OPENID, "blocked": True})
    refused(api, 403, "blocked_by_wechat")


@pytest.mark.parametrize(
    ("fault", "status", "problem"),
    [
        ({"body": {"errcode": -1, "errmsg": "system error"}}, 503, "wechat_unavailable"),
        ({"body": {"errcode": 45011, "errmsg": "api minute-quota"}}, 429, "wechat_too_frequent"),
        ({"body": {"errcode": 40029, "errmsg": "invalid code"}}, 422, "login_code_invalid"),
        ({"body": {"errcode": 40163, "errmsg": "code been used"}}, 409, "login_code_used"),
        ({"body": {"errcode": 40226, "errmsg": "code blocked"}}, 403, "blocked_by_wechat"),
        ({"body": {"errcode": 40125, "errmsg": "bad secret"}}, 503, "wechat_unavailable"),
        ({"status": 500}, 503, "wechat_unavailable"),
        ({"status": 502, "body": "<html>Bad Gateway</html>"}, 503, "wechat_unavailable"),
        ({"drop_connection": True}, 503, "wechat_unavailable"),
    ],
)
def test_each_trouble_at_wechat_has_its_own_clear_answer(
    api: Api, wechat: RunningSimulator, fault: dict[str, Any], status: int, problem: str
) -> None:
    wechat.post("/faults", {"match": {"path": LOGIN}, **fault})
    refused(api, status, problem)
    log_in(api, 201)


@pytest.mark.parametrize(
    "garbage",
    [
        "<html>maintenance</html>",
        "",
        "{",
        [],
        [1, 2],
        {},
        {"session_key": "only"},
        {"openid": None},
        {"openid": ""},
        {"openid": 7},
        {"openid": ["o"]},
        {"openid": "o\x00"},
        {"openid": OPENID, "unionid": {"a": 1}},
        {"errcode": "soon"},
        {"errcode": None},
    ],
)
def test_an_answer_that_makes_no_sense_makes_no_account(
    api: Api, wechat: RunningSimulator, garbage: Any
) -> None:
    wechat.post("/faults", {"match": {"path": LOGIN}, "body": garbage})
    refused(api, 503, "wechat_unavailable")


@pytest.mark.slow
def test_a_wechat_slower_than_our_patience_is_unavailable(
    app: Service, api: Api, wechat: RunningSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = app.config["SETTINGS"].model_copy(update={"wechat_timeout_seconds": 0.3})
    monkeypatch.setitem(app.extensions, "mini_program", MiniProgram(settings))
    wechat.post("/faults", {"match": {"path": LOGIN}, "delay_ms": 700})
    refused(api, 503, "wechat_unavailable")
    api.wait_for(lambda: wechat.get(f"/calls?path={LOGIN}")["calls"])
