"""Low stock: told once when a SKU falls to its threshold, and anew after it has been above.

A sweep chooses by state among the SKUs that have a threshold; selling pays nothing for it.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import text, update

from backend.catalog.stock.models import SkuStock
from backend.core import audit, clock
from backend.core.database import db
from backend.core.errors import NotFound
from backend.core.paging import Page, page_of, read_cursor

_END = text("""
    UPDATE stock_notices n SET ended_at = :now
      FROM sku_stocks s
     WHERE n.ended_at IS NULL AND s.sku_id = n.sku_id
       AND (s.low_at IS NULL OR s.on_hand - s.reserved > s.low_at)
""")

_NOTICE = text("""
    INSERT INTO stock_notices (sku_id, available, low_at, at)
    SELECT s.sku_id, s.on_hand - s.reserved, s.low_at, :now
      FROM sku_stocks s
     WHERE s.low_at IS NOT NULL AND s.on_hand - s.reserved <= s.low_at
       AND NOT EXISTS (SELECT 1 FROM stock_notices n
                        WHERE n.sku_id = s.sku_id AND n.ended_at IS NULL)
     ORDER BY s.sku_id
    ON CONFLICT DO NOTHING
""")

_LIST = """
    SELECT n.id, n.sku_id, n.available, n.low_at, n.at, n.seen_at, n.seen_by, n.ended_at,
           p.id AS product_id, p.name AS product_name, s.spec
      FROM stock_notices n
      JOIN skus s ON s.id = n.sku_id
      JOIN products p ON p.id = s.product_id
     WHERE p.producer_id = :producer_id
"""


def set_threshold(sku_id: int, low_at: int | None, by: int) -> None:
    """Tell when no more than `low_at` units are available; `None` never tells.

    Raises `NotFound` for a SKU without stock.
    """
    changed = db.session.execute(
        update(SkuStock)
        .where(SkuStock.sku_id == sku_id)
        .values(low_at=low_at)
        .returning(SkuStock.sku_id)
    ).first()
    if changed is None:
        raise NotFound(field="sku_id")
    audit.record(by, "set_low_stock", f"sku:{sku_id}", low_at=low_at)


def sweep() -> None:
    """End the notices of SKUs that are above again, then notice those that are low."""
    now = {"now": clock.now()}
    db.session.execute(_END, now)
    db.session.execute(_NOTICE, now)


def list_notices(
    producer_id: int, *, open_only: bool, limit: int, cursor: str | None
) -> Page[Mapping[str, Any]]:
    """A producer's notices, the newest first; `open_only` leaves out those seen or over."""
    position = read_cursor(cursor, (int,))
    conditions = " AND n.id < :before" if position else ""
    conditions += " AND n.seen_at IS NULL AND n.ended_at IS NULL" if open_only else ""
    rows = db.session.execute(
        text(f"{_LIST} {conditions} ORDER BY n.id DESC LIMIT :limit"),
        {
            "producer_id": producer_id,
            "limit": limit + 1,
            **({"before": position[0]} if position else {}),
        },
    )
    return page_of([dict(row) for row in rows.mappings()], limit, lambda row: (row["id"],))


def see(producer_id: int, notice_id: int, by: int) -> Mapping[str, Any]:
    """Note who saw a notice first; seeing it again changes nothing. `NotFound` for others'."""
    db.session.execute(
        text("""
            UPDATE stock_notices n SET seen_at = :now, seen_by = :by
              FROM skus s JOIN products p ON p.id = s.product_id
             WHERE n.id = :id AND n.seen_at IS NULL
               AND s.id = n.sku_id AND p.producer_id = :producer_id
        """),
        {"id": notice_id, "producer_id": producer_id, "by": by, "now": clock.now()},
    )
    found = db.session.execute(
        text(f"{_LIST} AND n.id = :id"), {"producer_id": producer_id, "id": notice_id}
    )
    row = found.mappings().one_or_none()
    if row is None:
        raise NotFound("没有找到该提醒")
    return dict(row)
