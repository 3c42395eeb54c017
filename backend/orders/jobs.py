"""What the worker does about orders."""

from backend.core.jobs import in_transaction, queue
from backend.orders import cancellation, county_sales, sales


@queue.periodic(cron="* * * * * */10")
@queue.task(name="expire_due_orders", queueing_lock="expire_due_orders")
@in_transaction
def expire_due_orders(timestamp: int) -> None:
    """Unpaid orders whose time is over give their stock back."""
    cancellation.expire_due()


@queue.periodic(cron="*/5 * * * *")
@queue.task(name="rank_counties", queueing_lock="rank_counties")
@in_transaction
def rank_counties(timestamp: int) -> None:
    """The home page's ranking of counties is counted anew."""
    county_sales.recompute()


@queue.periodic(cron="*/10 * * * *")
@queue.task(name="recount_sales", queueing_lock="recount_sales")
@in_transaction
def recount_sales(timestamp: int) -> None:
    """Products of orders that were paid or closed since the last count."""
    sales.recount_sales()
