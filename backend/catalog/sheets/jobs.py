"""What the worker does about imports."""

from backend.catalog.sheets import applying, bulk_listing, check_runs, keeping
from backend.core.jobs import defer, in_transaction, queue


@queue.task(name="check_catalogue_import")
@in_transaction
def check_catalogue_import(import_no: str) -> None:
    """A file was sent in."""
    check_runs.check(import_no)


@queue.task(name="apply_catalogue_import")
@in_transaction
def apply_catalogue_import(import_no: str) -> None:
    """Somebody wants a checked import applied."""
    applying.apply(import_no)


@queue.task(name="list_catalogue_import")
@in_transaction
def list_catalogue_import(import_no: str) -> None:
    """An operator wants everything listed that an import handed in."""
    bulk_listing.list_products(import_no)


_TASKS = {
    "check": check_catalogue_import,
    "apply": apply_catalogue_import,
    "list": list_catalogue_import,
}


@queue.periodic(cron="* * * * * */20")
@queue.task(name="continue_catalogue_imports", queueing_lock="continue_catalogue_imports")
@in_transaction
def continue_catalogue_imports(timestamp: int) -> None:
    """Imports that stand still, because their worker ended in the middle or never began."""
    for import_no, what in keeping.standing_still():
        defer(_TASKS[what], import_no=import_no)


@queue.periodic(cron="17 * * * *")
@queue.task(name="delete_old_catalogue_files", queueing_lock="delete_old_catalogue_files")
@in_transaction
def delete_old_catalogue_files(timestamp: int) -> None:
    """Files that were kept long enough."""
    keeping.delete_old_files()
