"""What the goods of each county were paid for lately, told to the home page below."""

from datetime import timedelta

from sqlalchemy import text

from backend.catalog.home import ranking
from backend.core import clock
from backend.core.database import db
from backend.orders.vouchers.queries import GIVEN_BACK

PERIOD = timedelta(days=30)

# Without freight, and without what was given back; refunded in full is closed.
_SUMS = text(f"""
    SELECT l.county_code, CAST(sum(l.amount_fen - back.amount_fen) AS bigint) AS amount_fen,
           count(DISTINCT l.order_id) AS orders
      FROM orders o JOIN order_lines l ON l.order_id = o.id, {GIVEN_BACK} back
     WHERE o.paid_at > :since AND o.paid_at <= :until AND o.state NOT IN ('cancelled', 'closed')
     GROUP BY l.county_code
""")


def recompute() -> None:
    """Count the last thirty days anew, by county of origin; twice is once."""
    until = clock.now()
    period = {"since": until - PERIOD, "until": until}
    rows = db.session.execute(_SUMS, period)
    ranking.record([ranking.CountySum(**row) for row in rows.mappings()], **period)
