"""Lists of products: found, narrowed, sorted, and paged by a cursor that fits this list alone."""

import hashlib
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from backend.catalog.search.filters import OFFERED, Filters
from backend.catalog.search.models import UNPRICED_DOWN, UNPRICED_UP
from backend.catalog.search.reading import MATCHES, WAYS, Reading, answer
from backend.core import clock
from backend.core.database import db
from backend.core.errors import InvalidInput
from backend.core.paging import Page, page_of, read_cursor

EPOCH = "timestamptz 'epoch'"
MICROSECONDS = "(extract(epoch FROM d.listed_at) * 1000000)::bigint"


@dataclass(frozen=True)
class Sort:
    """Columns of one order. `told` is what a cursor keeps of each, `asked` compares with it."""

    columns: tuple[str, ...]
    told: tuple[str, ...]
    asked: tuple[str, ...]
    descending: bool = True


def _by(*columns: str, descending: bool = True) -> Sort:
    return Sort(columns, columns, tuple(f":k{i}" for i in range(len(columns))), descending)


SORTS = {
    "newest": Sort(
        ("d.listed_at", "d.product_id"),
        (MICROSECONDS, "d.product_id"),
        (f"{EPOCH} + :k0 * interval '1 microsecond'", ":k1"),
    ),
    "sales": _by("d.sales", "d.product_id"),
    "price_up": _by(UNPRICED_UP, "d.product_id", descending=False),
    "price_down": _by(UNPRICED_DOWN, "d.product_id"),
    "relevance": _by("d.relevance", "d.sales", "d.product_id"),
}
"""Each ends with the id, so that no two rows stand at the same place."""


def find(
    wish: str | None, filters: Filters, sort: str | None, limit: int, cursor: str | None
) -> Page[int]:
    """Ids of the products behind `cursor`. Sorted by relevance with a wish, else the newest first.

    Raises `InvalidInput` for relevance without a wish, and for a cursor of another list.
    """
    sort = sort or ("newest" if wish is None else "relevance")
    if sort == "relevance" and wish is None:
        raise InvalidInput("没有搜索词时不能按相关度排序", field="sort")
    belongs = fingerprint(wish, filters, sort)
    position = read_cursor(cursor, (str, int, *(int for _ in SORTS[sort].columns)))
    if position and (position[0] != belongs or position[1] not in WAYS):
        raise InvalidInput("翻页位置不属于这个列表", field="cursor")
    behind = position[2:] if position else None

    def ask(reading: Reading | None) -> list[tuple[int, ...]]:
        return _rows(reading, filters, sort, limit, behind)

    if wish is None:
        rows, reading = ask(None), None
    else:
        way = position[1] if position else None
        found, reading = answer(wish, way if isinstance(way, int) else None, ask)
        rows = found or []
    way = reading.way if reading else 0
    page = page_of(rows, limit, lambda row: (belongs, way, *row))
    return Page([row[-1] for row in page.items], page.next_cursor)


def fingerprint(wish: str | None, filters: Filters, sort: str) -> str:
    """A few letters that tell one list from another."""
    told = "\n".join([sort, wish or "", *filters.told()])
    return hashlib.blake2b(told.encode(), digest_size=6).hexdigest()


def _rows(
    reading: Reading | None,
    filters: Filters,
    sort: str,
    limit: int,
    behind: list[object] | None,
) -> list[tuple[int, ...]]:
    """`limit + 1` rows of what a cursor tells, the id last."""
    order = SORTS[sort]
    conditions = [OFFERED, *filters.conditions().values()]
    values: dict[str, Any] = {"today": clock.today(), "limit": limit + 1, **filters.values()}
    table = "product_search d"
    if reading:
        table, more = _matching(reading, sort, conditions)
        values.update(more)
        conditions = []
    if behind is not None:
        sign = "<" if order.descending else ">"
        conditions.append(f"({', '.join(order.columns)}) {sign} ({', '.join(order.asked)})")
        values.update({f"k{at}": value for at, value in enumerate(behind)})
    direction = " DESC" if order.descending else ""
    sql = f"""
        SELECT {", ".join(order.told)} FROM {table}
         WHERE {" AND ".join(conditions) or "true"}
         ORDER BY {", ".join(f"{column}{direction}" for column in order.columns)}
         LIMIT :limit
    """
    return [tuple(row) for row in db.session.execute(text(sql), values)]


def _matching(reading: Reading, sort: str, conditions: list[str]) -> tuple[str, dict[str, Any]]:
    """Every document that fits, as a table to be sorted: what fits is found by its tokens first."""
    ranked = reading.relevance() if sort == "relevance" else ("0", {})
    sql = f"""(
        SELECT d.product_id, d.listed_at, d.sales, d.from_price_fen, {ranked[0]} AS relevance
          FROM product_search d WHERE {" AND ".join([MATCHES, *conditions])}
        OFFSET 0
    ) d"""
    return sql, {"query": reading.query, **ranked[1]}
