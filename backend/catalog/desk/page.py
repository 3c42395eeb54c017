"""One product of a producer's own: what is drafted, listed and in stock, and its recognitions."""

from typing import Any

from sqlalchemy import text

from backend.catalog.areas.models import AreaClass
from backend.catalog.products.models import VersionState
from backend.catalog.products.queries import shown
from backend.catalog.products.versions import ProductNotFound, find_version
from backend.catalog.recognitions.figures import figure_of
from backend.catalog.recognitions.queries import recognitions_of
from backend.core.database import db

_PRODUCT = text("""
    SELECT p.id, p.code, p.name, p.state, p.listed_at,
           r.area_class AS registered_in, o.area_class AS comes_from,
           (SELECT coalesce(jsonb_agg(jsonb_build_object(
                       'id', s.id, 'code', s.code, 'spec', s.spec, 'price_fen', s.price_fen,
                       'on_sale', s.on_sale, 'on_hand', k.on_hand, 'reserved', k.reserved)
                       ORDER BY s.id), '[]')
              FROM skus s JOIN sku_stocks k ON k.sku_id = s.id
             WHERE s.product_id = p.id) AS skus
      FROM products p
      JOIN producers m ON m.id = p.producer_id
      JOIN areas r ON r.code = m.county_code
      JOIN areas o ON o.code = p.county_code
     WHERE p.id = :product_id AND p.producer_id = :producer_id
""")


def own_product(producer_id: int, product_id: int) -> dict[str, Any]:
    """The product with its open and its listed version. Raises `ProductNotFound`."""
    asked = {"producer_id": producer_id, "product_id": product_id}
    row = db.session.execute(_PRODUCT, asked).mappings().one_or_none()
    if row is None:
        raise ProductNotFound
    open_version = find_version(product_id, VersionState.draft, VersionState.review)
    listed = find_version(product_id, VersionState.listed)
    return {
        **row,
        "figure": figure_of(AreaClass(row["registered_in"]), AreaClass(row["comes_from"])),
        "open_version": open_version and shown(open_version),
        "listed_version": listed and shown(listed),
        "recognitions": recognitions_of(product_id),
    }
