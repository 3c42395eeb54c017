"""Counties by what was paid for their goods in the last thirty days, to the fen."""

from typing import Any

from sqlalchemy import text

from backend.core.cache import cache
from backend.core.database import db
from backend.core.shown import pages
from backend.orders import county_sales
from tests.api import Api
from tests.conftest import Time, Worker
from tests.factories import ProductFactory, SkuFactory


def sku_of(county: str, price_fen: int) -> int:
    product = ProductFactory(county_code=county)
    return int(SkuFactory(product_id=product.id, price_fen=price_fen).id)


def buy(api: Api, *wishes: tuple[int, int]) -> str:
    buyer = api.log_in()
    order_no = str(buyer.place(*wishes)["no"])
    buyer.pay(order_no)
    return order_no


def ranked(api: Api, worker: Worker) -> list[tuple[Any, ...]]:
    worker.sweep()
    return [
        (row["rank"], row["county_name"], row["area_class"], row["amount_fen"], row["orders"])
        for row in shown(api)["items"]
    ]


def shown(api: Api) -> Any:
    """The ranking as it is now, without waiting for the page to end."""
    pages.forget()
    db.session.rollback()
    cache().delete("shown:/v1/home?")
    return api.call("GET", "/v1/home", status=200)["county_ranking"]


def test_counties_are_ranked_by_what_was_paid_for_their_goods(api: Api, worker: Worker) -> None:
    tea, ham = sku_of("430923", 1000), sku_of("431123", 700)
    buy(api, (tea, 1), (ham, 2))
    buy(api, (ham, 1))
    api.log_in().place((tea, 50))
    assert ranked(api, worker) == [
        (1, "双牌县", "provincial", 2100, 2),
        (2, "安化县", "national", 1000, 1),
    ]


def test_equal_counties_share_a_rank(api: Api, worker: Worker) -> None:
    buy(api, (sku_of("430923", 500), 1), (sku_of("431225", 500), 1), (sku_of("431022", 100), 1))
    assert [(row[0], row[1]) for row in ranked(api, worker)] == [
        (1, "安化县"), (1, "会同县"), (3, "宜章县"),
    ]  # fmt: skip


def test_what_was_paid_back_does_not_count(api: Api, worker: Worker) -> None:
    tea = sku_of("430923", 1000)
    buyer = api.log_in()
    order_no = buyer.place((tea, 3))["no"]
    buyer.pay(order_no)
    buy(api, (tea, 1))
    buyer.ask_refund(order_no)
    worker.sweep()
    api.wait_for(lambda: buyer.order(order_no)["state"] == "closed")
    assert ranked(api, worker) == [(1, "安化县", "national", 1000, 1)]


def test_after_thirty_days_a_sale_is_out_and_the_period_is_told(
    api: Api, worker: Worker, time: Time
) -> None:
    buy(api, (sku_of("430923", 1000), 1))
    assert len(ranked(api, worker)) == 1
    before = shown(api)
    time.travel(days=29, hours=23)
    assert len(ranked(api, worker)) == 1
    time.travel(hours=2)
    assert ranked(api, worker) == []
    told = shown(api)
    assert told["since"] > before["since"]
    period = db.session.execute(text("SELECT DISTINCT until - since FROM county_sales"))
    assert period.scalars().all() == [county_sales.PERIOD]


def test_the_sums_are_those_of_the_orders_to_the_fen(api: Api, worker: Worker) -> None:
    skus = [sku_of(county, price) for county, price in (("430923", 333), ("431225", 777))]
    for turn in range(4):
        buy(api, *((sku, turn + 1) for sku in skus))
    worker.sweep()
    total = text("SELECT sum(amount_fen), max(orders) FROM county_sales")
    assert tuple(db.session.execute(total).one()) == ((333 + 777) * 10, 4)
