"""The ledger of a stock: every change with its reason and what was left, and the proof of it."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import text

from backend.catalog.stock.models import SkuStock
from backend.core.alarms import raise_alarm
from backend.core.database import db
from backend.core.errors import NotFound
from backend.core.paging import Page, page_of, read_cursor

# Movements of one SKU are written under the lock of its stock row, so their ids are in the order
# in which they took effect, and what stands below a page never changes any more.
_PAGE = text("""
    WITH page AS (
        SELECT id, kind, cause, on_hand_change, reserved_change, reason, by_user_id, at
          FROM stock_movements
         WHERE sku_id = :sku_id AND (CAST(:before AS bigint) IS NULL OR id < :before)
         ORDER BY id DESC LIMIT :limit
    ), below AS (
        SELECT coalesce(sum(on_hand_change), 0) AS on_hand,
               coalesce(sum(reserved_change), 0) AS reserved
          FROM stock_movements
         WHERE sku_id = :sku_id AND id < (SELECT min(id) FROM page)
    )
    SELECT p.id, p.kind, p.on_hand_change, p.reserved_change, p.reason, p.by_user_id, p.at,
           -- An order is shown as its number; of a correction not its author's key.
           split_part(p.cause, ':', CASE WHEN p.kind = 'correct' THEN 1 ELSE 2 END) AS cause,
           CAST(b.on_hand + sum(p.on_hand_change) OVER so_far AS bigint) AS on_hand,
           CAST(b.reserved + sum(p.reserved_change) OVER so_far AS bigint) AS reserved
      FROM page p CROSS JOIN below b
    WINDOW so_far AS (ORDER BY p.id)
     ORDER BY p.id DESC
""")

_UNEXPLAINED = text("""
    SELECT coalesce(s.sku_id, m.sku_id) AS sku_id, s.on_hand, s.reserved,
           coalesce(m.on_hand, 0) AS ledger_on_hand, coalesce(m.reserved, 0) AS ledger_reserved
      FROM sku_stocks s
      FULL JOIN (SELECT sku_id, CAST(sum(on_hand_change) AS bigint) AS on_hand,
                        CAST(sum(reserved_change) AS bigint) AS reserved
                   FROM stock_movements GROUP BY sku_id) m USING (sku_id)
     WHERE (s.on_hand, s.reserved)
           IS DISTINCT FROM (coalesce(m.on_hand, 0), coalesce(m.reserved, 0))
     ORDER BY 1
""")


def list_movements(sku_id: int, *, limit: int, cursor: str | None) -> Page[Mapping[str, Any]]:
    """A SKU's movements, the newest first, each with the stock (units) it left behind.

    Raises `NotFound` for a SKU without stock.
    """
    if db.session.get(SkuStock, sku_id) is None:
        raise NotFound(field="sku_id")
    position = read_cursor(cursor, (int,))
    wanted = {
        "sku_id": sku_id,
        "before": position[0] if position else None,
        "limit": limit + 1,
    }
    rows = db.session.execute(_PAGE, wanted).mappings()
    return page_of([dict(row) for row in rows], limit, lambda row: (row["id"],))


def check() -> list[int]:
    """Compare every stock with the sum of its movements; an alarm for each SKU that differs.

    Answers those SKUs' ids. One statement reads both sides, so orders under way do not disturb.
    """
    differing = db.session.execute(_UNEXPLAINED).mappings().all()
    for row in differing:
        found = {name: value for name, value in row.items() if name != "sku_id"}
        raise_alarm("stock_differs", f"sku:{row['sku_id']}", **found)
    return [row["sku_id"] for row in differing]
