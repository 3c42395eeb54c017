"""Control of notices: what was told, telling it again, altered or forged."""

from typing import Any

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from . import notices
from .control import body_of_control, limit_of_list
from .courier import Answer
from .errors import ControlError
from .notice_views import answer_views, notice_views
from .notices import TRUE, Alteration
from .reading import Reader
from .store import Row
from .world import here

blueprint = Blueprint("control_notices", __name__, url_prefix="/control/notices")

MOST_TIMES = 64
EVENTS = {"transaction": "TRANSACTION.SUCCESS", "refund": "REFUND.SUCCESS"}
ORDERS = {"fifo": "created_at, rowid", "lifo": "created_at DESC, rowid DESC"}


@blueprint.get("")
def list_notices() -> ResponseReturnValue:
    """`?subject=&kind=&state=`: the notices with their attempts, newest first."""
    rows = here().store.rows(
        "SELECT * FROM notices WHERE (?1 IS NULL OR subject = ?1) AND (?2 IS NULL OR kind = ?2)"
        " AND (?3 IS NULL OR state = ?3) ORDER BY created_at DESC, rowid DESC LIMIT ?4",
        request.args.get("subject"),
        request.args.get("kind"),
        request.args.get("state"),
        limit_of_list(),
    )
    return jsonify(notices=notice_views(here().store, rows))


@blueprint.post("/<notice_id>/delivery")
def deliver(notice_id: str) -> ResponseReturnValue:
    """`{times?, concurrently?, alter?}`: send it now, `{statuses, deliveries}`.

    A true delivery that succeeds ends the automatic ones.
    """
    body = body_of_control(optional=True)
    body.only("times", "concurrently", "alter")
    times = body.optional_integer("times", least=1, most=MOST_TIMES) or 1
    concurrently = body.flag("concurrently")
    alteration = _alteration(body)
    notice = _known_notice(notice_id)
    answers = here().courier.deliver_often(notice, times, concurrently, alteration)
    if alteration == TRUE:
        _mark_delivered(notice, answers)
    return _report(answers)


@blueprint.post("")
def forge() -> ResponseReturnValue:
    """`{kind, notify_url, resource, event_type?, alter?}`: a correctly signed notice of anything.

    It is sent once, now; `{id, statuses, deliveries}`.
    """
    body = body_of_control()
    body.only("kind", "notify_url", "resource", "event_type", "alter")
    kind = body.choice("kind", EVENTS)
    resource = body.within("resource").data
    alteration = _alteration(body)
    subject = resource.get("out_refund_no" if kind == "refund" else "out_trade_no", "")
    notice = notices.create(
        here().store,
        kind=kind,
        subject=str(subject),
        notify_url=body.text("notify_url"),
        event_type=body.optional_text("event_type") or EVENTS[kind],
        summary="支付成功" if kind == "transaction" else "退款成功",
        resource=resource,
        forged=True,
    )
    return _report([here().courier.deliver(notice, alteration)], notice["id"])


@blueprint.post("/release")
def release() -> ResponseReturnValue:
    """`{order?: fifo|lifo}`: send the held notices now, one after the other.

    Answers `{released: [{id, subject, status}]}`; what fails is tried again by the schedule.
    """
    body = body_of_control(optional=True)
    body.only("order")
    order = ORDERS[body.choice("order", ORDERS, "fifo")]
    world = here()
    with world.store.changing():
        held = world.store.rows(f"SELECT * FROM notices WHERE state = 'held' ORDER BY {order}")
        world.store.run("UPDATE notices SET state = 'sending' WHERE state = 'held'")
    released = []
    for notice in held:
        answer = world.courier.deliver(notice)
        world.courier.settle(notice, answer.success)
        released.append({"id": notice["id"], "subject": notice["subject"], "status": answer.status})
    return jsonify(released=released)


def _known_notice(notice_id: str) -> Row:
    notice = here().store.row("SELECT * FROM notices WHERE id = ?", notice_id)
    if notice is None:
        raise ControlError(404, f"no notice {notice_id}")
    return notice


def _alteration(body: Reader) -> Alteration:
    if body.data.get("alter") is None:
        return TRUE
    alter = body.within("alter")
    alter.only("resource", "event_type", "corrupt")
    corrupt = Reader(alter.optional_object("corrupt"), _bad_corrupt)
    corrupt.only("signature", "ciphertext", "serial", "timestamp_offset", "signtest")
    return Alteration(
        resource=alter.optional_object("resource"),
        event_type=alter.optional_text("event_type"),
        signature=corrupt.flag("signature"),
        ciphertext=corrupt.flag("ciphertext"),
        serial=corrupt.optional_text("serial"),
        timestamp_offset=corrupt.optional_integer("timestamp_offset", least=-(10**9)) or 0,
        signtest=corrupt.flag("signtest"),
    )


def _bad_corrupt(path: str, issue: str, value: Any) -> ControlError:
    return ControlError(400, f"alter/corrupt{path} {issue}, got {value!r}")


def _mark_delivered(notice: Row, answers: list[Answer]) -> None:
    if any(answer.success for answer in answers):
        here().store.run(
            "UPDATE notices SET state = 'delivered' WHERE id = ? AND state <> 'forged'",
            notice["id"],
        )


def _report(answers: list[Answer], notice_id: str | None = None) -> ResponseReturnValue:
    named = {"id": notice_id} if notice_id else {}
    statuses = [answer.status for answer in answers]
    return jsonify(named | {"statuses": statuses, "deliveries": answer_views(answers)})
