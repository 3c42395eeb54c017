"""The phone: paying by a signed request, and by the pages."""

import time
from typing import Any

import pytest
import requests

from simulator.testing import Receiver, RunningSimulator, wait_for


def request_payment(simulator: RunningSimulator, merchant: Any, prepay: str, **more: str) -> str:
    """What the mini-program does with the merchant's signed answer; returns errMsg."""
    facts = simulator.credentials
    package = f"prepay_id={prepay}"
    moment = str(int(time.time()))
    body = {
        "appId": facts.appid,
        "timeStamp": moment,
        "nonceStr": "nonce",
        "package": package,
        "signType": "RSA",
        "paySign": merchant.library.sign([facts.appid, moment, "nonce", package]),
        "openid": "oSIMbuyer",
    }
    address = f"{simulator.url}/client/request-payment"
    answer = requests.post(address, json=body | more, timeout=5)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["errMsg"])


def test_a_signed_payment(simulator: RunningSimulator, merchant: Any, receiver: Receiver) -> None:
    prepay = merchant.order("order-0601")
    assert request_payment(simulator, merchant, prepay) == "requestPayment:ok"
    assert receiver.wait()[0]["resource"]["out_trade_no"] == "order-0601"
    assert request_payment(simulator, merchant, prepay).startswith("requestPayment:fail")


@pytest.mark.parametrize(
    ("outcome", "message"),
    [("cancel", "requestPayment:fail cancel"), ("fail", "requestPayment:fail 银行卡余额不足")],
)
def test_no_payment_after_all(
    simulator: RunningSimulator, merchant: Any, outcome: str, message: str
) -> None:
    prepay = merchant.order("order-0602")
    assert request_payment(simulator, merchant, prepay, outcome=outcome) == message
    assert merchant.call("query", out_trade_no="order-0602")[1]["trade_state"] == "NOTPAY"


@pytest.mark.parametrize(
    "changes",
    [
        {"paySign": "AAAA"},
        {"nonceStr": "another"},
        {"signType": "MD5"},
        {"openid": "oOther"},
        {"package": "prepay_id=wx0"},
    ],
)
def test_a_wrong_request_does_not_pay(
    simulator: RunningSimulator, merchant: Any, changes: dict[str, str]
) -> None:
    prepay = merchant.order("order-0603")
    message = request_payment(simulator, merchant, prepay, **changes)
    assert message.startswith("requestPayment:fail")
    assert merchant.call("query", out_trade_no="order-0603")[1]["trade_state"] == "NOTPAY"


def test_a_closed_order_is_not_paid(simulator: RunningSimulator, merchant: Any) -> None:
    prepay = merchant.order("order-0604")
    merchant.call("close", "order-0604")
    assert "已关闭" in request_payment(simulator, merchant, prepay)
    address = f"{simulator.url}/control/transactions/order-0604/payment"
    assert requests.post(address, json={}, timeout=5).status_code == 409


def test_an_expired_order_is_not_paid(simulator: RunningSimulator, merchant: Any) -> None:
    moment = time.time() + 1
    expiry = time.strftime("%Y-%m-%dT%H:%M:%S+08:00", time.gmtime(moment + 8 * 3600))
    prepay = merchant.order("order-0605", time_expire=expiry)
    wait_for(lambda: time.time() > moment)
    assert "过期" in request_payment(simulator, merchant, prepay)


def test_the_pages(simulator: RunningSimulator, merchant: Any, receiver: Receiver) -> None:
    prepay = merchant.order("order-0606", 129900, description="<b>黄桃</b>")
    screen = requests.get(f"{simulator.url}/pay/{prepay}", timeout=5).text
    assert "1299.00" in screen
    assert "&lt;b&gt;黄桃" in screen
    for outcome, text in (("cancel", "已取消支付"), ("fail", "余额不足"), ("success", "支付成功")):
        form = {"outcome": outcome}
        answer = requests.post(f"{simulator.url}/pay/{prepay}", data=form, timeout=5)
        assert text in answer.text
    again = requests.post(f"{simulator.url}/pay/{prepay}", data={"outcome": "success"}, timeout=5)
    assert "已支付" in again.text
    receiver.wait()
    merchant.try_refund("refund-606", 100, "order-0606", 129900, reason="缺货")
    receiver.wait(2)
    overview = requests.get(f"{simulator.url}/", timeout=5).text
    for text in ("order-0606", "转入退款", "缺货", "已送达"):
        assert text in overview
    assert requests.get(f"{simulator.url}/pay/nothing", timeout=5).status_code == 404
