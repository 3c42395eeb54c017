"""Whose stock it is: a producer's people see and change that of their own SKUs only."""

from sqlalchemy import select

from backend.catalog.products.models import Product, Sku
from backend.core.database import db
from backend.core.errors import NotFound


def require_own_sku(producer_id: int, sku_id: int) -> None:
    """Refuse a SKU of another producer as if there were none (`NotFound`)."""
    own = select(Sku.id).join(Product).where(Sku.id == sku_id, Product.producer_id == producer_id)
    if db.session.execute(own).first() is None:
        raise NotFound("没有找到该规格")
