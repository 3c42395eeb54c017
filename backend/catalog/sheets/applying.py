"""Applying an import: each product saved as a draft, a few in one transaction, none twice.

What is left to do is what has no result yet, so a worker that dies in the middle is followed by
one that goes on with the next product.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.engine import Row

from backend.catalog.products.drafting_many import save_drafts, submit_many
from backend.catalog.products.models import VersionState
from backend.catalog.sheets.checking import plain_message
from backend.catalog.sheets.columns import PRODUCT_COLUMNS, SKU_COLUMNS
from backend.catalog.sheets.life import APPLIED, LIFE, Run, run
from backend.catalog.sheets.models import (
    CatalogueImport,
    CatalogueImportError,
    CatalogueImportProduct,
    ImportState,
)
from backend.core.database import db, table_of, transaction
from backend.core.errors import DomainError
from backend.core.life import SYSTEM, Author

AT_ONCE = 40
"""Products in one transaction: about a hundred rows, so that progress is seen."""
_PRODUCTS = table_of(CatalogueImportProduct)
_ERRORS = table_of(CatalogueImportError)
_IMPORTS = table_of(CatalogueImport)
_PRODUCT_HEADINGS = {column.member: column.heading for column in PRODUCT_COLUMNS}
_SKU_HEADINGS = {column.member: column.heading for column in SKU_COLUMNS}
_KEEP = (
    update(_PRODUCTS)
    .where(_PRODUCTS.c.id == bindparam("row_id"))
    .values(result=bindparam("now"), version_id=bindparam("version"), message=bindparam("said"))
)


def apply(import_no: str) -> None:
    """Go on with an import that is being applied, from where the last worker came to."""
    run(_apply, import_no, ImportState.applying)


def _apply(held: Run) -> None:
    with transaction():
        _leave_bad_ones(held)
    while True:
        with transaction():
            if not _apply_some(held):
                LIFE.take(
                    CatalogueImport.id == held.import_id, APPLIED, SYSTEM, runner=None, attempts=0
                )
                return


def _leave_bad_ones(held: Run) -> None:
    """A product with any wrong row is left out as a whole, and that is said at its first row."""
    held.touch()
    columns = _PRODUCTS.c
    left = db.session.execute(
        update(_PRODUCTS)
        .where(
            columns.import_id == held.import_id,
            columns.outcome == "bad",
            columns.result.is_(None),
        )
        .values(result="skipped", message="有错误的行，整个商品没有导入")
        .returning(columns.code, columns.rows)
    ).all()
    if left:
        errors = [_error(held, row, "有错误的行，整个商品没有导入") for row in left]
        db.session.execute(insert(_ERRORS), errors)
        held.touch(errors=_IMPORTS.c.errors + len(errors))


def _apply_some(held: Run) -> bool:
    """Apply the next products; whether there were any."""
    waiting = db.session.execute(
        select(_PRODUCTS)
        .where(_PRODUCTS.c.import_id == held.import_id, _PRODUCTS.c.result.is_(None))
        .order_by(_PRODUCTS.c.position)
        .limit(AT_ONCE)
        .with_for_update()
    ).all()
    if not waiting:
        return False
    order = db.session.execute(select(_IMPORTS).where(_IMPORTS.c.id == held.import_id)).one()
    author = Author(order.by_kind, order.by_user_id)
    outcomes = _apply_together(waiting, order.producer_id, author, hand_in=order.submit)
    results, errors = [], []
    for row, outcome in zip(waiting, outcomes, strict=True):
        results.append(
            {
                "row_id": row.id,
                "now": outcome.result,
                "version": outcome.version_id,
                "said": outcome.message,
            }
        )
        if outcome.message is not None:
            errors.append(_error(held, row, outcome.message, outcome.field))
    db.session.execute(_KEEP, results)
    if errors:
        db.session.execute(insert(_ERRORS), errors)
    held.touch(
        rows_done=_IMPORTS.c.rows_done + sum(row.row_count for row in waiting),
        errors=_IMPORTS.c.errors + len(errors),
        attempts=0,
    )
    return True


@dataclass(frozen=True)
class _Outcome:
    result: str
    version_id: int | None = None
    message: str | None = None
    field: str | None = None


def _apply_together(
    rows: Sequence[Row[Any]], producer_id: int, author: Author, *, hand_in: bool
) -> list[_Outcome]:
    """Save the products of `rows`, and hand them in. A refusal concerns its product alone."""
    outcomes = {row.id: _Outcome("applied") for row in rows}
    # What already says the same need not be saved, but its draft may have to be handed in.
    to_save = [row for row in rows if hand_in or row.outcome != "unchanged"]
    saved = save_drafts(producer_id, [row.content for row in to_save], author)
    drafts: dict[int, Row[Any]] = {}
    for row, answer in zip(to_save, saved, strict=True):
        if isinstance(answer, DomainError):
            said = f"没有导入：{plain_message(answer)}"
            outcomes[row.id] = _Outcome("failed", None, said, answer.field)
            continue
        outcomes[row.id] = _Outcome("applied", answer.version_id)
        if hand_in and answer.state == VersionState.draft:
            drafts[answer.version_id] = row
    contents = {version_id: row.content for version_id, row in drafts.items()}
    for version_id, error in submit_many(producer_id, contents, author).items():
        said = f"已存为草稿，没有提交审核：{plain_message(error)}"
        outcomes[drafts[version_id].id] = _Outcome("applied", version_id, said, error.field)
    return [outcomes[row.id] for row in rows]


def _error(held: Run, row: Row[Any], message: str, field: str | None = None) -> dict[str, Any]:
    """An error at the row of the product or SKU that `field` (as `skus.0.code`) speaks of."""
    path, place = (field or "").split("."), row.rows
    sheet, number, headings = place["sheet"], place["row"], _PRODUCT_HEADINGS
    if path[0] == "skus" and len(path) > 1:
        sheet, number = place["sku_sheet"], place["sku_rows"][int(path[1])]
        headings = _SKU_HEADINGS
        path = path[2:]
    return {
        "import_id": held.import_id,
        "sheet": sheet,
        "row": number,
        "heading": headings.get(path[0]) if path else None,
        "value": "",
        "message": message,
        "remedy": "改正后重新上传；已导入的商品不会重复",
        "product_code": row.code,
    }
