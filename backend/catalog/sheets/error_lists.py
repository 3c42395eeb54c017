"""What is wrong with an import, page by page, and as a workbook to mend and send again."""

import io
from typing import IO

from sqlalchemy import select

from backend.catalog.sheets.check_runs import file_of
from backend.catalog.sheets.marking import Problem, write_marked
from backend.catalog.sheets.models import CatalogueImportError
from backend.catalog.sheets.reading import read_sheets
from backend.core.database import db
from backend.core.errors import DomainError
from backend.core.paging import Page, page_of, read_cursor


class FileGone(DomainError):
    code = "catalogue_file_gone"
    status = 410
    message = "文件已过保留期限，请重新上传"


def list_errors(import_id: int, *, limit: int, cursor: str | None) -> Page[CatalogueImportError]:
    """Errors in the order of the file; those met while applying come last."""
    position = read_cursor(cursor, (int,))
    query = select(CatalogueImportError).filter_by(import_id=import_id)
    if position:
        query = query.where(CatalogueImportError.id > position[0])
    rows = db.session.scalars(query.order_by(CatalogueImportError.id).limit(limit + 1)).all()
    return page_of(rows, limit, lambda error: (error.id,))


def marked_file(import_id: int) -> IO[bytes]:
    """The file as it was sent, as XLSX, wrong cells in red. Raises `FileGone`, `UnreadableFile`."""
    content = file_of(import_id)
    if content is None:
        raise FileGone
    sheets = read_sheets(content)
    problems: dict[tuple[str, int], Problem] = {}
    errors = db.session.scalars(select(CatalogueImportError).filter_by(import_id=import_id))
    for error in errors:
        if error.row is None:
            continue
        problem = problems.setdefault((error.sheet, error.row), Problem())
        where = f"{error.heading}：" if error.heading else ""
        sentence = f"{where}{error.message}。{error.remedy}"
        if sentence not in problem.sentences:
            problem.sentences.append(sentence)
        if error.column is not None:
            problem.letters.add(error.column)
    target = io.BytesIO()
    write_marked(target, sheets, problems)
    target.seek(0)
    return target
