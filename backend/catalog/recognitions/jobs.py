"""What the worker does about recognitions."""

from backend.catalog.recognitions import registering
from backend.core.jobs import in_transaction, queue


@queue.periodic(cron="7 * * * *")
@queue.task(name="lapse_recognitions", queueing_lock="lapse_recognitions")
@in_transaction
def lapse_recognitions(timestamp: int) -> None:
    """What was valid until yesterday lapses; looked for every hour, so a late worker catches up."""
    registering.lapse_due()
