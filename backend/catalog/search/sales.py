"""What has been sold lately, as the room of orders tells it; documents are sorted by it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import text

from backend.core import clock
from backend.core.database import db

PERIOD = timedelta(days=90)
OVERLAP = timedelta(minutes=15)
"""Longer than any transaction lasts: an event may be written later than its instant says."""

_KNOWN = text("SELECT max(as_of) FROM product_sales")

_AGED = text("SELECT product_id FROM product_sales WHERE as_of < :midnight AND quantity > 0")

_RECORD = text("""
    INSERT INTO product_sales AS s (product_id, quantity, amount_fen, as_of)
    SELECT *, :as_of FROM unnest(CAST(:ids AS bigint[]), CAST(:quantities AS bigint[]),
                                 CAST(:amounts AS bigint[]))
    ON CONFLICT (product_id) DO UPDATE
       SET quantity = excluded.quantity, amount_fen = excluded.amount_fen, as_of = excluded.as_of
     WHERE s.as_of <= excluded.as_of
""")

_SHOW = text("""
    WITH changed AS (
        SELECT d.product_id, s.quantity
          FROM product_search d JOIN product_sales s USING (product_id)
         WHERE d.product_id = ANY(:ids) AND d.sales <> s.quantity
         ORDER BY d.product_id FOR NO KEY UPDATE OF d
    )
    UPDATE product_search d SET sales = c.quantity FROM changed c WHERE d.product_id = c.product_id
""")


@dataclass(frozen=True)
class Sold:
    """Units and fen of one product, paid in the last ninety days and not given back."""

    product_id: int
    quantity: int
    amount_fen: int


def sales_known_until() -> datetime | None:
    """Up to when changes are surely contained in what was recorded (UTC); `None` before all."""
    known: datetime | None = db.session.execute(_KNOWN).scalar_one()
    return None if known is None else known - OVERLAP


def products_with_aged_sales() -> list[int]:
    """Products whose sales were last counted before today: some of them may be too old by now."""
    now = clock.now().astimezone(clock.SHANGHAI)
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return list(db.session.scalars(_AGED, {"midnight": midnight}))


def record_sales(sold: Sequence[Sold], as_of: datetime) -> None:
    """Take over what was sold until `as_of` (UTC), product by product; zero is a number too.

    Recording again changes nothing, and an older count never replaces a newer one.
    """
    if not sold:
        return
    rows = sorted(sold, key=lambda each: each.product_id)
    ids = [each.product_id for each in rows]
    db.session.execute(
        _RECORD,
        {
            "ids": ids,
            "quantities": [each.quantity for each in rows],
            "amounts": [each.amount_fen for each in rows],
            "as_of": as_of,
        },
    )
    db.session.execute(_SHOW, {"ids": ids})
