"""What people ask of imports: send a file in, apply it, list what came of it."""

import hashlib
from dataclasses import dataclass

from sqlalchemy import func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from backend.catalog.products.models import ProductVersion, VersionState
from backend.catalog.sheets.container import kind_of
from backend.catalog.sheets.jobs import (
    apply_catalogue_import,
    check_catalogue_import,
    list_catalogue_import,
)
from backend.catalog.sheets.life import APPLY, LIFE, RECEIVE, ImportNotFound
from backend.catalog.sheets.models import (
    CatalogueImport,
    CatalogueImportFile,
    CatalogueImportProduct,
    ImportState,
)
from backend.core import audit, clock, idempotency
from backend.core.database import db, table_of
from backend.core.errors import DomainError
from backend.core.ids import new_number
from backend.core.jobs import defer
from backend.core.life import Author, StepNotPossible

_IMPORTS = table_of(CatalogueImport)
_FILES = table_of(CatalogueImportFile)
_PRODUCTS = table_of(CatalogueImportProduct)
_VERSIONS = table_of(ProductVersion)


class ImportUnderWay(DomainError):
    code = "catalogue_import_under_way"
    status = 409
    message = "该主体有一次导入正在进行，请等它完成"


class ImportHasErrors(DomainError):
    code = "catalogue_import_has_errors"
    status = 409
    message = "文件有错误，不能全部导入；请改正后重新上传，或只导入没有错误的商品"


@dataclass(frozen=True)
class Upload:
    """A file as it was sent."""

    name: str
    content: bytes


def receive(producer_id: int, upload: Upload, author: Author, key: str) -> CatalogueImport:
    """Keep a file to be checked by a worker. The same key and file is the same import.

    Raises `UnreadableFile` for what cannot be a sheet, `ImportUnderWay`, `KeyUsedOtherwise`.
    """
    by = _person(author)
    no, now = new_number("S"), clock.now()
    body = {"producer": producer_id, "sha256": hashlib.sha256(upload.content).hexdigest()}
    earlier = idempotency.claim(by, "catalogue_import", key, body, no)
    if earlier is not None:
        return find_import(earlier)
    kind_of(upload.content)
    import_id = db.session.execute(
        insert(_IMPORTS)
        .values(
            no=no,
            producer_id=producer_id,
            by_kind=author.kind,
            by_user_id=by,
            file_name=upload.name,
            state=RECEIVE.to_state,
            touched_at=now,
            created_at=now,
        )
        .on_conflict_do_nothing(
            index_elements=["producer_id"],
            # Literally as in the index: with parameters a prepared statement does not find it.
            index_where=text("state IN ('waiting', 'checking', 'applying')"),
        )
        .returning(_IMPORTS.c.id)
    ).scalar_one_or_none()
    if import_id is None:
        raise ImportUnderWay
    db.session.execute(
        insert(_FILES).values(import_id=import_id, content=upload.content, created_at=now)
    )
    LIFE.begin(import_id, RECEIVE, author)
    defer(check_catalogue_import, import_no=no)
    if author.kind == "operator":
        audit.record(by, "import_catalogue", f"producer:{producer_id}", no=no)
    return find_import(no)


def start_applying(import_no: str, author: Author, *, mode: str, submit: bool) -> CatalogueImport:
    """Have a checked import applied: `all`, or the products of which every row is good.

    Asking again for the same is asking once. Raises `ImportNotFound`, `ImportHasErrors`,
    `ImportUnderWay`, `StepNotPossible`.
    """
    found = find_import(import_no, lock=True)
    if found.state in (ImportState.applying, ImportState.applied):
        if (found.mode, found.submit) == (mode, submit):
            return found
        raise StepNotPossible(state=found.state, step=APPLY.name)
    if mode == "all" and found.state == ImportState.checked and found.errors:
        raise ImportHasErrors(errors_total=found.errors)
    rows_total = db.session.execute(
        select(func.coalesce(func.sum(_PRODUCTS.c.row_count), 0)).where(
            _PRODUCTS.c.import_id == found.id, _PRODUCTS.c.outcome != "bad"
        )
    ).scalar_one()
    try:
        LIFE.take(
            CatalogueImport.no == import_no,
            APPLY,
            author,
            mode=mode,
            submit=submit,
            rows_total=rows_total,
            rows_done=0,
            touched_at=clock.now(),
            by_kind=author.kind,
            by_user_id=_person(author),
        )
    except IntegrityError as error:
        # The unique key on imports under way: another file of this producer came first.
        raise ImportUnderWay from error
    defer(apply_catalogue_import, import_no=import_no)
    if author.kind == "operator":
        subject = f"producer:{found.producer_id}"
        audit.record(author.user_id, "apply_import", subject, no=import_no, mode=mode)
    return find_import(import_no)


def start_listing(import_no: str, by: int) -> CatalogueImport:
    """Have everything listed that an applied import handed in and that is still in review.

    What was left the last time is looked at again. Raises `ImportNotFound`, `StepNotPossible`.
    """
    found = find_import(import_no, lock=True)
    if found.listing == "running":
        return found
    if found.state != ImportState.applied:
        raise StepNotPossible(state=found.state, step="list")
    in_review = select(_VERSIONS.c.id).where(_VERSIONS.c.state == VersionState.review)
    db.session.execute(
        update(_PRODUCTS)
        .where(_PRODUCTS.c.import_id == found.id, _PRODUCTS.c.version_id.in_(in_review))
        .values(listing=None)
    )
    db.session.execute(
        update(_IMPORTS)
        .where(_IMPORTS.c.id == found.id)
        .values(listing="running", listing_by_user_id=by, touched_at=clock.now(), runner=None)
    )
    defer(list_catalogue_import, import_no=import_no)
    audit.record(by, "list_import", f"producer:{found.producer_id}", no=import_no)
    return find_import(import_no)


def find_import(
    import_no: str, *, producer_id: int | None = None, lock: bool = False
) -> CatalogueImport:
    """An import as it is now, of this producer where one is named. Raises `ImportNotFound`."""
    query = select(CatalogueImport).filter_by(no=import_no)
    if producer_id is not None:
        query = query.filter_by(producer_id=producer_id)
    if lock:
        query = query.with_for_update()
    found = db.session.execute(query.execution_options(populate_existing=True)).scalar_one_or_none()
    if found is None:
        raise ImportNotFound
    return found


def _person(author: Author) -> int:
    if author.user_id is None:
        raise ValueError("a person sends a file in")
    return author.user_id
