"""What the worker does about producers."""

from backend.catalog.producers import licences
from backend.core.jobs import in_transaction, queue


@queue.periodic(cron="10 * * * *")
@queue.task(name="report_expired_licences", queueing_lock="report_expired_licences")
@in_transaction
def report_expired_licences(timestamp: int) -> None:
    """Licences end with a day, but a worker that stood still at midnight catches up in an hour."""
    licences.report_expired()
