"""What nobody needs any more is deleted: uploads never sent, originals, refused files.

Variants that no product shows are kept: an old order or version may still name them.
"""

from contextlib import suppress
from datetime import timedelta

from sqlalchemy import select, update

from backend.catalog.pictures.life import (
    EXPIRE,
    UPLOADS,
    incoming_key,
)
from backend.catalog.pictures.models import Purpose, Upload, UploadState
from backend.core import clock
from backend.core.database import commit_before_waiting, db
from backend.core.life import SYSTEM, StepNotPossible
from backend.core.storage.interface import StorageUnavailable
from backend.core.storage.opening import storage

AT_A_TIME = 100
COMPLETE_WITHIN = timedelta(hours=24)
AFTER_THE_FORM = timedelta(hours=1)
"""A form that was sent in its last second may still be arriving."""
OVER = (UploadState.ready, UploadState.refused, UploadState.expired)


def due_to_expire() -> list[str]:
    """Uploads that were announced a day ago and never completed."""
    return list(
        db.session.scalars(
            select(Upload.no)
            .where(
                Upload.state == UploadState.expected,
                Upload.created_at <= clock.now() - COMPLETE_WITHIN,
            )
            .order_by(Upload.created_at)
            .limit(AT_A_TIME)
        )
    )


def expire(no: str) -> None:
    """Nobody said that the file had been sent; tidying deletes what may have come."""
    with suppress(StepNotPossible):
        UPLOADS.take(Upload.no == no, EXPIRE, SYSTEM, "24 小时内未完成上传")


def due_to_tidy() -> list[str]:
    """Uploads that are over and whose form has ended, so that nothing can come any more."""
    return list(
        db.session.scalars(
            select(Upload.no)
            .where(
                Upload.state.in_(OVER),
                Upload.tidied_at.is_(None),
                Upload.expires_at <= clock.now() - AFTER_THE_FORM,
            )
            .order_by(Upload.expires_at)
            .limit(AT_A_TIME)
        )
    )


def tidy(no: str) -> bool:
    """Delete what was sent; of a ready document only the copy that the form wrote.

    Answers whether the store answers.
    """
    upload = db.session.scalars(select(Upload).filter_by(no=no)).one()
    kept = upload.state == UploadState.ready and upload.purpose == Purpose.document
    commit_before_waiting()
    try:
        storage().delete(incoming_key(no))
        if upload.key is not None and not kept:
            storage().delete(upload.key)
    except StorageUnavailable:
        return False
    db.session.execute(update(Upload).where(Upload.no == no).values(tidied_at=clock.now()))
    return True
