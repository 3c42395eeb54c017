"""Applying what the provider says was paid: checked, and at most once whatever arrives."""

from collections.abc import Iterator
from enum import StrEnum

from sqlalchemy import insert, select

from backend.core import clock
from backend.core.alarms import raise_alarm
from backend.core.database import db, table_of
from backend.core.hooks import Hook
from backend.payments.models import Payment, ProviderNotice
from backend.wechat.notices import Notice
from backend.wechat.pay import Transaction, pay_gateway

payment_succeeded: Hook[[Payment]] = Hook("payment_succeeded")
"""Told once for each payment, in the transaction that applies it."""


_INSERT_NOTICE = insert(table_of(ProviderNotice))


class Outcome(StrEnum):
    applied = "applied"
    repeated = "repeated"
    refused = "refused"


def apply_transaction(transaction: Transaction) -> Outcome:
    """Apply a transaction that WeChat reported by notice or answered to a query.

    The payment's row is locked, so of any number at once one applies and the others repeat.
    What does not fit (unknown number, other amount, currency, app or merchant, a second
    transaction for the same payment) is not applied and raises an alarm.
    """
    payment = db.session.scalars(
        select(Payment)
        .filter_by(no=transaction.payment_no)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if payment is None:
        return _refuse("payment_unknown", transaction)
    if not transaction.paid or _is_applied(payment, transaction):
        return Outcome.repeated
    objection = next(_objections(payment, transaction), None)
    if objection is not None:
        if payment.state != "succeeded":
            # For a person now; asking WeChat again would only hear the same.
            payment.next_query_at = None
            db.session.flush()
        return _refuse(objection, transaction, payment.order_no)
    payment.state = "succeeded"
    payment.transaction_id = transaction.transaction_id
    payment.paid_at = transaction.paid_at or clock.now()
    db.session.flush()
    payment_succeeded.tell(payment)
    return Outcome.applied


def on_payment_notice(notice: Notice, transaction: Transaction) -> None:
    """WeChat's payment notice: apply it and keep it as evidence."""
    keep_notice(notice, transaction.payment_no, apply_transaction(transaction))


def keep_notice(notice: Notice, subject_no: str, outcome: Outcome) -> None:
    """Store what WeChat said and what became of it."""
    row = {
        "notice_id": notice.id,
        "event_type": notice.event_type,
        "subject_no": subject_no,
        "outcome": outcome,
        "content": notice.evidence,
        "received_at": clock.now(),
    }
    db.session.execute(_INSERT_NOTICE, row)


def _is_applied(payment: Payment, transaction: Transaction) -> bool:
    """The very same money once more."""
    return (
        payment.state == "succeeded"
        and payment.transaction_id == transaction.transaction_id
        and payment.amount_fen == transaction.amount_fen
    )


def _objections(payment: Payment, transaction: Transaction) -> Iterator[str]:
    """Names of the alarms for what does not agree with what we asked for."""
    gateway = pay_gateway()
    if transaction.amount_fen != payment.amount_fen:
        yield "payment_amount_differs"
    if transaction.currency != payment.currency:
        yield "payment_currency_differs"
    if transaction.appid != gateway.appid:
        yield "payment_app_differs"
    if transaction.mchid != gateway.mchid:
        yield "payment_merchant_differs"
    if transaction.state == "REFUND" and payment.state != "succeeded":
        yield "payment_refunded_elsewhere"
    if not transaction.transaction_id:
        yield "payment_without_transaction"
    if payment.state == "succeeded":
        yield "payment_with_second_transaction"
    if _transaction_known(transaction):
        yield "transaction_of_another_payment"


def _transaction_known(transaction: Transaction) -> bool:
    known = select(Payment.id).filter_by(
        provider="wechat_pay", transaction_id=transaction.transaction_id
    )
    return db.session.execute(known).first() is not None


def _refuse(kind: str, transaction: Transaction, order_no: str | None = None) -> Outcome:
    raise_alarm(
        kind,
        f"{transaction.payment_no}:{transaction.transaction_id}",
        order_no=order_no,
        amount_fen=transaction.amount_fen,
        currency=transaction.currency,
        appid=transaction.appid,
        mchid=transaction.mchid,
    )
    return Outcome.refused
