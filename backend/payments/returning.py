"""Sending refunds to WeChat with one number until the result is final, then saying so.

What is not known is asked, never sent under a new number: the same number never pays twice.
"""

from datetime import timedelta

import structlog
from sqlalchemy import select

from backend.core import clock
from backend.core.alarms import raise_alarm
from backend.core.database import commit_before_waiting, db
from backend.core.hooks import Hook
from backend.payments.applying import Outcome, keep_notice
from backend.payments.models import Payment, Refund
from backend.wechat.notices import Notice
from backend.wechat.pay import PayRefused, PayUnknown, RefundResult, pay_gateway

log = structlog.get_logger()
PAUSES = [timedelta(seconds=s) for s in (30, 60, 120, 300, 900, 1800, 3600, 10_800, 21_600)]
"""Between tries of one refund; the last repeats."""
TRIES_BEFORE_ALARM = 5
LONGEST_PROCESSING = timedelta(days=4)
AT_A_TIME = 100
WAITING = ("requested", "processing", "abnormal")
"""Without a final result. An abnormal one waits for a person, and is asked about meanwhile."""
FINAL = {"succeeded": "SUCCESS", "closed": "CLOSED"}
"""Our final states with WeChat's word for each."""
PASSING = frozenset({"NOT_ENOUGH"})
"""Refusals that pass by themselves: the merchant account is topped up by new sales."""

refund_succeeded: Hook[[Refund, Payment]] = Hook("refund_succeeded")
"""Told once for each refund, in the transaction that learns of it."""

refund_failed: Hook[[Refund, Payment]] = Hook("refund_failed")
"""Told once for each refund that WeChat closed: it paid nothing, and never will."""


def due_refunds() -> list[str]:
    """Numbers of refunds without a final result whose next try is due."""
    return list(
        db.session.scalars(
            select(Refund.no)
            .where(Refund.state.in_(WAITING), Refund.next_try_at <= clock.now())
            .order_by(Refund.next_try_at)
            .limit(AT_A_TIME)
        )
    )


def send(refund_no: str) -> bool:
    """Send a refund, or ask about one without a final result. `False` when WeChat was silent.

    The next try is put off first and committed: two workers do not both send, and a worker
    that dies here only delays it.
    """
    refund = _lock(refund_no)
    if refund is None or refund.state not in WAITING or refund.next_try_at > clock.now():
        return True
    payment = db.session.get_one(Payment, refund.payment_id)
    refund.next_try_at = clock.now() + PAUSES[min(refund.tries, len(PAUSES) - 1)]
    refund.tries += 1
    db.session.flush()
    commit_before_waiting()
    try:
        settle(_ask_wechat(refund, payment))
        _alarm_when_stuck(refund)
    except PayUnknown as error:
        log.warning("refund_unknown", refund=refund_no, why=str(error))
        _alarm_after_many_tries(refund, str(error))
        return False
    except PayRefused as error:
        log.warning("refund_refused", refund=refund_no, why=error.code)
        if error.code in PASSING:
            _alarm_after_many_tries(refund, error.code)
        else:
            _alarm("refund_refused", refund, wechat_code=error.code)
    return True


def settle(result: RefundResult) -> Outcome:
    """Take WeChat's word on a refund, from an answer or a notice, in any order and number."""
    refund = _lock(result.refund_no)
    if refund is None:
        return _refuse("refund_unknown", result)
    if result.amount_fen != refund.amount_fen:
        return _refuse("refund_amount_differs", result)
    refund.provider_refund_id = result.refund_id or refund.provider_refund_id
    if refund.state in FINAL:
        if result.status in FINAL.values() and result.status != FINAL[refund.state]:
            return _refuse("refund_contradicted", result)
        return Outcome.repeated
    payment = db.session.get_one(Payment, refund.payment_id)
    match result.status:
        case "SUCCESS":
            refund.state = "succeeded"
            refund.succeeded_at = clock.now()
            db.session.flush()
            refund_succeeded.tell(refund, payment)
        case "PROCESSING":
            refund.state = "processing"
        case "ABNORMAL":
            refund.state = "abnormal"
            _alarm("refund_abnormal", refund)
        case "CLOSED":
            refund.state = "closed"
            payment.refunding_fen -= refund.amount_fen
            db.session.flush()
            _alarm("refund_closed", refund)
            refund_failed.tell(refund, payment)
        case _:
            return _refuse("refund_status_unknown", result)
    db.session.flush()
    return Outcome.applied


def on_refund_notice(notice: Notice, result: RefundResult) -> None:
    """WeChat's refund notice: settle it and keep it as evidence."""
    keep_notice(notice, result.refund_no, settle(result))


def _ask_wechat(refund: Refund, payment: Payment) -> RefundResult:
    gateway = pay_gateway()
    if refund.state != "requested":
        known = gateway.query_refund(refund.no)
        if known is not None:
            return known
    return gateway.refund(
        refund_no=refund.no,
        transaction_id=str(payment.transaction_id),
        amount_fen=refund.amount_fen,
        total_fen=payment.amount_fen,
        reason=refund.reason,
    )


def _lock(refund_no: str) -> Refund | None:
    """The refund with its payment's row locked first, as every change of money locks it."""
    payment_id = db.session.scalar(select(Refund.payment_id).filter_by(no=refund_no))
    if payment_id is None:
        return None
    db.session.get(Payment, payment_id, with_for_update=True, populate_existing=True)
    return db.session.scalars(
        select(Refund).filter_by(no=refund_no).execution_options(populate_existing=True)
    ).one()


def _alarm_when_stuck(refund: Refund) -> None:
    """A bank may take three days (WeChat Pay, 退款到账时间); longer is for a person."""
    if refund.state == "processing" and clock.now() - refund.requested_at > LONGEST_PROCESSING:
        _alarm("refund_not_through", refund, tries=refund.tries, why="PROCESSING")


def _alarm_after_many_tries(refund: Refund, why: str) -> None:
    if refund.tries >= TRIES_BEFORE_ALARM:
        _alarm("refund_not_through", refund, tries=refund.tries, why=why)


def _alarm(kind: str, refund: Refund, **detail: object) -> None:
    """An alarm from which a person finds the order."""
    known = {"order_no": refund.order_no, "amount_fen": refund.amount_fen}
    raise_alarm(kind, refund.no, **known, **detail)


def _refuse(kind: str, result: RefundResult) -> Outcome:
    raise_alarm(
        kind,
        f"{result.refund_no}:{result.refund_id}",
        status=result.status,
        amount_fen=result.amount_fen,
    )
    return Outcome.refused
