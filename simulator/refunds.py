"""A refund's life: accepted, then paid back, abnormal or closed.

Source: pay.weixin.qq.com, "申请退款", "查询单笔退款", "发起异常退款", "退款结果通知".
"""

import json
import random
import secrets
from typing import Any

from . import clock, modes, notices, transactions
from .errors import MerchantError
from .store import Row, Store
from .world import World

MOST_PARTS = 50
YEAR_SECONDS = 365 * 86400
RESULT_TEXTS = {"SUCCESS": "退款成功", "ABNORMAL": "退款异常", "CLOSED": "退款关闭"}
NOTICE_PAUSE_SECONDS = 0.05
"""In WeChat money takes seconds to go back: the notice must not outrun the answer by default."""


def find(store: Store, out_refund_no: str) -> Row | None:
    """The refund with this merchant's number."""
    return store.row("SELECT * FROM refunds WHERE out_refund_no = ?", out_refund_no)


def refunded(store: Store, out_trade_no: str) -> int:
    """What is promised or paid back of a transaction, in fen."""
    return store.number(
        "SELECT COALESCE(SUM(refund), 0) FROM refunds"
        " WHERE out_trade_no = ? AND status <> 'CLOSED'",
        out_trade_no,
    )


def apply(world: World, paid: Row, content: dict[str, Any]) -> dict[str, Any]:
    """Accept a checked request and return WeChat's answer, at first PROCESSING.

    The same number with the same content is the same refund. Errors: 400 INVALID_REQUEST, 403
    NOT_ENOUGH in the mode of that name.
    """
    store = world.store
    with store.changing():
        written = json.dumps(content, sort_keys=True, ensure_ascii=False)
        known = find(store, content["out_refund_no"])
        if known is not None:
            if known["content"] != written:
                raise _invalid("订单金额或退款金额与之前请求不一致，请核实后再试")
            return facts(world, known)
        _refuse_impossible(store, paid, content["amount"]["refund"], content["amount"]["total"])
        mode = modes.take(store, "refund")
        if mode != "not_enough":
            accepted = _accept(
                store,
                paid,
                out_refund_no=content["out_refund_no"],
                amount=content["amount"]["refund"],
                reason=content.get("reason"),
                notify_url=content.get("notify_url"),
                source="api",
                content=written,
            )
            return _proceed(world, accepted, mode)
    raise _not_enough()


def _proceed(world: World, accepted: Row, mode: str) -> dict[str, Any]:
    """The answer of now, PROCESSING, and then the result that the mode asks for."""
    answer = facts(world, accepted)
    if mode != "manual":
        finish(world, accepted, "ABNORMAL" if mode == "abnormal" else "SUCCESS")
    return answer


def from_console(
    world: World, paid: Row, *, amount: int | None, reason: str | None, notify_url: str | None
) -> Row:
    """A refund that a person made in the merchant console: `amount` in fen, or all that is left.

    Raises MerchantError as `apply` does.
    """
    store = world.store
    with store.changing():
        left = (paid["paid_total"] or 0) - refunded(store, paid["out_trade_no"])
        wanted = left if amount is None else amount
        _refuse_impossible(store, paid, wanted, paid["paid_total"])
        accepted = _accept(
            store,
            paid,
            out_refund_no=f"console{secrets.token_hex(12)}",
            amount=wanted,
            reason=reason,
            notify_url=notify_url,
            source="console",
            content="{}",
        )
        finish(world, accepted, "SUCCESS")
        return find(store, accepted["out_refund_no"]) or accepted


def _refuse_impossible(store: Store, paid: Row, amount: int, total: int | None) -> None:
    if paid["state"] != "SUCCESS":
        raise _invalid("订单未支付，无法退款")
    if total != paid["paid_total"]:
        raise _invalid("订单金额与原订单不一致，请核实后再试")
    if clock.now() - paid["paid_at"] > YEAR_SECONDS:
        raise _invalid("订单已超过可退款的最长时间")
    if amount < 1 or amount + refunded(store, paid["out_trade_no"]) > paid["paid_total"]:
        raise _invalid("申请退款金额大于可退金额")
    parts = store.number(
        "SELECT COUNT(*) FROM refunds WHERE out_trade_no = ?", paid["out_trade_no"]
    )
    if parts >= MOST_PARTS:
        raise _invalid(f"一笔订单最多退款{MOST_PARTS}次")


def _accept(
    store: Store,
    paid: Row,
    *,
    out_refund_no: str,
    amount: int,
    reason: str | None,
    notify_url: str | None,
    source: str,
    content: str,
) -> Row:
    moment = clock.now()
    accepted = {
        "out_refund_no": out_refund_no,
        "refund_id": f"503{random.randrange(10**8):08d}{clock.digits(moment)[:8]}"
        f"{random.randrange(10**10):010d}",
        "out_trade_no": paid["out_trade_no"],
        "refund": amount,
        "reason": reason,
        "notify_url": notify_url,
        "status": "PROCESSING",
        "source": source,
        "content": content,
        "created_at": moment,
        "finished_at": None,
    }
    store.add("refunds", accepted)
    return accepted


def finish(world: World, known: Row, status: str) -> None:
    """Give a refund its result (SUCCESS, ABNORMAL, CLOSED) and send the notice it asked for."""
    with world.store.changing():
        world.store.run(
            "UPDATE refunds SET status = ?, finished_at = ? WHERE out_refund_no = ?",
            status,
            clock.now(),
            known["out_refund_no"],
        )
        if known["notify_url"]:
            notices.create(
                world.store,
                kind="refund",
                subject=known["out_refund_no"],
                notify_url=known["notify_url"],
                event_type=f"REFUND.{status}",
                summary=RESULT_TEXTS[status],
                resource=_notice(world, known, status),
                pause=NOTICE_PAUSE_SECONDS,
            )
    world.courier.wake()


def repair(world: World, known: Row) -> dict[str, Any]:
    """Pay an abnormal refund back by another way; answers PROCESSING, then as the mode says."""
    with world.store.changing():
        if known["status"] != "ABNORMAL":
            raise _invalid("退款单状态不是退款异常，不能发起异常退款")
        mode = modes.take(world.store, "refund")
        if mode != "not_enough":
            world.store.run(
                "UPDATE refunds SET status = 'PROCESSING', finished_at = NULL WHERE refund_id = ?",
                known["refund_id"],
            )
            again = known | {"status": "PROCESSING", "finished_at": None}
            return _proceed(world, again, mode)
    raise _not_enough()


def facts(world: World, known: Row) -> dict[str, Any]:
    """The refund as WeChat answers it, amounts in fen."""
    paid = transactions.find(world.store, known["out_trade_no"]) or {}
    answer = {
        "refund_id": known["refund_id"],
        "out_refund_no": known["out_refund_no"],
        "transaction_id": paid["transaction_id"],
        "out_trade_no": known["out_trade_no"],
        "channel": "ORIGINAL",
        "user_received_account": "支付用户零钱",
        "create_time": clock.rfc3339(known["created_at"]),
        "status": known["status"],
        "funds_account": "AVAILABLE",
        "amount": {
            "total": paid["paid_total"],
            "refund": known["refund"],
            "from": [],
            "payer_total": paid["paid_total"],
            "payer_refund": known["refund"],
            "settlement_refund": known["refund"],
            "settlement_total": paid["paid_total"],
            "discount_refund": 0,
            "currency": "CNY",
            "refund_fee": 0,
        },
        "promotion_detail": [],
    }
    if known["status"] == "SUCCESS" and known["finished_at"]:
        answer["success_time"] = clock.rfc3339(known["finished_at"])
    return answer


def _notice(world: World, known: Row, status: str) -> dict[str, Any]:
    paid = transactions.find(world.store, known["out_trade_no"]) or {}
    resource = {
        "mchid": world.credentials.mchid,
        "out_trade_no": known["out_trade_no"],
        "transaction_id": paid["transaction_id"],
        "out_refund_no": known["out_refund_no"],
        "refund_id": known["refund_id"],
        "refund_status": status,
        "user_received_account": "支付用户零钱",
        "amount": {
            "total": paid["paid_total"],
            "refund": known["refund"],
            "payer_total": paid["paid_total"],
            "payer_refund": known["refund"],
        },
    }
    if status == "SUCCESS":
        resource["success_time"] = clock.rfc3339(clock.now())
    return resource


def _not_enough() -> MerchantError:
    return MerchantError(403, "NOT_ENOUGH", "基本账户余额不足，请充值后重新发起")


def _invalid(message: str) -> MerchantError:
    return MerchantError(400, "INVALID_REQUEST", message)
