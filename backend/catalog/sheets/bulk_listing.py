"""Listing in bulk: what an import handed in for review goes on sale, except what needs a look."""

from typing import Any

from sqlalchemy import bindparam, select, text, update
from sqlalchemy.engine import Row

from backend.catalog.products.models import ProductVersion, VersionState
from backend.catalog.products.review import ReasonMissing, approve
from backend.catalog.sheets.checking import plain_message
from backend.catalog.sheets.life import Run, run
from backend.catalog.sheets.models import CatalogueImport, CatalogueImportProduct, ImportState
from backend.core.database import db, table_of, transaction
from backend.core.errors import DomainError
from backend.core.paging import Page, page_of, read_cursor

AT_ONCE = 20
_PRODUCTS = table_of(CatalogueImportProduct)
_IMPORTS = table_of(CatalogueImport)
_VERSIONS = table_of(ProductVersion)
_KEEP = (
    update(_PRODUCTS)
    .where(_PRODUCTS.c.id == bindparam("row_id"))
    .values(listing=bindparam("now"), message=bindparam("said"))
)
_COUNT = text("""
    SELECT count(*) FILTER (WHERE p.listing = 'listed') AS listed,
           count(*) FILTER (WHERE p.listing = 'flagged') AS flagged,
           count(*) FILTER (WHERE p.listing = 'refused') AS refused,
           count(*) FILTER (WHERE p.listing IS NULL AND v.state = 'review') AS waiting
      FROM catalogue_import_products p
      LEFT JOIN product_versions v ON v.id = p.version_id
     WHERE p.import_id = :import_id
""")


def list_products(import_no: str) -> None:
    """Go on listing what an import handed in, from where the last worker came to."""
    run(_list, import_no, ImportState.applied, listing="running")


def _list(held: Run) -> None:
    while True:
        with transaction():
            if not _list_some(held):
                held.touch(listing="done", runner=None, attempts=0)
                return


def _list_some(held: Run) -> bool:
    """Decide about the next versions; whether there were any."""
    waiting = db.session.execute(
        select(_PRODUCTS.c.id, _PRODUCTS.c.version_id)
        .join(_VERSIONS, _VERSIONS.c.id == _PRODUCTS.c.version_id)
        .where(
            _PRODUCTS.c.import_id == held.import_id,
            _PRODUCTS.c.listing.is_(None),
            _VERSIONS.c.state == VersionState.review,
        )
        .order_by(_PRODUCTS.c.position)
        .limit(AT_ONCE)
    ).all()
    if not waiting:
        return False
    by = db.session.execute(
        select(_IMPORTS.c.listing_by_user_id).where(_IMPORTS.c.id == held.import_id)
    ).scalar_one()
    db.session.execute(_KEEP, [_decide(row.id, row.version_id, by) for row in waiting])
    held.touch(attempts=0)
    return True


def _decide(product_id: int, version_id: int, by: int) -> dict[str, Any]:
    """List one version as a reviewer would; a flagged price stays for somebody to look at."""
    decided: dict[str, Any] = {"row_id": product_id, "now": "listed", "said": None}
    try:
        with db.session.begin_nested():
            approve(version_id, by, None)
    except ReasonMissing:
        decided.update(now="flagged", said="价格高于市场价三成以上，请单独审核")
    except DomainError as error:
        decided.update(now="refused", said=plain_message(error))
    return decided


def counts(import_id: int) -> dict[str, int]:
    """How many were listed, flagged and refused, and how many still wait for a decision."""
    return dict(db.session.execute(_COUNT, {"import_id": import_id}).mappings().one())


def left_over(import_id: int, *, limit: int, cursor: str | None) -> Page[Row[Any]]:
    """Products that were handed in and not listed, with the reason, in the order of the file."""
    position = read_cursor(cursor, (int,))
    columns = _PRODUCTS.c
    rows = db.session.execute(
        select(columns.position, columns.code, columns.version_id, columns.listing)
        .add_columns(columns.message, columns.content["name"].astext.label("name"))
        .where(
            columns.import_id == import_id,
            columns.listing.in_(("flagged", "refused")),
            columns.position > (position[0] if position else -1),
        )
        .order_by(columns.position)
        .limit(limit + 1)
    ).all()
    return page_of(rows, limit, lambda row: (row.position,))
