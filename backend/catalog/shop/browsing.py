"""What a visitor looks at: areas, categories, the list of products, one product."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import text

from backend.catalog.recognitions import validity
from backend.catalog.search.filters import Filters
from backend.catalog.search.remembering import find_again
from backend.catalog.shop.helping import whom_it_helps
from backend.core import clock
from backend.core.database import db
from backend.core.errors import NotFound
from backend.core.paging import Page

_AREAS = text("""
    SELECT a.code, a.name,
           coalesce(jsonb_agg(jsonb_build_object(
               'code', c.code, 'name', c.name, 'area_class', c.area_class) ORDER BY c.code)
               FILTER (WHERE c.code IS NOT NULL), '[]') AS counties
      FROM areas a LEFT JOIN areas c ON c.prefecture_code = a.code
     WHERE a.prefecture_code IS NULL
     GROUP BY a.code ORDER BY a.code
""")

_CATEGORIES = text("SELECT code, name, parent_code FROM categories ORDER BY sort, code")

_CARDS = text(f"""
    SELECT p.id, p.name, p.subtitle, p.kind, p.category_code, p.pictures[1] AS picture,
           p.fresh, a.code AS county_code, a.name AS county_name, a.area_class,
           m.name AS producer_name,
           (SELECT min(s.price_fen) FROM skus s WHERE s.product_id = p.id AND s.on_sale)
               AS from_price_fen,
           EXISTS (SELECT 1 FROM recognitions r WHERE r.product_id = p.id AND {validity.VALID})
               AS is_assistance
      FROM products p
      JOIN areas a ON a.code = p.county_code
      JOIN producers m ON m.id = p.producer_id
     WHERE p.id = ANY(:ids) AND p.state = 'listed' AND m.state = 'approved'
       AND {validity.OFFERED}
""")

_DETAIL = text(f"""
    SELECT p.id, p.name, p.subtitle, p.kind, p.category_code, p.pictures, p.description,
           p.fresh, p.no_return, p.shelf_life_days, p.shelf_life_left_percent, p.storage,
           p.sale_areas, p.ship_within_hours, p.voucher_days,
           CASE WHEN NOT {validity.OFFERED} THEN 'recognition_lapsed' END AS not_offered,
           a.code AS county_code, a.name AS county_name, a.area_class,
           f.name AS prefecture_name,
           m.id AS producer_id, m.name AS producer_name, m.kind AS producer_kind,
           m.story AS producer_story, m.households AS producer_households,
           (SELECT coalesce(jsonb_agg(jsonb_build_object(
                       'id', s.id, 'spec', s.spec, 'unit', s.unit,
                       'net_weight_g', s.net_weight_g, 'price_fen', s.price_fen,
                       'market_price_fen', s.market_price_fen,
                       'price_tiers', s.price_tiers, 'case_size', s.case_size,
                       'min_quantity', s.min_quantity, 'purchase_limit', s.purchase_limit,
                       'limit_days', s.limit_days, 'persons', s.persons,
                       'available', k.on_hand - k.reserved) ORDER BY s.price_fen, s.id), '[]')
              FROM skus s JOIN sku_stocks k ON k.sku_id = s.id
             WHERE s.product_id = p.id AND s.on_sale) AS skus,
           (SELECT jsonb_build_object('number', r.number, 'issuer', r.issuer,
                                      'batch', r.batch, 'valid_to', r.valid_to)
              FROM recognitions r
             WHERE r.product_id = p.id AND {validity.THE_LONGEST_VALID}) AS recognition
      FROM products p
      JOIN areas a ON a.code = p.county_code
      LEFT JOIN areas f ON f.code = a.prefecture_code
      JOIN producers m ON m.id = p.producer_id
     WHERE p.id = :product_id AND p.state = 'listed' AND m.state = 'approved'
""")


def list_areas() -> list[dict[str, Any]]:
    """The prefectures, each with its counties and their class."""
    return [dict(row) for row in db.session.execute(_AREAS).mappings()]


def list_categories() -> list[dict[str, Any]]:
    """Every category in the order in which it is shown."""
    return [dict(row) for row in db.session.execute(_CATEGORIES).mappings()]


def list_products(
    *,
    q: str | None = None,
    sort: str | None = None,
    limit: int = 20,
    cursor: str | None = None,
    **filters: Any,
) -> Page[dict[str, Any]]:
    """Products that are offered, the newest first; with a wish `q` the best fitting first.

    `filters` are those of `search.filters.Filters`. The index finds and sorts; what a card says,
    and whether it is shown at all, is read from the catalogue itself.
    """
    found = find_again(q, Filters(**filters), sort, limit, cursor)
    cards = cards_of(found.items)
    shown = [cards[product_id] for product_id in found.items if product_id in cards]
    return Page(shown, found.next_cursor)


def cards_of(product_ids: Collection[int]) -> dict[int, dict[str, Any]]:
    """Products as the list shows them, by id; whatever is not offered is missing."""
    rows = db.session.execute(_CARDS, {"ids": list(product_ids), "today": clock.today()})
    return {row["id"]: dict(row) for row in rows.mappings()}


def show_product(product_id: int) -> dict[str, Any]:
    """One listed product with its SKUs and its valid recognition; `NotFound` otherwise."""
    row = (
        db.session.execute(_DETAIL, {"product_id": product_id, "today": clock.today()})
        .mappings()
        .one_or_none()
    )
    if row is None:
        raise NotFound("该商品不存在或已下架")
    product = dict(row)
    return {**product, "helps": whom_it_helps(product)}
