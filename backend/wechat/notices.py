"""WeChat Pay's notices: is it really WeChat, is it now, and what does it say."""

from dataclasses import dataclass
from typing import Any

import structlog
from werkzeug.datastructures import Headers

from backend.core import clock
from backend.core.errors import DomainError
from backend.core.hooks import Hook
from backend.wechat.pay import RefundResult, Transaction, pay_gateway

log = structlog.get_logger()

TIME_WINDOW_SECONDS = 300
SIGNATURE_HEADERS = (
    "Wechatpay-Signature",
    "Wechatpay-Signature-Type",
    "Wechatpay-Timestamp",
    "Wechatpay-Nonce",
    "Wechatpay-Serial",
)


class NoticeRefused(DomainError):
    code = "notice_refused"
    status = 401
    message = "通知验签失败"


@dataclass(frozen=True)
class Notice:
    """A verified notice: WeChat's id for it, its event, and the decrypted resource."""

    id: str
    event_type: str
    content: dict[str, Any]

    @property
    def evidence(self) -> dict[str, Any]:
        """The content worth keeping, without who paid."""
        return {key: value for key, value in self.content.items() if key != "payer"}


payment_notified: Hook[[Notice, Transaction]] = Hook("payment_notified")
refund_notified: Hook[[Notice, RefundResult]] = Hook("refund_notified")


def verify(headers: Headers, body: bytes) -> Notice:
    """A notice that WeChat signed within the last five minutes, or `NoticeRefused`.

    Serial and time come first: the library would fetch certificates for an unknown serial and
    does not look at the time. Source: WeChat Pay, 签名验证 and 回调通知注意事项.
    """
    sent = {name: headers.get(name, "") for name in SIGNATURE_HEADERS}
    gateway = pay_gateway()
    if sent["Wechatpay-Serial"] != gateway.public_key_id:
        raise _refuse("unknown_serial")
    if not _is_recent(sent["Wechatpay-Timestamp"]):
        raise _refuse("outside_time_window")
    try:
        content = gateway.decrypt_notice(sent, body)
    except Exception as error:
        # A forged notice can break the library anywhere; whatever it raises, it is no notice.
        raise _refuse(type(error).__name__) from error
    if content is None:
        raise _refuse("wrong_signature")
    try:
        notice = Notice(str(content["id"]), str(content["event_type"]), content["resource"])
    except LookupError as error:
        raise _refuse("incomplete") from error
    if not isinstance(notice.content, dict):
        raise _refuse("no_object")
    return notice


def _is_recent(stamp: str) -> bool:
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 12):
        return False
    return abs(clock.now().timestamp() - int(stamp)) <= TIME_WINDOW_SECONDS


def _refuse(why: str) -> NoticeRefused:
    log.warning("notice_refused", why=why)
    return NoticeRefused()
