"""A producer's people correct and follow the stock of their own SKUs, and of no others."""

from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select, text

from backend.catalog.stock.keeping import release, reserve
from backend.catalog.stock.models import StockMovement
from backend.core.alarms import Alarm
from backend.core.database import db, transaction
from tests.api import Api, Person
from tests.conftest import Worker
from tests.factories import ProducerFactory, ProductFactory, SkuFactory, producer_person, staff


class Shop:
    """A producer with one SKU (10 units) and somebody who acts for it."""

    def __init__(self, api: Api) -> None:
        self.producer = ProducerFactory()
        self.sku = SkuFactory(product_id=ProductFactory(producer_id=self.producer.id).id, stock=10)
        self.person = producer_person(api, self.producer.id)
        self.path = f"/v1/producers/{self.producer.id}/skus/{self.sku.id}"

    def correct(self, change: int, status: int = 201, key: str | None = None) -> Any:
        headers = {"Idempotency-Key": key or uuid4().hex}
        body = {"change": change, "reason": "盘点"}
        return self.person.post(f"{self.path}/stock-corrections", body, status, **headers)

    def movements(self, who: Person | None = None, query: str = "") -> Any:
        return (who or self.person).get(f"{self.path}/stock-movements{query}")


@pytest.fixture
def shop(api: Api) -> Shop:
    return Shop(api)


def test_a_correction_by_the_producer_names_its_author(shop: Shop) -> None:
    assert shop.correct(-3) == {"available": 7}
    newest = select(StockMovement).filter_by(sku_id=shop.sku.id).order_by(StockMovement.id.desc())
    movement = db.session.scalars(newest.limit(1)).one()
    assert (movement.by_user_id, movement.on_hand_change) == (shop.person.id, -3)
    assert movement.reason == "盘点"


def test_the_same_key_corrects_once(shop: Shop) -> None:
    assert [shop.correct(-3, key="same-key-1") for _ in range(2)] == [{"available": 7}] * 2
    assert len(shop.movements()["items"]) == 2


def test_what_is_promised_cannot_be_taken_away(shop: Shop) -> None:
    with transaction():
        reserve({shop.sku.id: 6}, "order:X261124AAAAAAAAAA")
    assert shop.correct(-5, 409)["code"] == "stock_below_reserved"


@pytest.mark.parametrize(
    ("method", "what", "body"),
    [
        ("POST", "stock-corrections", {"change": 1, "reason": "盘点"}),
        ("GET", "stock-movements", None),
        ("PUT", "low-stock", {"low_at": 5}),
        ("DELETE", "low-stock", None),
    ],
)
def test_others_skus_and_others_producers_do_not_exist(
    api: Api, shop: Shop, method: str, what: str, body: Any
) -> None:
    other = Shop(api)
    for producer, sku in ((other.producer, shop.sku), (shop.producer, other.sku)):
        path = f"/v1/producers/{producer.id}/skus/{sku.id}/{what}"
        key = {"Idempotency-Key": uuid4().hex}
        answer = api.call(method, path, body, token=shop.person.token, status=404, **key)
        assert answer["code"] == "not_found"
    count = text("SELECT count(*) FROM stock_movements")
    assert db.session.execute(count).scalar_one() == 2


def test_whoever_no_longer_acts_for_the_producer_is_out(shop: Shop) -> None:
    db.session.execute(text("UPDATE producer_members SET ended_at = now()"))
    db.session.commit()
    assert shop.correct(1, 404)["code"] == "not_found"


def test_the_ledger_tells_why_who_and_what_was_left(api: Api, shop: Shop) -> None:
    buyer = api.log_in()
    order_no = buyer.place((shop.sku.id, 4))["no"]
    shop.correct(5)
    buyer.cancel(order_no)
    shown = shop.movements()["items"]
    told = [
        (m["kind"], m["cause"], m["on_hand_change"], m["reserved_change"], m["available"])
        for m in shown
    ]
    assert told == [
        ("release", order_no, 0, -4, 15),
        ("correct", "correction", 5, 0, 11),
        ("reserve", order_no, 0, 4, 6),
        ("correct", "opening", 10, 0, 10),
    ]
    assert [m["by_user_id"] for m in shown] == [None, str(shop.person.id), None, None]
    assert [(m["on_hand"], m["reserved"]) for m in shown] == [(15, 0), (15, 4), (10, 4), (10, 0)]
    assert str(buyer.id) not in {m["by_user_id"] for m in shown}


def test_the_balance_goes_on_across_pages_while_stock_changes(shop: Shop) -> None:
    for change in (5, -2, 7, -1, 4):
        shop.correct(change)
    seen, cursor = [], ""
    while True:
        page = shop.movements(query=f"?limit=2{cursor}")
        seen += [m["on_hand"] for m in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
        shop.correct(100)
    assert seen == [23, 19, 20, 13, 15, 10]


def test_an_operator_sees_any_ledger(api: Api, shop: Shop) -> None:
    operator = staff(api)
    path = f"/v1/operator/skus/{shop.sku.id}/stock-movements"
    assert operator.get(path)["items"] == shop.movements()["items"]
    assert operator.get("/v1/operator/skus/999/stock-movements", 404)["code"] == "not_found"


def test_every_night_stocks_are_compared_with_their_movements(worker: Worker, shop: Shop) -> None:
    other, right = SkuFactory(stock=5), SkuFactory(stock=3)
    with transaction():
        reserve({right.id: 2}, "order:X1")
        release({right.id: 2}, "order:X1:end")
    worker.sweep()
    assert db.session.scalars(select(Alarm)).all() == []
    with transaction():
        db.session.execute(
            text("UPDATE sku_stocks SET on_hand = on_hand + 1 WHERE sku_id = :id"),
            {"id": other.id},
        )
        db.session.execute(
            text("UPDATE sku_stocks SET reserved = 2 WHERE sku_id = :id"), {"id": shop.sku.id}
        )
    for _ in range(2):
        worker.sweep()
    found = db.session.execute(select(Alarm.kind, Alarm.subject, Alarm.detail).order_by(Alarm.id))
    assert [tuple(row) for row in found] == [
        (
            "stock_differs",
            f"sku:{shop.sku.id}",
            {"on_hand": 10, "reserved": 2, "ledger_on_hand": 10, "ledger_reserved": 0},
        ),
        (
            "stock_differs",
            f"sku:{other.id}",
            {"on_hand": 6, "reserved": 0, "ledger_on_hand": 5, "ledger_reserved": 0},
        ),
    ]


def test_movements_without_a_stock_are_found_too(worker: Worker, shop: Shop) -> None:
    with transaction():
        db.session.execute(text("DELETE FROM sku_stocks"))
    worker.sweep()
    assert db.session.scalars(select(Alarm.subject)).all() == [f"sku:{shop.sku.id}"]
