"""What operators and producers see of recognitions."""

from datetime import timedelta
from typing import Any

from sqlalchemy import text

from backend.core import clock
from backend.core.database import db
from backend.core.paging import Page, page_of, read_cursor

_LIST = """
    SELECT r.*, p.name AS product_name, p.producer_id, m.name AS producer_name
      FROM recognitions r
      JOIN products p ON p.id = r.product_id
      JOIN producers m ON m.id = p.producer_id
     WHERE true {conditions}
     ORDER BY r.id DESC LIMIT :limit
"""

_CONDITIONS = {
    "status": "AND r.status = :status",
    "last_day": "AND r.status = 'valid' AND r.valid_to BETWEEN :today AND :last_day",
    "before": "AND r.id < :before",
}

_OF_PRODUCT = text("""
    SELECT r.*, (SELECT e.reason FROM recognition_events e
                  WHERE e.recognition_id = r.id AND e.step <> 'register'
                  ORDER BY e.id DESC LIMIT 1) AS reason
      FROM recognitions r WHERE r.product_id = :product_id ORDER BY r.valid_to DESC, r.id DESC
""")


def list_recognitions(
    *,
    status: str | None = None,
    runs_out_within_days: int | None = None,
    limit: int,
    cursor: str | None,
) -> Page[dict[str, Any]]:
    """Recognitions, the newest first; `runs_out_within_days` picks valid ones that end soon."""
    position = read_cursor(cursor, (int,))
    days = runs_out_within_days
    given = {
        "status": status,
        "last_day": None if days is None else clock.today() + timedelta(days=days),
        "before": position[0] if position else None,
    }
    asked = {name: value for name, value in given.items() if value is not None}
    statement = _LIST.format(conditions=" ".join(_CONDITIONS[name] for name in asked))
    parameters = {**asked, "today": clock.today(), "limit": limit + 1}
    rows = db.session.execute(text(statement), parameters).mappings()
    return page_of([dict(row) for row in rows], limit, lambda row: (row["id"],))


def recognitions_of(product_id: int) -> list[dict[str, Any]]:
    """Every recognition a product ever had, the longest first, with why it ended."""
    rows = db.session.execute(_OF_PRODUCT, {"product_id": product_id}).mappings()
    return [dict(row) for row in rows]
