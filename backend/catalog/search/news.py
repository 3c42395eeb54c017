"""What the search does when it is told of a change, in the transaction that makes the change."""

from sqlalchemy import select

from backend.catalog.products.models import Product
from backend.catalog.search.documents import BATCH, refresh
from backend.catalog.search.jobs import refresh_products
from backend.core.database import db
from backend.core.jobs import defer


def on_product_changed(product_id: int) -> None:
    """A product, one of its SKUs or one of its recognitions has changed."""
    refresh([product_id])


def on_product_listed(product_id: int, sku_ids: list[int]) -> None:
    """A version has been listed: the document says what it says, with the SKUs it brings."""
    refresh([product_id])


def on_producer_changed(producer_id: int) -> None:
    """A producer's standing or name has changed.

    A few products are refreshed at once; the many of a large producer follow as jobs. Until those
    have run, the list itself passes over whatever is not offered any more.
    """
    db.session.flush()
    mine = select(Product.id).filter_by(producer_id=producer_id).order_by(Product.id)
    ids = list(db.session.scalars(mine))
    if len(ids) <= BATCH:
        refresh(ids)
        return
    for at in range(0, len(ids), BATCH):
        defer(refresh_products, product_ids=ids[at : at + BATCH])
