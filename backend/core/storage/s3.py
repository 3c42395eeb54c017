"""Files in a store that speaks S3: Amazon's, Tencent COS, Aliyun OSS, MinIO, …"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import boto3
import structlog
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from backend.core import clock
from backend.core.storage.interface import (
    PRIVATE,
    Form,
    NoSuchObjectError,
    StorageUnavailable,
    check_key,
)
from backend.settings import Settings, SettingsProblem

FOR_EVER = "public, max-age=31536000, immutable"
MISSING = frozenset({"404", "NoSuchKey", "NotFound"})
log = structlog.get_logger()


class S3Storage:
    """One bucket. Its policy shows the public what does not lie below `private/`."""

    def __init__(self, settings: Settings) -> None:
        self._bucket = settings.s3_bucket
        self._public_url = settings.s3_public_url.rstrip("/")
        secret = settings.s3_secret_access_key
        self._client: Any = boto3.client(
            "s3",
            endpoint_url=settings.s3_endpoint_url,
            region_name=settings.s3_region,
            aws_access_key_id=settings.s3_access_key_id,
            aws_secret_access_key=secret.get_secret_value() if secret else None,
            config=Config(
                signature_version="s3v4",
                connect_timeout=3,
                read_timeout=10,
                retries={"mode": "standard", "total_max_attempts": 2},
                s3={"addressing_style": "path" if settings.s3_path_style else "virtual"},
                # Other stores than Amazon's refuse the checksums it added lately.
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
            ),
        )

    def check(self) -> None:
        """Refuse to start over a bucket that is not ours; one that is only silent may come back."""
        try:
            self._client.head_bucket(Bucket=self._bucket)
        except ClientError as error:
            status = error.response["ResponseMetadata"].get("HTTPStatusCode", 0)
            if status < 500:
                raise SettingsProblem(
                    f"The service cannot start: the S3 store answers {status} for S3_BUCKET"
                    f" {self._bucket!r}; look at S3_ENDPOINT_URL, S3_REGION and the access key,"
                    " which needs s3:ListBucket."
                ) from None
            log.warning("storage_silent", status=status)
        except BotoCoreError as error:
            log.warning("storage_silent", error=type(error).__name__)

    def put(self, key: str, data: bytes, content_type: str) -> None:
        cached = {} if key.startswith(PRIVATE) else {"CacheControl": FOR_EVER}
        with _asking(key):
            self._client.put_object(
                Bucket=self._bucket,
                Key=check_key(key),
                Body=data,
                ContentType=content_type,
                **cached,
            )

    def get(self, key: str) -> bytes:
        with _asking(key):
            answer = self._client.get_object(Bucket=self._bucket, Key=check_key(key))
            return bytes(answer["Body"].read())

    def size(self, key: str) -> int | None:
        try:
            with _asking(key):
                answer = self._client.head_object(Bucket=self._bucket, Key=check_key(key))
        except NoSuchObjectError:
            return None
        return int(answer["ContentLength"])

    def delete(self, key: str) -> None:
        with _asking(key):
            self._client.delete_object(Bucket=self._bucket, Key=check_key(key))

    def signed_form(self, key: str, content_type: str, most_bytes: int, ends: datetime) -> Form:
        # The key's own condition is added by the library.
        made = self._client.generate_presigned_post(
            self._bucket,
            check_key(key),
            Fields={"Content-Type": content_type},
            Conditions=[
                {"Content-Type": content_type},
                ["content-length-range", 1, most_bytes],
            ],
            ExpiresIn=max(1, int((ends - clock.now()).total_seconds())),
        )
        return Form(made["url"], made["fields"])

    def public_url(self, path: str) -> str:
        return f"{self._public_url}/{path}"


@contextmanager
def _asking(key: str) -> Iterator[None]:
    """What the store answers, as this service's errors; what it said is in the log."""
    try:
        yield
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "")
        if code in MISSING:
            raise NoSuchObjectError(key) from None
        log.error("storage_refused", error=code)
        raise StorageUnavailable from None
    except BotoCoreError as error:
        log.error("storage_silent", error=type(error).__name__)
        raise StorageUnavailable from None
