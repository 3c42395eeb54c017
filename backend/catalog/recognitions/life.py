"""The steps of a recognition. What lapsed or was revoked never becomes valid again."""

from backend.catalog.recognitions.models import (
    Recognition,
    RecognitionEvent,
    RecognitionStatus,
)
from backend.core.errors import NotFound
from backend.core.life import Life, Step

REGISTER = Step("register", (), RecognitionStatus.valid)
LAPSE = Step("lapse", (RecognitionStatus.valid,), RecognitionStatus.lapsed)
REVOKE = Step("revoke", (RecognitionStatus.valid,), RecognitionStatus.revoked)


class RecognitionNotFound(NotFound):
    code = "recognition_not_found"
    message = "没有找到该认定"


RECOGNITIONS = Life(
    Recognition,
    RecognitionEvent,
    "recognition_id",
    state="status",
    not_found=RecognitionNotFound,
)
