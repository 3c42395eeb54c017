"""Subscription messages (订阅消息): one consent of the user is one message.

Source: WeChat documentation, "发送订阅消息" (subscribeMessage.send).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

import structlog

from backend.wechat.mini_program import NO_USE, mini_program

log = structlog.get_logger()
SEND = "/cgi-bin/message/subscribe/send"
LONGEST_THING = 20
"""Characters that a field of the kind `thing` takes."""


class Delivery(Enum):
    """How sending ended. Only `later` is worth another try."""

    sent = "sent"
    declined = "declined"
    """The user has not agreed, or takes no more: nobody's fault."""
    impossible = "impossible"
    """The message itself is wrong and stays so: for a person."""
    later = "later"
    """Busy, a quota, or no answer: it may even have arrived."""


FINAL = {
    43101: Delivery.declined,
    40003: Delivery.impossible,
    40037: Delivery.impossible,
    41030: Delivery.impossible,
    47003: Delivery.impossible,
}
"""WeChat's codes that another try would only meet again: consent, openid, template, page, field."""


@dataclass(frozen=True)
class Outcome:
    """How sending ended, and WeChat's code where it gave one."""

    delivery: Delivery
    code: int | None = None


def send_message(openid: str, template_id: str, fields: Mapping[str, str]) -> Outcome:
    """Send one message; `fields` are the template's own names with their texts. Never raises.

    Neither the reader nor what is said is logged.
    """
    body = {
        "touser": openid,
        "template_id": template_id,
        "data": {name: {"value": value} for name, value in fields.items()},
    }
    try:
        answer: object = mini_program().call(SEND, body)
    except NO_USE as error:
        code = getattr(error, "errcode", None)
        delivery = FINAL.get(code, Delivery.later) if code else Delivery.later
        log.warning("message_not_sent", error=type(error).__name__, errcode=code)
        return Outcome(delivery, code)
    if not isinstance(answer, dict) or answer.get("errcode") != 0:
        log.warning("message_not_sent", error="no sense")
        return Outcome(Delivery.later)
    return Outcome(Delivery.sent, 0)


def thing(text: str) -> str:
    """Text that fits a field of the kind `thing`: in one line, cut where it is too long."""
    line = " ".join(text.split())
    return line if len(line) <= LONGEST_THING else f"{line[: LONGEST_THING - 1]}…"
