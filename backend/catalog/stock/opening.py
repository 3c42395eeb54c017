"""A SKU that is put on sale has a stock from then on, of nothing until somebody corrects it."""

from sqlalchemy.dialects.postgresql import insert

from backend.catalog.stock.models import SkuStock
from backend.core.database import db, table_of

_STOCKS = table_of(SkuStock)


def on_product_listed(product_id: int, sku_ids: list[int]) -> None:
    """Give each SKU without a stock an empty one."""
    rows = [{"sku_id": sku_id, "on_hand": 0, "reserved": 0} for sku_id in sorted(sku_ids)]
    db.session.execute(insert(_STOCKS).values(rows).on_conflict_do_nothing())
