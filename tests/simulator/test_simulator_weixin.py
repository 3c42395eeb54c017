"""Login, tokens, phone, codes, messages and shipping, judged by wechatpy where it can."""

import io
from typing import Any

import pytest
import requests
from PIL import Image
from wechatpy import WeChatClient
from wechatpy.exceptions import WeChatClientException

from simulator.testing import RunningSimulator

UPLOAD = "sec/order/upload_shipping_info"


def login(simulator: RunningSimulator, **changes: str) -> Any:
    """The raw answer of jscode2session."""
    facts = simulator.credentials
    query = {"appid": facts.appid, "secret": facts.appsecret, "grant_type": "authorization_code"}
    address = f"{simulator.url}/sns/jscode2session"
    return requests.get(address, params=query | changes, timeout=5).json()


def stable_token(simulator: RunningSimulator, **changes: Any) -> Any:
    """The raw answer of stable_token."""
    facts = simulator.credentials
    body = {"grant_type": "client_credential", "appid": facts.appid, "secret": facts.appsecret}
    address = f"{simulator.url}/cgi-bin/stable_token"
    return requests.post(address, json=body | changes, timeout=5).json()


def refusal(call: Any, *args: Any, **options: Any) -> int:
    """The errcode with which wechatpy's call fails."""
    with pytest.raises(WeChatClientException) as caught:
        call(*args, **options)
    return int(caught.value.errcode)


def post(client: WeChatClient, path: str, body: Any) -> Any:
    """A call that wechatpy has no method for, by its own transport."""
    return client.wxa._post(f"wxa/{path}", data=body)


def test_login_works_once(simulator: RunningSimulator, weixin: WeChatClient) -> None:
    simulator.post("/users", {"openid": "oSIMone", "unionid": "uOne"})
    code = simulator.post("/login-codes", {"openid": "oSIMone"})["code"]
    session = weixin.wxa.code_to_session(code)
    assert (session["openid"], session["unionid"]) == ("oSIMone", "uOne")
    assert session["session_key"]
    assert refusal(weixin.wxa.code_to_session, code) == 40163
    assert refusal(weixin.wxa.code_to_session, "nonsense") == 40029


def test_login_refusals(simulator: RunningSimulator) -> None:
    simulator.post("/users", {"openid": "oSIMbad", "blocked": True})
    code = simulator.post("/login-codes", {"openid": "oSIMbad"})["code"]
    assert login(simulator, js_code=code)["errcode"] == 40226
    assert login(simulator, js_code="x", appid="wx0")["errcode"] == 40013
    assert login(simulator, js_code="x", secret="s")["errcode"] == 40125
    assert login(simulator, js_code="x", grant_type="odd")["errcode"] == 40002
    assert login(simulator)["errcode"] == 41008


def test_the_stable_token_stays(simulator: RunningSimulator) -> None:
    first = stable_token(simulator)
    assert 0 < first["expires_in"] <= 7200
    assert stable_token(simulator)["access_token"] == first["access_token"]
    refreshed = stable_token(simulator, force_refresh=True)["access_token"]
    assert refreshed != first["access_token"]
    assert stable_token(simulator, secret="wrong")["errcode"] == 40125
    address = f"{simulator.url}/wxa/sec/order/is_trade_managed"
    for token, errcode in ((first["access_token"], 40001), (refreshed, 0)):
        body = {"appid": simulator.credentials.appid}
        answer = requests.post(address, params={"access_token": token}, json=body, timeout=5)
        assert answer.json()["errcode"] == errcode


def test_the_plain_token_throws_the_former_out(
    simulator: RunningSimulator, weixin: WeChatClient
) -> None:
    former = weixin.fetch_access_token()["access_token"]
    weixin.fetch_access_token()
    address = f"{simulator.url}/wxa/business/getuserphonenumber"
    answer = requests.post(address, params={"access_token": former}, json={}, timeout=5)
    assert answer.json()["errcode"] == 40001
    assert requests.post(address, json={}, timeout=5).json()["errcode"] == 41001


def test_tokens_expire_on_demand(simulator: RunningSimulator) -> None:
    token = stable_token(simulator)["access_token"]
    address = f"{simulator.url}/wxa/business/getuserphonenumber?access_token={token}"
    for kind, errcode in (("expired", 42001), ("revoked", 40001)):
        simulator.post("/tokens/expiration", {"as": kind})
        assert requests.post(address, json={"code": "x"}, timeout=5).json()["errcode"] == errcode
    assert stable_token(simulator)["access_token"] != token


def test_a_phone_number_once(simulator: RunningSimulator, weixin: WeChatClient) -> None:
    code = simulator.post("/phone-codes", {"phone": "13800138000"})["code"]
    info = post(weixin, "business/getuserphonenumber", {"code": code})["phone_info"]
    assert (info["purePhoneNumber"], info["countryCode"]) == ("13800138000", "86")
    assert info["watermark"]["appid"] == simulator.credentials.appid
    assert refusal(post, weixin, "business/getuserphonenumber", {"code": code}) == 40163
    assert refusal(post, weixin, "business/getuserphonenumber", {"code": "x"}) == 40029


def test_a_mini_program_code(weixin: WeChatClient) -> None:
    answer = weixin.wxa.get_wxa_code_unlimited("r=Ab3-_9", page="pages/index/index", width=300)
    picture = Image.open(io.BytesIO(answer.content))
    assert (picture.format, picture.size) == ("PNG", (300, 300))


@pytest.mark.parametrize(
    ("body", "errcode"),
    [
        ({"scene": "x" * 33}, 40169),
        ({"scene": ""}, 40169),
        ({"scene": "中文"}, 40129),
        ({"scene": "a%20"}, 40129),
        ({"scene": "a", "page": "/pages/index"}, 41030),
        ({"scene": "a", "page": "pages/index?a=1"}, 41030),
        ({"scene": "a", "width": 279}, 40097),
        ({"scene": "a", "width": 1281}, 40097),
        ({"scene": "a", "env_version": "beta"}, 40097),
    ],
)
def test_a_bad_code_is_refused(weixin: WeChatClient, body: Any, errcode: int) -> None:
    assert refusal(post, weixin, "getwxacodeunlimit", body) == errcode


def test_one_consent_is_one_message(simulator: RunningSimulator, weixin: WeChatClient) -> None:
    simulator.post("/users", {"openid": "oSIMone"})
    simulator.post("/consents", {"openid": "oSIMone", "template_id": "T1", "count": 1})
    data = {
        "thing1": {"value": "您的黄桃已发货"},
        "amount2": {"value": "￥12.50"},
        "character_string3": {"value": "SF1234567890"},
        "time4": {"value": "2026年11月23日 10:00"},
    }
    send = weixin.wxa.send_subscribe_message
    assert send("oSIMone", "T1", data, page="pages/order")["errcode"] == 0
    assert refusal(send, "oSIMone", "T1", data) == 43101
    (message,) = simulator.get("/messages?openid=oSIMone")["messages"]
    assert (message["template_id"], message["data"]) == ("T1", data)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("thing1", "二十个字以上的内容会被微信拒绝所以要先剪短再发"),
        ("thing1", ""),
        ("amount2", "十二元"),
        ("character_string3", "中文不行"),
        ("time4", "明天"),
        ("surprise5", "x"),
    ],
)
def test_a_bad_message_is_refused(
    simulator: RunningSimulator, weixin: WeChatClient, name: str, value: str
) -> None:
    simulator.post("/users", {"openid": "oSIMone"})
    simulator.post("/consents", {"openid": "oSIMone", "template_id": "T1", "count": 1})
    data = {name: {"value": value}}
    assert refusal(weixin.wxa.send_subscribe_message, "oSIMone", "T1", data) == 47003


def test_a_message_to_nobody(simulator: RunningSimulator, weixin: WeChatClient) -> None:
    assert refusal(weixin.wxa.send_subscribe_message, "oNobody", "T1", {}) == 40003


def test_content_is_judged(simulator: RunningSimulator, weixin: WeChatClient) -> None:
    simulator.post("/users", {"openid": "oSIMone"})
    for content, suggest in (("好吃", "pass"), ("违规内容", "risky"), ("请复核", "review")):
        body = {"version": 2, "openid": "oSIMone", "scene": 2, "content": content}
        assert post(weixin, "msg_sec_check", body)["result"]["suggest"] == suggest


def shipment(paid: Any, **changes: Any) -> dict[str, Any]:
    """A good shipment of a paid transaction, with changes."""
    parcel = {"tracking_no": "YT1", "express_company": "YTO", "item_desc": "黄桃*1"}
    return {
        "order_key": {"order_number_type": 2, "transaction_id": paid["transaction_id"]},
        "logistics_type": 1,
        "delivery_mode": 1,
        "shipping_list": [parcel],
        "upload_time": "2026-11-23T10:00:00.120+08:00",
        "payer": {"openid": "oSIMbuyer"},
    } | changes


def test_a_shipment(simulator: RunningSimulator, merchant: Any, weixin: WeChatClient) -> None:
    paid = merchant.paid("order-0501")
    key = {"transaction_id": paid["transaction_id"]}
    assert post(weixin, "sec/order/get_order", key)["order"]["order_state"] == 1
    assert post(weixin, UPLOAD, shipment(paid))["errcode"] == 0
    order = post(weixin, "sec/order/get_order", key)["order"]
    assert (order["order_state"], order["paid_amount"]) == (2, 100)
    assert order["shipping"]["shipping_list"][0]["tracking_no"] == "YT1"
    remind = key | {"received_time": 1764000000}
    assert post(weixin, "sec/order/notify_confirm_receive", remind)["errcode"] == 0
    assert refusal(post, weixin, "sec/order/notify_confirm_receive", remind) == 10060004
    assert refusal(post, weixin, UPLOAD, shipment(paid)) == 10060023
    later = shipment(paid, logistics_type=4)
    assert post(weixin, UPLOAD, later)["errcode"] == 0
    assert refusal(post, weixin, UPLOAD, shipment(paid)) == 10060003


def test_a_split_shipment_by_the_merchants_number(
    simulator: RunningSimulator, merchant: Any, weixin: WeChatClient
) -> None:
    paid = merchant.paid("order-0502")
    mchid = simulator.credentials.mchid
    number = {"order_number_type": 1, "mchid": mchid, "out_trade_no": "order-0502"}
    part = shipment(paid, order_key=number, delivery_mode=2, is_all_delivered=False)
    assert post(weixin, UPLOAD, part)["errcode"] == 0
    key = {"merchant_id": mchid, "merchant_trade_no": "order-0502"}
    assert post(weixin, "sec/order/get_order", key)["order"]["order_state"] == 1
    assert post(weixin, UPLOAD, part | {"is_all_delivered": True})["errcode"] == 0
    assert post(weixin, "sec/order/get_order", key)["order"]["order_state"] == 2


@pytest.mark.parametrize(
    ("changes", "errcode"),
    [
        ({"order_key": {"order_number_type": 2, "transaction_id": "4200"}}, 10060001),
        ({"logistics_type": 9}, 10060005),
        ({"logistics_type": 4, "delivery_mode": 2}, 10060006),
        ({"delivery_mode": 2}, 10060007),
        ({"shipping_list": []}, 10060014),
        ({"shipping_list": [{"tracking_no": "1", "express_company": "YTO"}]}, 10060008),
        ({"shipping_list": [{"item_desc": "长" * 121}]}, 10060009),
        ({"shipping_list": [{"item_desc": "x"}]}, 10060014),
        ({"shipping_list": [{"item_desc": "x"}, {"item_desc": "y"}]}, 10060024),
        ({"payer": {"openid": "oOther"}}, 10060031),
        ({"upload_time": "now"}, 10060014),
    ],
)
def test_a_bad_shipment_is_refused(
    merchant: Any, weixin: WeChatClient, changes: Any, errcode: int
) -> None:
    paid = merchant.paid("order-0503")
    assert refusal(post, weixin, UPLOAD, shipment(paid, **changes)) == errcode


def test_what_is_not_paid_or_refunded_is_not_shipped(
    simulator: RunningSimulator, merchant: Any, weixin: WeChatClient
) -> None:
    merchant.order("order-0504")
    number = {"mchid": simulator.credentials.mchid, "out_trade_no": "order-0504"}
    body = shipment({"transaction_id": ""}, order_key={"order_number_type": 1} | number)
    assert refusal(post, weixin, UPLOAD, body) == 10060001
    paid = simulator.post("/transactions/order-0504/payment")
    simulator.post("/transactions/order-0504/refunds")
    assert refusal(post, weixin, UPLOAD, shipment(paid)) == 10060004


def test_the_first_upload_may_come_too_early(
    simulator: RunningSimulator, merchant: Any, weixin: WeChatClient
) -> None:
    paid = merchant.paid("order-0505")
    body = {"errcode": 10060001, "errmsg": "支付单不存在"}
    simulator.post("/faults", {"match": {"path": UPLOAD}, "times": 2, "body": body})
    assert refusal(post, weixin, UPLOAD, shipment(paid)) == 10060001
    assert refusal(post, weixin, UPLOAD, shipment(paid)) == 10060001
    assert post(weixin, UPLOAD, shipment(paid))["errcode"] == 0


def test_the_rest_of_shipping(simulator: RunningSimulator, weixin: WeChatClient) -> None:
    managed = post(weixin, "sec/order/is_trade_managed", {"appid": simulator.credentials.appid})
    assert managed["is_trade_managed"] is True
    assert post(weixin, "sec/order/set_msg_jump_path", {"path": "pages/order"})["errcode"] == 0


def test_calls_are_recorded_without_secrets(
    simulator: RunningSimulator, weixin: WeChatClient
) -> None:
    login(simulator, js_code="secret-code")
    (call,) = simulator.get("/calls?path=jscode2session")["calls"]
    assert (call["method"], call["status"], call["code"]) == ("GET", 200, "40029")
    assert simulator.credentials.appsecret not in str(call)
    assert "secret-code" not in str(call)
