"""A quote is the server's own computation of what an order would cost now; nothing is kept."""

import pytest
from sqlalchemy import select

from backend.catalog.areas.models import Area
from backend.catalog.products.models import Product, Sku
from backend.core.database import db
from backend.core.shown import pages
from tests.api import Api
from tests.factories import (
    ProducerFactory,
    ProductFactory,
    RecognitionFactory,
    SkuFactory,
    change,
)
from tests.payments.books import count, stock


def test_a_quote_adds_up_the_lines_of_several_producers(api: Api) -> None:
    tea = SkuFactory(price_fen=5990)
    national = db.session.scalars(select(Area.code).filter_by(area_class="national")).all()
    elsewhere = next(code for code in national if code != "430923")
    oil = SkuFactory(price_fen=101, product_id=ProductFactory(county_code=elsewhere).id)

    quote = api.log_in().quote((tea.id, 2), (oil.id, 3))

    found = [
        (line["sku_id"], line["unit_price_fen"], line["amount_fen"]) for line in quote["lines"]
    ]
    assert found == [(str(tea.id), 5990, 11_980), (str(oil.id), 101, 303)]
    assert (quote["goods_fen"], quote["freight_fen"], quote["total_fen"]) == (12_283, 0, 12_283)
    assert len({line["producer_name"] for line in quote["lines"]}) == 2
    counties = [line["county_name"] for line in quote["lines"]]
    assert counties == [db.session.get_one(Area, code).name for code in ("430923", elsewhere)]
    assert quote["credits"] is None


def test_nothing_of_a_quote_is_kept(api: Api) -> None:
    tea = SkuFactory(stock=5)
    buyer = api.log_in()
    buyer.quote((tea.id, 5))
    buyer.quote((tea.id, 5))
    assert (count("orders"), count("idempotency_keys"), stock(tea.id)) == (0, 0, (5, 0))


def test_a_price_that_changes_is_in_the_next_quote(api: Api) -> None:
    tea = SkuFactory(price_fen=5990)
    buyer = api.log_in()
    assert buyer.quote((tea.id, 1))["total_fen"] == 5990
    change(tea, price_fen=6490)
    assert buyer.quote((tea.id, 1))["total_fen"] == 6490


def test_less_than_the_minimum_quantity_is_refused(api: Api) -> None:
    rice, tea = SkuFactory(min_quantity=3), SkuFactory()
    refusal = api.log_in().quote((tea.id, 1), (rice.id, 2), status=409)
    assert (refusal["code"], refusal["field"]) == ("below_minimum_quantity", "lines.1.quantity")
    assert refusal["min_quantity"] == 3
    assert api.log_in().quote((rice.id, 3))["lines"][0]["quantity"] == 3


def test_more_than_there_is_is_refused_and_says_what_is_left(api: Api) -> None:
    jar = SkuFactory(stock=4)
    api.log_in().place((jar.id, 3))
    refusal = api.log_in().quote((jar.id, 2), status=409)
    assert (refusal["code"], refusal["available"]) == ("out_of_stock", 1)
    assert refusal["sku_ids"] == [str(jar.id)]
    assert api.log_in().quote((jar.id, 1))["lines"][0]["quantity"] == 1


def test_the_same_sku_twice_is_refused(api: Api) -> None:
    tea = SkuFactory()
    refusal = api.log_in().quote((tea.id, 1), (tea.id, 2), status=422)
    assert (refusal["code"], refusal["field"]) == ("sku_twice", "lines.1.sku_id")


def test_an_unknown_sku_is_refused(api: Api) -> None:
    refusal = api.log_in().quote((987_654, 1), status=409)
    assert (refusal["code"], refusal["field"]) == ("sku_not_on_sale", "lines.0.sku_id")


@pytest.mark.parametrize("state", ["draft", "delisted"])
def test_a_product_that_is_not_listed_cannot_be_bought(api: Api, state: str) -> None:
    tea: Sku = SkuFactory()
    change(db.session.get_one(Product, tea.product_id), state=state)
    buyer = api.log_in()
    assert buyer.quote((tea.id, 1), status=409)["code"] == "sku_not_on_sale"
    assert buyer.place((tea.id, 1), total_fen=5990, status=409)["code"] == "sku_not_on_sale"


@pytest.mark.parametrize("state", ["submitted", "returned", "suspended"])
def test_only_an_approved_producer_sells(api: Api, state: str) -> None:
    producer = ProducerFactory()
    product = ProductFactory(producer_id=producer.id)
    tea = SkuFactory(product_id=product.id)
    buyer = api.log_in()
    assert buyer.get(f"/v1/products/{product.id}")["not_offered"] is None
    change(producer, state=state)
    assert buyer.quote((tea.id, 1), status=409)["code"] == "sku_not_on_sale"
    pages.forget()
    buyer.get(f"/v1/products/{product.id}?again", 404)


def test_a_lapsed_product_can_be_looked_at_and_says_why_it_is_not_sold(api: Api) -> None:
    recognition = RecognitionFactory(status="lapsed")
    SkuFactory(product_id=recognition.product_id)
    page = api.log_in().get(f"/v1/products/{recognition.product_id}")
    assert (page["not_offered"], page["recognition"]) == ("recognition_lapsed", None)


def test_a_sku_taken_off_sale_cannot_be_bought_though_its_product_is_listed(api: Api) -> None:
    tea = SkuFactory()
    small = SkuFactory(product_id=tea.product_id, on_sale=False)
    refusal = api.log_in().quote((tea.id, 1), (small.id, 1), status=409)
    assert (refusal["code"], refusal["sku_ids"]) == ("sku_not_on_sale", [str(small.id)])


@pytest.mark.parametrize(
    ("wishes", "field"),
    [
        ([], "lines"),
        ([{"sku_id": "1", "quantity": 0}], "lines.0.quantity"),
        ([{"sku_id": "1", "quantity": -1}], "lines.0.quantity"),
        ([{"sku_id": "1", "quantity": 1.5}], "lines.0.quantity"),
        ([{"sku_id": "1", "quantity": 10_000}], "lines.0.quantity"),
        ([{"sku_id": "1"}], "lines.0.quantity"),
    ],
)
def test_what_is_no_quantity_is_refused(api: Api, wishes: list[object], field: str) -> None:
    refusal = api.log_in().post("/v1/quotes", {"lines": wishes}, 422)
    assert (refusal["code"], refusal["field"]) == ("invalid_input", field)
