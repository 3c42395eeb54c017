"""Lists by cursor: the next page begins behind the last row seen, whatever changed meanwhile."""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from backend.core.errors import InvalidInput

Row = TypeVar("Row")
LARGEST_PAGE = 100


@dataclass(frozen=True)
class Page(Generic[Row]):
    """One page and the cursor of the next, `None` at the end."""

    items: Sequence[Row]
    next_cursor: str | None


def read_cursor(cursor: str | None, kinds: tuple[type, ...]) -> list[object] | None:
    """The sort values a cursor holds; `InvalidInput` unless they are of just these `kinds`."""
    if cursor is None:
        return None
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor.encode()))
    except (ValueError, binascii.Error, UnicodeError):
        values = None
    fits = isinstance(values, list) and [type(value) for value in values] == list(kinds)
    if not fits or any(isinstance(v, int) and abs(v) >= 2**62 for v in values):
        raise InvalidInput("翻页位置无效", field="cursor")
    return list(values)


def page_of(rows: Sequence[Row], limit: int, key: Callable[[Row], Sequence[object]]) -> Page[Row]:
    """Cut `limit` rows out of `limit + 1` fetched; one more row means there is a next page."""
    if len(rows) <= limit:
        return Page(rows, None)
    kept = rows[:limit]
    raw = json.dumps(list(key(kept[-1])), separators=(",", ":")).encode()
    return Page(kept, base64.urlsafe_b64encode(raw).decode())
