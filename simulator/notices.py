"""Notices: what WeChat Pay tells the service, how it is sealed, and how it is spoilt on demand.

Source: pay.weixin.qq.com, "支付成功回调通知", "退款结果通知", "回调通知注意事项".
"""

import base64
import copy
import json
import secrets
import uuid
from dataclasses import dataclass, field
from typing import Any

from . import clock, faults
from .signing import SIGNTEST_PREFIX, Keys, spoiled
from .store import Row, Store

ALGORITHM = "AEAD_AES_256_GCM"


@dataclass(frozen=True)
class Alteration:
    """How one delivery differs from the true notice.

    `resource` is laid over the decrypted content by dotted paths (`amount.total`); everything
    up to `ciphertext` is sealed and signed properly over the altered content.
    """

    resource: dict[str, Any] = field(default_factory=dict)
    event_type: str | None = None
    signature: bool = False
    ciphertext: bool = False
    serial: str | None = None
    timestamp_offset: int = 0
    signtest: bool = False


TRUE = Alteration()


def create(
    store: Store,
    *,
    kind: str,
    subject: str,
    notify_url: str,
    event_type: str,
    summary: str,
    resource: dict[str, Any],
    pause: float = 0.0,
    forged: bool = False,
) -> Row:
    """Write a notice down, to be sent by the courier, or only on request when `forged`."""
    moment = clock.now()
    plan = {} if forged else faults.take_for_notice(store, kind)
    states = {"drop": "dropped", "hold": "held"}
    if plan.get("action") == "delay":
        pause += plan["delay_ms"] / 1000
    notice = {
        "id": str(uuid.uuid4()),
        "kind": kind,
        "subject": subject,
        "notify_url": notify_url,
        "event_type": event_type,
        "summary": summary,
        "resource": json.dumps(resource, ensure_ascii=False),
        "state": "forged" if forged else states.get(plan.get("action", ""), "pending"),
        "plan": json.dumps(plan),
        "next_at": moment + pause,
        "created_at": moment,
    }
    store.add("notices", notice)
    return notice


def sealed(notice: Row, keys: Keys, alteration: Alteration = TRUE) -> tuple[bytes, dict[str, str]]:
    """Body and headers of one delivery, freshly encrypted and signed."""
    resource = laid_over(json.loads(notice["resource"]), alteration.resource)
    nonce = secrets.token_hex(6)
    ciphertext = keys.encrypt(
        json.dumps(resource, ensure_ascii=False, separators=(",", ":")).encode(),
        nonce,
        notice["kind"],
    )
    if alteration.ciphertext:
        ciphertext = _flipped(ciphertext)
    envelope = {
        "id": notice["id"],
        "create_time": clock.rfc3339(notice["created_at"]),
        "resource_type": "encrypt-resource",
        "event_type": alteration.event_type or notice["event_type"],
        "summary": notice["summary"],
        "resource": {
            "original_type": notice["kind"],
            "algorithm": ALGORITHM,
            "ciphertext": ciphertext,
            "associated_data": notice["kind"],
            "nonce": nonce,
        },
    }
    body = json.dumps(envelope, ensure_ascii=False, separators=(",", ":")).encode()
    headers = keys.headers(body, offset_seconds=alteration.timestamp_offset)
    if alteration.signature:
        headers["Wechatpay-Signature"] = spoiled(headers["Wechatpay-Signature"])
    if alteration.signtest:
        headers["Wechatpay-Signature"] = SIGNTEST_PREFIX + headers["Wechatpay-Signature"]
    if alteration.serial:
        headers["Wechatpay-Serial"] = alteration.serial
    return body, {**headers, "Content-Type": "application/json", "User-Agent": "Mozilla/4.0"}


def laid_over(resource: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """`resource` with `changes`: keys may be dotted paths, and objects are merged.

    A change to None takes the field away.
    """
    result = copy.deepcopy(resource)
    for path, value in changes.items():
        *parents, last = path.split(".")
        place = result
        for parent in parents:
            if not isinstance(place.get(parent), dict):
                place[parent] = {}
            place = place[parent]
        if value is None:
            place.pop(last, None)
        elif isinstance(value, dict) and isinstance(place.get(last), dict):
            place[last] = laid_over(place[last], value)
        else:
            place[last] = value
    return result


def _flipped(ciphertext: str) -> str:
    raw = bytearray(base64.b64decode(ciphertext))
    raw[0] ^= 0xFF
    return base64.b64encode(bytes(raw)).decode()
