"""What the worker does about uploads: variants, and tidying up."""

from backend.catalog.pictures import making, tidying
from backend.core.jobs import each_in_transaction, in_transaction, queue


@queue.task(name="make_variants")
@in_transaction
def make_variants(upload_no: str) -> None:
    """A picture has come."""
    making.make(upload_no)


@queue.periodic(cron="* * * * * */10")
@queue.task(name="make_due_variants", queueing_lock="make_due_variants")
@in_transaction
def make_due_variants(timestamp: int) -> None:
    """Pictures whose variants a worker did not finish."""
    each_in_transaction(making.due_pictures(), making.make)


@queue.periodic(cron="* * * * *")
@queue.task(name="tidy_uploads", queueing_lock="tidy_uploads")
@in_transaction
def tidy_uploads(timestamp: int) -> None:
    """Uploads never completed, and files nobody needs any more."""
    each_in_transaction(tidying.due_to_expire(), tidying.expire)
    each_in_transaction(tidying.due_to_tidy(), tidying.tidy)
