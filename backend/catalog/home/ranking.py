"""The counties by what was paid for their goods. Orders stand above: they report the sums here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text

from backend.core.database import db

MOST_SHOWN = 20


@dataclass(frozen=True)
class CountySum:
    """Goods from one county: what was paid for them (fen) and in how many orders."""

    county_code: str
    amount_fen: int
    orders: int


# Every county gets a row, so that the table says of which period it speaks even without sales.
_RECORD = text("""
    INSERT INTO county_sales (county_code, amount_fen, orders, since, until)
    SELECT a.code, coalesce(w.amount_fen, 0), coalesce(w.orders, 0), :since, :until
      FROM areas a
      LEFT JOIN unnest(CAST(:counties AS text[]), CAST(:amounts AS bigint[]),
                       CAST(:orders AS bigint[])) AS w (code, amount_fen, orders) USING (code)
     WHERE a.prefecture_code IS NOT NULL OR w.code IS NOT NULL
     ORDER BY a.code
    ON CONFLICT (county_code) DO UPDATE
       SET amount_fen = excluded.amount_fen, orders = excluded.orders,
           since = excluded.since, until = excluded.until
""")

_RANKING = text("""
    SELECT rank() OVER (ORDER BY s.amount_fen DESC, s.orders DESC) AS rank,
           a.code AS county_code, a.name AS county_name, a.area_class,
           f.name AS prefecture_name, s.amount_fen, s.orders
      FROM county_sales s
      JOIN areas a ON a.code = s.county_code
      LEFT JOIN areas f ON f.code = a.prefecture_code
     WHERE s.amount_fen > 0
     ORDER BY rank, a.code LIMIT :most
""")


def record(sums: Sequence[CountySum], since: datetime, until: datetime) -> None:
    """Replace the sums of all counties by those of the period; who is not named sold nothing."""
    db.session.execute(
        _RECORD,
        {
            "counties": [each.county_code for each in sums],
            "amounts": [each.amount_fen for each in sums],
            "orders": [each.orders for each in sums],
            "since": since,
            "until": until,
        },
    )


def ranking() -> dict[str, Any]:
    """The counties that sold most, with the period; equal sums share a rank."""
    period = db.session.execute(
        text("SELECT max(since) AS since, max(until) AS until FROM county_sales")
    ).one()
    rows = db.session.execute(_RANKING, {"most": MOST_SHOWN}).mappings()
    return {
        "since": period.since,
        "as_of": period.until,
        "items": [dict(row) for row in rows],
    }
