"""What was ordered stays as it was: goods, price, origin, recognition, and whom it credits."""

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import select

from backend.catalog.areas.models import Area
from backend.catalog.producers.models import Producer
from backend.catalog.products.models import Product, ProductVersion
from backend.core import clock
from backend.core.database import db
from backend.core.personal_data import vault
from tests.api import RECEIVER, Api
from tests.conftest import Time
from tests.factories import RecognitionFactory, SkuFactory, change, competitor
from tests.orders.test_any_sequence import rows

LAST_MINUTE = datetime(2026, 11, 23, 15, 59, tzinfo=UTC)
"""23:59 in Shanghai."""
NEXT_DAY = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)


def frozen(order_no: str) -> dict[str, Any]:
    """The only line of an order, as the database keeps it."""
    query = """SELECT l.* FROM order_lines l JOIN orders o ON o.id = l.order_id WHERE o.no = :no"""
    (line,) = rows(query, no=order_no)
    return dict(line._mapping)


def test_a_line_keeps_what_the_product_was_when_it_was_ordered(api: Api) -> None:
    sku = SkuFactory(price_fen=5990, spec="1kg 装")
    product = db.session.get_one(Product, sku.product_id)
    producer = db.session.get_one(Producer, product.producer_id)
    recognition = RecognitionFactory(product_id=product.id)
    buyer = api.log_in()
    shown = buyer.place((sku.id, 2))["lines"]
    kept = frozen(buyer.get("/v1/orders")["items"][0]["no"])
    assert (kept["product_name"], kept["producer_name"]) == (product.name, producer.name)
    assert (kept["county_code"], kept["producer_county_code"]) == ("430923", "430923")
    assert (kept["recognition_id"], kept["county_class"]) == (recognition.id, "national")

    other = db.session.scalar(select(Area.code).filter_by(area_class="provincial")) or ""
    change(sku, price_fen=9999, spec="2kg 装", tax_class="exempt")
    change(product, name="别的茶", county_code=other, fresh=True)
    change(producer, name="别的合作社", county_code=other)
    change(recognition, number="另一号", status="revoked")

    (order,) = buyer.get("/v1/orders")["items"]
    assert (order["lines"], order["total_fen"]) == (shown, 11_980)
    assert frozen(order["no"]) == kept


def test_a_recognition_counts_to_the_end_of_its_last_day_in_shanghai(api: Api, time: Time) -> None:
    time.freeze(LAST_MINUTE)
    sku = SkuFactory()
    recognition = RecognitionFactory(product_id=sku.product_id, valid_to=date(2026, 11, 23))
    number = recognition.number
    buyer = api.log_in()
    assert frozen(buyer.place((sku.id, 1))["no"])["recognition_number"] == number

    time.freeze(NEXT_DAY)
    refusal = buyer.place((sku.id, 1), total_fen=5990, status=409)
    assert refusal["code"] == "recognition_lapsed"


def test_a_line_points_at_the_version_it_bought_whatever_is_listed_later(api: Api) -> None:
    sku = SkuFactory()
    first = db.session.scalars(select(ProductVersion).filter_by(product_id=sku.product_id)).one()
    buyer = api.log_in()
    (before,) = buyer.place((sku.id, 1))["lines"]
    change(first, state="ended", ended_at=clock.now())
    second = ProductVersion(
        product_id=sku.product_id,
        number=2,
        state="listed",
        content=first.content,
        created_at=clock.now(),
        listed_at=clock.now(),
    )
    db.session.add(second)
    db.session.commit()
    (after,) = buyer.place((sku.id, 1))["lines"]
    bought = [before["product_version_id"], after["product_version_id"]]
    assert bought == [str(first.id), str(second.id)]
    assert frozen_version(before) == first.id


def frozen_version(line: dict[str, Any]) -> int:
    """The version that the first line of its SKU keeps in the database."""
    query = "SELECT min(product_version_id) FROM order_lines WHERE sku_id = :sku_id"
    return int(rows(query, sku_id=int(line["sku_id"]))[0][0])


def test_of_two_recognitions_the_one_valid_longest_is_on_the_line(api: Api) -> None:
    sku = SkuFactory()
    for number, until in (("short", 2027), ("long", 2029)):
        RecognitionFactory(product_id=sku.product_id, number=number, valid_to=date(until, 1, 1))
    RecognitionFactory(
        product_id=sku.product_id, number="revoked", valid_to=date(2031, 1, 1), status="revoked"
    )
    (line,) = api.log_in().place((sku.id, 1))["lines"]
    assert line["recognition_number"] == "long"


def test_whom_an_order_credits_is_fixed_when_it_is_placed(api: Api) -> None:
    tea = SkuFactory()
    first, second = (competitor(api, display_name=name) for name in ("小橙子", "阿强"))
    buyer = api.log_in(visitor_id=api.visit(first.make_link(channel="new_media")))
    assert buyer.quote((tea.id, 1))["credits"]["competitor_name"] == "小橙子"
    order = buyer.place((tea.id, 1))
    assert order["credits"]["competitor_name"] == "小橙子"

    buyer.visit(second.make_link())

    assert buyer.order(order["no"])["credits"]["competitor_name"] == "小橙子"
    assert buyer.quote((tea.id, 1))["credits"]["competitor_name"] == "阿强"
    buyer.pay(order["no"])
    assert (first.credit()["pending_fen"], second.credit()["pending_fen"]) == (5990, 0)
    (kept,) = rows("SELECT channel, team_id IS NULL, season_id IS NULL FROM orders")
    assert tuple(kept) == ("new_media", False, False)


def test_an_order_without_a_touch_credits_nobody(api: Api) -> None:
    tea = SkuFactory()
    buyer = api.log_in()
    order = buyer.place((tea.id, 1))
    assert order["credits"] is None
    buyer.visit(competitor(api).make_link())
    buyer.pay(order["no"])
    assert buyer.order(order["no"])["credits"] is None
    assert rows("SELECT 1 FROM credit_transfers") == []


def test_who_receives_the_goods_is_not_readable_in_the_row(api: Api) -> None:
    tea = SkuFactory()
    buyer = api.log_in()
    order = buyer.place((tea.id, 1))
    assert order["receiver"] == RECEIVER

    (row,) = rows("SELECT receiver_name, receiver_phone, receiver_address, o::text FROM orders o")

    kept = [vault().decrypt(bytes(value)) for value in row[:3]]
    assert kept == [RECEIVER["name"], RECEIVER["phone"], RECEIVER["address"]]
    assert not any(secret in row[3] for secret in kept)
    assert not any(RECEIVER["name"].encode() in bytes(value) for value in row[:3])
