"""Control of money: paying without a phone, refunds and their results."""

from typing import Any

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from . import clock, modes, phone, refunds, transactions
from .control import body_of_control, limit_of_list
from .errors import ControlError, MerchantError, PaymentRefusedError
from .notice_views import notice_views
from .store import Row
from .world import World, here

blueprint = Blueprint("control_payments", __name__, url_prefix="/control")

RESULTS = ("SUCCESS", "ABNORMAL", "CLOSED")


def transaction_view(world: World, row: Row) -> dict[str, Any]:
    """A transaction as the control API and the pages show it, amounts in fen."""
    prepay = world.store.row(
        "SELECT prepay_id FROM prepays WHERE out_trade_no = ? ORDER BY created_at DESC",
        row["out_trade_no"],
    )
    return {
        "out_trade_no": row["out_trade_no"],
        "transaction_id": row["transaction_id"],
        "prepay_id": prepay["prepay_id"] if prepay else None,
        "trade_state": transactions.trade_state(world.store, row),
        "description": row["description"],
        "attach": row["attach"],
        "openid": row["openid"],
        "total": row["total"],
        "paid_total": row["paid_total"],
        "refunded": refunds.refunded(world.store, row["out_trade_no"]),
        "notify_url": row["notify_url"],
        "created_at": clock.rfc3339(row["created_at"]),
        "time_expire": row["expires_at"] and clock.rfc3339(row["expires_at"]),
        "success_time": row["paid_at"] and clock.rfc3339(row["paid_at"]),
        "closed_at": row["closed_at"] and clock.rfc3339(row["closed_at"]),
    }


def refund_view(row: Row) -> dict[str, Any]:
    """A refund as the control API and the pages show it, amount in fen."""
    names = ("out_refund_no", "refund_id", "out_trade_no", "refund", "reason", "notify_url")
    return {name: row[name] for name in names} | {
        "status": row["status"],
        "source": row["source"],
        "created_at": clock.rfc3339(row["created_at"]),
        "finished_at": row["finished_at"] and clock.rfc3339(row["finished_at"]),
    }


def _known_transaction(out_trade_no: str) -> Row:
    known = transactions.find(here().store, out_trade_no)
    if known is None:
        raise ControlError(404, f"no transaction {out_trade_no}")
    return known


@blueprint.get("/transactions")
def list_transactions() -> ResponseReturnValue:
    """`?openid=`: the transactions, newest first."""
    rows = here().store.rows(
        "SELECT * FROM transactions WHERE ?1 IS NULL OR openid = ?1"
        " ORDER BY created_at DESC LIMIT ?2",
        request.args.get("openid"),
        limit_of_list(),
    )
    return jsonify(transactions=[transaction_view(here(), row) for row in rows])


@blueprint.get("/transactions/<out_trade_no>")
def show_transaction(out_trade_no: str) -> ResponseReturnValue:
    """One transaction with its refunds and notices."""
    world = here()
    known = _known_transaction(out_trade_no)
    parts = world.store.rows(
        "SELECT * FROM refunds WHERE out_trade_no = ? ORDER BY created_at", out_trade_no
    )
    subjects = [out_trade_no, *(part["out_refund_no"] for part in parts)]
    marks = ", ".join("?" * len(subjects))
    told = world.store.rows(
        f"SELECT * FROM notices WHERE subject IN ({marks}) ORDER BY created_at", *subjects
    )
    return jsonify(
        transaction_view(world, known)
        | {
            "refunds": [refund_view(part) for part in parts],
            "notices": notice_views(world.store, told),
        }
    )


@blueprint.post("/transactions/<out_trade_no>/payment")
def pay(out_trade_no: str) -> ResponseReturnValue:
    """`{outcome?: success|cancel|fail, total?: fen, paid_at?: RFC 3339}`: pay without a phone.

    `total` is taken instead of what was ordered. 409 when the app would not let the user pay.
    """
    body = body_of_control(optional=True)
    body.only("outcome", "total", "paid_at")
    outcome = body.choice("outcome", phone.OUTCOMES, "success")
    total = body.optional_integer("total", least=1)
    moment = body.optional_text("paid_at")
    paid_at = clock.parse(moment) if moment else None
    if moment and paid_at is None:
        body.fail("paid_at", "must be RFC 3339 with an offset")
    known = _known_transaction(out_trade_no)
    try:
        transactions.refuse_payment(known, clock.now())
        if outcome != "success":
            message = phone.act(here(), known, outcome)
        else:
            known = transactions.pay(here(), known, total=total, paid_at=paid_at)
            message = phone.OK
    except PaymentRefusedError as refusal:
        raise ControlError(409, str(refusal)) from refusal
    return jsonify(transaction_view(here(), known) | {"errMsg": message})


@blueprint.post("/transactions/<out_trade_no>/refunds")
def refund_by_hand(out_trade_no: str) -> ResponseReturnValue:
    """`{refund?: fen, reason?, notify_url?}`: a refund made by a person in the merchant console.

    Without `refund` it is all that is left; without `notify_url` the service is not told.
    """
    body = body_of_control(optional=True)
    body.only("refund", "reason", "notify_url")
    known = _known_transaction(out_trade_no)
    try:
        done = refunds.from_console(
            here(),
            known,
            amount=body.optional_integer("refund", least=1),
            reason=body.optional_text("reason", longest=80),
            notify_url=body.optional_text("notify_url", longest=255),
        )
    except MerchantError as refusal:
        raise ControlError(409, f"{refusal.code}: {refusal.message}") from refusal
    return jsonify(refund_view(done))


@blueprint.get("/refunds")
def list_refunds() -> ResponseReturnValue:
    """The refunds, newest first."""
    sql = "SELECT * FROM refunds ORDER BY created_at DESC LIMIT ?"
    return jsonify(refunds=[refund_view(row) for row in here().store.rows(sql, limit_of_list())])


@blueprint.post("/refunds/<out_refund_no>/result")
def finish_refund(out_refund_no: str) -> ResponseReturnValue:
    """`{status: SUCCESS|ABNORMAL|CLOSED}` for a refund that is PROCESSING; tells the service."""
    body = body_of_control()
    body.only("status")
    status = body.choice("status", RESULTS)
    store = here().store
    with store.changing():
        known = refunds.find(store, out_refund_no)
        if known is None:
            raise ControlError(404, f"no refund {out_refund_no}")
        if known["status"] != "PROCESSING":
            raise ControlError(409, f"refund {out_refund_no} is {known['status']} already")
        refunds.finish(here(), known, status)
        done = refunds.find(store, out_refund_no) or known
    return jsonify(refund_view(done))


@blueprint.post("/refund-mode")
def refund_mode() -> ResponseReturnValue:
    """`{mode: immediate|manual|abnormal|not_enough, times?}`: how the next refunds go."""
    body = body_of_control()
    body.only("mode", "times")
    mode = body.choice("mode", modes.ALLOWED["refund"])
    times = body.optional_integer("times", least=modes.FOREVER)
    chosen = modes.FOREVER if times is None else times
    modes.choose(here().store, "refund", mode, chosen)
    return jsonify(mode=mode, times=chosen)
