"""Imports over time: those that stand still are found again, old files are deleted."""

from datetime import timedelta

from sqlalchemy import delete, or_, update

from backend.catalog.sheets.life import STANDS_STILL_AFTER
from backend.catalog.sheets.models import CatalogueImport, CatalogueImportFile, ImportState
from backend.core import clock
from backend.core.database import db, table_of

FILES_KEPT_FOR = timedelta(days=30)
_IMPORTS = table_of(CatalogueImport)
_FILES = table_of(CatalogueImportFile)
_UNDER_WAY = {
    ImportState.waiting: "check",
    ImportState.checking: "check",
    ImportState.applying: "apply",
}


def standing_still() -> list[tuple[str, str]]:
    """Numbers of imports nobody has got on with, and what is to do: `check`, `apply`, `list`.

    Each is told once a minute: whoever was at it has lost it.
    """
    columns = _IMPORTS.c
    rows = db.session.execute(
        update(_IMPORTS)
        .where(
            or_(columns.state.in_(_UNDER_WAY), columns.listing == "running"),
            columns.touched_at < clock.now() - STANDS_STILL_AFTER,
        )
        .values(touched_at=clock.now(), runner=None)
        .returning(columns.no, columns.state)
    )
    return [(row.no, _UNDER_WAY.get(ImportState(row.state), "list")) for row in rows]


def delete_old_files() -> None:
    """The bytes go after thirty days; what was found in them stays."""
    db.session.execute(delete(_FILES).where(_FILES.c.created_at < clock.now() - FILES_KEPT_FOR))
