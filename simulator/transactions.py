"""A transaction's life: ordered, paid or closed.

Source: pay.weixin.qq.com, "JSAPI/小程序下单", "查询订单", "关闭订单", "支付通知".
"""

import json
import random
import secrets
from typing import Any

from . import clock, notices
from .errors import MerchantError, PaymentRefusedError
from .store import Row, Store
from .world import World

PREPAY_SECONDS = 2 * 3600
BANK = "OTHERS"
STATE_TEXTS = {
    "NOTPAY": "订单未支付",
    "SUCCESS": "支付成功",
    "REFUND": "订单发生过退款，退款详情请查询退款单",
    "CLOSED": "订单已关闭",
}


def find(store: Store, out_trade_no: str) -> Row | None:
    """The transaction with this merchant's number."""
    return store.row("SELECT * FROM transactions WHERE out_trade_no = ?", out_trade_no)


def find_by_prepay(store: Store, prepay_id: str) -> Row | None:
    """The transaction that a prepay_id stands for, with `prepaid_at`, when it was handed out."""
    return store.row(
        "SELECT t.*, p.created_at AS prepaid_at FROM prepays p"
        " JOIN transactions t USING (out_trade_no) WHERE prepay_id = ?",
        prepay_id,
    )


def order(world: World, content: dict[str, Any], expires_at: float | None) -> str:
    """Register a checked order and return its prepay_id, good for two hours.

    The same number with the same content gets the same prepay_id while that lives. Errors: 400
    INVALID_REQUEST for other content, ORDERPAID, ORDER_CLOSED.
    """
    store = world.store
    written = json.dumps(content, sort_keys=True, ensure_ascii=False)
    moment = clock.now()
    with store.changing():
        known = find(store, content["out_trade_no"])
        if known is None:
            _register(store, content, written, moment, expires_at)
        else:
            _refuse_repetition(known, written)
            living = store.row(
                "SELECT prepay_id FROM prepays WHERE out_trade_no = ? AND created_at > ?",
                known["out_trade_no"],
                moment - PREPAY_SECONDS,
            )
            if living:
                return str(living["prepay_id"])
        prepay_id = f"wx{clock.digits(moment)}{secrets.token_hex(10)}"
        store.add(
            "prepays",
            {
                "prepay_id": prepay_id,
                "out_trade_no": content["out_trade_no"],
                "created_at": moment,
            },
        )
    return prepay_id


def _register(
    store: Store, content: dict[str, Any], written: str, moment: float, expires_at: float | None
) -> None:
    store.add(
        "transactions",
        {
            "out_trade_no": content["out_trade_no"],
            "state": "NOTPAY",
            "description": content["description"],
            "attach": content.get("attach"),
            "notify_url": content["notify_url"],
            "openid": content["payer"]["openid"],
            "total": content["amount"]["total"],
            "content": written,
            "created_at": moment,
            "expires_at": expires_at,
        },
    )


def _refuse_repetition(known: Row, written: str) -> None:
    if known["state"] == "SUCCESS":
        raise MerchantError(400, "ORDERPAID", "该订单已支付")
    if known["state"] == "CLOSED":
        raise MerchantError(400, "ORDER_CLOSED", "订单已关闭")
    if known["content"] != written:
        raise MerchantError(400, "INVALID_REQUEST", "201 商户订单号重复")


def close(world: World, out_trade_no: str) -> None:
    """Close an unpaid transaction; closing it again is fine.

    Errors: 404 ORDER_NOT_EXIST, 400 ORDERPAID.
    """
    with world.store.changing():
        known = find(world.store, out_trade_no)
        if known is None:
            raise MerchantError(404, "ORDER_NOT_EXIST", "订单不存在")
        if known["state"] == "SUCCESS":
            raise MerchantError(400, "ORDERPAID", "该订单已支付")
        world.store.run(
            "UPDATE transactions SET state = 'CLOSED', closed_at = ?"
            " WHERE out_trade_no = ? AND state = 'NOTPAY'",
            clock.now(),
            out_trade_no,
        )


def refuse_payment(known: Row, moment: float) -> None:
    """Raise PaymentRefusedError when this transaction can't be paid any more."""
    if known["state"] == "SUCCESS":
        raise PaymentRefusedError("requestPayment:fail 该订单已支付")
    if known["state"] == "CLOSED":
        raise PaymentRefusedError("requestPayment:fail 该订单已关闭")
    if known["expires_at"] is not None and known["expires_at"] <= moment:
        raise PaymentRefusedError("requestPayment:fail 订单已过期，请重新下单")
    if known.get("prepaid_at") and known["prepaid_at"] + PREPAY_SECONDS <= moment:
        raise PaymentRefusedError("requestPayment:fail 支付会话已过期")


def pay(world: World, known: Row, *, total: int | None = None, paid_at: float | None = None) -> Row:
    """Move the money and send the notice, in one step; returns the paid transaction.

    `total` in fen overrides the amount taken, `paid_at` the moment. Raises PaymentRefusedError.
    """
    store = world.store
    with store.changing():
        fresh = {**known, **(find(store, known["out_trade_no"]) or {})}
        refuse_payment(fresh, clock.now())
        moment = paid_at or clock.now()
        store.run(
            "UPDATE transactions SET state = 'SUCCESS', transaction_id = ?, paid_total = ?,"
            " paid_at = ? WHERE out_trade_no = ?",
            _transaction_id(moment),
            known["total"] if total is None else total,
            moment,
            known["out_trade_no"],
        )
        paid = find(store, known["out_trade_no"]) or fresh
        notices.create(
            store,
            kind="transaction",
            subject=paid["out_trade_no"],
            notify_url=paid["notify_url"],
            event_type="TRANSACTION.SUCCESS",
            summary="支付成功",
            resource=facts(world, paid),
        )
    world.courier.wake()
    return paid


def _transaction_id(moment: float) -> str:
    return f"42000{random.randrange(10**5):05d}{clock.digits(moment)[:8]}{_digits(10)}"


def _digits(count: int) -> str:
    return f"{random.randrange(10**count):0{count}d}"


def trade_state(store: Store, known: Row) -> str:
    """SUCCESS turns into REFUND with the first refund that is not closed."""
    if known["state"] == "SUCCESS" and store.number(
        "SELECT COUNT(*) FROM refunds WHERE out_trade_no = ? AND status <> 'CLOSED'",
        known["out_trade_no"],
    ):
        return "REFUND"
    return str(known["state"])


def facts(world: World, known: Row) -> dict[str, Any]:
    """The transaction as the query answers it and the notice carries it, amounts in fen."""
    state = trade_state(world.store, known)
    common = {
        "appid": world.credentials.appid,
        "mchid": world.credentials.mchid,
        "out_trade_no": known["out_trade_no"],
        "trade_state": state,
        "trade_state_desc": STATE_TEXTS[state],
        "attach": known["attach"] or "",
        "promotion_detail": [],
    }
    if known["state"] != "SUCCESS":
        return {**common, "amount": {"total": known["total"], "payer_currency": "CNY"}}
    return {
        **common,
        "transaction_id": known["transaction_id"],
        "trade_type": "JSAPI",
        "bank_type": BANK,
        "success_time": clock.rfc3339(known["paid_at"]),
        "payer": {"openid": known["openid"]},
        "amount": {
            "total": known["paid_total"],
            "payer_total": known["paid_total"],
            "currency": "CNY",
            "payer_currency": "CNY",
        },
    }
