"""What the worker does for the search: put right what was missed, and learn the words in use."""

from backend.catalog.search import documents, nearness
from backend.core.jobs import in_transaction, queue


@queue.task(name="refresh_products")
@in_transaction
def refresh_products(product_ids: list[int]) -> None:
    """Products of a large producer that has changed."""
    documents.refresh(product_ids)


@queue.periodic(cron="*/5 * * * *")
@queue.task(name="refresh_stale_documents", queueing_lock="refresh_stale_documents")
@in_transaction
def refresh_stale_documents(timestamp: int) -> None:
    """Documents that are missing, out of date, or of a product that is offered no more."""
    documents.refresh_stale()


@queue.periodic(cron="*/10 * * * *")
@queue.task(name="learn_search_words", queueing_lock="learn_search_words")
@in_transaction
def learn_search_words(timestamp: int) -> None:
    """The words of the documents, by which somebody who mistypes is understood."""
    nearness.learn_if_changed()


@queue.task(name="rebuild_search", queueing_lock="rebuild_search")
@in_transaction
def rebuild_search() -> None:
    """Every document anew; after a repair by hand."""
    documents.rebuild()
