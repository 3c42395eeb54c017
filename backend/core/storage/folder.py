"""Files in a folder of this machine; the service itself plays S3's form endpoint."""

import os
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO
from urllib.parse import urlencode

import structlog
from itsdangerous import BadSignature, URLSafeSerializer

from backend.core import clock
from backend.core.errors import BadRequest, NotAllowed, TooLarge
from backend.core.storage.interface import (
    PRIVATE,
    Form,
    NoSuchObjectError,
    StorageUnavailable,
    check_key,
)

FORM_PATH = "/uploads"
MEDIA = "/media/"
PIECE = 64 * 1024
log = structlog.get_logger()


@dataclass(frozen=True)
class Policy:
    """What a signed form permits: one object, of one type, up to so many bytes, until then."""

    key: str
    content_type: str
    most_bytes: int
    ends: int


class FolderStorage:
    """Public objects below one directory, private ones below another that nobody serves."""

    def __init__(self, public: Path, private: Path, address: str, secret: str) -> None:
        self._public = public.resolve()
        self._private = private.resolve()
        self._address = address
        self._signer = URLSafeSerializer(
            secret,
            salt="upload",
            signer_kwargs={"digest_method": "sha256", "key_derivation": "hmac"},
        )

    def put(self, key: str, data: bytes, content_type: str) -> None:
        place, written = self._place(key), None
        try:
            with NamedTemporaryFile(dir=place.parent, prefix=".", delete=False) as part:
                written = Path(part.name)
                part.write(data)
                part.flush()
                # The original is deleted next: what replaces it must outlast a power cut.
                os.fsync(part.fileno())
            # A proxy that runs as somebody else serves the public ones.
            written.chmod(0o600 if key.startswith(PRIVATE) else 0o644)
            written.replace(place)
        except OSError as error:
            if written is not None:
                written.unlink(missing_ok=True)
            log.error("storage_refused", error=error.strerror)
            raise StorageUnavailable from None

    def get(self, key: str) -> bytes:
        try:
            return self._place(key).read_bytes()
        except FileNotFoundError:
            raise NoSuchObjectError(key) from None

    def size(self, key: str) -> int | None:
        place = self._place(key)
        return place.stat().st_size if place.is_file() else None

    def delete(self, key: str) -> None:
        self._place(key).unlink(missing_ok=True)

    def signed_form(self, key: str, content_type: str, most_bytes: int, ends: datetime) -> Form:
        policy = self._signer.dumps(
            [check_key(key), content_type, most_bytes, int(ends.timestamp())]
        )
        url = f"{self._address}{FORM_PATH}?{urlencode({'policy': str(policy)})}"
        return Form(url, {"key": key, "Content-Type": content_type})

    def public_url(self, path: str) -> str:
        return MEDIA + path

    def read_policy(self, text: str) -> Policy:
        """A policy that we signed and that has not ended; `NotAllowed` for any other."""
        try:
            policy = Policy(*self._signer.loads(text))
        except (BadSignature, ValueError, TypeError):
            raise NotAllowed("上传凭证无效，请重新申请上传") from None
        if policy.ends <= clock.now().timestamp():
            raise NotAllowed("上传凭证已过期，请重新申请上传")
        return policy

    def receive(self, policy: Policy, sent: IO[bytes]) -> None:
        """Take in the one object a policy permits, once.

        Raises `TooLarge`, `BadRequest` when it is empty, `NotAllowed` when it is there already.
        """
        place = self._place(policy.key)
        with NamedTemporaryFile(dir=place.parent, prefix=".") as part:
            size = 0
            while piece := sent.read(PIECE):
                size += len(piece)
                if size > policy.most_bytes:
                    raise TooLarge("文件超过了申请时说明的大小")
                part.write(piece)
            if size == 0:
                raise BadRequest("文件是空的")
            part.flush()
            try:
                # Unlike a rename, a link fails where something is: of two at once one wins.
                os.link(part.name, place)
            except FileExistsError:
                raise NotAllowed("该上传凭证已使用过，请重新申请上传") from None

    def _place(self, key: str) -> Path:
        check_key(key)
        private = key.startswith(PRIVATE)
        place = (self._private if private else self._public) / key.removeprefix(PRIVATE)
        with suppress(FileExistsError):
            place.parent.mkdir(parents=True, exist_ok=True)
        return place
