"""The worker makes a picture's variants: once, however often and by however many it is told to."""

import hashlib
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

import structlog
from sqlalchemy import select, update

from backend.catalog.pictures.checking import WEBP, UnfitError
from backend.catalog.pictures.encoding import Encoded, encode
from backend.catalog.pictures.life import (
    FINISH,
    UPLOADS,
    incoming_key,
    refuse,
)
from backend.catalog.pictures.models import Upload, UploadState
from backend.catalog.pictures.variants import variant_path
from backend.core import clock
from backend.core.database import commit_before_waiting, db
from backend.core.life import SYSTEM, StepNotPossible
from backend.core.storage.interface import NoSuchObjectError, StorageUnavailable
from backend.core.storage.opening import storage

AT_A_TIME = 20
MOST_TRIES = 4
"""A picture that has ended so many workers is given up."""
LEASE = timedelta(minutes=2)
"""How long a worker has one picture for itself: decoding and storing takes seconds."""
GIVEN_UP = "图片无法处理，请另存为 JPG 后重新上传"
LOST = "文件已丢失，请重新上传"
log = structlog.get_logger()


@dataclass(frozen=True)
class Claim:
    """A stored picture that this worker has for itself until the lease ends."""

    no: str
    key: str
    tries: int


def due_pictures() -> list[str]:
    """Stored pictures nobody is at, chosen by state: a worker that was killed loses none."""
    return list(
        db.session.scalars(
            select(Upload.no)
            .where(Upload.state == UploadState.stored, Upload.next_try_at <= clock.now())
            .order_by(Upload.next_try_at)
            .limit(AT_A_TIME)
        )
    )


def make(no: str) -> bool:
    """Make the variants of a stored picture, unless somebody is at it.

    Variants have the same names and bytes each time, so what a killed worker left is written
    over. Answers whether the store answers.
    """
    claim = _claim(no)
    if claim is None:
        return True
    commit_before_waiting()
    try:
        path, encoded = _make(claim)
    except StorageUnavailable:
        _put_off(no)
        return False
    except (UnfitError, NoSuchObjectError) as error:
        with suppress(StepNotPossible):
            refuse(no, error.reason if isinstance(error, UnfitError) else LOST, SYSTEM)
        return True
    with suppress(StepNotPossible):
        UPLOADS.take(
            Upload.no == no,
            FINISH,
            SYSTEM,
            path=path,
            width=encoded.width,
            height=encoded.height,
            next_try_at=None,
        )
        commit_before_waiting()
        _forget_original(claim)
    return True


def _claim(no: str) -> Claim | None:
    now = clock.now()
    row = db.session.execute(
        update(Upload)
        .where(Upload.no == no, Upload.state == UploadState.stored, Upload.next_try_at <= now)
        .values(tries=Upload.tries + 1, next_try_at=now + LEASE)
        .returning(Upload.key, Upload.tries)
    ).one_or_none()
    return None if row is None else Claim(no, row.key, row.tries)


def _make(claim: Claim) -> tuple[str, Encoded]:
    """Write every variant; the path of the largest, and what was made."""
    if claim.tries > MOST_TRIES:
        log.error("picture_given_up", upload=claim.no)
        raise UnfitError(GIVEN_UP)
    data = storage().get(claim.key)
    encoded = encode(data)
    digest = hashlib.sha256(data).hexdigest()[:16]
    for width, variant in encoded.variants.items():
        storage().put(variant_path(claim.no, digest, width), variant, WEBP)
    return variant_path(claim.no, digest, max(encoded.variants)), encoded


def _put_off(no: str) -> None:
    """The store was silent: that is no fault of the picture and not counted."""
    db.session.execute(
        update(Upload)
        .where(Upload.no == no, Upload.state == UploadState.stored)
        .values(tries=Upload.tries - 1)
    )


def _forget_original(claim: Claim) -> None:
    """What says where a photograph was taken goes at once; where it fails, tidying does it."""
    with suppress(StorageUnavailable):
        storage().delete(claim.key)
        storage().delete(incoming_key(claim.no))
