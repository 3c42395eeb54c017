"""Search over 100,000 SKUs: in the database query by query, and through gunicorn beside hello.

The statements are those the service executes. Beside the time on the clock stands the processor
time of PostgreSQL's own process, by the kernel's account, which hardly depends on what else runs.
"""

import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import psycopg
import requests
from sqlalchemy import event

from backend.catalog.search import documents, nearness
from backend.catalog.search.facets import count_facets
from backend.catalog.search.filters import Filters
from backend.catalog.search.finding import find
from backend.catalog.search.suggestions import suggest
from backend.core.database import database_connection, db, transaction
from bench import wire
from bench.bench import Bench
from bench.catalogue import FIRST_PRODUCT, load_catalogue
from bench.report import say

REPEATS = 5
SAMPLE = 1000

WISHES = tuple(
    wish
    for line in (
        "茶,黑,米,酒,蜜,腊,油,笋,黑茶,腊肉,安化,湘西,茶叶,水果,有机,礼盒,香干,百合",
        "千两茶,猕猴桃,云台山,山茶油,剁辣椒,炎陵黄桃,安化黑茶,金花茯茶礼盒,合作社,有限公司",
        "heicha,hei,cha,anhua,larou,mihoutao,xiangxi,heich,anhuaheicha",
        "c,h,zh,hc,lr,mht,xx,hz,lu",
        "heicah,黒茶,安华,臘肉,anhau,mihuotao,千两荼饼,哈哈哈,%_",
        "安化 黑茶,腊肉 礼盒 湘西,hei cha,heicha anhua,古丈 mj,茶 礼盒,农家 酒",
    )
    for wish in line.split(",")
)
"""One and two characters, names, pinyin, initials, slips, several words, broad ones, nonsense."""

LISTS: dict[str, tuple[str | None, Filters, str | None]] = {
    **{f"all, {sort}": (None, Filters(), sort) for sort in
       ("newest", "sales", "price_up", "price_down")},
    "category": (None, Filters(category="tea"), None),
    "category, sales": (None, Filters(category="tea_dark"), "sales"),
    "county": (None, Filters(county="430923"), None),
    "county, price_up": (None, Filters(county="430923"), "price_up"),
    "prefecture": (None, Filters(prefecture="430900"), None),
    "class": (None, Filters(area_class="provincial"), None),
    "price": (None, Filters(price_from_fen=5000, price_to_fen=6000), None),
    "assistance": (None, Filters(assistance=True), "sales"),
    "category and county": (None, Filters(category="tea_dark", county="430923"), None),
    "all filters": (None, Filters(category="tea", county="430923", area_class="national",
                                  price_from_fen=1000, price_to_fen=9000), "price_down"),
}  # fmt: skip


def measure(bench: Bench) -> dict[str, Any]:
    """Load, build, ask; the catalogue stays in the database afterwards."""
    began = time.perf_counter()
    load_catalogue(bench.stack.database_url)
    say(f"100,000 SKUs loaded in {time.perf_counter() - began:.1f} s")
    with bench.app.app_context():
        build = _build(bench)
        wishes = list(WISHES)
        finds: list[Callable[[], Any]] = [
            partial(find, wish, Filters(), None, 20, None) for wish in wishes
        ]
        lists = [partial(find, wish, filters, sort, 20, None)
                 for wish, filters, sort in LISTS.values()]  # fmt: skip
        facets = [
            *(partial(count_facets, wish, Filters()) for wish in wishes),
            *(partial(count_facets, wish, filters) for wish, filters, _ in LISTS.values()),
        ]
        results = {
            "build": build,
            "search": _in_database(finds, wishes),
            "lists": _in_database(lists, list(LISTS)),
            "facets": _in_database(facets, [*wishes, *LISTS]),
            "suggestions": _in_database([partial(suggest, wish) for wish in wishes], wishes),
        }
    for name, result in results.items():
        say(f"{name}: {result['told']}")
    return {"search_database": results, **_through_gunicorn(bench)}


def _build(bench: Bench) -> dict[str, Any]:
    """Documents are first made without the index on their tokens, as an import would."""
    index = "ix_product_search_tokens"
    with psycopg.connect(bench.stack.database_url, autocommit=True) as connection:
        row = connection.execute("SELECT pg_get_indexdef(%s::regclass)", [index]).fetchone()
        connection.execute(f"DROP INDEX {index}".encode())
        began = time.perf_counter()
        count = documents.refresh_stale()
        connection.execute(str(row and row[0]).encode())
        connection.execute("VACUUM (ANALYZE) product_search")
    built = time.perf_counter() - began
    began = time.perf_counter()
    with transaction():
        documents.refresh(range(FIRST_PRODUCT, FIRST_PRODUCT + SAMPLE), anew=True)
    refreshed = (time.perf_counter() - began) / SAMPLE
    began = time.perf_counter()
    documents.refresh_stale()
    looked = time.perf_counter() - began
    began = time.perf_counter()
    with transaction():
        words = nearness.learn()
    learnt = time.perf_counter() - began
    told = (
        f"{count} documents in {built:.0f} s without the index on tokens, with it"
        f" {1000 * refreshed:.1f} ms each; looking for stale ones {looked:.1f} s;"
        f" {words} words in {learnt:.1f} s"
    )
    return {"told": told}


def _in_database(asked: Sequence[Callable[[], Any]], names: Sequence[str]) -> dict[str, Any]:
    """Each question some times, in random order: milliseconds in and of the database."""
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in names}
    pairs = list(zip(names, asked, strict=True)) * (REPEATS + 1)
    random.Random(1).shuffle(pairs)
    with _stopwatch() as spent:
        for name, ask in pairs:
            with transaction():
                backend = database_connection().info.backend_pid
                spent[:] = [0.0]
                before = _processor_ms(backend)
                ask()
                used = _processor_ms(backend) - before
            times[name].append((spent[0], used))
    measured = [pair for each in times.values() for pair in each[1:]]
    middle = {name: sorted(cpu for _, cpu in each)[len(each) // 2] for name, each in times.items()}
    dearest = sorted(middle, key=lambda name: -middle[name])[:6]
    ms, cpu = (sorted(pair[at] for pair in measured) for at in (0, 1))
    told = "  ".join(
        f"p{part} {_at(ms, part):.1f} ms (CPU {_at(cpu, part):.1f})" for part in (50, 95, 99)
    )
    worst = {name: round(middle[name], 1) for name in dearest}
    return {"told": f"{told}; dearest by CPU: {worst}", "ms": ms, "cpu_ms": cpu}


def _at(ordered: list[float], percent: int) -> float:
    return ordered[min(len(ordered) * percent // 100, len(ordered) - 1)]


def _processor_ms(pid: int) -> float:
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e6


@contextmanager
def _stopwatch() -> Iterator[list[float]]:
    """The sum of what statements take, as the client sees it."""
    spent = [0.0]
    began = [0.0]

    def start(*_: Any) -> None:
        began[0] = time.perf_counter()

    def stop(*_: Any) -> None:
        spent[0] += 1000 * (time.perf_counter() - began[0])

    listeners = {"before_cursor_execute": start, "after_cursor_execute": stop}
    for name, listener in listeners.items():
        event.listen(db.engine, name, listener)
    try:
        yield spent
    finally:
        for name, listener in listeners.items():
            event.remove(db.engine, name, listener)


def _through_gunicorn(bench: Bench) -> dict[str, Any]:
    """Lists and searches of the large catalogue, each between two hellos."""
    lists = [
        f"/v1/products?{urlencode({'limit': 20, **filters.values(), **({'sort': s} if s else {})})}"
        for _, filters, s in LISTS.values()
    ]
    lists = [each.replace("area_class=", "class=").replace("=True", "=true") for each in lists]
    searches = [f"/v1/products?{urlencode({'q': wish})}" for wish in WISHES]
    results = {}
    for name, paths in (("large_list", lists), ("large_search", searches)):
        for path in paths:
            url = f"http://127.0.0.1:{bench.stack.service}{path}"
            requests.get(url, timeout=30).raise_for_status()
        before = bench.cycle(bench.stack.hello, [wire.get("/hello")])["per_second"]
        result = bench.cycle(bench.stack.service, [wire.get(path) for path in paths])
        after = bench.cycle(bench.stack.hello, [wire.get("/hello")])["per_second"]
        result["ratio"] = result["per_second"] / ((before + after) / 2)
        results[name] = result
    return results
