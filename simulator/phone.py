"""The user's phone: what `wx.requestPayment` does in the WeChat app.

Source: developers.weixin.qq.com, "wx.requestPayment"; pay.weixin.qq.com, "小程序调起支付".
"""

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from . import clock, transactions
from .errors import PaymentRefusedError, control_error
from .reading import Reader
from .store import Row
from .world import World, here

blueprint = Blueprint("phone", __name__)

OUTCOMES = ("success", "cancel", "fail")
OK = "requestPayment:ok"
CANCELLED = "requestPayment:fail cancel"
FAILED = "requestPayment:fail 银行卡余额不足"
PREFIX = "prepay_id="


@blueprint.post("/client/request-payment")
def request_payment() -> ResponseReturnValue:
    """`{appId, timeStamp, nonceStr, package, signType, paySign, openid, outcome?}` → errMsg.

    The signature is checked with the merchant's public key before anything else.
    """
    body = Reader(request.get_json(force=True, silent=True), control_error)
    outcome = body.choice("outcome", OUTCOMES, "success")
    try:
        known = _signed_transaction(here(), body)
        return jsonify(errMsg=act(here(), known, outcome))
    except PaymentRefusedError as refusal:
        return jsonify(errMsg=str(refusal))


def act(world: World, known: Row, outcome: str) -> str:
    """What the user does with the payment screen; returns errMsg, raises PaymentRefusedError."""
    transactions.refuse_payment(known, clock.now())
    if outcome == "cancel":
        return CANCELLED
    if outcome == "fail":
        return FAILED
    transactions.pay(world, known)
    return OK


def _signed_transaction(world: World, body: Reader) -> Row:
    names = ("appId", "timeStamp", "nonceStr", "package", "paySign", "openid")
    values = {name: body.text(name) for name in names}
    message = "".join(f"{values[name]}\n" for name in names[:4])
    if body.data.get("signType") != "RSA" or values["appId"] != world.credentials.appid:
        raise PaymentRefusedError("requestPayment:fail 调用支付参数错误")
    if not world.keys.merchant_signed(message.encode(), values["paySign"]):
        raise PaymentRefusedError("requestPayment:fail 支付验证签名失败")
    prepay_id = values["package"].removeprefix(PREFIX)
    known = transactions.find_by_prepay(world.store, prepay_id)
    if known is None or not values["package"].startswith(PREFIX):
        raise PaymentRefusedError("requestPayment:fail 支付会话不存在")
    if known["openid"] != values["openid"]:
        raise PaymentRefusedError("requestPayment:fail 下单账号与支付账号不一致")
    return known
