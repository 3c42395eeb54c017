"""What a search found is remembered for some seconds; what is shown of it is read anew."""

import json

from backend.catalog.search.filters import Filters
from backend.catalog.search.finding import find, fingerprint
from backend.core.cache import cache
from backend.core.paging import Page

SECONDS = 10.0
"""So much later a wish that is asked all the time finds what is new; prices are read at once."""


def find_again(
    wish: str | None, filters: Filters, sort: str | None, limit: int, cursor: str | None
) -> Page[int]:
    """As `find`, but a page that a wish has just led to is not looked for again."""
    if wish is None:
        return find(wish, filters, sort, limit, cursor)
    key = f"found:{fingerprint(wish, filters, sort or '')}:{limit}:{cursor or ''}"
    kept = cache().get(key)
    if kept is not None:
        return Page(*json.loads(kept))
    found = find(wish, filters, sort, limit, cursor)
    told = json.dumps([list(found.items), found.next_cursor])
    cache().set(key, told.encode(), SECONDS)
    return found
