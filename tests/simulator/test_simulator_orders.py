"""Ordering, querying and closing, judged by wechatpayv3."""

import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import requests

from simulator.testing import Receiver, RunningSimulator


def test_an_order_is_paid_and_told(
    simulator: RunningSimulator, merchant: Any, receiver: Receiver
) -> None:
    assert merchant.order("order-0001", 1234).startswith("wx")
    status, unpaid = merchant.call("query", out_trade_no="order-0001")
    assert (status, unpaid["trade_state"]) == (200, "NOTPAY")

    simulator.post("/transactions/order-0001/payment")

    notice = receiver.wait()[0]
    assert notice["event_type"] == "TRANSACTION.SUCCESS"
    assert notice["resource"]["amount"]["total"] == 1234
    assert notice["resource"]["payer"]["openid"] == "oSIMbuyer"
    _, by_order = merchant.call("query", out_trade_no="order-0001")
    assert by_order == notice["resource"]
    _, by_id = merchant.call("query", transaction_id=by_order["transaction_id"])
    assert by_id == by_order


def test_the_same_order_keeps_its_prepay_id(merchant: Any) -> None:
    first = merchant.order("order-0002")
    assert merchant.order("order-0002") == first
    status, refusal = merchant.try_order("order-0002", 101)
    assert (status, refusal["code"]) == (400, "INVALID_REQUEST")


def test_what_is_paid_is_not_ordered_again(merchant: Any) -> None:
    merchant.paid("order-0003")
    for status, refusal in (merchant.try_order("order-0003"), merchant.call("close", "order-0003")):
        assert (status, refusal["code"]) == (400, "ORDERPAID")


def test_what_is_closed_is_not_ordered_again(merchant: Any) -> None:
    merchant.order("order-0004")
    assert merchant.call("close", "order-0004") == (204, None)
    assert merchant.call("close", "order-0004") == (204, None)
    status, refusal = merchant.try_order("order-0004")
    assert (status, refusal["code"]) == (400, "ORDER_CLOSED")
    assert merchant.call("query", out_trade_no="order-0004")[1]["trade_state"] == "CLOSED"


def test_an_unknown_order(merchant: Any) -> None:
    assert merchant.call("query", out_trade_no="order-none")[0] == 404
    status, refusal = merchant.call("query", transaction_id="4200000000000000000000000000")
    assert (status, refusal["code"]) == (404, "ORDER_NOT_EXIST")
    assert merchant.call("close", "order-none")[0] == 404
    assert merchant.call("query", out_trade_no="order-none", mchid="1600000000")[0] == 400


@pytest.mark.parametrize(
    "changes",
    [
        {"out_trade_no": "short"},
        {"out_trade_no": "x" * 33},
        {"out_trade_no": "有中文的号码"},
        {"description": "长" * 128},
        {"notify_url": "ftp://example.com/notify"},
        {"notify_url": "https://example.com/notify?order=1"},
        {"amount": {"total": 0, "currency": "CNY"}},
        {"amount": {"total": 1.5, "currency": "CNY"}},
        {"amount": {"total": True, "currency": "CNY"}},
        {"amount": {"total": 100, "currency": "USD"}},
        {"payer": {"openid": "oStranger"}},
        {"time_expire": "2020-01-01T00:00:00+08:00"},
        {"time_expire": "tomorrow"},
    ],
)
def test_a_bad_field_is_refused(merchant: Any, changes: dict[str, Any]) -> None:
    status, refusal = merchant.try_order("order-0005", **changes)
    assert (status, refusal["code"]) == (400, "PARAM_ERROR")
    assert refusal["detail"]["field"].startswith("/")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"appid": "wx0000000000000000"}, "APPID_MCHID_NOT_MATCH"),
        ({"mchid": "1600000000"}, "INVALID_REQUEST"),
    ],
)
def test_a_wrong_party_is_refused(merchant: Any, changes: dict[str, Any], code: str) -> None:
    status, refusal = merchant.try_order("order-0006", **changes)
    assert (status, refusal["code"]) == (400, code)


def test_who_signs_wrongly_is_refused(
    simulator: RunningSimulator, impostor: Callable[..., Any]
) -> None:
    facts = simulator.credentials
    other = Path(facts.merchant_private_key_file).with_name("wechatpay_private_key.pem")
    for changed in (
        {"private_key": other.read_text()},
        {"mchid": "1600000000"},
        {"cert_serial_no": "0" * 40},
    ):
        stranger = impostor(**changed)
        status, refusal = stranger.call("query", out_trade_no="order-0001", mchid=facts.mchid)
        assert (status, refusal["code"]) == (401, "SIGN_ERROR")


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer x"}])
def test_who_does_not_sign_is_refused(simulator: RunningSimulator, headers: dict[str, str]) -> None:
    address = f"{simulator.url}/v3/pay/transactions/out-trade-no/order-0001"
    answer = requests.get(address, headers=headers, timeout=5)
    assert (answer.status_code, answer.json()["code"]) == (401, "SIGN_ERROR")


def test_an_old_signature_is_refused(merchant: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    moment = int(time.time()) - 301
    monkeypatch.setattr("wechatpayv3.utils.time", SimpleNamespace(time=lambda: moment))
    status, refusal = merchant.call("query", out_trade_no="order-0001")
    assert (status, refusal["code"]) == (401, "SIGN_ERROR")
    assert "5分钟" in refusal["message"]


def test_a_new_merchant_has_no_certificates(merchant: Any) -> None:
    status, body = merchant.library._core.request("/v3/certificates")
    assert status == 404
    assert "RESOURCE_NOT_EXISTS" in body
