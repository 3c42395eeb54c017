"""The access token: one for all processes, renewed once when WeChat refuses it."""

import pytest

from backend import Service
from backend.core.cache import Cache, cache
from backend.core.errors import DomainError
from backend.wechat.errors import WeChatUnavailable
from backend.wechat.mini_program import MiniProgram
from simulator.testing import RunningSimulator
from tests.conftest import Time, free_port
from tests.core.contexts import apart
from tests.racing import at_once

PHONE = "13800001234"


@pytest.fixture
def process(app: Service) -> MiniProgram:
    """WeChat as one process of ours sees it, which has no token yet."""
    return another_process(app)


def another_process(app: Service) -> MiniProgram:
    return MiniProgram(app.config["SETTINGS"])


def code(wechat: RunningSimulator) -> str:
    return str(wechat.post("/phone-codes", {"phone": PHONE})["code"])


def calls(wechat: RunningSimulator, path: str) -> int:
    return len(wechat.get(f"/calls?path={path}")["calls"])


def asked(wechat: RunningSimulator) -> tuple[int, int]:
    """How often a token was fetched and a phone number asked for."""
    return calls(wechat, "stable_token"), calls(wechat, "getuserphonenumber")


def test_a_token_is_fetched_once_and_used_again(
    process: MiniProgram, wechat: RunningSimulator
) -> None:
    for _ in range(3):
        assert process.phone_number(code(wechat)) == PHONE
    assert asked(wechat) == (1, 3)
    assert calls(wechat, "cgi-bin/token") == 0


def test_the_stable_token_is_asked_for_without_force(
    process: MiniProgram, wechat: RunningSimulator
) -> None:
    process.phone_number(code(wechat))
    (call,) = wechat.get("/calls?path=stable_token")["calls"]
    assert call["body"]["force_refresh"] is False


@pytest.mark.parametrize("how", ["expired", "revoked"])
def test_a_token_that_ended_is_renewed_once_and_the_call_repeated_once(
    process: MiniProgram, wechat: RunningSimulator, how: str
) -> None:
    process.phone_number(code(wechat))
    wechat.post("/tokens/expiration", {"as": how})
    assert process.phone_number(code(wechat)) == PHONE
    assert asked(wechat) == (2, 3)
    assert process.phone_number(code(wechat)) == PHONE
    assert asked(wechat) == (2, 4)


@pytest.mark.parametrize("errcode", [40001, 40014, 42001])
def test_a_token_that_stays_refused_does_not_go_round_in_circles(
    process: MiniProgram, wechat: RunningSimulator, errcode: int
) -> None:
    body = {"errcode": errcode, "errmsg": "access_token"}
    wechat.post("/faults", {"match": {"path": "getuserphone"}, "times": -1, "body": body})
    with pytest.raises(WeChatUnavailable):
        process.phone_number(code(wechat))
    assert asked(wechat) == (2, 2)


def test_a_refusal_that_is_not_about_the_token_is_not_repeated(
    process: MiniProgram, wechat: RunningSimulator
) -> None:
    with pytest.raises(DomainError):
        process.phone_number("no such code")
    assert asked(wechat) == (1, 1)


@pytest.mark.parametrize(
    "fault",
    [
        {"body": {"errcode": 40125, "errmsg": "invalid appsecret"}},
        {"body": {"errcode": -1, "errmsg": "busy"}},
        {"status": 500},
        {"body": "<html></html>"},
        {"body": []},
        {"body": {"access_token": "x"}},
        {"drop_connection": True},
    ],
)
def test_without_a_token_wechat_is_unavailable_until_there_is_one(
    process: MiniProgram, wechat: RunningSimulator, fault: dict[str, object]
) -> None:
    wechat.post("/faults", {"match": {"path": "stable_token"}, **fault})
    kept = code(wechat)
    with pytest.raises(WeChatUnavailable):
        process.phone_number(kept)
    assert process.phone_number(kept) == PHONE


def test_processes_share_the_token_through_valkey(app: Service, wechat: RunningSimulator) -> None:
    for _ in range(3):
        assert another_process(app).phone_number(code(wechat)) == PHONE
    assert asked(wechat) == (1, 3)


@pytest.mark.slow
def test_no_process_throws_another_out(app: Service, wechat: RunningSimulator) -> None:
    processes = [another_process(app) for _ in range(4)]
    codes = [code(wechat) for _ in range(8)]

    def ask(number: int) -> str:
        return processes[number % 4].phone_number(codes[number])

    assert at_once(apart(app, ask), range(8)) == [PHONE] * 8
    assert calls(wechat, "getuserphonenumber") == 8


def test_a_token_renewed_by_one_process_serves_the_others(
    app: Service, wechat: RunningSimulator
) -> None:
    first, second = another_process(app), another_process(app)
    first.phone_number(code(wechat))
    second.phone_number(code(wechat))
    wechat.post("/tokens/expiration", {"as": "revoked"})
    first.phone_number(code(wechat))
    second.phone_number(code(wechat))
    assert asked(wechat) == (2, 5)


def test_after_valkey_was_emptied_the_token_is_still_known(
    app: Service, process: MiniProgram, wechat: RunningSimulator
) -> None:
    process.phone_number(code(wechat))
    cache().delete(f"wechat:{process.access_token_key}")
    assert process.phone_number(code(wechat)) == PHONE
    assert asked(wechat) == (1, 2)


def test_without_valkey_each_process_keeps_the_token_itself(
    app: Service, wechat: RunningSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    dead = Cache(f"redis://127.0.0.1:{free_port()}/0")
    monkeypatch.setitem(app.extensions, "cache", dead)
    first, second = another_process(app), another_process(app)
    for each in (first, first, second, second):
        assert each.phone_number(code(wechat)) == PHONE
    assert asked(wechat) == (2, 4)


def test_without_valkey_an_ended_token_is_renewed_all_the_same(
    app: Service, wechat: RunningSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.extensions, "cache", Cache(None))
    process = another_process(app)
    process.phone_number(code(wechat))
    wechat.post("/tokens/expiration", {"as": "revoked"})
    assert process.phone_number(code(wechat)) == PHONE
    assert asked(wechat) == (2, 3)


def test_a_token_outlives_its_two_hours_by_being_renewed(
    process: MiniProgram, wechat: RunningSimulator, time: Time
) -> None:
    process.phone_number(code(wechat))
    time.travel(hours=2, seconds=1)
    assert process.phone_number(code(wechat)) == PHONE


def test_a_token_of_the_longest_kind_is_kept_whole(app: Service) -> None:
    storage = another_process(app).session
    token = "t" * 512
    storage.set("longest", token, 60)
    assert storage.get("longest") == token
    storage.delete("longest")
    assert storage.get("longest") is None
