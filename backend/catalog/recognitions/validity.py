"""What may be called an assistance product: one recognition is valid on the day that counts.

Written as SQL over `recognitions r`, with the Shanghai calendar day as `:today`; both ends of a
validity count. Lists, details and offers all ask by it, so they never disagree. What has lapsed or
was revoked never becomes valid again: a renewal is a recognition of its own.
"""

from backend.catalog.recognitions.models import (
    Recognition,
    RecognitionEvent,
    RecognitionStatus,
)
from backend.core.errors import NotFound
from backend.core.life import Life, Step

VALID = "r.status = 'valid' AND r.valid_from <= :today AND r.valid_to >= :today"

THE_LONGEST_VALID = f"{VALID} ORDER BY r.valid_to DESC, r.id LIMIT 1"
"""Of several valid ones, the one that is shown and that an order line keeps."""

REGISTER = Step("register", (), RecognitionStatus.valid)
LAPSE = Step("lapse", (RecognitionStatus.valid,), RecognitionStatus.lapsed)
REVOKE = Step("revoke", (RecognitionStatus.valid,), RecognitionStatus.revoked)

STEPS = (REGISTER, LAPSE, REVOKE)


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
