"""Faults of requests: refused, late, cut off, badly signed, carried out and denied."""

import time
from typing import Any

import pytest
import requests

from simulator.testing import RunningSimulator

ORDER = {"path": "^/v3/pay/transactions/jsapi$", "method": "POST"}


def test_an_answer_instead(simulator: RunningSimulator, merchant: Any) -> None:
    body = {"code": "SYSTEM_ERROR", "message": "系统异常"}
    simulator.post("/faults", {"match": ORDER, "times": 2, "status": 500, "body": body})
    assert merchant.try_order("order-0401") == (500, body)
    assert merchant.call("query", out_trade_no="order-0401")[0] == 404
    assert merchant.try_order("order-0401")[0] == 500
    assert merchant.try_order("order-0401")[0] == 200
    (fault,) = simulator.get("/faults")["faults"]
    assert (fault["remaining"], fault["hits"]) == (0, 2)


def test_carried_out_and_then_denied(simulator: RunningSimulator, merchant: Any) -> None:
    simulator.post("/faults", {"match": ORDER, "status": 502, "body": "bad gateway", "after": True})
    simulator.post("/users", {"openid": "oSIMbuyer"})
    with pytest.raises(ValueError, match="Expecting value"):
        merchant.try_order("order-0402")
    assert merchant.call("query", out_trade_no="order-0402")[0] == 200


def test_a_bad_signature_on_what_was_carried_out(
    simulator: RunningSimulator, merchant: Any
) -> None:
    merchant.paid("order-0403")
    simulator.post("/faults", {"match": {"path": "/v3/refund"}, "unsigned": True})
    with pytest.raises(Exception, match="failed to verify the signature"):
        merchant.try_refund("refund-403", 100, "order-0403")
    assert merchant.call("query_refund", "refund-403")[1]["status"] == "SUCCESS"


@pytest.mark.parametrize(("after", "known"), [(False, 404), (True, 200)])
def test_a_cut_connection(
    simulator: RunningSimulator, merchant: Any, after: bool, known: int
) -> None:
    simulator.post("/users", {"openid": "oSIMbuyer"})
    simulator.post("/faults", {"match": ORDER, "drop_connection": True, "after": after})
    with pytest.raises(requests.ConnectionError):
        merchant.try_order("order-0404")
    assert merchant.call("query", out_trade_no="order-0404")[0] == known


def test_a_delay(simulator: RunningSimulator, merchant: Any) -> None:
    simulator.post("/faults", {"match": {"path": "/v3/", "method": "GET"}, "delay_ms": 300})
    began = time.monotonic()
    assert merchant.call("query", out_trade_no="order-0405")[0] == 404
    assert time.monotonic() - began >= 0.3


def test_a_fault_for_ever_until_cleared(simulator: RunningSimulator) -> None:
    address = f"{simulator.url}/sns/jscode2session"
    body = {"errcode": -1, "errmsg": "system busy"}
    simulator.post("/faults", {"match": {"path": "jscode2session"}, "times": -1, "body": body})
    for _ in range(3):
        assert requests.get(address, timeout=5).json() == body
    assert simulator.delete("/faults") == {"removed": 1}
    assert requests.get(address, timeout=5).json()["errcode"] == 41002


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"match": {"path": "("}, "status": 500},
        {"match": {"path": "/v3"}},
        {"match": {"path": "/v3", "method": "FETCH"}, "status": 500},
        {"match": {"path": "/v3"}, "status": 99},
        {"match": {"path": "/v3"}, "status": 500, "times": -2},
        {"match": {"path": "/v3"}, "status": 500, "surprise": 1},
    ],
)
def test_a_senseless_fault_is_refused(simulator: RunningSimulator, body: dict[str, Any]) -> None:
    answer = requests.post(f"{simulator.url}/control/faults", json=body, timeout=5)
    assert answer.status_code == 400
    assert answer.json()["error"]


def test_control_answers_clearly(simulator: RunningSimulator) -> None:
    for method, path, body, status in (
        ("POST", "/control/users", {"phon": "1"}, 400),
        ("POST", "/control/phone-codes", {}, 400),
        ("POST", "/control/refund-mode", {"mode": "odd"}, 400),
        ("POST", "/control/notice-faults", {"action": "delay"}, 400),
        ("POST", "/control/transactions/none/payment", {}, 404),
        ("POST", "/control/refunds/none/result", {"status": "SUCCESS"}, 404),
        ("POST", "/control/notices/none/delivery", {}, 404),
        ("GET", "/control/nothing", None, 404),
        ("GET", "/control/calls?path=(", None, 400),
        ("GET", "/control/transactions?limit=0", None, 400),
    ):
        answer = requests.request(method, simulator.url + path, json=body, timeout=5)
        assert (path, answer.status_code) == (path, status)
        assert answer.json()["error"]
