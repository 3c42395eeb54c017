"""Lists in every order, page by page, and facets that add up, whatever is filtered."""

import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from backend.catalog.search.facets import BANDS, count_facets
from backend.catalog.search.filters import Filters
from backend.catalog.search.finding import SORTS, find
from backend.catalog.search.sales import Sold, record_sales
from backend.core import clock
from backend.core.database import db, transaction
from tests.api import Api
from tests.catalog.search.shelf import address, category, facets, names, search
from tests.factories import (
    ProducerFactory,
    ProductFactory,
    RecognitionFactory,
    SkuFactory,
    change,
)

COUNTIES = ("430923", "430527", "433123", "431222", "430100", "430802")
PRODUCTS = 40


def stock_shelves(seed: int = 7, count: int = PRODUCTS) -> list[int]:
    """Ids of products that differ in everything a list goes by."""
    chosen = random.Random(seed)
    for code, parent in (("food", None), ("tea", "food"), ("meat", "food"), ("craft", None)):
        category(
            code, {"food": "食品", "tea": "茶叶", "meat": "腊肉", "craft": "竹编"}[code], parent
        )
    maker = ProducerFactory()
    made = []
    for number in range(count):
        product = ProductFactory(
            name=f"{chosen.choice(('黑茶', '红茶', '竹席'))}{number}号",
            producer_id=maker.id,
            category_code=chosen.choice(("food", "tea", "meat", "craft")),
            county_code=chosen.choice(COUNTIES),
            listed_at=clock.now() - timedelta(hours=chosen.randrange(5)),
        )
        for _ in range(chosen.randrange(3)):
            SkuFactory(product_id=product.id, price_fen=chosen.choice((999, 2000, 4999, 60_000)))
        if chosen.random() < 0.3:
            RecognitionFactory(product_id=product.id)
        made.append(product.id)
    with transaction():
        sold = [Sold(each, chosen.randrange(4), 0) for each in made[::2]]
        record_sales(sold, clock.now())
    return made


def walk(between: Callable[[], None] = lambda: None, **query: Any) -> list[int]:
    """Ids on all pages, three to a page."""
    seen: list[int] = []
    cursor = None
    given = {"wish": None, "filters": Filters(), "sort": None, **query}
    while True:
        with transaction():
            page = find(limit=3, cursor=cursor, **given)
        seen += page.items
        if page.next_cursor is None:
            return seen
        cursor = page.next_cursor
        between()


@pytest.mark.parametrize("sort", sorted(SORTS))
def test_every_page_of_every_order_shows_every_product_once(api: Api, sort: str) -> None:
    made = stock_shelves()
    wish = "号" if sort == "relevance" else None
    assert sorted(walk(sort=sort, wish=wish)) == made
    assert sorted(walk(sort=sort, wish="号")) == made


@pytest.mark.parametrize("sort", sorted(SORTS))
def test_what_stays_as_it_is_is_neither_lost_nor_doubled(api: Api, sort: str) -> None:
    """While somebody turns pages, products come, go, change their price and are sold."""
    made = stock_shelves()
    chosen = random.Random(3)
    changed: set[int] = set()
    maker = ProducerFactory()

    def meanwhile() -> None:
        product_id = chosen.choice(made)
        changed.add(product_id)
        what = chosen.randrange(3)
        if what == 0:
            SkuFactory(product_id=product_id, price_fen=chosen.randrange(100, 90_000))
        elif what == 1:
            with transaction():
                record_sales([Sold(product_id, chosen.randrange(1, 50), 0)], clock.now())
        else:
            added = ProductFactory(name="黑茶新号", producer_id=maker.id, category_code="tea")
            changed.add(added.id)

    seen = walk(meanwhile, sort=sort, wish="号")
    unchanged = [each for each in seen if each not in changed]
    assert sorted(unchanged) == sorted(set(made) - changed)


def test_orders_are_what_they_say(api: Api) -> None:
    stock_shelves()
    rows = {
        row.product_id: row
        for row in db.session.execute(
            db.text("SELECT product_id, from_price_fen, sales, listed_at FROM product_search")
        )
    }

    def values(sort: str, name: str) -> list[Any]:
        return [getattr(rows[each], name) for each in walk(sort=sort)]

    up, down = values("price_up", "from_price_fen"), values("price_down", "from_price_fen")
    priced = [each for each in up if each is not None]
    assert None in up and priced == sorted(priced)
    assert up == priced + [None] * (len(up) - len(priced)), "what has no price stands last"
    assert down == sorted(priced, reverse=True) + [None] * (len(up) - len(priced))
    assert values("sales", "sales") == sorted(values("sales", "sales"), reverse=True)
    assert values("newest", "listed_at") == sorted(values("newest", "listed_at"), reverse=True)


@pytest.mark.parametrize("other", [{"sort": "sales"}, {"q": "红茶"}, {"county": "430923"}])
def test_a_cursor_belongs_to_its_list(api: Api, other: dict[str, str]) -> None:
    stock_shelves(count=6)
    cursor = search(api, "号", limit=2)["next_cursor"]
    query = {"q": "号", "limit": 2, "cursor": cursor, **other}
    problem = api.call("GET", f"/v1/products?{address(**query)}", status=422)
    assert (problem["code"], problem["field"]) == ("invalid_input", "cursor")


def test_relevance_needs_something_to_be_relevant_to(api: Api) -> None:
    problem = api.call("GET", "/v1/products?sort=relevance", status=422)
    assert (problem["code"], problem["field"]) == ("invalid_input", "sort")


FILTERS = (
    {},
    {"category": "food"},
    {"category": "tea", "county": "430923"},
    {"prefecture": "430900"},
    {"area_class": "national", "price_from_fen": 2000},
    {"price_from_fen": 1000, "price_to_fen": 5000},
    {"assistance": True},
    {"assistance": False, "category": "craft", "price_to_fen": 60_000},
    {"category": "meat", "county": "430527", "area_class": "national", "price_from_fen": 1},
)


@pytest.mark.parametrize("wish", [None, "茶", "红茶", "hc"])
def test_facets_add_up_to_the_lists_they_lead_to(api: Api, wish: str | None) -> None:
    stock_shelves()
    for given in FILTERS:
        counted = facets_of(wish, given)
        assert counted["total"] == length(wish, given)
        for facet, filters in own(counted):
            for value, count in filters:
                narrowed = {**{k: v for k, v in given.items() if k not in facet}, **value}
                assert count == length(wish, narrowed), (given, value)
        top = [each["count"] for each in counted["categories"] if each["parent_code"] is None]
        open_categories = {k: v for k, v in given.items() if k != "category"}
        assert sum(top) == length(wish, open_categories)
        for name, left in (("prefectures", "prefecture"), ("counties", "county")):
            rest = {k: v for k, v in given.items() if k != left}
            assert sum(each["count"] for each in counted[name]) == length(wish, rest)


def facets_of(wish: str | None, given: dict[str, Any]) -> Any:
    with transaction():
        return count_facets(wish, Filters(**given))


def length(wish: str | None, given: dict[str, Any]) -> int:
    with transaction():
        return len(find(wish, Filters(**given), "newest", 100, None).items)


def own(counted: Any) -> list[tuple[tuple[str, ...], list[Any]]]:
    """By facet: its own filters, and for each of its values the filter and the count."""
    prices = [
        ({k: v for k, v in each.items() if k != "count" and v is not None}, each["count"])
        for each in counted["prices"]
    ]

    def by(name: str, key: str, facet: str) -> list[Any]:
        return [({key: each[facet]}, each["count"]) for each in counted[name]]

    return [
        (("category",), by("categories", "category", "code")),
        (("prefecture",), by("prefectures", "prefecture", "code")),
        (("county",), by("counties", "county", "code")),
        (("area_class",), by("classes", "area_class", "area_class")),
        (("price_from_fen", "price_to_fen"), prices),
    ]


def test_filters_are_taken_over_http(api: Api) -> None:
    category("tea", "茶叶")
    dear = SkuFactory(
        product_id=ProductFactory(name="贡茶", category_code="tea").id, price_fen=9000
    )
    cheap = SkuFactory(
        product_id=ProductFactory(name="粗茶", category_code="tea").id, price_fen=900
    )
    RecognitionFactory(product_id=cheap.product_id)
    assert names(api, "茶", price_from_fen=900, price_to_fen=900) == ["粗茶"]
    assert names(api, price_from_fen=901) == ["贡茶"]
    assert names(api, assistance="true") == ["粗茶"]
    assert names(api, assistance="false") == ["贡茶"]
    assert names(api, **{"class": "provincial"}) == []
    assert names(api, **{"class": "national"}, sort="price_down") == ["贡茶", "粗茶"]
    assert facets(api, "茶", price_from_fen=901) == {
        "total": 1,
        "categories": [{"code": "tea", "name": "茶叶", "parent_code": None, "count": 1}],
        "prefectures": [{"code": "430900", "name": "益阳市", "count": 1}],
        "counties": [{"code": "430923", "name": "安化县", "count": 1}],
        "classes": [{"area_class": "national", "count": 1}],
        "prices": [
            {"price_from_fen": 0, "price_to_fen": 1999, "count": 1},
            {"price_from_fen": 5000, "price_to_fen": 9999, "count": 1},
        ],
        "searched_as": None,
    }
    change(dear, price_fen=BANDS[-1])
    assert names(api, "茶", price_from_fen=BANDS[-1]) == ["贡茶"]


@pytest.mark.parametrize(
    "query",
    ["price_from_fen=-1", "price_to_fen=1.5", "class=rich", "sort=best", "assistance=maybe",
     "price_from_fen=99999999999999999999"],
)  # fmt: skip
def test_a_filter_that_makes_no_sense_is_refused(api: Api, query: str) -> None:
    problem = api.call("GET", f"/v1/products?{query}", status=422)
    assert problem["code"] == "invalid_input"
