"""Subscription messages: sent, declined, impossible, or worth another try."""

from typing import Any

import pytest
from structlog.testing import LogCapture

from backend import Service
from backend.wechat import messages
from backend.wechat.messages import Delivery, Outcome, send_message, thing
from simulator.testing import RunningSimulator
from tests.core.contexts import recorder

OPENID = "oREADER"
TEMPLATE = "tmpl-expiry"
FIELDS = {"thing1": "梅山古寨门票", "date2": "2026年12月1日"}
PATH = "/message/subscribe/send"


@pytest.fixture
def reader(app: Service, wechat: RunningSimulator) -> str:
    """Somebody who agreed to one message."""
    wechat.post("/users", {"openid": OPENID})
    wechat.post("/consents", {"openid": OPENID, "template_id": TEMPLATE})
    return OPENID


def arrived(wechat: RunningSimulator) -> list[Any]:
    return list(wechat.get("/messages")["messages"])


def fault(wechat: RunningSimulator, **how: Any) -> None:
    wechat.post("/faults", {"match": {"path": PATH}, **how})


def test_a_message_arrives_with_its_fields(reader: str, wechat: RunningSimulator) -> None:
    assert send_message(reader, TEMPLATE, FIELDS) == Outcome(Delivery.sent, 0)
    (message,) = arrived(wechat)
    assert (message["openid"], message["template_id"]) == (reader, TEMPLATE)
    assert message["data"]["thing1"] == {"value": "梅山古寨门票"}


def test_one_consent_is_one_message(reader: str, wechat: RunningSimulator) -> None:
    send_message(reader, TEMPLATE, FIELDS)
    assert send_message(reader, TEMPLATE, FIELDS) == Outcome(Delivery.declined, 43101)
    assert len(arrived(wechat)) == 1


def test_a_wrong_reader_template_or_field_is_impossible(
    reader: str, wechat: RunningSimulator
) -> None:
    assert send_message("oNOBODY", TEMPLATE, FIELDS) == Outcome(Delivery.impossible, 40003)
    assert send_message(reader, "", FIELDS) == Outcome(Delivery.impossible, 40037)
    wrong = {"thing1": "字" * 21}
    assert send_message(reader, TEMPLATE, wrong) == Outcome(Delivery.impossible, 47003)
    assert arrived(wechat) == []


@pytest.mark.parametrize(
    "how",
    [
        {"body": {"errcode": -1, "errmsg": "system error"}},
        {"body": {"errcode": 45009, "errmsg": "reach max api daily quota limit"}},
        {"status": 500, "body": "broken"},
        {"status": 502},
        {"drop_connection": True},
        {"body": "<html>maintenance</html>"},
        {"body": {}},
        {"body": []},
        {"body": {"errcode": None}},
        {"body": {"errcode": "x"}},
    ],
    ids=str,
)
def test_what_may_pass_is_worth_another_try(
    reader: str, wechat: RunningSimulator, how: dict[str, Any]
) -> None:
    fault(wechat, **how)
    assert send_message(reader, TEMPLATE, FIELDS).delivery is Delivery.later
    assert send_message(reader, TEMPLATE, FIELDS).delivery is Delivery.sent


def test_a_stale_token_is_renewed_once(reader: str, wechat: RunningSimulator) -> None:
    wechat.post("/tokens/expiration", {})
    assert send_message(reader, TEMPLATE, FIELDS).delivery is Delivery.sent


def test_neither_the_reader_nor_the_text_is_logged(
    reader: str, wechat: RunningSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = LogCapture()
    monkeypatch.setattr(messages, "log", recorder(written))
    fault(wechat, body={"errcode": 47003, "errmsg": f"argument invalid {OPENID}"})
    send_message(reader, TEMPLATE, FIELDS)
    assert written.entries[0]["errcode"] == 47003
    assert OPENID not in str(written.entries)
    assert "梅山" not in str(written.entries)


def test_a_thing_is_one_line_of_twenty_characters() -> None:
    assert thing("短\n名") == "短 名"
    assert thing("字" * 20) == "字" * 20
    assert thing("字" * 21) == "字" * 19 + "…"
