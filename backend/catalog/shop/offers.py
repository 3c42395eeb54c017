"""What a buyer is offered for a SKU at this moment: price, origin, producer, recognition."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import text

from backend.catalog.products.tiers import unit_price
from backend.catalog.recognitions.validity import OFFERED, THE_LONGEST_VALID
from backend.core import clock
from backend.core.database import db


@dataclass(frozen=True)
class Offer:
    """One SKU as it can be bought now. `available` is units left, certain only under a lock."""

    sku_id: int
    product_id: int
    product_version_id: int | None
    kind: str
    product_name: str
    spec: str
    unit: str
    net_weight_g: int
    price_fen: int
    price_tiers: list[dict[str, int]]
    min_quantity: int
    purchase_limit: int | None
    limit_days: int | None
    persons: int
    voucher_days: int | None
    fresh: bool
    no_return: bool
    tax_class: str
    sale_areas: list[str]
    freight_template_id: int | None
    producer_id: int
    producer_name: str
    producer_county_code: str
    county_code: str
    county_name: str
    county_class: str
    recognition_id: int | None
    recognition_number: str | None
    recognition_lapsed: bool
    on_sale: bool
    available: int

    def unit_price_fen(self, quantity: int) -> int:
        """The price of one unit when so many are bought: that of the highest tier reached."""
        return unit_price(self.price_fen, self.price_tiers, quantity)

    @property
    def is_service(self) -> bool:
        return self.kind == "service"


_OFFERS = text(f"""
    SELECT s.id AS sku_id, p.id AS product_id, v.id AS product_version_id, p.kind,
           p.name AS product_name, s.spec, s.unit, s.net_weight_g, s.price_fen, s.price_tiers,
           s.min_quantity, s.purchase_limit, s.limit_days, s.persons, p.voucher_days,
           p.fresh, p.no_return, s.tax_class, p.sale_areas, p.freight_template_id,
           m.id AS producer_id, m.name AS producer_name,
           m.county_code AS producer_county_code,
           p.county_code, a.name AS county_name, a.area_class AS county_class,
           r.id AS recognition_id, r.number AS recognition_number,
           NOT {OFFERED} AS recognition_lapsed,
           s.on_sale AND p.state = 'listed' AND m.state = 'approved' AS on_sale,
           k.on_hand - k.reserved AS available
      FROM skus s
      JOIN products p ON p.id = s.product_id
      JOIN producers m ON m.id = p.producer_id
      JOIN areas a ON a.code = p.county_code
      JOIN sku_stocks k ON k.sku_id = s.id
      LEFT JOIN product_versions v ON v.product_id = p.id AND v.state = 'listed'
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
