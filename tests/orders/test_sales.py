"""What was sold is counted from paid orders, in steps, and sorts the list."""

from datetime import timedelta

import pytest

from backend.catalog.search.sales import Sold, record_sales
from backend.core import clock
from backend.core.database import db, transaction
from backend.orders.sales import recount_sales
from tests.api import Api, Person
from tests.conftest import Time, Worker
from tests.factories import SkuFactory


def sales() -> dict[int, tuple[int, int]]:
    """By product: units and fen."""
    db.session.rollback()
    rows = db.session.execute(db.text("SELECT * FROM product_sales WHERE quantity > 0"))
    return {row.product_id: (row.quantity, row.amount_fen) for row in rows}


def recount() -> int:
    with transaction():
        return recount_sales()


def buy(buyer: Person, sku_id: int, quantity: int) -> str:
    order_no = str(buyer.place((sku_id, quantity))["no"])
    buyer.pay(order_no)
    return order_no


def test_paid_goods_count_and_sort_the_list(api: Api) -> None:
    little, much, none = (SkuFactory(price_fen=1000) for _ in range(3))
    buyer = api.log_in()
    buy(buyer, little.id, 1)
    buy(buyer, much.id, 3)
    buy(buyer, much.id, 2)
    buyer.place((none.id, 9))
    assert recount() == 2
    assert sales() == {little.product_id: (1, 1000), much.product_id: (5, 5000)}
    items = api.call("GET", "/v1/products?sort=sales", status=200)["items"]
    order = [much.product_id, little.product_id, none.product_id]
    assert [int(item["id"]) for item in items] == order


def test_what_was_given_back_counts_no_more(api: Api, worker: Worker) -> None:
    sku = SkuFactory(price_fen=1000)
    buyer = api.log_in()
    order_no = buy(buyer, sku.id, 2)
    recount()
    buyer.ask_refund(order_no)
    worker.run()
    api.wait_for(lambda: buyer.order(order_no)["state"] == "closed")
    recount()
    assert sales() == {}


def test_counting_again_changes_nothing_and_an_older_count_replaces_no_newer_one(api: Api) -> None:
    sku = SkuFactory(price_fen=1000)
    buy(api.log_in(), sku.id, 2)
    recount()
    recount()
    assert sales() == {sku.product_id: (2, 2000)}
    with transaction():
        record_sales([Sold(sku.product_id, 99, 99)], clock.now() - timedelta(hours=1))
    assert sales() == {sku.product_id: (2, 2000)}


@pytest.mark.parametrize(("days", "left"), [(89, 2), (91, 0)])
def test_sales_age_though_nothing_happens(api: Api, time: Time, days: int, left: int) -> None:
    sku = SkuFactory(price_fen=1000)
    buy(api.log_in(), sku.id, 2)
    recount()
    time.travel(days=days)
    assert recount() == 1
    assert sum(quantity for quantity, _ in sales().values()) == left
