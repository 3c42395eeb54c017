"""What other rooms ask of uploads: is this picture there, is this document that person's."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select

from backend.catalog.pictures.life import UploadNotFound
from backend.catalog.pictures.models import Purpose, Upload, UploadState
from backend.catalog.pictures.variants import is_ours
from backend.core.database import db
from backend.core.storage.interface import PRIVATE
from backend.core.storage.opening import storage


@dataclass(frozen=True)
class Document:
    """A ready document; `key` is where it lies in the store."""

    no: str
    user_id: int
    content_type: str
    key: str


def unknown_pictures(paths: Collection[str]) -> list[str]:
    """Those paths, in their order, that are no ready picture and no other file below media.

    A picture that was uploaded is asked for in the database, in one query; only what has another
    kind of name, as the demo's pictures have, is looked for in the store.
    """
    ours = {path for path in paths if is_ours(path)}
    known = set(
        db.session.scalars(
            select(Upload.path).where(Upload.path.in_(ours), Upload.state == UploadState.ready)
        )
        if ours
        else ()
    )
    return [path for path in paths if path not in known and (path in ours or not _is_file(path))]


def unknown_documents(nos: Collection[str], user_id: int) -> list[str]:
    """Those numbers, in their order, that are no ready documents of this person's."""
    known = set(
        db.session.scalars(
            select(Upload.no).where(
                Upload.no.in_(nos),
                Upload.user_id == user_id,
                Upload.purpose == Purpose.document,
                Upload.state == UploadState.ready,
            )
        )
    )
    return [no for no in nos if no not in known]


def find_document(no: str) -> Document:
    """A ready document of anybody's; `UploadNotFound`. Who may see it is for the caller to say."""
    upload = db.session.scalars(
        select(Upload).filter_by(no=no, purpose=Purpose.document, state=UploadState.ready)
    ).one_or_none()
    if upload is None or upload.key is None:
        raise UploadNotFound
    return Document(no, upload.user_id, upload.content_type, upload.key)


def _is_file(path: str) -> bool:
    """Names come from people here, so one that could not be a key is simply unknown."""
    try:
        return not path.startswith(PRIVATE) and storage().size(path) is not None
    except ValueError:
        return False
