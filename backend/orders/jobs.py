"""What the worker does about orders."""

from backend.core.jobs import in_transaction, queue
from backend.orders import cancellation


@queue.periodic(cron="* * * * * */10")
@queue.task(name="expire_due_orders", queueing_lock="expire_due_orders")
@in_transaction
def expire_due_orders(timestamp: int) -> None:
    """Unpaid orders whose time is over give their stock back."""
    cancellation.expire_due()
