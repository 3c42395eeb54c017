"""What the worker does about vouchers: let them expire, remind of them before."""

from backend.core.jobs import in_transaction, queue
from backend.orders.vouchers import expiring, reminding


@queue.periodic(cron="* * * * *")
@queue.task(name="expire_vouchers", queueing_lock="expire_vouchers")
@in_transaction
def expire_vouchers(timestamp: int) -> None:
    """Vouchers whose time is over."""
    expiring.expire_due()


@queue.periodic(cron="*/5 * * * *")
@queue.task(name="remind_of_vouchers", queueing_lock="remind_of_vouchers")
@in_transaction
def remind_of_vouchers(timestamp: int) -> None:
    """Vouchers that end within days."""
    reminding.remind_due()
