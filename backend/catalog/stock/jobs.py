"""What the worker does about stock: notice what runs low, prove every night what there is."""

from backend.catalog.stock import ledger, low
from backend.core.jobs import in_transaction, queue


@queue.periodic(cron="* * * * *")
@queue.task(name="notice_low_stock", queueing_lock="notice_low_stock")
@in_transaction
def notice_low_stock(timestamp: int) -> None:
    """Producers are told what has fallen to its threshold."""
    low.sweep()


@queue.periodic(cron="20 19 * * *")
@queue.task(name="check_stock", queueing_lock="check_stock")
@in_transaction
def check_stock(timestamp: int) -> None:
    """At 03:20 in Shanghai: every stock is the sum of its movements."""
    ledger.check()
