"""The check of one import by a worker: read, judge, keep what was found, all visible meanwhile."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, insert, select

from backend.catalog.sheets.assembling import Assembled, assemble
from backend.catalog.sheets.checking import Verdict, faults_of, judge
from backend.catalog.sheets.container import UnreadableFile
from backend.catalog.sheets.faults import Fault, WrongHeadings
from backend.catalog.sheets.life import CHECKED, LIFE, REFUSE, Run, run
from backend.catalog.sheets.models import (
    CatalogueImport,
    CatalogueImportError,
    CatalogueImportFile,
    CatalogueImportProduct,
    ImportState,
)
from backend.catalog.sheets.reading import data_rows, read_sheets
from backend.catalog.sheets.references import references_of
from backend.core.database import db, table_of, transaction
from backend.core.life import SYSTEM

MOST_ERRORS = 20_000
"""Kept of one import; all are counted."""
_BATCH = 500
_ERRORS = table_of(CatalogueImportError)
_PRODUCTS = table_of(CatalogueImportProduct)


def check(import_no: str) -> None:
    """Check a waiting import, or one whose worker died over it. Doing it again starts anew."""
    run(_check, import_no, ImportState.waiting, ImportState.checking)


def file_of(import_id: int) -> bytes | None:
    """The bytes that were sent, `None` once they are deleted."""
    return db.session.execute(
        select(CatalogueImportFile.content).filter_by(import_id=import_id)
    ).scalar_one_or_none()


def _check(held: Run) -> None:
    try:
        _read_and_judge(held)
    except UnreadableFile as error:
        faults = error.faults if isinstance(error, WrongHeadings) else []
        with transaction():
            held.touch()
            _keep_faults(held.import_id, faults)
            LIFE.take(
                CatalogueImport.id == held.import_id,
                REFUSE,
                SYSTEM,
                failure=error.message,
                errors=len(faults),
                runner=None,
            )


def _read_and_judge(held: Run) -> None:
    with transaction():
        content = file_of(held.import_id)
        producer_id = db.session.execute(
            select(CatalogueImport.producer_id).filter_by(id=held.import_id)
        ).scalar_one()
        references = references_of(producer_id)
    if content is None:
        raise UnreadableFile("文件已过保留期限；请重新上传")
    sheets = read_sheets(content)
    total = data_rows(sheets)
    with transaction():
        held.touch(rows_total=total, rows_done=0)
    if not total:
        raise UnreadableFile("表头下面没有内容；请填写后重新上传")
    # Reading the cells is half of the work on a row, the rules are the other half.
    assembled = assemble(sheets, references, lambda done: held.progress(done // 2))
    verdicts = []
    done = told = total // 2
    with transaction():
        for verdict in judge(producer_id, assembled):
            verdicts.append(verdict)
            done += (len(verdict.candidate.skus) + 1) // 2
            if done - told >= 100:
                told = done
                held.progress(min(done, total))
    with transaction():
        held.touch(rows_done=total)
        _keep(held, assembled, verdicts)


def _keep(held: Run, assembled: Assembled, verdicts: Sequence[Verdict]) -> None:
    """All that was found, and the step to `checked`, in one transaction."""
    faults = faults_of(assembled)
    for table in (_ERRORS, _PRODUCTS):
        db.session.execute(delete(table).where(table.c.import_id == held.import_id))
    _keep_faults(held.import_id, faults)
    rows = [_staged(held.import_id, position, each) for position, each in enumerate(verdicts)]
    for first in range(0, len(rows), _BATCH):
        db.session.execute(insert(_PRODUCTS), rows[first : first + _BATCH])
    outcomes = [verdict.outcome for verdict in verdicts]
    LIFE.take(
        CatalogueImport.id == held.import_id,
        CHECKED,
        SYSTEM,
        products_new=outcomes.count("new"),
        products_changed=outcomes.count("changed"),
        products_unchanged=outcomes.count("unchanged"),
        products_bad=outcomes.count("bad"),
        bad_rows=len({(fault.sheet, fault.row) for fault in faults}),
        errors=len(faults),
        attempts=0,
        runner=None,
    )


def _staged(import_id: int, position: int, verdict: Verdict) -> dict[str, Any]:
    return {
        "import_id": import_id,
        "position": position,
        "code": verdict.candidate.code,
        "rows": verdict.rows,
        "row_count": len(verdict.candidate.skus) + 1,
        "content": verdict.content,
        "outcome": verdict.outcome,
    }


def _keep_faults(import_id: int, faults: Sequence[Fault]) -> None:
    kept = [{"import_id": import_id, **vars(fault)} for fault in faults[:MOST_ERRORS]]
    for first in range(0, len(kept), _BATCH):
        db.session.execute(insert(_ERRORS), kept[first : first + _BATCH])
