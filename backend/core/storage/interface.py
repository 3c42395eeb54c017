"""What any store of files can do, and the names that files may have."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from backend.core.errors import DomainError

PRIVATE = "private/"
"""Whatever is named below this is never shown to the public."""
_KEY = re.compile(r"[a-z]+(/[0-9A-Za-z_-][0-9A-Za-z._-]*)+")


class StorageUnavailable(DomainError):
    code = "storage_unavailable"
    status = 503
    message = "文件存储暂时不可用，请稍后再试"


class NoSuchObjectError(LookupError):
    """There is no object with this key."""


@dataclass(frozen=True)
class Form:
    """What a client posts as multipart/form-data: these fields first, then the file as `file`."""

    url: str
    fields: dict[str, str]


class Storage(Protocol):
    """Objects by key. What lies below `PRIVATE` is private, everything else public.

    Anything but the two local methods may wait for another server: end the transaction first.
    Each raises `StorageUnavailable` when the store does not answer.
    """

    def put(self, key: str, data: bytes, content_type: str) -> None:
        """Write an object whole or not at all; another one of that key is replaced."""

    def get(self, key: str) -> bytes:
        """The object; `NoSuchObjectError` when there is none."""

    def size(self, key: str) -> int | None:
        """Bytes of the object, `None` when there is none."""

    def delete(self, key: str) -> None:
        """Delete the object if it is there."""

    def signed_form(self, key: str, content_type: str, most_bytes: int, ends: datetime) -> Form:
        """A form with which anybody may write this one object until `ends`. Asks nobody."""

    def public_url(self, path: str) -> str:
        """Where everybody finds a public object. Asks nobody."""


def check_key(key: str) -> str:
    """The key, if it is one that this service makes; a bug otherwise, for no key comes from people.

    Such a key names no place outside the store.
    """
    if not _KEY.fullmatch(key):
        raise ValueError("not a key of this service")
    return key
