"""When no callback comes: ask WeChat, at growing pauses, until the payment is final.

Due payments are chosen by their state, so a worker that stood still catches up on all of them.
"""

from datetime import timedelta
from enum import Enum

import structlog
from sqlalchemy import select, update

from backend.core import clock
from backend.core.database import commit_before_waiting, db
from backend.payments.applying import apply_transaction
from backend.payments.collecting import OPEN_STATES
from backend.payments.models import Payment
from backend.wechat.pay import NEVER_HEARD, PayRefused, PayUnknown, pay_gateway

log = structlog.get_logger()
SHORTEST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(minutes=30)
MOST_DOUBLINGS = 6
"""Then the longest pause is reached; doubling on and on would overflow within a day."""
LAST_LOOK_AFTER = timedelta(minutes=10)
"""A payment may win the race against its closing, so a closed one is asked about once more."""
AT_A_TIME = 100


class Known(Enum):
    """What WeChat knows of a payment. `silent`: no answer that can be relied on."""

    paid = "paid"
    unpaid = "unpaid"
    never_heard = "never heard of it"
    silent = "silent"


def due_payments() -> list[str]:
    """Numbers of payments whose next question is due, the longest waiting first."""
    return list(
        db.session.scalars(
            select(Payment.no)
            .where(Payment.state != "succeeded", Payment.next_query_at <= clock.now())
            .order_by(Payment.next_query_at)
            .limit(AT_A_TIME)
        )
    )


def ask(payment_no: str) -> bool:
    """Ask WeChat about one due payment and apply the answer; one that ran out is closed.

    The next question is put off first and committed, so that two workers do not both ask and a
    worker that dies here only delays it. `False` when WeChat was silent.
    """
    payment = db.session.scalars(
        select(Payment)
        .filter_by(no=payment_no)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    due = payment.next_query_at
    if payment.state == "succeeded" or due is None or due > clock.now():
        return True
    is_open = payment.state in OPEN_STATES
    pause = min(SHORTEST_PAUSE * 2 ** min(payment.queries, MOST_DOUBLINGS), LONGEST_PAUSE)
    payment.queries += 1
    payment.next_query_at = clock.now() + pause
    expired = payment.expires_at <= clock.now()
    db.session.flush()
    known = look(payment_no)
    if known is Known.silent:
        return False
    if is_open and expired and known is not Known.paid:
        return _close(payment_no, known)
    if not is_open:
        _ask_no_more(payment_no)
    return True


def close(payment_no: str) -> None:
    """Close a payment at WeChat and here. If somebody has paid meanwhile, that is applied."""
    known = look(payment_no)
    if known in {Known.unpaid, Known.never_heard}:
        _close(payment_no, known)


def look(payment_no: str) -> Known:
    """Ask WeChat once, and apply it if it was paid."""
    commit_before_waiting()
    try:
        transaction = pay_gateway().query(payment_no)
    except (PayUnknown, PayRefused) as error:
        log.warning("query_failed", payment=payment_no, why=str(error))
        return Known.silent
    if transaction is None:
        return Known.never_heard
    if not transaction.paid:
        return Known.unpaid
    apply_transaction(transaction)
    commit_before_waiting()
    return Known.paid


def _close(payment_no: str, known: Known) -> bool:
    """Close what WeChat said is not paid. `False` when WeChat was silent.

    Of a payment it never heard of, only our row is closed, and only while WeChat has not been
    asked for it: a request for it may be under way at this moment.
    """
    try:
        pay_gateway().close(payment_no)
    except PayUnknown as error:
        log.warning("close_unknown", payment=payment_no, why=str(error))
        return False
    except PayRefused as error:
        if error.code == "ORDERPAID":
            return look(payment_no) is not Known.silent
        if error.code not in NEVER_HEARD | {"ORDER_CLOSED"}:
            log.warning("close_refused", payment=payment_no, why=error.code)
            return True
    states = ("created",) if known is Known.never_heard else OPEN_STATES
    db.session.execute(
        update(Payment)
        .where(Payment.no == payment_no, Payment.state.in_(states))
        .values(state="closed", next_query_at=clock.now() + LAST_LOOK_AFTER)
    )
    return True


def _ask_no_more(payment_no: str) -> None:
    """A closed payment has had its last look."""
    db.session.execute(
        update(Payment)
        .where(Payment.no == payment_no, Payment.state == "closed")
        .values(next_query_at=None)
    )
