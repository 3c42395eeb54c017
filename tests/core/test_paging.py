"""Lists by cursor: every row once, whatever the page size and whatever is added meanwhile."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend import Service
from backend.core.alarms import list_alarms, raise_alarm
from backend.core.database import transaction
from backend.core.errors import InvalidInput
from backend.core.paging import Page, page_of, read_cursor

MODEST = settings(deadline=None, max_examples=100)
Fetch = Callable[[str | None], Page[int]]


def walk(fetch: Fetch, between: Callable[[], None] = lambda: None) -> list[int]:
    """Every row of every page, in the order in which a client sees them."""
    seen: list[int] = []
    cursor = None
    while True:
        page = fetch(cursor)
        seen.extend(page.items)
        if page.next_cursor is None:
            return seen
        cursor = page.next_cursor
        between()


def fetch_from(rows: list[int], limit: int) -> Fetch:
    """A list over rows in memory, the largest first, as our SQL does it."""

    def fetch(cursor: str | None) -> Page[int]:
        position = read_cursor(cursor, (int,))
        found = [row for row in sorted(rows, reverse=True) if not position or row < position[0]]
        return page_of(found[: limit + 1], limit, lambda row: (row,))

    return fetch


@MODEST
@given(st.lists(st.integers(1, 10**9), unique=True, max_size=60), st.integers(1, 20))
def test_walking_all_pages_shows_every_row_once(rows: list[int], limit: int) -> None:
    assert walk(fetch_from(rows, limit)) == sorted(rows, reverse=True)


@MODEST
@given(st.sets(st.integers(1, 1000), max_size=60), st.sets(st.integers(1, 1000)), st.integers(1, 9))
def test_no_row_is_lost_or_doubled_while_others_are_added(
    rows: set[int], added: set[int], limit: int
) -> None:
    held = sorted(rows)
    waiting = sorted(added - rows)

    def add_one() -> None:
        if waiting:
            held.append(waiting.pop())

    seen = walk(fetch_from(held, limit), add_one)
    assert len(seen) == len(set(seen))
    assert rows <= set(seen) <= rows | added


def raise_many(count: int, since: int = 0) -> None:
    with transaction():
        for number in range(since, since + count):
            raise_alarm("paging", f"subject {number}")


@pytest.mark.parametrize("limit", [1, 4, 10, 25])
def test_a_list_in_the_database_is_walked_whole(app: Service, limit: int) -> None:
    raise_many(10)

    def fetch(cursor: str | None) -> Page[int]:
        page = list_alarms(open_only=True, limit=limit, cursor=cursor)
        assert len(page.items) <= limit
        return Page([alarm.id for alarm in page.items], page.next_cursor)

    assert walk(fetch) == list(range(10, 0, -1))


def test_what_is_added_to_a_list_does_not_shift_the_pages_behind(app: Service) -> None:
    raise_many(10)
    added = iter(range(10, 100, 3))

    def fetch(cursor: str | None) -> Page[int]:
        page = list_alarms(open_only=True, limit=3, cursor=cursor)
        return Page([alarm.id for alarm in page.items], page.next_cursor)

    assert walk(fetch, lambda: raise_many(3, next(added))) == list(range(10, 0, -1))


def test_an_empty_list_is_one_empty_page(app: Service) -> None:
    page = list_alarms(open_only=True, limit=5, cursor=None)
    assert (list(page.items), page.next_cursor) == ([], None)


def test_a_page_that_just_fits_has_no_next(app: Service) -> None:
    raise_many(5)
    assert list_alarms(open_only=True, limit=5, cursor=None).next_cursor is None


@pytest.mark.parametrize(
    "cursor",
    ["", "x", "bm9wZQ==", "W10=", "WzEsMl0=", "WyJhIl0=", "W3RydWVd", "WzEuNV0=", "eyJhIjoxfQ=="],
)
def test_a_cursor_that_is_not_ours_is_refused(cursor: str) -> None:
    with pytest.raises(InvalidInput):
        read_cursor(cursor, (int,))


@MODEST
@given(st.text(max_size=60))
def test_no_cursor_can_break_more_than_itself(cursor: str) -> None:
    try:
        values = read_cursor(cursor, (int,))
    except InvalidInput:
        return
    assert values is not None
    assert [type(value) for value in values] == [int]


def test_a_number_too_large_for_the_database_is_refused() -> None:
    page = page_of([2**70, 1], 1, lambda row: (row,))
    with pytest.raises(InvalidInput):
        read_cursor(page.next_cursor, (int,))
