"""Guessing codes: whoever asks for too many that do not exist has to wait.

Counted in Valkey. Where that is away nobody is counted: a code has 54 bits of chance, so that the
count only spares us the noise.
"""

from backend.core.cache import cache
from backend.core.errors import DomainError

MOST_MISSES = 20
WITHIN_SECONDS = 600


class TooManyUnknownCodes(DomainError):
    code = "too_many_unknown_codes"
    status = 429
    message = "输错券码次数过多，请稍后再试"


def require_few_misses(user_id: int) -> None:
    """Raises `TooManyUnknownCodes` for whoever has missed too often within ten minutes."""
    found = cache().get(_key(user_id))
    if found is not None and int(found) >= MOST_MISSES:
        raise TooManyUnknownCodes


def count_miss(user_id: int) -> None:
    """Somebody asked for a code that is not there. The first miss opens the ten minutes.

    Kept outside the database, because the refusal that follows rolls everything back.
    """
    cache().count(_key(user_id), WITHIN_SECONDS)


def _key(user_id: int) -> str:
    return f"voucher-misses:{user_id}"
