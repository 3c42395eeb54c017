"""The list of products: by category, county and prefecture, page by page, listed ones alone."""

from typing import Any

import pytest

from backend.catalog.products.models import Product
from backend.core.database import db
from tests.api import Api
from tests.factories import CategoryFactory, ProducerFactory, ProductFactory, SkuFactory


def listed(api: Api, query: str = "") -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = api.call("GET", f"/v1/products{query}", status=200)["items"]
    return items


def ids(items: list[dict[str, Any]]) -> list[int]:
    return [int(item["id"]) for item in items]


def set_state(product: Product, state: str) -> None:
    product.state = state
    db.session.commit()


def make_products(count: int, **changes: Any) -> list[int]:
    """Ids of new products, the newest first as the list shows them."""
    producer = ProducerFactory()
    made = [ProductFactory(producer_id=producer.id, **changes).id for _ in range(count)]
    return made[::-1]


def test_without_products_the_list_is_empty(api: Api) -> None:
    assert api.call("GET", "/v1/products", status=200) == {"items": [], "next_cursor": None}


def test_only_listed_products_are_shown_the_newest_first(api: Api) -> None:
    first, second = ProductFactory(), ProductFactory()
    ProductFactory(state="draft")
    ProductFactory(state="delisted")
    assert ids(listed(api)) == [second.id, first.id]


def test_a_card_tells_what_origin_and_producer_it_has(api: Api) -> None:
    producer = ProducerFactory(name="云台茶叶合作社", county_code="430923")
    product = ProductFactory(
        producer_id=producer.id, name="安化千两茶饼", county_code="430426", pictures=["p/a.webp"]
    )
    (card,) = listed(api)
    assert card == {
        "id": str(product.id),
        "name": "安化千两茶饼",
        "subtitle": "茯砖",
        "kind": "goods",
        "category_code": "tea",
        "picture_url": "/media/p/a.webp",
        "fresh": False,
        "county_code": "430426",
        "county_name": "祁东县",
        "area_class": "provincial",
        "producer_name": "云台茶叶合作社",
        "from_price_fen": None,
        "is_assistance": False,
    }


def test_a_product_without_pictures_has_none(api: Api) -> None:
    ProductFactory(pictures=[])
    assert listed(api)[0]["picture_url"] is None


def test_a_category_brings_those_below_it_along(api: Api) -> None:
    CategoryFactory(code="food", name="食品")
    CategoryFactory(code="tea", parent_code="food")
    CategoryFactory(code="fruit", name="水果")
    food = ProductFactory(category_code="food")
    tea = ProductFactory(category_code="tea")
    fruit = ProductFactory(category_code="fruit")
    assert ids(listed(api, "?category=food")) == [tea.id, food.id]
    assert ids(listed(api, "?category=tea")) == [tea.id]
    assert ids(listed(api, "?category=fruit")) == [fruit.id]
    assert listed(api, "?category=nothing") == []


def test_county_and_prefecture_are_where_the_goods_come_from(api: Api) -> None:
    anhua = ProductFactory(county_code="430923")
    qidong = ProductFactory(county_code="430426")
    assert ids(listed(api, "?county=430923")) == [anhua.id]
    assert ids(listed(api, "?prefecture=430400")) == [qidong.id]
    assert ids(listed(api, "?prefecture=430900&county=430923")) == [anhua.id]
    assert listed(api, "?prefecture=430400&county=430923") == []
    assert listed(api, "?prefecture=430100") == []


@pytest.mark.parametrize("query", ["?county=4309", "?prefecture=43x000", "?limit=0", "?limit=101"])
def test_a_wish_that_makes_no_sense_is_refused(api: Api, query: str) -> None:
    answer = api.call("GET", f"/v1/products{query}", status=422)
    assert answer["code"] == "invalid_input"


@pytest.mark.parametrize("cursor", ["x", "W10=", "WyJhIl0="])
def test_a_cursor_that_is_not_ours_is_refused(api: Api, cursor: str) -> None:
    answer = api.call("GET", f"/v1/products?cursor={cursor}", status=422)
    assert (answer["code"], answer["field"]) == ("invalid_input", "cursor")


@pytest.mark.parametrize("limit", [1, 3, 7, 20])
def test_walking_the_pages_shows_every_product_once(api: Api, limit: int) -> None:
    made = make_products(7)
    make_products(1, state="draft")
    seen: list[int] = []
    query = f"?limit={limit}"
    while True:
        page = api.call("GET", f"/v1/products{query}", status=200)
        assert len(page["items"]) <= limit
        seen += ids(page["items"])
        if page["next_cursor"] is None:
            break
        query = f"?limit={limit}&cursor={page['next_cursor']}"
    assert seen == made


def test_products_listed_meanwhile_do_not_disturb_the_pages_behind(api: Api) -> None:
    made = make_products(4)
    first = api.call("GET", "/v1/products?limit=2", status=200)
    make_products(3)
    second = api.call("GET", f"/v1/products?limit=2&cursor={first['next_cursor']}", status=200)
    assert ids(first["items"]) + ids(second["items"]) == made


def test_a_category_is_paged_within_itself(api: Api) -> None:
    for code in ("tea", "fruit"):
        CategoryFactory(code=code)
    made = [ProductFactory(category_code=code).id for code in ("tea", "fruit") * 3]
    first = api.call("GET", "/v1/products?category=tea&limit=2", status=200)
    cursor = first["next_cursor"]
    second = api.call("GET", f"/v1/products?category=tea&limit=2&cursor={cursor}", status=200)
    assert ids(first["items"]) + ids(second["items"]) == made[0::2][::-1]
    assert second["next_cursor"] is None


def test_from_price_is_the_cheapest_that_is_on_sale(api: Api) -> None:
    product = ProductFactory()
    SkuFactory(product_id=product.id, price_fen=5990)
    SkuFactory(product_id=product.id, price_fen=990, on_sale=False)
    SkuFactory(product_id=product.id, price_fen=4990, stock=0)
    assert listed(api)[0]["from_price_fen"] == 4990


def test_a_product_that_is_delisted_leaves_the_list(api: Api) -> None:
    product = ProductFactory()
    assert ids(listed(api)) == [product.id]
    set_state(product, "delisted")
    api.wait_for(lambda: listed(api) == [], seconds=2)


def test_a_misspelt_filter_is_refused_and_not_passed_over(api: Api) -> None:
    problem = api.call("GET", "/v1/products?colour=red", status=422)
    assert (problem["code"], problem["field"]) == ("invalid_input", "colour")
    assert problem["errors"] == [{"field": "colour", "message": "不认识的字段"}]
