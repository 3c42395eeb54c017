"""What is listed is shown and sold, version after version, and what was listed stays as it was."""

import psycopg
import pytest
from flask import Flask
from psycopg.errors import RestrictViolation

from backend.catalog.products import drafting, listing
from backend.catalog.products.checks import SkuCodeTaken
from backend.catalog.products.models import Product, ProductVersion, ProductVersionEvent, Sku
from backend.catalog.stock.models import SkuStock
from backend.core.database import db, transaction
from backend.core.life import StepNotPossible, operator, producer
from tests.catalog.products.contents import content, sku_said
from tests.factories import ProducerFactory
from tests.racing import at_once

BY = producer(1)
REVIEWER = operator(2)


def put_on_sale(producer_id: int, said: dict[str, object]) -> int:
    with transaction():
        version = drafting.save_draft(producer_id, said, BY)
        drafting.submit(version.id, BY)
        listing.list_version(version.id, REVIEWER)
    return version.id


def skus_of(product_id: int) -> dict[str, Sku]:
    db.session.expire_all()
    return {sku.code: sku for sku in db.session.query(Sku).filter_by(product_id=product_id)}


def only_product() -> Product:
    db.session.expire_all()
    return db.session.query(Product).one()


def test_a_listed_version_is_what_is_shown_and_sold(app: Flask) -> None:
    said = content(sku_said(price_tiers=[{"from_quantity": 10, "price_fen": 5490}]))
    version_id = put_on_sale(ProducerFactory().id, said)
    product = only_product()
    assert (product.state, product.code, product.name) == ("listed", "AH-TEA", "安化千两茶饼")
    assert product.listed_at is not None
    sku = skus_of(product.id)["AH-TEA-1KG"]
    assert (sku.price_fen, sku.on_sale) == (5990, True)
    assert sku.price_tiers == [{"from_quantity": 10, "price_fen": 5490}]
    stock = db.session.get(SkuStock, sku.id)
    assert stock is not None
    assert (stock.on_hand, stock.reserved) == (0, 0)
    steps = db.session.query(ProductVersionEvent).filter_by(version_id=version_id)
    assert [(e.step, e.to_state) for e in steps.order_by(ProductVersionEvent.id)] == [
        ("draft", "draft"),
        ("submit", "review"),
        ("list", "listed"),
    ]


def test_a_new_version_ends_the_old_one_and_keeps_the_skus(app: Flask) -> None:
    producer_id = ProducerFactory().id
    first = put_on_sale(producer_id, content(sku_said("A"), sku_said("B")))
    before = skus_of(only_product().id)
    second = put_on_sale(producer_id, content(sku_said("B", price_fen=6100), sku_said("C")))
    product = only_product()
    after = skus_of(product.id)
    assert {code: sku.on_sale for code, sku in after.items()} == {"A": False, "B": True, "C": True}
    assert after["B"].id == before["B"].id
    assert after["B"].price_fen == 6100
    states = {v.id: v.state for v in db.session.query(ProductVersion)}
    assert states == {first: "ended", second: "listed"}
    put_on_sale(producer_id, content(sku_said("A")))
    assert skus_of(product.id)["A"].on_sale


def test_what_is_shown_does_not_change_before_the_review(app: Flask) -> None:
    producer_id = ProducerFactory().id
    put_on_sale(producer_id, content())
    with transaction():
        version = drafting.save_draft(producer_id, content(name="改了名字"), BY)
        drafting.submit(version.id, BY)
    assert only_product().name == "安化千两茶饼"
    with transaction():
        listing.return_version(version.id, REVIEWER, "名称与证书不符")
    assert only_product().name == "安化千两茶饼"
    db.session.expire_all()
    returned = db.session.get(ProductVersion, version.id)
    assert returned is not None
    assert returned.state == "draft"


def test_one_version_listed_by_many_at_once_is_listed_once(app: Flask) -> None:
    with transaction():
        version = drafting.save_draft(ProducerFactory().id, content(), BY)
        drafting.submit(version.id, BY)

    def approve(number: int) -> str:
        try:
            with app.app_context(), transaction():
                listing.list_version(version.id, operator(number))
        except StepNotPossible:
            return "refused"
        return "listed"

    assert sorted(at_once(approve, range(6))) == ["listed"] + ["refused"] * 5
    assert db.session.query(ProductVersionEvent).filter_by(step="list").count() == 1
    assert db.session.query(Sku).count() == db.session.query(SkuStock).count() == 1


def test_of_two_products_that_want_one_sku_code_one_is_listed(app: Flask) -> None:
    versions = []
    for number in range(2):
        with transaction():
            version = drafting.save_draft(
                ProducerFactory().id, content(sku_said("A"), sku_said("B"), code=f"P{number}"), BY
            )
            drafting.submit(version.id, BY)
        versions.append(version.id)

    def approve(version_id: int) -> str:
        try:
            with app.app_context(), transaction():
                listing.list_version(version_id, REVIEWER)
        except SkuCodeTaken as error:
            return str(error.field)
        return "listed"

    assert sorted(at_once(approve, versions)) == ["listed", "skus.0.code"]


def test_a_delisted_product_is_gone_and_can_be_listed_again_as_it_was(app: Flask) -> None:
    version_id = put_on_sale(ProducerFactory().id, content())
    product_id = only_product().id
    with transaction():
        listing.delist(product_id, REVIEWER, "农残超标")
    assert only_product().state == "delisted"
    with pytest.raises(StepNotPossible), transaction():
        listing.delist(product_id, REVIEWER, "再来一次")
    with transaction():
        assert listing.relist(product_id, REVIEWER, "复检合格").id == version_id
    assert only_product().state == "listed"
    with pytest.raises(StepNotPossible), transaction():
        listing.relist(product_id, REVIEWER, "再来一次")
    version = db.session.get(ProductVersion, version_id)
    assert version is not None
    assert (version.state, version.ended_at) == ("listed", None)


def test_a_new_review_brings_a_delisted_product_back_too(app: Flask) -> None:
    producer_id = ProducerFactory().id
    put_on_sale(producer_id, content(sku_said("A")))
    product = only_product()
    with transaction():
        listing.delist(product.id, REVIEWER, "农残超标")
    put_on_sale(producer_id, content(sku_said("A", price_fen=5000)))
    again = only_product()
    assert (again.id, again.state, again.listed_at) == (product.id, "listed", product.listed_at)
    assert skus_of(product.id)["A"].price_fen == 5000


@pytest.mark.parametrize(
    "attempt",
    [
        'UPDATE product_versions SET content = content || \'{"name": "x"}\'',
        "UPDATE product_versions SET listed_at = NULL",
        "UPDATE product_versions SET number = 7",
        "DELETE FROM product_versions",
    ],
)
def test_the_database_keeps_what_was_listed(app: Flask, attempt: str) -> None:
    put_on_sale(ProducerFactory().id, content())
    url = app.config["SETTINGS"].database_url
    with pytest.raises(RestrictViolation), psycopg.connect(url) as connection:
        connection.execute(attempt.encode())
