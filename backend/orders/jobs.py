"""What the worker does about orders."""

from backend.core.jobs import each_in_transaction, in_transaction, queue
from backend.orders import cancellation


@queue.periodic(cron="* * * * * */10")
@queue.task(name="expire_due_orders", queueing_lock="expire_due_orders")
@in_transaction
def expire_due_orders(timestamp: int) -> None:
    """Unpaid orders whose time is over give their stock back."""
    each_in_transaction(cancellation.due_orders(), cancellation.expire)
