"""Freight of an order: per producer, by where it goes, kept line by line."""

from typing import Any

import pytest
from sqlalchemy import select

from backend.catalog.freight.models import FreightRule, FreightTemplate
from backend.core import clock
from backend.core.database import db
from backend.orders.models import Order, OrderLine
from tests.api import RECEIVER, Api
from tests.factories import ProducerFactory, ProductFactory, SkuFactory, change

CHANGSHA, URUMQI = "430104", "650102"


@pytest.fixture
def producer(api: Api) -> Any:
    """Sends a first piece to Hunan for 8 yuan and each further for 2, free from 200 yuan."""
    made = ProducerFactory()
    template = FreightTemplate(
        producer_id=made.id,
        name="湖南省内",
        charged_by="piece",
        free_from_fen=20_000,
        is_default=True,
        created_at=clock.now(),
    )
    db.session.add(template)
    db.session.flush()
    db.session.add(
        FreightRule(
            template_id=template.id,
            area_codes=["430000"],
            deliverable=True,
            first_amount=1,
            first_fen=800,
            next_amount=1,
            next_fen=200,
        )
    )
    db.session.commit()
    return made


def goods_of(producer: Any, price_fen: int = 5000, **changes: Any) -> Any:
    product = ProductFactory(producer_id=producer.id)
    return SkuFactory(product_id=product.id, price_fen=price_fen, **changes)


def receiver_in(area_code: str | None) -> dict[str, Any]:
    return {**RECEIVER, "area_code": area_code}


def test_it_is_charged_once_for_all_goods_of_a_producer_and_kept_by_line(
    api: Api, producer: Any
) -> None:
    tea, oil = goods_of(producer, 3000), goods_of(producer, 6000)
    elsewhere = SkuFactory(price_fen=1000)
    order = api.log_in().place((tea.id, 1), (oil.id, 1), (elsewhere.id, 1))
    assert (order["goods_fen"], order["freight_fen"], order["total_fen"]) == (10_000, 1000, 11_000)
    assert [line["freight_fen"] for line in order["lines"]] == [333, 667, 0]
    kept = db.session.scalars(select(OrderLine.freight_fen).order_by(OrderLine.line_no))
    assert list(kept) == [333, 667, 0]


def test_it_is_paid_with_the_goods(api: Api, producer: Any) -> None:
    tea = goods_of(producer)
    buyer = api.log_in()
    order = buyer.place((tea.id, 2))
    assert order["total_fen"] == 11_000
    buyer.pay(order["no"])
    assert buyer.order(order["no"])["state"] == "paid"


def test_above_the_free_amount_nothing_is_charged(api: Api, producer: Any) -> None:
    tea = goods_of(producer)
    assert api.log_in().quote((tea.id, 3))["freight_fen"] == 1200
    assert api.log_in().quote((tea.id, 4))["freight_fen"] == 0


def test_without_an_area_the_quote_says_that_it_needs_one(api: Api, producer: Any) -> None:
    tea = goods_of(producer)
    body = {"lines": [{"sku_id": str(tea.id), "quantity": 1}]}
    quote = api.log_in().post("/v1/quotes", body, 200)
    assert (quote["area_needed"], quote["freight_fen"]) == (True, 0)
    assert api.log_in().quote((tea.id, 1))["area_needed"] is False


def test_an_order_without_an_area_is_refused_where_freight_hangs_on_it(
    api: Api, producer: Any
) -> None:
    tea = goods_of(producer)
    refusal = api.log_in().place(
        (tea.id, 1), receiver=receiver_in(None), total_fen=5000, status=422
    )
    assert (refusal["code"], refusal["field"]) == ("invalid_input", "receiver.area_code")
    free = SkuFactory(price_fen=1000)
    order = api.log_in().place((free.id, 1), receiver=receiver_in(None))
    assert order["receiver"]["area_code"] is None


def test_where_nothing_is_sent_nothing_is_ordered(api: Api, producer: Any) -> None:
    tea, free = goods_of(producer), SkuFactory()
    buyer = api.log_in()
    refusal = buyer.place(
        (tea.id, 1), (free.id, 1), receiver=receiver_in(URUMQI), total_fen=1, status=409
    )
    assert (refusal["code"], refusal["sku_ids"]) == ("not_deliverable", [str(tea.id)])
    assert db.session.scalars(select(Order)).all() == []


def test_freight_that_was_raised_is_told_before_ordering(api: Api, producer: Any) -> None:
    tea = goods_of(producer)
    buyer = api.log_in()
    shown = buyer.quote((tea.id, 1))["total_fen"]
    rule = db.session.scalars(select(FreightRule)).one()
    change(rule, first_fen=900)
    refusal = buyer.place((tea.id, 1), total_fen=shown, status=409)
    assert (refusal["code"], refusal["quote"]["freight_fen"]) == ("total_differs", 900)


def test_goods_are_sold_only_where_the_product_says(api: Api) -> None:
    product = ProductFactory(sale_areas=["430100", "110000"])
    tea = SkuFactory(product_id=product.id)
    buyer = api.log_in()
    assert buyer.place((tea.id, 1))["receiver"]["area_code"] == CHANGSHA
    refusal = buyer.place((tea.id, 1), receiver=receiver_in("430302"), total_fen=1, status=409)
    assert (refusal["code"], refusal["field"]) == ("not_sold_there", "lines.0.sku_id")
    nowhere = buyer.place((tea.id, 1), receiver=receiver_in(None), total_fen=5990, status=422)
    assert nowhere["field"] == "receiver.area_code"


def test_a_voucher_is_not_sent_and_needs_no_address(api: Api, producer: Any) -> None:
    product = ProductFactory(producer_id=producer.id, kind="service", voucher_days=30)
    tour = SkuFactory(product_id=product.id, price_fen=9900, net_weight_g=0, persons=2)
    who = {"name": "王小明", "phone": "13800001234"}
    order = api.log_in().place((tour.id, 1), receiver=who)
    assert (order["freight_fen"], order["total_fen"]) == (0, 9900)
    line = db.session.scalars(select(OrderLine)).one()
    assert (line.voucher_persons, line.voucher_days) == (2, 30)


@pytest.mark.parametrize("missing", ["area", "address"])
def test_goods_need_an_address(api: Api, missing: str) -> None:
    tea = SkuFactory()
    receiver = {name: value for name, value in RECEIVER.items() if name != missing}
    refusal = api.log_in().place((tea.id, 1), receiver=receiver, status=422)
    assert (refusal["code"], refusal["field"]) == ("invalid_input", f"receiver.{missing}")


@pytest.mark.parametrize("wide", ["430000", "430100", "650000", "990000"])
def test_where_it_goes_is_a_county_because_freight_hangs_on_it(
    api: Api, producer: Any, wide: str
) -> None:
    tea = goods_of(producer)
    refusal = api.log_in().place((tea.id, 1), receiver=receiver_in(wide), total_fen=1, status=422)
    assert (refusal["code"], refusal["field"]) == ("invalid_input", "receiver.area_code")
