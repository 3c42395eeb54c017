"""The life of an upload, and the names of its objects in the store."""

from backend.catalog.pictures.models import Purpose, Upload, UploadEvent, UploadState
from backend.core.errors import NotFound
from backend.core.life import Author, Life, Step


class UploadNotFound(NotFound):
    code = "upload_not_found"
    message = "没有找到该文件"


ANNOUNCE = Step("announce", (), UploadState.expected)
STORE = Step("store", (UploadState.expected,), UploadState.stored)
ACCEPT = Step("accept", (UploadState.expected,), UploadState.ready)
FINISH = Step("finish", (UploadState.stored,), UploadState.ready)
REFUSE = Step("refuse", (UploadState.expected, UploadState.stored), UploadState.refused)
EXPIRE = Step("expire", (UploadState.expected,), UploadState.expired)

UPLOADS = Life(
    Upload,
    UploadEvent,
    "upload_id",
    not_found=UploadNotFound,
)


def owner(user_id: int) -> Author:
    return Author("owner", user_id)


def refuse(no: str, reason: str, author: Author) -> None:
    """The file cannot be taken, and its owner reads why. Raises `StepNotPossible`."""
    UPLOADS.take(Upload.no == no, REFUSE, author, reason, refusal=reason, next_try_at=None)


def incoming_key(no: str) -> str:
    """Where the client's form writes; whoever holds the form may write there until it ends."""
    return f"private/incoming/{no}"


def number_of(key: str) -> str:
    """The upload that an incoming key belongs to."""
    return key.rpartition("/")[2]


def checked_key(no: str, purpose: str, digest: str) -> str:
    """Where the service puts what it has looked at, out of reach of the form.

    The content's hash is part of it, so that two completions at once never mix two contents.
    """
    folder = "documents" if purpose == Purpose.document else "originals"
    return f"private/{folder}/{no}-{digest}"
