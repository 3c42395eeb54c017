"""WeChat Pay APIv3: order, query, close, refund; through wechatpayv3 in public-key mode.

Three kinds of answer are told apart, because money hangs on it: WeChat carried it out, WeChat
refused it (`PayRefused`), and nobody knows (`PayUnknown`: time-out, 5xx, an answer whose
signature does not verify). What is unknown must be asked again, never assumed to have failed.
"""

import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

import requests
from flask import Flask, current_app
from wechatpayv3 import WeChatPay, WeChatPayType

from backend.core import clock
from backend.settings import Settings

PAYMENT_NOTICE_PATH = "/v1/wechat/payment-notices"
REFUND_NOTICE_PATH = "/v1/wechat/refund-notices"


NEVER_HEARD = frozenset({"ORDER_NOT_EXIST", "ORDERNOTEXIST"})
"""WeChat does not know the number; older pages spell it in one word."""


class PayUnknown(Exception):
    """Whether WeChat did it is not known; ask again with the same number."""


class PayRefused(Exception):
    """WeChat said no, with its own code, for example `ORDERPAID` or `NOT_ENOUGH`."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code


@dataclass(frozen=True)
class Transaction:
    """A payment as WeChat knows it; amounts in fen, instants in UTC."""

    payment_no: str
    state: str
    """`SUCCESS`, `REFUND`, `NOTPAY`, `CLOSED`, `USERPAYING`, `PAYERROR`."""
    appid: str | None
    mchid: str | None
    transaction_id: str | None
    amount_fen: int | None
    currency: str | None
    paid_at: datetime | None

    @property
    def paid(self) -> bool:
        """`REFUND` means it was paid and something of it went back."""
        return self.state in {"SUCCESS", "REFUND"}


@dataclass(frozen=True)
class RefundResult:
    """A refund as WeChat knows it; `status` is SUCCESS, PROCESSING, CLOSED or ABNORMAL."""

    refund_no: str
    status: str
    refund_id: str | None
    payment_no: str | None
    amount_fen: int | None


class PayGateway:
    def __init__(self, settings: Settings) -> None:
        self.appid = settings.wechat_appid
        self.mchid = settings.wechat_mchid
        self.public_key_id = settings.wechat_pay_public_key_id
        self._public_url = settings.public_url
        self._pay = WeChatPay(
            wechatpay_type=WeChatPayType.MINIPROG,
            mchid=settings.wechat_mchid,
            private_key=settings.wechat_merchant_private_key_file.read_text(),
            cert_serial_no=settings.wechat_merchant_serial,
            appid=settings.wechat_appid,
            apiv3_key=settings.wechat_apiv3_key.get_secret_value(),
            public_key=settings.wechat_pay_public_key_file.read_text(),
            public_key_id=settings.wechat_pay_public_key_id,
            timeout=settings.wechat_timeout_seconds,
        )
        self._pay._core._gate_way = settings.wechat_pay_base_url

    def prepay(
        self,
        *,
        payment_no: str,
        order_no: str,
        amount_fen: int,
        openid: str,
        description: str,
        expires_at: datetime,
    ) -> str:
        """Ask for a payment; the answer is the `prepay_id`, good for two hours."""
        answer = self._carry_out(
            self._pay.pay,
            description=_cut(description, 127),
            out_trade_no=payment_no,
            attach=order_no,
            amount={"total": amount_fen, "currency": "CNY"},
            payer={"openid": openid},
            time_expire=expires_at.astimezone(clock.SHANGHAI).isoformat(timespec="seconds"),
            notify_url=self._public_url + PAYMENT_NOTICE_PATH,
        )
        if not answer.get("prepay_id"):
            raise PayUnknown("no prepay_id")
        return str(answer["prepay_id"])

    def client_parameters(self, prepay_id: str) -> dict[str, str]:
        """What `wx.requestPayment` takes, signed for this app and this `prepay_id`."""
        stamp = str(int(clock.now().timestamp()))
        nonce = secrets.token_hex(16)
        package = f"prepay_id={prepay_id}"
        return {
            "appId": self.appid,
            "timeStamp": stamp,
            "nonceStr": nonce,
            "package": package,
            "signType": "RSA",
            "paySign": self._pay.sign([self.appid, stamp, nonce, package]),
        }

    def query(self, payment_no: str) -> Transaction | None:
        """What WeChat knows of a payment; `None` when it never heard of it."""
        try:
            answer = self._carry_out(self._pay.query, out_trade_no=payment_no)
            return _readable(read_transaction, answer)
        except PayRefused as refusal:
            if refusal.code in NEVER_HEARD:
                return None
            raise

    def close(self, payment_no: str) -> None:
        """Nobody can pay it any more. Refused with `ORDERPAID` when somebody already has."""
        self._carry_out(self._pay.close, out_trade_no=payment_no)

    def refund(
        self, *, refund_no: str, transaction_id: str, amount_fen: int, total_fen: int, reason: str
    ) -> RefundResult:
        """Ask for money to go back. The same number again asks for the same refund."""
        answer = self._carry_out(
            self._pay.refund,
            out_refund_no=refund_no,
            transaction_id=transaction_id,
            reason=_cut(reason, 80),
            amount={"refund": amount_fen, "total": total_fen, "currency": "CNY"},
            notify_url=self._public_url + REFUND_NOTICE_PATH,
        )
        return _readable(read_refund, answer)

    def query_refund(self, refund_no: str) -> RefundResult | None:
        """What WeChat knows of a refund; `None` when it never heard of it."""
        try:
            answer = self._carry_out(self._pay.query_refund, out_refund_no=refund_no)
            return _readable(read_refund, answer)
        except PayRefused as refusal:
            if refusal.code == "RESOURCE_NOT_EXISTS":
                return None
            raise

    def decrypt_notice(self, headers: dict[str, str], body: bytes) -> dict[str, Any] | None:
        """The library's verification and decryption; `None` where the signature is wrong.

        Only call it for our public key's serial: for another the library goes to the network.
        """
        content: dict[str, Any] | None = self._pay.callback(headers, body)
        return content

    @staticmethod
    def _carry_out(call: Any, **arguments: Any) -> dict[str, Any]:
        try:
            status, text = call(**arguments)
        except requests.RequestException as error:
            raise PayUnknown(type(error).__name__) from error
        except Exception as error:
            # The library raises a bare Exception when an answer's signature does not verify.
            raise PayUnknown(str(error)) from error
        try:
            answer = json.loads(text) if text else {}
        except ValueError as error:
            raise PayUnknown(f"status {status} without JSON") from error
        if not isinstance(answer, dict):
            raise PayUnknown(f"status {status} without an object")
        if status in {200, 204}:
            return answer
        code = str(answer.get("code", status))
        if 200 <= status < 300:
            # 202 on closing: the buyer is typing the password (WeChat Pay, 关闭订单).
            raise PayUnknown(code)
        if status == 429 or status >= 500 or code == "SYSTEM_ERROR":
            raise PayUnknown(code)
        raise PayRefused(code, str(answer.get("message", "")))


def read_transaction(content: dict[str, Any]) -> Transaction:
    """WeChat's transaction object, from a query or a notice."""
    amount = content.get("amount") or {}
    paid_at = content.get("success_time")
    return Transaction(
        payment_no=str(content.get("out_trade_no", "")),
        state=str(content.get("trade_state", "")),
        appid=content.get("appid"),
        mchid=content.get("mchid"),
        transaction_id=content.get("transaction_id"),
        amount_fen=amount.get("total"),
        currency=amount.get("currency"),
        paid_at=clock.parse_instant(paid_at) if paid_at else None,
    )


def read_refund(content: dict[str, Any]) -> RefundResult:
    """WeChat's refund object; a notice calls the status `refund_status`, an answer `status`."""
    return RefundResult(
        refund_no=str(content.get("out_refund_no", "")),
        status=str(content.get("refund_status") or content.get("status") or ""),
        refund_id=content.get("refund_id"),
        payment_no=content.get("out_trade_no"),
        amount_fen=(content.get("amount") or {}).get("refund"),
    )


Read = TypeVar("Read")


def _readable(read: Callable[[dict[str, Any]], Read], answer: dict[str, Any]) -> Read:
    """What an answer says; one that cannot be read says nothing, so it is unknown."""
    try:
        return read(answer)
    except (ValueError, TypeError, AttributeError) as error:
        raise PayUnknown(f"unreadable answer: {type(error).__name__}") from error


def _cut(text: str, most_bytes: int) -> str:
    """WeChat Pay counts bytes, and a Chinese character has three."""
    return text.encode()[:most_bytes].decode(errors="ignore")


def open_pay_gateway(app: Flask, settings: Settings) -> None:
    """Give the application its way to WeChat Pay."""
    app.extensions["pay_gateway"] = PayGateway(settings)


def pay_gateway() -> PayGateway:
    """The running application's gateway to WeChat Pay."""
    found = current_app.extensions["pay_gateway"]
    if not isinstance(found, PayGateway):
        raise TypeError("the application has no pay gateway")
    return found
