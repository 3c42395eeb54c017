"""Sending a file: announce it, send the signed form to the store, say that it is there."""

import hashlib
from contextlib import suppress
from datetime import timedelta

from sqlalchemy import func, select

from backend.catalog.pictures.checking import (
    LARGEST,
    TYPES,
    UnfitError,
    examine,
)
from backend.catalog.pictures.jobs import make_variants
from backend.catalog.pictures.life import (
    ACCEPT,
    ANNOUNCE,
    STORE,
    UPLOADS,
    UploadNotFound,
    checked_key,
    incoming_key,
    owner,
    refuse,
)
from backend.catalog.pictures.models import Purpose, Upload, UploadState
from backend.core import clock
from backend.core.database import commit_before_waiting, db
from backend.core.errors import DomainError, InvalidInput, NotAllowed
from backend.core.ids import new_number
from backend.core.jobs import defer
from backend.core.life import StepNotPossible
from backend.core.storage.interface import Form, NoSuchObjectError
from backend.core.storage.opening import storage

FORM_LASTS = timedelta(minutes=15)
MOST_EXPECTED = 60
"""Files somebody may have announced and not sent within a day: one full sheet of pictures."""


class UploadMissing(DomainError):
    code = "upload_missing"
    status = 409
    message = "还没有收到文件，请先上传文件再确认"


class UploadExpired(DomainError):
    code = "upload_expired"
    status = 409
    message = "该上传已过期，请重新上传"


class TooManyUploads(DomainError):
    code = "too_many_uploads"
    status = 409
    message = "有太多未完成的上传，请先完成或明天再试"


def announce(
    user_id: int, purpose: str, content_type: str, announced_bytes: int
) -> tuple[Upload, Form]:
    """An upload that is now expected, and the form with which the client sends the file.

    Raises `InvalidInput` for a type that does not fit the purpose, `TooManyUploads`.
    """
    if content_type not in TYPES[Purpose(purpose)]:
        raise InvalidInput("此处不能上传这种文件", field="content_type")
    expected = select(func.count()).where(
        Upload.user_id == user_id, Upload.state == UploadState.expected
    )
    if (db.session.scalar(expected) or 0) >= MOST_EXPECTED:
        raise TooManyUploads
    now = clock.now()
    upload = Upload(
        no=new_number("U"),
        user_id=user_id,
        purpose=purpose,
        state=UploadState.expected,
        content_type=content_type,
        bytes=announced_bytes,
        created_at=now,
        expires_at=now + FORM_LASTS,
    )
    db.session.add(upload)
    db.session.flush()
    UPLOADS.begin(upload.id, ANNOUNCE, owner(user_id))
    form = storage().signed_form(
        incoming_key(upload.no), content_type, announced_bytes, upload.expires_at
    )
    return upload, form


def find_own(no: str, user_id: int) -> Upload:
    """Somebody's own upload as it is now; `UploadNotFound` for anybody else's."""
    upload = db.session.scalars(
        select(Upload).filter_by(no=no, user_id=user_id).execution_options(populate_existing=True)
    ).one_or_none()
    if upload is None:
        raise UploadNotFound
    return upload


def complete(no: str, user_id: int) -> Upload:
    """Look at what has come, and take or refuse it; doing it again answers the same.

    A file that is not fit is no error of this request: the upload says `refused` and why.
    Raises `UploadMissing`, `UploadExpired`, `StorageUnavailable`.
    """
    upload = find_own(no, user_id)
    if upload.state == UploadState.expired:
        raise UploadExpired
    if upload.state != UploadState.expected:
        return upload
    commit_before_waiting()
    try:
        data = _fetch(no)
        found = examine(data, upload.purpose)
    except NoSuchObjectError:
        # Another completion may have taken it away just now.
        upload = find_own(no, user_id)
        if upload.state == UploadState.expected:
            raise UploadMissing from None
        return upload
    except UnfitError as unfit:
        with suppress(StepNotPossible):
            refuse(no, unfit.reason, owner(user_id))
        return find_own(no, user_id)
    key = checked_key(no, upload.purpose, hashlib.sha256(data).hexdigest()[:16])
    storage().put(key, data, found.content_type)
    step = ACCEPT if upload.purpose == Purpose.document else STORE
    try:
        UPLOADS.take(
            Upload.no == no,
            step,
            owner(user_id),
            key=key,
            bytes=len(data),
            content_type=found.content_type,
            width=found.width,
            height=found.height,
            next_try_at=None if step is ACCEPT else clock.now(),
        )
    except StepNotPossible:
        upload = find_own(no, user_id)
        if upload.key != key:
            commit_before_waiting()
            storage().delete(key)
        return upload
    if step is STORE:
        defer(make_variants, upload_no=no)
    return find_own(no, user_id)


def _fetch(no: str) -> bytes:
    """What the client sent. The size is asked first: a store may have let more through."""
    key = incoming_key(no)
    size = storage().size(key)
    if size is None:
        raise NoSuchObjectError(key)
    if size > LARGEST:
        raise UnfitError("文件超过 10 MB，请压缩后再上传")
    return storage().get(key)


def require_expected(no: str) -> None:
    """Refuse a form whose upload has been completed, or has run out of time."""
    waits = select(Upload.id).filter_by(no=no, state=UploadState.expected)
    if db.session.execute(waits).first() is None:
        raise NotAllowed("该上传凭证已使用过，请重新申请上传")
