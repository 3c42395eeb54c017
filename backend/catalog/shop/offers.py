"""What a buyer is offered for a SKU at this moment: price, origin, producer, recognition."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import text

from backend.catalog.recognitions.validity import THE_LONGEST_VALID
from backend.core import clock
from backend.core.database import db


@dataclass(frozen=True)
class Offer:
    """One SKU as it can be bought now. `available` is units left, certain only under a lock."""

    sku_id: int
    product_id: int
    product_name: str
    spec: str
    unit: str
    price_fen: int
    min_quantity: int
    purchase_limit: int | None
    fresh: bool
    tax_class: str
    producer_id: int
    producer_name: str
    producer_county_code: str
    county_code: str
    county_name: str
    county_class: str
    recognition_id: int | None
    recognition_number: str | None
    voucher_days: int | None
    """A service: for how many days its vouchers are valid. `None` for goods."""
    persons: int
    on_sale: bool
    available: int


_OFFERS = text(f"""
    SELECT s.id AS sku_id, p.id AS product_id, p.name AS product_name, s.spec, s.unit,
           s.price_fen, s.min_quantity, s.purchase_limit, p.fresh, s.tax_class,
           m.id AS producer_id, m.name AS producer_name,
           m.county_code AS producer_county_code,
           p.county_code, a.name AS county_name, a.area_class AS county_class,
           r.id AS recognition_id, r.number AS recognition_number,
           p.voucher_days, s.persons,
           s.on_sale AND p.state = 'listed' AS on_sale,
           k.on_hand - k.reserved AS available
      FROM skus s
      JOIN products p ON p.id = s.product_id
      JOIN producers m ON m.id = p.producer_id
      JOIN areas a ON a.code = p.county_code
      JOIN sku_stocks k ON k.sku_id = s.id
      LEFT JOIN LATERAL (
           SELECT r.id, r.number FROM recognitions r
            WHERE r.product_id = p.id AND {THE_LONGEST_VALID}
      ) r ON true
     WHERE s.id = ANY(:sku_ids)
""")


def offers(sku_ids: Collection[int]) -> dict[int, Offer]:
    """Offers by SKU id; a SKU that does not exist is missing from the answer.

    The recognition is the one valid today (Shanghai) that stays valid longest.
    """
    rows = db.session.execute(_OFFERS, {"sku_ids": list(sku_ids), "today": clock.today()})
    return {row["sku_id"]: Offer(**row) for row in rows.mappings()}
