"""What others ask of uploads: are these pictures there, where is that document."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select

from backend.catalog.pictures.life import UploadNotFound
from backend.catalog.pictures.models import Purpose, Upload, UploadState
from backend.catalog.pictures.variants import is_ours
from backend.core.database import db


@dataclass(frozen=True)
class Document:
    """A ready document; `key` is where it lies in the store."""

    no: str
    user_id: int
    content_type: str
    key: str


def unknown_pictures(paths: Collection[str]) -> set[str]:
    """Those paths that are named as variants of an upload which is not there or not ready.

    Other names are of files that the operator laid below media by hand; nobody uploads those.
    """
    ours = {path for path in paths if is_ours(path)}
    if not ours:
        return set()
    ready = select(Upload.path).where(Upload.path.in_(ours), Upload.state == UploadState.ready)
    return ours - set(db.session.scalars(ready))


def find_document(no: str) -> Document:
    """A ready document of anybody's; `UploadNotFound`. Who may see it is for the caller to say."""
    upload = db.session.scalars(
        select(Upload).filter_by(no=no, purpose=Purpose.document, state=UploadState.ready)
    ).one_or_none()
    if upload is None or upload.key is None:
        raise UploadNotFound
    return Document(no, upload.user_id, upload.content_type, upload.key)
