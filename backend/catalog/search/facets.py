"""How many products each further filter would leave: by category, place, class and price."""

from collections import Counter
from typing import Any

from sqlalchemy import text

from backend.catalog.search.filters import OFFERED, Filters
from backend.catalog.search.reading import MATCHES, Reading, answer
from backend.core import clock
from backend.core.database import db

BANDS = (0, 2_000, 5_000, 10_000, 20_000, 50_000)
"""Where each price band begins, in fen; it ends before the next one begins."""

_FACETS = {
    "category": ("category_code", ("category",)),
    "prefecture": ("prefecture_code", ("prefecture",)),
    "county": ("county_code", ("county",)),
    "class": ("area_class", ("class",)),
    "price": ("band::text", ("price_from", "price_to")),
}
"""By facet: what it counts by, and its own filters, which it leaves aside."""

_NAMES = text("SELECT code, name FROM areas WHERE code = ANY(:codes)")
_CATEGORIES = text("SELECT code, name, parent_code FROM categories ORDER BY sort, code")


def count_facets(wish: str | None, filters: Filters) -> dict[str, Any]:
    """The number of products found, and the counts of each facet under all filters but its own.

    A category counts those below it too. What no product has is left out.
    """
    reading = None
    if wish is None:
        found = _count(None, filters)
    else:
        # Whether anything fits the wish is asked without filters, so an empty count is an answer.
        counted, reading = answer(wish, None, lambda read: _count(read, filters))
        found = counted or []
    counts: dict[str, Counter[str]] = {facet: Counter() for facet in (*_FACETS, "total")}
    for facet, value, products in found:
        counts[facet][value] += int(products)
    return {
        "total": counts["total"].total(),
        "categories": _categories(counts["category"]),
        "prefectures": _areas(counts["prefecture"]),
        "counties": _areas(counts["county"]),
        "classes": [
            {"area_class": name, "count": n} for name, n in sorted(counts["class"].items())
        ],
        "prices": [_band(int(band), n) for band, n in sorted(counts["price"].items())],
        "searched_as": reading.corrected() if reading and found else None,
    }


def _count(reading: Reading | None, filters: Filters) -> list[Any]:
    """Rows of facet, value and number; one pass over the documents, then over their few kinds."""
    given = filters.conditions()
    values: dict[str, Any] = {"today": clock.today(), "bands": list(BANDS), **filters.values()}
    always = [OFFERED, *(given.pop(name) for name in ("assistance",) if name in given)]
    if reading:
        always.append(MATCHES)
        values["query"] = reading.query
    flags = "".join(f", coalesce({sql}, false) AS {name}_fits" for name, sql in given.items())
    if len(given) > 1:
        # What fails two filters counts nowhere; prices are one facet with two of them.
        failing = " + ".join(f"(NOT coalesce({sql}, false))::int" for sql in given.values())
        always.append(f"{failing} <= {2 if 'price_from' in given and 'price_to' in given else 1}")
    parts = []
    for facet, (column, own) in (*_FACETS.items(), ("total", ("''", ()))):
        others = [f"{name}_fits" for name in given if name not in own]
        wanted = [*others, *([] if facet == "total" else [f"{column} IS NOT NULL"])]
        parts.append(
            f"SELECT '{facet}' AS facet, {column} AS value, sum(products) AS products FROM kinds"
            f" WHERE {' AND '.join(wanted) or 'true'} GROUP BY 2"
        )
    sql = f"""
        WITH kinds AS MATERIALIZED (
            SELECT k.*, coalesce(a.prefecture_code, a.code) AS prefecture_code, a.area_class
              FROM (SELECT d.category_code, d.county_code,
                           width_bucket(d.from_price_fen, CAST(:bands AS bigint[])) AS band
                           {flags}, count(*) AS products
                      FROM product_search d WHERE {" AND ".join(always)}
                     GROUP BY d.category_code, d.county_code, band
                           {"".join(f", {name}_fits" for name in given)}) k
              JOIN areas a ON a.code = k.county_code
        )
        {" UNION ALL ".join(parts)}
    """
    return list(db.session.execute(text(sql), values))


def _categories(counts: Counter[str]) -> list[dict[str, Any]]:
    """The tree in the order in which it is shown, those below counted with those above."""
    rows = list(db.session.execute(_CATEGORIES))
    sums = Counter(counts)
    for row in rows:
        if row.parent_code is not None:
            sums[row.parent_code] += counts[row.code]
    return [
        {
            "code": row.code,
            "name": row.name,
            "parent_code": row.parent_code,
            "count": sums[row.code],
        }
        for row in rows
        if sums[row.code]
    ]


def _areas(counts: Counter[str]) -> list[dict[str, Any]]:
    """The one with the most products first."""
    rows = db.session.execute(_NAMES, {"codes": list(counts)})
    names = {row.code: row.name for row in rows}
    ordered = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return [{"code": code, "name": names[code], "count": count} for code, count in ordered]


def _band(number: int, count: int) -> dict[str, Any]:
    end = BANDS[number] - 1 if number < len(BANDS) else None
    return {"price_from_fen": BANDS[number - 1], "price_to_fen": end, "count": count}
