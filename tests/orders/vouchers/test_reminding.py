"""Reminding before expiry: once, one message an order, tried again only where that may help."""

from datetime import datetime
from typing import Any

import pytest
from structlog.testing import LogCapture

from backend import Service
from backend.core import clock
from backend.orders.vouchers import reminding
from simulator.testing import RunningSimulator
from tests.api import Api
from tests.conftest import Time, Worker
from tests.core.contexts import recorder
from tests.orders.test_any_sequence import rows
from tests.orders.vouchers.scenes import Trip, end_in, trip
from tests.payments.books import alarms
from tests.payments.scenes import calls

TEMPLATE = "tmpl-expiry"
SEND = "/message/subscribe/send"
NOON = datetime.fromisoformat("2026-11-24T12:00:00+08:00").astimezone(clock.now().tzinfo)


@pytest.fixture(autouse=True)
def noon(time: Time) -> None:
    time.freeze(NOON)


@pytest.fixture(autouse=True)
def configured(app: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    changed = {"wechat_voucher_reminder_template": TEMPLATE}
    settings = app.config["SETTINGS"].model_copy(update=changed)
    monkeypatch.setitem(app.config, "SETTINGS", settings)


def agreed(api: Api, bought: Trip, count: int = 1) -> Trip:
    consent = {"openid": bought.buyer.openid, "template_id": TEMPLATE, "count": count}
    api.wechat.post("/consents", consent)
    return bought


def ending(api: Api, *, days: float = 6.5, **how: Any) -> Trip:
    """A trip whose vouchers end soon and whose buyer agreed to be told."""
    bought = agreed(api, trip(api, **how))
    end_in(bought.order_no, days=days)
    return bought


def messages(wechat: RunningSimulator) -> list[Any]:
    return list(wechat.get("/messages")["messages"])


def reminded() -> list[bool]:
    query = "SELECT reminded_at IS NOT NULL FROM vouchers ORDER BY id"
    return [told for (told,) in rows(query)]


def test_vouchers_of_one_order_are_one_message_once(api: Api, worker: Worker) -> None:
    bought = ending(api, quantity=3, persons=2)
    bought.redeem(bought.codes[0], persons=2)
    bought.redeem(bought.codes[1], persons=1)
    for _ in range(3):
        worker.sweep()
    (message,) = messages(api.wechat)
    assert message["openid"] == bought.buyer.openid
    said = {name: field["value"] for name, field in message["data"].items()}
    assert said == {
        "thing1": "梅山古寨门票",
        "date2": "2026年11月30日",
        "thing3": "还有 3 人未使用，过期可退",
    }
    assert reminded() == [False, True, True]
    assert calls(api.wechat, SEND) == 1


def test_the_last_day_is_told_and_not_the_midnight_after(api: Api, worker: Worker) -> None:
    agreed(api, trip(api, days=4))
    clock.use(lambda: datetime.fromisoformat("2026-11-26T12:00:00+08:00"))
    worker.sweep()
    (message,) = messages(api.wechat)
    assert message["data"]["date2"]["value"] == "2026年11月27日"


def test_nobody_is_reminded_too_early_or_too_late_or_of_what_is_gone(
    api: Api, worker: Worker
) -> None:
    early, over, used, back = (ending(api, days=days) for days in (7.1, -0.1, 6, 6))
    used.redeem()
    back.give_back()
    worker.sweep()
    assert messages(api.wechat) == []
    assert (early.states, over.states) == (["active"], ["expired"])
    end_in(early.order_no, days=7)
    worker.sweep()
    assert len(messages(api.wechat)) == 1


def test_a_voucher_for_a_few_days_is_reminded_of_at_half_its_time(
    api: Api, worker: Worker, time: Time
) -> None:
    agreed(api, trip(api, days=3))
    worker.sweep()
    assert messages(api.wechat) == []
    time.freeze(NOON.replace(day=25, hour=23))
    worker.sweep()
    assert messages(api.wechat) == []
    time.freeze(NOON.replace(day=26, hour=2))
    worker.sweep()
    assert len(messages(api.wechat)) == 1


@pytest.mark.parametrize(("hour", "sent"), [("08:59", 0), ("09:00", 1), ("20:59", 1), ("21:00", 0)])
def test_nobody_is_woken(api: Api, worker: Worker, time: Time, hour: str, sent: int) -> None:
    ending(api)
    at = datetime.fromisoformat(f"2026-11-24T{hour}:00+08:00").astimezone(NOON.tzinfo)
    time.freeze(at)
    worker.sweep()
    assert len(messages(api.wechat)) == sent


def test_who_did_not_agree_is_asked_once_and_left_alone(
    api: Api, worker: Worker, time: Time
) -> None:
    bought = trip(api)
    end_in(bought.order_no, days=6)
    for _ in range(2):
        worker.sweep()
        time.travel(hours=1)
    assert (calls(api.wechat, SEND), reminded(), alarms()) == (1, [False], [])


def test_what_wechat_calls_wrong_is_for_a_person_and_not_sent_again(
    api: Api, worker: Worker, time: Time
) -> None:
    bought = ending(api)
    wrong = {"errcode": 47003, "errmsg": "argument invalid"}
    api.wechat.post("/faults", {"match": {"path": SEND}, "body": wrong})
    for _ in range(2):
        worker.sweep()
        time.travel(hours=1)
    assert (calls(api.wechat, SEND), reminded()) == (1, [False])
    told = rows("SELECT kind, subject, detail->>'wechat_code' FROM alarms")
    assert told == [("voucher_reminder_impossible", bought.order_no, "47003")]


def sent(api: Api, least: int) -> int:
    """How often WeChat was asked to send; it notes a call after it has dropped the connection."""
    api.wait_for(lambda: calls(api.wechat, SEND) >= least)
    return calls(api.wechat, SEND)


@pytest.mark.parametrize(
    "how",
    [
        {"body": {"errcode": -1, "errmsg": "busy"}},
        {"body": {"errcode": 45009, "errmsg": "quota"}},
        {"drop_connection": True},
    ],
    ids=str,
)
def test_what_may_pass_is_tried_again_at_growing_pauses(
    api: Api, worker: Worker, time: Time, how: dict[str, Any]
) -> None:
    ending(api)
    api.wechat.post("/faults", {"match": {"path": SEND}, "times": 2, **how})
    for minutes, tried in ((0, 1), (9, 1), (1, 2), (19, 2), (1, 3), (600, 3)):
        time.travel(minutes=minutes)
        worker.sweep()
        assert sent(api, tried) == tried
    assert (len(messages(api.wechat)), reminded()) == (1, [True])


def test_a_silent_wechat_is_not_asked_for_every_order(api: Api, worker: Worker) -> None:
    for _ in range(3):
        ending(api)
    api.wechat.post("/faults", {"match": {"path": SEND}, "times": -1, "drop_connection": True})
    worker.sweep()
    assert sent(api, 1) == 1


def test_a_worker_that_dies_while_wechat_answers_sends_at_most_twice(
    api: Api, worker: Worker, time: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    bought = agreed(api, trip(api), count=5)
    end_in(bought.order_no, days=6)
    send = reminding.send_message

    def die(*args: Any) -> Any:
        send(*args)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(reminding, "send_message", die)
        with pytest.raises(KeyboardInterrupt):
            reminding.remind(bought.order_no)
    reminding.db.session.rollback()
    worker.sweep()
    assert len(messages(api.wechat)) == 1, "the next try is put off"
    time.travel(minutes=10)
    for _ in range(2):
        worker.sweep()
        time.travel(hours=1)
    assert (len(messages(api.wechat)), reminded()) == (2, [True])


def test_trying_has_an_end(api: Api, worker: Worker, time: Time) -> None:
    ending(api)
    api.wechat.post("/faults", {"match": {"path": SEND}, "times": -1, "status": 500})
    for _ in range(reminding.MOST_TRIES + 3):
        reminding.remind(reminding.due_orders()[0]) if reminding.due_orders() else None
        reminding.db.session.commit()
        time.travel(hours=6)
    assert calls(api.wechat, SEND) == reminding.MOST_TRIES


def test_without_a_template_nobody_is_reminded_and_the_log_says_so_once(
    api: Api, worker: Worker, app: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = app.config["SETTINGS"].model_copy(update={"wechat_voucher_reminder_template": None})
    monkeypatch.setitem(app.config, "SETTINGS", settings)
    app.extensions.pop(reminding._TOLD, None)
    ending(api)
    written = LogCapture()
    monkeypatch.setattr(reminding, "log", recorder(written))
    for _ in range(2):
        reminding.remind_due()
    assert [line["event"] for line in written.entries] == ["voucher_reminders_off"]
    assert messages(api.wechat) == []
