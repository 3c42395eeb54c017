"""What producers and reviewers see of products and versions, page by page."""

from typing import Any

from sqlalchemy import select, text

from backend.catalog.products.differences import differences
from backend.catalog.products.models import Product, ProductVersion, VersionState
from backend.catalog.products.prices import FLAGGED, flags
from backend.catalog.products.versions import (
    ProductNotFound,
    VersionNotFound,
    find_version,
    read_version,
    revision_of,
)
from backend.core import clock
from backend.core.database import db
from backend.core.paging import Page, page_of, read_cursor

_OWN = """
    SELECT p.id, p.code, p.name, p.kind, p.category_code, p.state, p.pictures[1] AS picture,
           p.listed_at, v.number AS open_number, v.state AS open_state,
           v.content AS open_content,
           (SELECT e.reason FROM product_version_events e
             WHERE e.version_id = v.id AND e.step = 'return' AND v.state = 'draft'
             ORDER BY e.id DESC LIMIT 1) AS return_reason,
           (SELECT e.reason FROM product_version_events e
              JOIN product_versions d ON d.id = e.version_id
             WHERE d.product_id = p.id AND e.step = 'delist' AND p.state = 'delisted'
             ORDER BY e.id DESC LIMIT 1) AS delist_reason
      FROM products p
      LEFT JOIN product_versions v ON v.product_id = p.id AND v.state IN ('draft', 'review')
     WHERE p.producer_id = :producer_id {conditions}
     ORDER BY p.id DESC LIMIT :limit
"""

_REVIEW = f"""
    SELECT v.id, v.number, v.product_id, v.content, v.content->>'name' AS name, p.producer_id,
           m.name AS producer_name, p.state = 'listed' AS is_listed,
           (SELECT max(e.at) FROM product_version_events e
             WHERE e.version_id = v.id AND e.step = 'submit') AS submitted_at
      FROM product_versions v
      JOIN products p ON p.id = v.product_id
      JOIN producers m ON m.id = p.producer_id
     WHERE v.state = 'review' AND v.id > :after
       AND (CAST(:flagged AS boolean) IS NULL OR :flagged = ({FLAGGED}))
     ORDER BY v.id LIMIT :limit
"""

_HISTORY = """
    SELECT v.id, v.product_id, v.number, v.state, v.created_at, v.listed_at, v.ended_at, v.content,
           (SELECT coalesce(jsonb_agg(jsonb_build_object(
                       'step', e.step, 'from_state', e.from_state, 'to_state', e.to_state,
                       'by_kind', e.by_kind, 'reason', e.reason, 'at', e.at) ORDER BY e.id), '[]')
              FROM product_version_events e WHERE e.version_id = v.id) AS events
      FROM product_versions v
     WHERE v.product_id = :product_id AND (CAST(:before AS bigint) IS NULL OR v.number < :before)
     ORDER BY v.number DESC LIMIT :limit
"""

Row = dict[str, Any]


def own_products(
    producer_id: int, *, state: str | None = None, limit: int, cursor: str | None
) -> Page[Row]:
    """A producer's products with their open version, the newest first."""
    position = read_cursor(cursor, (int,))
    given = {"state": state, "before": position[0] if position else None}
    conditions = {"state": "AND p.state = :state", "before": "AND p.id < :before"}
    asked = {name: value for name, value in given.items() if value is not None}
    statement = _OWN.format(conditions=" ".join(conditions[name] for name in asked))
    parameters = {"producer_id": producer_id, "limit": limit + 1, **asked}
    rows = [dict(row) for row in db.session.execute(text(statement), parameters).mappings()]
    for row in rows:
        content = row.pop("open_content")
        row["flags"] = [] if content is None else flags(content)
        row["last_reason"] = row.pop("return_reason") or row.pop("delist_reason")
    return page_of(rows, limit, lambda row: (row["id"],))


def review_queue(*, flagged: bool | None, limit: int, cursor: str | None) -> Page[Row]:
    """Versions waiting for a decision, the oldest first."""
    position = read_cursor(cursor, (int,))
    after = position[0] if position else 0
    parameters = {"after": after, "flagged": flagged, "limit": limit + 1}
    rows = [dict(row) for row in db.session.execute(text(_REVIEW), parameters).mappings()]
    for row in rows:
        row["flags"] = flags(row.pop("content"))
    return page_of(rows, limit, lambda row: (row["id"],))


def history(product_id: int, *, limit: int, cursor: str | None) -> Page[Row]:
    """Every version of a product with its steps, the newest first."""
    position = read_cursor(cursor, (int,))
    parameters = {
        "product_id": product_id,
        "before": position[0] if position else None,
        "limit": limit + 1,
    }
    rows = [dict(row) for row in db.session.execute(text(_HISTORY), parameters).mappings()]
    for event in (event for row in rows for event in row["events"]):
        event["at"] = clock.parse_instant(event["at"])
    return page_of(rows, limit, lambda row: (row["number"],))


def version_for_review(version_id: int) -> Row:
    """A version beside what is listed now. Raises `VersionNotFound`."""
    version = read_version(version_id)
    product = db.session.get_one(Product, version.product_id)
    listed = find_version(product.id, VersionState.listed)
    if listed is not None and listed.id == version.id:
        listed = None
    return {
        **shown(version),
        "revision": revision_of(version_id),
        "producer_id": product.producer_id,
        "listed_number": listed.number if listed else None,
        "differences": differences(listed.content if listed else None, version.content),
    }


def shown(version: ProductVersion) -> Row:
    """A version with what a reviewer would look at twice."""
    members = ("id", "product_id", "number", "state", "content", "created_at")
    return {name: getattr(version, name) for name in members} | {
        "listed_at": version.listed_at,
        "ended_at": version.ended_at,
        "flags": flags(version.content),
    }


def require_own(producer_id: int, product_id: int) -> None:
    """Raises `ProductNotFound` for a product of somebody else."""
    own = select(Product.id).filter_by(id=product_id, producer_id=producer_id)
    if db.session.execute(own).first() is None:
        raise ProductNotFound


def own_version(producer_id: int, product_id: int, number: int) -> int:
    """The id of a version by its number. Raises `ProductNotFound`, `VersionNotFound`."""
    require_own(producer_id, product_id)
    found = db.session.execute(
        select(ProductVersion.id).filter_by(product_id=product_id, number=number)
    ).scalar_one_or_none()
    if found is None:
        raise VersionNotFound
    return found
