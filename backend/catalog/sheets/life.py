"""Which steps an import may take, and who works on it: one worker, until it stands still."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import structlog
from sqlalchemy import or_, update

from backend.catalog.sheets.models import CatalogueImport, CatalogueImportEvent, ImportState
from backend.core import clock
from backend.core.database import db, table_of, transaction
from backend.core.errors import NotFound
from backend.core.ids import random_code
from backend.core.life import SYSTEM, Life, Step

STANDS_STILL_AFTER = timedelta(seconds=60)
"""A worker that told of no progress for so long is taken for dead."""
MOST_ATTEMPTS = 3

_S = ImportState
RECEIVE = Step("receive", (), _S.waiting)
CHECK = Step("check", (_S.waiting, _S.checking), _S.checking)
CHECKED = Step("checked", (_S.checking,), _S.checked)
REFUSE = Step("refuse", (_S.checking,), _S.failed)
APPLY = Step("apply", (_S.checked,), _S.applying)
APPLIED = Step("applied", (_S.applying,), _S.applied)
GIVE_UP = Step("give_up", (_S.waiting, _S.checking, _S.applying), _S.failed)

_IMPORTS = table_of(CatalogueImport)
log = structlog.get_logger()


class ImportNotFound(NotFound):
    code = "catalogue_import_not_found"
    message = "没有找到这次导入"


LIFE = Life(CatalogueImport, CatalogueImportEvent, subject="import_id", not_found=ImportNotFound)


class TakenOver(Exception):
    """Another worker has taken this one for dead and works on the import now."""


@dataclass(frozen=True)
class Run:
    """One worker's hold on one import."""

    import_id: int
    runner: str

    def touch(self, **changes: object) -> None:
        """Tell of progress in the running transaction. Raises `TakenOver`."""
        touched = db.session.execute(
            update(_IMPORTS)
            .where(_IMPORTS.c.id == self.import_id, _IMPORTS.c.runner == self.runner)
            .values(touched_at=clock.now(), **changes)
            .returning(_IMPORTS.c.id)
        )
        if touched.first() is None:
            raise TakenOver

    def progress(self, rows_done: int) -> None:
        """Let everybody see how many rows are done. A transaction of its own."""
        with transaction():
            self.touch(rows_done=rows_done)


def begin_run(import_no: str, *states: ImportState, listing: str | None = None) -> Run | None:
    """Take hold of an import in one of `states`, unless somebody else holds it.

    What was begun too often without getting on is given up. A transaction of its own.
    """
    runner, now = random_code(12), clock.now()
    columns = _IMPORTS.c
    with transaction():
        row = db.session.execute(
            update(_IMPORTS)
            .where(
                columns.no == import_no,
                columns.state.in_(states),
                columns.listing.is_not_distinct_from(listing),
                or_(columns.runner.is_(None), columns.touched_at < now - STANDS_STILL_AFTER),
            )
            .values(runner=runner, touched_at=now, attempts=columns.attempts + 1)
            .returning(columns.id, columns.attempts)
        ).one_or_none()
        if row is None:
            return None
        if row.attempts > MOST_ATTEMPTS:
            _give_up(row.id, listing)
            return None
        if ImportState.waiting in states:
            LIFE.take(CatalogueImport.id == row.id, CHECK, SYSTEM)
    return Run(row.id, runner)


def _give_up(import_id: int, listing: str | None) -> None:
    log.error("catalogue_import_given_up", import_id=import_id, listing=listing)
    if listing is None:
        reason = "多次处理都没有完成，已停止；请检查文件后重新上传，或联系平台"
        LIFE.take(CatalogueImport.id == import_id, GIVE_UP, SYSTEM, failure=reason, runner=None)
    else:
        db.session.execute(
            update(_IMPORTS)
            .where(_IMPORTS.c.id == import_id)
            .values(listing="done", runner=None, attempts=0)
        )


Work = Callable[[Run], None]


def run(work: Work, import_no: str, *states: ImportState, listing: str | None = None) -> None:
    """Do `work` on an import if nobody else does; leave it to whoever took it over."""
    held = begin_run(import_no, *states, listing=listing)
    if held is None:
        return
    try:
        work(held)
    except TakenOver:
        log.warning("catalogue_import_taken_over", import_id=held.import_id)
