"""What the worker does about money: close, ask, send back."""

from backend.core.jobs import each_in_transaction, in_transaction, queue
from backend.payments import asking, returning


@queue.task(name="close_payment")
@in_transaction
def close_payment(payment_no: str) -> None:
    """Its order was cancelled: nobody shall pay it any more."""
    asking.close(payment_no)


@queue.task(name="send_refund")
@in_transaction
def send_refund(refund_no: str) -> None:
    """A refund was requested."""
    returning.send(refund_no)


@queue.periodic(cron="* * * * * */10")
@queue.task(name="ask_due_payments", queueing_lock="ask_due_payments")
@in_transaction
def ask_due_payments(timestamp: int) -> None:
    """Open payments of which no callback told."""
    each_in_transaction(asking.due_payments(), asking.ask)


@queue.periodic(cron="* * * * * */10")
@queue.task(name="send_due_refunds", queueing_lock="send_due_refunds")
@in_transaction
def send_due_refunds(timestamp: int) -> None:
    """Refunds whose last try brought no final result."""
    each_in_transaction(returning.due_refunds(), returning.send)
