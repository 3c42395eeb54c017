"""The phone number that WeChat verified: bound, encrypted, shown only masked."""

from typing import Any

import pytest
from sqlalchemy import select, text

from backend import Service
from backend.accounts.models import User
from backend.core.database import db
from backend.core.personal_data import vault
from backend.wechat.mini_program import MiniProgram
from simulator.testing import RunningSimulator
from tests.api import Api, Person
from tests.conftest import Time

PHONE = "13800001234"
ASK = "getuserphonenumber"


@pytest.fixture
def person(api: Api) -> Person:
    return api.log_in()


def phone_code(wechat: RunningSimulator, phone: str = PHONE) -> str:
    return str(wechat.post("/phone-codes", {"phone": phone})["code"])


def bind(person: Person, code: str, status: int = 200) -> Any:
    return person.post("/v1/me/phone", {"code": code}, status)


def bound() -> list[str | None]:
    """The phones of all accounts, as they lie decrypted."""
    db.session.expire_all()
    return [user.phone for user in db.session.scalars(select(User).order_by(User.id))]


def test_a_phone_is_bound_and_answered_masked(person: Person, wechat: RunningSimulator) -> None:
    assert person.get("/v1/me")["phone_masked"] is None
    assert bind(person, phone_code(wechat)) == {"phone_masked": "138****1234"}
    assert person.get("/v1/me")["phone_masked"] == "138****1234"
    assert bound() == [PHONE]


def test_a_phone_lies_encrypted_with_an_index_to_find_it(
    person: Person, wechat: RunningSimulator
) -> None:
    bind(person, phone_code(wechat))
    row = db.session.execute(text("SELECT phone, phone_index FROM users")).one()
    assert PHONE.encode() not in bytes(row.phone) + bytes(row.phone_index)
    assert bytes(row.phone_index) == vault().index(PHONE)


def test_a_new_phone_replaces_the_old_one(person: Person, wechat: RunningSimulator) -> None:
    bind(person, phone_code(wechat))
    bind(person, phone_code(wechat, "13900005678"))
    assert bound() == ["13900005678"]
    stored = db.session.scalar(select(User.phone_index))
    assert stored is not None
    assert bytes(stored) == vault().index("13900005678")


def test_a_phone_code_works_once(api: Api, person: Person, wechat: RunningSimulator) -> None:
    code = phone_code(wechat)
    bind(person, code)
    other = api.log_in()
    refusal = bind(other, code, 422)
    assert (refusal["code"], refusal["field"]) == ("phone_code_invalid", "code")
    assert bound() == [PHONE, None]


def test_a_phone_code_expires_after_five_minutes(
    person: Person, wechat: RunningSimulator, time: Time
) -> None:
    code = phone_code(wechat)
    time.travel(minutes=5, seconds=1)
    assert bind(person, code, 422)["code"] == "phone_code_invalid"
    assert bound() == [None]


def test_a_login_code_is_no_phone_code(api: Api, person: Person, wechat: RunningSimulator) -> None:
    refusal = bind(person, api.login_code(person.openid), 422)
    assert refusal["code"] == "phone_code_invalid"


def test_only_who_is_logged_in_binds_a_phone(api: Api, wechat: RunningSimulator) -> None:
    api.call("POST", "/v1/me/phone", {"code": phone_code(wechat)}, status=401)
    assert wechat.get(f"/calls?path={ASK}")["calls"] == []


@pytest.mark.parametrize(
    ("fault", "status", "problem"),
    [
        ({"body": {"errcode": -1, "errmsg": "system error"}}, 503, "wechat_unavailable"),
        ({"body": {"errcode": 45011, "errmsg": "too often"}}, 429, "wechat_too_frequent"),
        ({"status": 500}, 503, "wechat_unavailable"),
        ({"drop_connection": True}, 503, "wechat_unavailable"),
        ({"body": "<html></html>"}, 503, "wechat_unavailable"),
        ({"body": {"errcode": 0}}, 503, "wechat_unavailable"),
        ({"body": {"errcode": 0, "phone_info": None}}, 503, "wechat_unavailable"),
        ({"body": {"errcode": 0, "phone_info": {}}}, 503, "wechat_unavailable"),
    ],
)
def test_trouble_at_wechat_binds_nothing(
    person: Person, wechat: RunningSimulator, fault: dict[str, Any], status: int, problem: str
) -> None:
    wechat.post("/faults", {"match": {"path": ASK}, **fault})
    assert bind(person, phone_code(wechat), status)["code"] == problem
    assert bound() == [None]


@pytest.mark.parametrize("number", [None, "", 13800001234, [PHONE]])
def test_a_number_that_is_no_text_is_not_kept(
    person: Person, wechat: RunningSimulator, number: Any
) -> None:
    info = {"purePhoneNumber": number, "watermark": {"appid": wechat.credentials.appid}}
    wechat.post("/faults", {"match": {"path": ASK}, "body": {"errcode": 0, "phone_info": info}})
    assert bind(person, phone_code(wechat), 503)["code"] == "wechat_unavailable"
    assert bound() == [None]
    person.api.wait_for(lambda: wechat.get(f"/calls?path={ASK}")["calls"])


def test_a_number_given_to_another_app_is_refused(person: Person, wechat: RunningSimulator) -> None:
    info = {"purePhoneNumber": PHONE, "watermark": {"appid": "wx-another-app"}}
    wechat.post("/faults", {"match": {"path": ASK}, "body": {"errcode": 0, "phone_info": info}})
    assert bind(person, phone_code(wechat), 422)["code"] == "phone_code_invalid"
    assert bound() == [None]


@pytest.mark.slow
def test_a_wechat_slower_than_our_patience_is_unavailable(
    app: Service, person: Person, wechat: RunningSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = app.config["SETTINGS"].model_copy(update={"wechat_timeout_seconds": 0.3})
    monkeypatch.setitem(app.extensions, "mini_program", MiniProgram(settings))
    wechat.post("/faults", {"match": {"path": ASK}, "delay_ms": 700})
    assert bind(person, phone_code(wechat), 503)["code"] == "wechat_unavailable"
    assert bound() == [None]
    person.api.wait_for(lambda: wechat.get(f"/calls?path={ASK}")["calls"])
