"""The catalogue written out: what each product says now, a few hundred at a time."""

import io
from typing import IO, Any

from sqlalchemy import text

from backend.catalog.sheets.references import references_of
from backend.catalog.sheets.writing import CatalogueWriter
from backend.core.database import db

AT_ONCE = 500

_NEXT = """
    SELECT p.id, m.credit_code || ' ' || m.name AS producer, v.content
      FROM products p
      JOIN producers m ON m.id = p.producer_id
      JOIN LATERAL (
          SELECT w.content FROM product_versions w
           WHERE w.product_id = p.id AND w.state IN ('draft', 'review', 'listed')
           ORDER BY w.state = 'listed' LIMIT 1
      ) v ON true
     WHERE p.id > :after {conditions}
     ORDER BY p.id LIMIT :limit
"""
"""The open version, or the listed one where none is open: what an import is compared with."""

_CONDITIONS = {
    "producer": "AND p.producer_id = :producer",
    "category": "AND v.content->>'category_code' = :category",
    "county": "AND v.content->>'county_code' = :county",
    "state": "AND p.state = :state",
}


def export_producer(producer_id: int) -> IO[bytes]:
    """A producer's own catalogue, ready to be imported again. Raises `NotFound`."""
    writer = CatalogueWriter(references_of(producer_id))
    _write(writer, {"producer": producer_id})
    return _saved(writer)


def export_all(
    *, producer: int | None, category: str | None, county: str | None, state: str | None
) -> IO[bytes]:
    """Everybody's products, or those that fit; each row names its producer."""
    asked = {"producer": producer, "category": category, "county": county, "state": state}
    writer = CatalogueWriter(references_of(producer), with_producer=True)
    _write(writer, {name: value for name, value in asked.items() if value is not None})
    return _saved(writer)


def template_for(producer_id: int) -> IO[bytes]:
    """An empty catalogue with the producer's own drop-downs. Raises `NotFound`."""
    return _saved(CatalogueWriter(references_of(producer_id)))


def _write(writer: CatalogueWriter, asked: dict[str, Any]) -> None:
    conditions = " ".join(_CONDITIONS[name] for name in asked)
    statement = text(_NEXT.format(conditions=conditions))
    after = 0
    while True:
        rows = db.session.execute(statement, {"after": after, "limit": AT_ONCE, **asked}).all()
        for row in rows:
            writer.write(row.content, row.producer)
        if len(rows) < AT_ONCE:
            return
        after = rows[-1].id


def _saved(writer: CatalogueWriter) -> IO[bytes]:
    """The finished workbook, at its beginning: some fifty bytes a SKU, its parts lay on disk."""
    target = io.BytesIO()
    writer.save(target)
    target.seek(0)
    return target
