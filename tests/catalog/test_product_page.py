"""One product: everything about it, seen afresh within a second, and its pictures."""

from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update

from backend import Service
from backend.catalog.products.models import Product, Sku
from backend.core.database import db
from tests.api import Api
from tests.factories import ProducerFactory, ProductFactory, RecognitionFactory, SkuFactory

PICTURE = b"RIFF\x00\x00\x00\x00WEBPVP8 "


def show(api: Api, product_id: int, status: int = 200) -> Any:
    return api.call("GET", f"/v1/products/{product_id}", status=status)


def change(product_id: int, **values: Any) -> None:
    db.session.execute(update(Product).where(Product.id == product_id).values(**values))
    db.session.commit()


def test_a_product_tells_everything_about_itself(api: Api) -> None:
    producer = ProducerFactory(name="云台茶叶合作社", households=86)
    product = ProductFactory(
        producer_id=producer.id, name="安化千两茶饼", pictures=["p/a.webp", "p/b.webp"]
    )
    RecognitionFactory(product_id=product.id, number="湘帮认字1号")
    shown = show(api, product.id)
    assert (shown["id"], shown["name"]) == (str(product.id), "安化千两茶饼")
    assert shown["picture_urls"] == ["/media/p/a.webp", "/media/p/b.webp"]
    assert (shown["county_name"], shown["prefecture_name"]) == ("安化县", "益阳市")
    assert shown["area_class"] == "national"
    assert (shown["producer_id"], shown["producer_name"]) == (str(producer.id), "云台茶叶合作社")
    assert shown["producer_households"] == 86
    assert shown["recognition"]["number"] == "湘帮认字1号"
    assert shown["skus"] == []


def test_skus_come_the_cheapest_first_and_only_those_on_sale(api: Api) -> None:
    product = ProductFactory()
    dear = SkuFactory(product_id=product.id, price_fen=9900, stock=5, purchase_limit=3)
    cheap = SkuFactory(product_id=product.id, price_fen=990, stock=0, market_price_fen=None)
    SkuFactory(product_id=product.id, price_fen=100, on_sale=False)
    skus = show(api, product.id)["skus"]
    assert [(sku["id"], sku["price_fen"], sku["available"]) for sku in skus] == [
        (str(cheap.id), 990, 0),
        (str(dear.id), 9900, 5),
    ]
    assert skus[0]["market_price_fen"] is None
    assert (skus[1]["purchase_limit"], skus[1]["net_weight_g"]) == (3, 1000)


def test_what_others_have_reserved_is_not_available(api: Api) -> None:
    sku = SkuFactory(stock=10)
    api.log_in().place((sku.id, 4))
    assert show(api, sku.product_id)["skus"][0]["available"] == 6


@pytest.mark.parametrize("state", ["draft", "delisted"])
def test_what_is_not_listed_is_not_found(api: Api, state: str) -> None:
    product = ProductFactory(state=state)
    assert show(api, product.id, 404)["code"] == "not_found"


@pytest.mark.parametrize("path", ["999", "0", "-1", "x", "1.5", "9" * 30])
def test_what_does_not_exist_is_not_found(api: Api, path: str) -> None:
    answer = api.call("GET", f"/v1/products/{path}", status=404)
    assert answer["code"] == "not_found"


def test_a_change_is_seen_within_a_second(api: Api) -> None:
    sku = SkuFactory(price_fen=5990)
    path = f"/v1/products/{sku.product_id}"
    assert show(api, sku.product_id)["skus"][0]["price_fen"] == 5990
    db.session.execute(update(Sku).where(Sku.id == sku.id).values(price_fen=4990))
    db.session.commit()

    def price() -> int:
        return int(api.call("GET", path, status=200)["skus"][0]["price_fen"])

    api.wait_for(lambda: price() == 4990, seconds=1.5)


def test_a_delisted_product_is_gone_within_a_second(api: Api) -> None:
    product = ProductFactory()
    show(api, product.id)
    change(product.id, state="delisted")
    path = f"/v1/products/{product.id}"
    api.wait_for(lambda: api.send("GET", path, None, {}).status_code == 404, seconds=1.5)


def test_that_something_was_missing_is_not_remembered(api: Api) -> None:
    product = ProductFactory(state="draft")
    show(api, product.id, 404)
    change(product.id, state="listed")
    show(api, product.id)


def test_who_has_seen_it_already_is_not_sent_it_again(client: FlaskClient) -> None:
    product = ProductFactory()
    path = f"/v1/products/{product.id}"
    first = client.get(path)
    again = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    other = client.get(path, headers={"If-None-Match": '"something else"'})
    assert (other.status_code, other.data) == (200, first.data)


def test_after_a_change_the_old_mark_does_not_fit(api: Api, client: FlaskClient) -> None:
    product = ProductFactory()
    path = f"/v1/products/{product.id}"
    headers = {"If-None-Match": client.get(path).headers["ETag"]}
    change(product.id, name="新名字")
    api.wait_for(lambda: client.get(path, headers=headers).status_code == 200, seconds=1.5)


@pytest.mark.parametrize("path", ["/v1/areas", "/v1/categories", "/v1/products"])
def test_lists_have_a_mark_too(client: FlaskClient, path: str) -> None:
    mark = client.get(path).headers["ETag"]
    assert client.get(path, headers={"If-None-Match": mark}).status_code == 304


@pytest.fixture
def media(app: Service) -> Path:
    """The media directory with one picture in it, and a secret beside it."""
    directory = Path(app.config["MEDIA_DIRECTORY"])
    (directory / "p").mkdir(exist_ok=True)
    (directory / "p" / "a.webp").write_bytes(PICTURE)
    (directory.parent / "secret.txt").write_text("secret")
    return directory


def test_a_picture_is_served_and_may_be_kept(client: FlaskClient, media: Path) -> None:
    response = client.get("/media/p/a.webp")
    assert (response.status_code, response.data) == (200, PICTURE)
    assert response.content_type == "image/webp"
    assert response.cache_control.max_age == 31_536_000
    again = client.get("/media/p/a.webp", headers={"If-None-Match": response.headers["ETag"]})
    assert again.status_code == 304


@pytest.mark.parametrize(
    "path",
    [
        "../secret.txt",
        "p/../../secret.txt",
        "%2e%2e/secret.txt",
        "..%2fsecret.txt",
        "%2e%2e%2fsecret.txt",
        "..%5csecret.txt",
        "p/%00.webp",
        "/etc/passwd",
        "%2fetc%2fpasswd",
        "p",
        "p/",
        "nothing.webp",
    ],
)
def test_nothing_outside_the_pictures_is_served(
    client: FlaskClient, media: Path, path: str
) -> None:
    response = client.get(f"/media/{path}", follow_redirects=True)
    assert response.status_code == 404
    assert b"secret" not in response.data
    assert response.get_json()["code"] == "not_found"
