"""When no callback comes: ask WeChat, at growing pauses, until the payment is final.

Due payments are chosen by their state, so a worker that stood still catches up on all of them.
"""

from datetime import timedelta

import structlog
from sqlalchemy import select, update

from backend.core import clock
from backend.core.database import commit_before_waiting, db
from backend.payments.applying import apply_transaction
from backend.payments.collecting import OPEN_STATES
from backend.payments.models import Payment
from backend.wechat.pay import PayRefused, PayUnknown, pay_gateway

log = structlog.get_logger()
SHORTEST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(minutes=30)
MOST_DOUBLINGS = 6
"""Then the longest pause is reached; doubling on and on would overflow within a day."""
AT_A_TIME = 100


def due_payments() -> list[str]:
    """Numbers of open payments whose next question is due, the longest waiting first."""
    return list(
        db.session.scalars(
            select(Payment.no)
            .where(Payment.state.in_(OPEN_STATES), Payment.next_query_at <= clock.now())
            .order_by(Payment.next_query_at)
            .limit(AT_A_TIME)
        )
    )


def ask(payment_no: str) -> None:
    """Ask WeChat about one payment and apply the answer; a payment that ran out is closed.

    The next question is put off first and committed, so that two workers do not both ask and a
    worker that dies here only delays it.
    """
    payment = db.session.scalars(
        select(Payment).filter_by(no=payment_no).with_for_update()
    ).one_or_none()
    if payment is None or payment.state not in OPEN_STATES:
        return
    pause = min(SHORTEST_PAUSE * 2 ** min(payment.queries, MOST_DOUBLINGS), LONGEST_PAUSE)
    payment.queries += 1
    payment.next_query_at = clock.now() + pause
    expired = payment.expires_at <= clock.now()
    db.session.flush()
    commit_before_waiting()
    if not apply_if_paid(payment_no) and expired:
        close(payment_no)


def close(payment_no: str) -> None:
    """Close a payment at WeChat and here. If somebody has paid meanwhile, that is applied."""
    commit_before_waiting()
    try:
        if apply_if_paid(payment_no):
            return
        pay_gateway().close(payment_no)
    except PayUnknown as error:
        log.warning("close_unknown", payment=payment_no, why=str(error))
        return
    except PayRefused as error:
        if error.code == "ORDERPAID":
            apply_if_paid(payment_no)
            return
        if error.code not in {"ORDER_NOT_EXIST", "ORDER_CLOSED"}:
            log.warning("close_refused", payment=payment_no, why=error.code)
            return
    db.session.execute(
        update(Payment)
        .where(Payment.no == payment_no, Payment.state.in_(OPEN_STATES))
        .values(state="closed")
    )


def apply_if_paid(payment_no: str) -> bool | None:
    """Ask once whether it is paid, and apply it if so. `None` when WeChat gave no answer."""
    commit_before_waiting()
    try:
        transaction = pay_gateway().query(payment_no)
    except (PayUnknown, PayRefused) as error:
        log.warning("query_failed", payment=payment_no, why=str(error))
        return None
    if transaction is None or not transaction.paid:
        return False
    apply_transaction(transaction)
    commit_before_waiting()
    return True
