"""api.mch.weixin.qq.com: every request's signature is checked, every success is signed.

Source: pay.weixin.qq.com, "JSAPI/小程序下单", "查询订单", "关闭订单", "申请退款", "签名报错".
"""

import re
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue

from . import clock, faults, refunds, transactions
from .errors import MerchantError, parameter_error
from .reading import Reader
from .signing import SIGNATURE_TYPE, spoiled
from .store import Row
from .world import World, here

blueprint = Blueprint("merchant", __name__, url_prefix="/v3")

LONGEST_REASON = 80
"""Bytes, not characters (WeChat Pay, 申请退款: 不可超过80个字节长度)."""

TRADE_NUMBER = re.compile(r"[0-9A-Za-z_\-|*]{6,32}")
REFUND_NUMBER = re.compile(r"[0-9A-Za-z_\-|*@]{1,64}")
AUTHORIZATION_FIELD = re.compile(r'(\w+)="([^"]*)"')
AUTHORIZATION_FIELDS = {"mchid", "nonce_str", "signature", "timestamp", "serial_no"}
WINDOW_SECONDS = 300
UNSIGNED_PATHS = ("/v3/billdownload/",)


@blueprint.before_request
def authenticate() -> None:
    """Check who asks, as WeChat Pay does; 401 SIGN_ERROR otherwise."""
    world = here()
    scheme, _, rest = request.headers.get("Authorization", "").partition(" ")
    claims = dict(AUTHORIZATION_FIELD.findall(rest))
    if scheme != SIGNATURE_TYPE or set(claims) != AUTHORIZATION_FIELDS:
        raise _sign_error("Http头Authorization值格式错误，请参考《微信支付商户REST API签名规则》")
    if claims["mchid"] != world.credentials.mchid:
        raise _sign_error("Http头Authorization中的mchid不正确，商户号不存在")
    if claims["serial_no"].upper() != world.credentials.merchant_serial:
        raise _sign_error("商户证书序列号有误。请使用签名私钥匹配的证书序列号")
    if not _recent(claims["timestamp"]):
        raise _sign_error("Http头Authorization中的timestamp与发起请求的时间不得超过5分钟")
    head = f"{request.method}\n{target()}\n{claims['timestamp']}\n{claims['nonce_str']}\n"
    message = head.encode() + request.get_data(cache=True) + b"\n"
    if not world.keys.merchant_signed(message, claims["signature"]):
        detail = {
            "field": "signature",
            "issue": "sign not match",
            "location": "authorization",
            "sign_information": {
                "method": request.method,
                "url": target(),
                "sign_message_length": len(message),
                "truncated_sign_message": head + "...",
            },
        }
        raise MerchantError(401, "SIGN_ERROR", "错误的签名，验签失败", detail)


def target() -> str:
    """Path and query exactly as they came over the wire, which is what was signed."""
    environ = request.environ
    raw = str(environ.get("RAW_URI") or environ.get("REQUEST_URI") or request.full_path)
    if raw.startswith("http"):
        parts = urlsplit(raw)
        raw = f"{parts.path}?{parts.query}" if parts.query else parts.path
    return raw


def signed(response: Response) -> Response:
    """Put WeChat Pay's signature on a success; errors and bill files carry none."""
    path = request.path
    if not path.startswith("/v3/") or path.startswith(UNSIGNED_PATHS):
        return response
    if 200 <= response.status_code < 300:
        headers = here().keys.headers(response.get_data())
        if faults.spoils_signature():
            headers["Wechatpay-Signature"] = spoiled(headers["Wechatpay-Signature"])
        response.headers.update(headers)
    return response


def _recent(timestamp: str) -> bool:
    return timestamp.isdigit() and abs(clock.now() - int(timestamp)) <= WINDOW_SECONDS


def _sign_error(message: str) -> MerchantError:
    return MerchantError(401, "SIGN_ERROR", message)


def _body() -> Reader:
    return Reader(request.get_json(force=True, silent=True), parameter_error)


@blueprint.post("/pay/transactions/jsapi")
def order() -> ResponseReturnValue:
    """Order: `{appid, mchid, description, out_trade_no, notify_url, amount, payer}` → prepay_id."""
    world = here()
    body = _body()
    _check_parties(world, body)
    body.text("description", longest=127)
    body.optional_text("attach", longest=128)
    _check_number(body, "out_trade_no", TRADE_NUMBER)
    _check_notify_url(body)
    _check_amount(body.within("amount"), "total")
    expires_at = _expiry(body)
    openid = body.within("payer").text("openid", longest=128)
    if not world.store.row("SELECT 1 FROM users WHERE openid = ?", openid):
        raise parameter_error("/payer/openid", "无效的openid", openid)
    return jsonify(prepay_id=transactions.order(world, body.data, expires_at))


def _check_parties(world: World, body: Reader) -> None:
    if body.text("mchid", longest=32) != world.credentials.mchid:
        raise MerchantError(400, "INVALID_REQUEST", "请求的商户号与签名的商户号不一致")
    if body.text("appid", longest=32) != world.credentials.appid:
        raise MerchantError(400, "APPID_MCHID_NOT_MATCH", "appid和mch_id不匹配，请检查后再试")


def _check_number(body: Reader, name: str, allowed: re.Pattern[str]) -> None:
    if not allowed.fullmatch(body.text(name)):
        body.fail(name, f"must match {allowed.pattern}")


def _check_notify_url(body: Reader) -> None:
    url = body.text("notify_url", shortest=8, longest=255)
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query:
        body.fail("notify_url", "must be an http(s) address without parameters")


def _check_amount(amount: Reader, *names: str) -> None:
    for name in names:
        amount.integer(name, least=1)
    amount.choice("currency", {"CNY"}, "CNY")


def _expiry(body: Reader) -> float | None:
    text = body.optional_text("time_expire", longest=64)
    if text is None:
        return None
    moment = clock.parse(text)
    if moment is None:
        body.fail("time_expire", "must be RFC 3339 with an offset")
    if moment <= clock.now():
        body.fail("time_expire", "must lie in the future")
    return moment


@blueprint.get("/pay/transactions/out-trade-no/<out_trade_no>")
def query(out_trade_no: str) -> ResponseReturnValue:
    """The transaction by the merchant's number; 404 ORDER_NOT_EXIST."""
    return _answer_query(transactions.find(here().store, out_trade_no))


@blueprint.get("/pay/transactions/id/<transaction_id>")
def query_by_id(transaction_id: str) -> ResponseReturnValue:
    """The transaction by WeChat's number; 404 ORDER_NOT_EXIST."""
    sql = "SELECT * FROM transactions WHERE transaction_id = ?"
    return _answer_query(here().store.row(sql, transaction_id))


def _answer_query(known: Row | None) -> ResponseReturnValue:
    world = here()
    mchid = request.args.get("mchid")
    if mchid != world.credentials.mchid:
        detail = {"field": "mchid", "value": mchid, "issue": "商户号不正确", "location": "query"}
        raise MerchantError(400, "PARAM_ERROR", "请求的商户号与签名的商户号不一致", detail)
    if known is None:
        raise MerchantError(404, "ORDER_NOT_EXIST", "订单不存在")
    return jsonify(transactions.facts(world, known))


@blueprint.post("/pay/transactions/out-trade-no/<out_trade_no>/close")
def close(out_trade_no: str) -> ResponseReturnValue:
    """Close `{mchid}`; 204, also when it was closed before."""
    if _body().text("mchid", longest=32) != here().credentials.mchid:
        raise MerchantError(400, "INVALID_REQUEST", "请求的商户号与签名的商户号不一致")
    transactions.close(here(), out_trade_no)
    return Response(status=204)


@blueprint.post("/refund/domestic/refunds")
def refund() -> ResponseReturnValue:
    """Refund `{transaction_id | out_trade_no, out_refund_no, reason, notify_url, amount}`.

    Errors: 404 RESOURCE_NOT_EXISTS, and those of `refunds.apply`.
    """
    body = _body()
    _check_number(body, "out_refund_no", REFUND_NUMBER)
    if len((body.optional_text("reason") or "").encode()) > LONGEST_REASON:
        body.fail("reason", f"must have at most {LONGEST_REASON} bytes")
    if body.data.get("notify_url") is not None:
        _check_notify_url(body)
    amount = body.within("amount")
    _check_amount(amount, "refund", "total")
    amount.choice("currency", {"CNY"})
    return jsonify(refunds.apply(here(), _refunded_transaction(body), body.data))


def _refunded_transaction(body: Reader) -> Row:
    transaction_id = body.optional_text("transaction_id", longest=32)
    out_trade_no = body.optional_text("out_trade_no", longest=32)
    if not transaction_id and not out_trade_no:
        body.fail("transaction_id", "must be given, or out_trade_no")
    column = "transaction_id" if transaction_id else "out_trade_no"
    paid = here().store.row(
        f"SELECT * FROM transactions WHERE {column} = ?", transaction_id or out_trade_no
    )
    if paid is None:
        raise MerchantError(404, "RESOURCE_NOT_EXISTS", "订单不存在")
    return paid


@blueprint.get("/refund/domestic/refunds/<out_refund_no>")
def query_refund(out_refund_no: str) -> ResponseReturnValue:
    """The refund by the merchant's number; 404 RESOURCE_NOT_EXISTS."""
    known = refunds.find(here().store, out_refund_no)
    if known is None:
        raise MerchantError(404, "RESOURCE_NOT_EXISTS", "退款单不存在")
    return jsonify(refunds.facts(here(), known))


@blueprint.post("/refund/domestic/refunds/<refund_id>/apply-abnormal-refund")
def repair_refund(refund_id: str) -> ResponseReturnValue:
    """Pay an ABNORMAL refund to a bank card: `{out_refund_no, type, bank_type, bank_account,
    real_name}`, the last two sealed with WeChat Pay's public key.
    """
    world = here()
    body = _body()
    kind = body.choice("type", {"USER_BANK_CARD", "MERCHANT_BANK_CARD"})
    sealed_names = ("bank_account", "real_name")
    if kind == "USER_BANK_CARD":
        body.text("bank_type", longest=16)
    for name in sealed_names if kind == "USER_BANK_CARD" else ():
        body.text(name, longest=1024)
    for name in sealed_names:
        sealed: Any = body.optional_text(name, longest=1024)
        if sealed and world.keys.decrypt_sensitive(sealed) is None:
            body.fail(name, "敏感信息解密失败，请使用微信支付公钥加密")
    known = refunds.find(world.store, body.text("out_refund_no", longest=64))
    if known is None or known["refund_id"] != refund_id:
        raise MerchantError(404, "RESOURCE_NOT_EXISTS", "退款单不存在")
    return jsonify(refunds.repair(world, known))


@blueprint.get("/certificates")
def certificates() -> ResponseReturnValue:
    """A new merchant has no platform certificates, only the WeChat Pay public key."""
    raise MerchantError(
        404,
        "RESOURCE_NOT_EXISTS",
        "无可用的平台证书，请在商户平台-API安全申请使用微信支付公钥。"
        "可查看指引https://pay.weixin.qq.com/doc/v3/merchant/4012153196",
    )
