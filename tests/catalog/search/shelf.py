"""A small shelf of real products, and how tests search it."""

from typing import Any
from urllib.parse import urlencode

from sqlalchemy import text

from backend.catalog.areas.models import Category
from backend.catalog.products.models import Product
from backend.catalog.search import nearness
from backend.core.database import db, transaction
from tests.api import Api
from tests.factories import CategoryFactory, ProducerFactory, ProductFactory, SkuFactory

CATEGORIES = (
    ("tea", "茶叶", None),
    ("tea_dark", "黑茶", "tea"),
    ("meat_cured", "腊味熏制", None),
    ("snack", "糕点", None),
)


def fill() -> dict[str, int]:
    """Ids of products by their names; the words in use are learnt."""
    for code, name, parent in CATEGORIES:
        category(code, name, parent)
    zipingxi = ProducerFactory(name="安化梓坪溪黑茶有限公司", county_code="430923")
    miaoling = ProducerFactory(name="绥宁苗岭青专业合作社", county_code="430527")
    made = {}
    for name, code, county, maker, subtitle in (
        ("安化黑茶千两饼", "tea_dark", "430923", zipingxi, "踩制晾晒"),
        ("天尖篓装", "tea_dark", "430923", zipingxi, "谷雨前后的黑毛茶"),
        ("碣滩绿茶", "tea", "431222", miaoling, "明前"),
        ("柴火腊肉", "meat_cured", "430527", miaoling, "苗家老屋慢熏"),
        ("重阳糕", "snack", "433123", miaoling, "配茶正好"),
    ):
        product = ProductFactory(
            name=name,
            category_code=code,
            county_code=county,
            producer_id=maker.id,
            subtitle=subtitle,
            description="山里人的老手艺。",
        )
        SkuFactory(product_id=product.id)
        made[name] = product.id
    learn()
    return made


def category(code: str, name: str, parent: str | None = None) -> Category:
    made: Category = CategoryFactory(code=code, name=name, parent_code=parent)
    return made


def learn() -> None:
    with transaction():
        nearness.learn()


def search(api: Api, q: str | None = None, **query: Any) -> Any:
    """The answer to a search, as it comes."""
    return api.call("GET", f"/v1/products?{address(q, **query)}", status=200)


def names(api: Api, q: str | None = None, **query: Any) -> list[str]:
    return [card["name"] for card in search(api, q, **query)["items"]]


def facets(api: Api, q: str | None = None, **query: Any) -> Any:
    return api.call("GET", f"/v1/products/facets?{address(q, **query)}", status=200)


def suggestions(api: Api, q: str) -> list[tuple[str, str]]:
    """Kind and name of each suggestion."""
    items = api.call("GET", f"/v1/search-suggestions?{address(q)}", status=200)["items"]
    return [(each["kind"], each["name"]) for each in items]


def address(q: str | None, **query: Any) -> str:
    given = {"q": q, **query}
    return urlencode({name: value for name, value in given.items() if value is not None})


def documents() -> set[int]:
    """Ids of the products that have a document."""
    db.session.rollback()
    return set(db.session.scalars(text("SELECT product_id FROM product_search")))


def product(product_id: int) -> Product:
    return db.session.get_one(Product, product_id)
