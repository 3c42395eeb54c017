"""What each product has sold lately, counted from paid orders for the search to sort by."""

from sqlalchemy import text

from backend.catalog.search.sales import (
    PERIOD,
    Sold,
    products_with_aged_sales,
    record_sales,
    sales_known_until,
)
from backend.core import clock
from backend.core.database import db
from backend.orders.vouchers.queries import GIVEN_BACK

_CHANGED = text("""
    SELECT DISTINCT s.product_id
      FROM order_events e
      JOIN order_lines l ON l.order_id = e.order_id
      JOIN skus s ON s.id = l.sku_id
     WHERE e.step IN ('pay', 'close') AND e.at >= :since
     UNION
    SELECT s.product_id
      FROM refunds f
      JOIN voucher_returns r ON r.refund_id = f.id
      JOIN vouchers v ON v.id = r.voucher_id
      JOIN order_lines l ON l.id = v.order_line_id
      JOIN skus s ON s.id = l.sku_id
     WHERE f.succeeded_at >= :since
""")

_SOLD = text(f"""
    SELECT w.product_id,
           coalesce(sum(l.quantity - back.units) FILTER (WHERE o.id IS NOT NULL), 0) AS quantity,
           coalesce(sum(l.amount_fen - back.amount_fen) FILTER (WHERE o.id IS NOT NULL), 0)
               AS amount_fen
      FROM unnest(CAST(:ids AS bigint[])) w (product_id)
      JOIN skus s ON s.product_id = w.product_id
      LEFT JOIN order_lines l ON l.sku_id = s.id
      LEFT JOIN orders o ON o.id = l.order_id AND o.paid_at >= :since
                        AND o.state NOT IN ('cancelled', 'closed')
      LEFT JOIN {GIVEN_BACK} back ON true
     GROUP BY w.product_id
""")


def recount_sales() -> int:
    """Count anew the products of orders paid or closed since the last count; how many.

    Once a day all that have sales are counted, because the oldest of those fall out of the ninety
    days. Orders are only read: nobody who pays waits for this.
    """
    now = clock.now()
    since = sales_known_until() or now - PERIOD
    changed = set(db.session.scalars(_CHANGED, {"since": max(since, now - PERIOD)}))
    ids = sorted(changed | set(products_with_aged_sales()))
    if ids:
        rows = db.session.execute(_SOLD, {"ids": ids, "since": now - PERIOD})
        record_sales([Sold(r.product_id, int(r.quantity), int(r.amount_fen)) for r in rows], now)
    return len(ids)
