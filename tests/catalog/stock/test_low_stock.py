"""A producer is told once that a SKU runs low, and again only after it has been above."""

from typing import Any

import pytest
from sqlalchemy import select, text

from backend.catalog.stock.keeping import correct, release, reserve
from backend.catalog.stock.models import StockNotice
from backend.core.database import db, transaction
from tests.api import Api
from tests.catalog.stock.test_own_stock import Shop
from tests.conftest import Worker
from tests.factories import staff


@pytest.fixture
def shop(api: Api) -> Shop:
    """Ten units; told at four."""
    made = Shop(api)
    watch(made, 4)
    return made


def watch(shop: Shop, low_at: int) -> None:
    path = f"{shop.path}/low-stock"
    shop.person.api.call("PUT", path, {"low_at": low_at}, token=shop.person.token, status=204)


def sell(shop: Shop, units: int, order: str) -> None:
    with transaction():
        reserve({shop.sku.id: units}, f"order:{order}")


def notices(shop: Shop, query: str = "") -> Any:
    return shop.person.get(f"/v1/producers/{shop.producer.id}/stock-notices{query}")["items"]


def test_at_the_threshold_the_producer_is_told_once(worker: Worker, shop: Shop) -> None:
    sell(shop, 5, "X1")
    worker.sweep()
    assert notices(shop) == []
    sell(shop, 1, "X2")
    worker.sweep()
    worker.sweep()
    sell(shop, 1, "X3")
    worker.sweep()
    (notice,) = notices(shop)
    assert (notice["sku_id"], notice["available"], notice["low_at"]) == (str(shop.sku.id), 4, 4)
    assert (notice["spec"], notice["seen_at"], notice["ended_at"]) == ("1kg 装", None, None)


def test_after_it_was_above_it_is_told_anew(worker: Worker, shop: Shop) -> None:
    sell(shop, 6, "X1")
    worker.sweep()
    with transaction():
        release({shop.sku.id: 6}, "order:X1:end")
    worker.sweep()
    assert notices(shop) == []
    sell(shop, 8, "X2")
    worker.sweep()
    told = notices(shop, "?open_only=false")
    assert [(n["available"], n["ended_at"] is None) for n in told] == [(2, True), (4, False)]


def test_a_correction_counts_as_well_as_a_sale(worker: Worker, shop: Shop) -> None:
    with transaction():
        correct(shop.sku.id, -10, "受潮", None, "loss")
    worker.sweep()
    assert [n["available"] for n in notices(shop)] == [0]


def test_seeing_is_noted_with_who_saw_it_first(api: Api, worker: Worker, shop: Shop) -> None:
    sell(shop, 6, "X1")
    worker.sweep()
    path = f"/v1/producers/{shop.producer.id}/stock-notices/{notices(shop)[0]['id']}"
    seen = shop.person.post(f"{path}/acknowledgement", None, 200)
    assert seen["seen_by"] == str(shop.person.id)
    assert shop.person.post(f"{path}/acknowledgement", None, 200) == seen
    worker.sweep()
    assert notices(shop) == []
    assert [n["seen_at"] for n in notices(shop, "?open_only=false")] == [seen["seen_at"]]


def test_the_notices_of_others_do_not_exist(api: Api, worker: Worker, shop: Shop) -> None:
    sell(shop, 6, "X1")
    worker.sweep()
    notice_id, other = notices(shop)[0]["id"], Shop(api)
    assert notices(other) == []
    path = f"/v1/producers/{other.producer.id}/stock-notices/{notice_id}/acknowledgement"
    assert other.person.post(path, None, 404)["code"] == "not_found"
    assert db.session.scalars(select(StockNotice.seen_at)).all() == [None]


def test_without_a_threshold_nobody_is_told(api: Api, worker: Worker, shop: Shop) -> None:
    sell(shop, 6, "X1")
    worker.sweep()
    api.call("DELETE", f"{shop.path}/low-stock", token=shop.person.token, status=204)
    worker.sweep()
    assert notices(shop) == []
    sell(shop, 4, "X2")
    worker.sweep()
    assert len(notices(shop, "?open_only=false")) == 1


def test_an_operator_sets_a_threshold_too(api: Api, worker: Worker) -> None:
    shop, operator = Shop(api), staff(api)
    path = f"/v1/operator/skus/{shop.sku.id}/low-stock"
    api.call("PUT", path, {"low_at": 10}, token=operator.token, status=204)
    worker.sweep()
    assert [n["available"] for n in notices(shop)] == [10]
    nothing = "/v1/operator/skus/999/low-stock"
    api.call("PUT", nothing, {"low_at": 10}, token=operator.token, status=404)


def test_a_threshold_keeps_the_hot_row_free_of_indexes_to_change(shop: Shop) -> None:
    """An update that touches no indexed column stays within its page (HOT) and is cheap."""
    indexed = text("""
        SELECT pg_get_indexdef(indexrelid) FROM pg_index
         WHERE indrelid = 'sku_stocks'::regclass
    """)
    for definition in db.session.scalars(indexed):
        assert "on_hand" not in definition
        assert "reserved" not in definition
