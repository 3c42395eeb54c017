"""Documents follow what changes: at once when told, and by state whatever nobody told of."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from backend import Service
from backend.catalog.producers.models import Producer
from backend.catalog.products.models import Product
from backend.catalog.recognitions.models import Recognition
from backend.catalog.search import documents, news
from backend.core.database import db, transaction
from tests.api import Api
from tests.catalog.search import shelf
from tests.conftest import Time, Worker
from tests.factories import (
    ProducerFactory,
    ProductFactory,
    RecognitionFactory,
    SkuFactory,
    change,
    show_change,
)
from tests.racing import at_once

TODAY = datetime(2026, 5, 10, tzinfo=UTC)


def silently(thing: Any, **changes: Any) -> None:
    """Change a row and tell nobody."""
    for name, value in changes.items():
        setattr(thing, name, value)
    db.session.commit()


def document(product_id: int) -> Any:
    db.session.rollback()
    query = db.text("SELECT * FROM product_search WHERE product_id = :id")
    return db.session.execute(query, {"id": product_id}).mappings().one_or_none()


def cards(api: Api) -> list[int]:
    answer = api.call("GET", f"/v1/products?limit={next(LIMITS)}", status=200)
    return [int(card["id"]) for card in answer["items"]]


LIMITS = iter(range(20, 100))
"""Another address each time, so that no page is shown again."""


def test_a_new_name_is_found_and_the_old_one_is_not(api: Api) -> None:
    product = ProductFactory(name="黑茶")
    shelf.category("other", "杂货")
    change(product, name="竹席", category_code="other", subtitle="", description="")
    change(db.session.get_one(Producer, product.producer_id), name="桐木岭农场")
    with transaction():
        news.on_producer_changed(product.producer_id)
    assert shelf.names(api, "竹席") == ["竹席"]
    assert shelf.names(api, "黑茶") == []
    assert shelf.names(api, "桐木岭") == ["竹席"]


def test_price_follows_the_cheapest_sku_on_sale(app: Service) -> None:
    sku = SkuFactory(price_fen=500)
    other = SkuFactory(product_id=sku.product_id, price_fen=900)
    assert document(sku.product_id)["from_price_fen"] == 500
    change(sku, on_sale=False)
    assert document(sku.product_id)["from_price_fen"] == 900
    change(other, on_sale=False)
    assert document(sku.product_id)["from_price_fen"] is None


def test_delisted_or_of_a_suspended_producer_it_has_no_document(api: Api) -> None:
    product = ProductFactory()
    producer = db.session.get_one(Producer, product.producer_id)
    for changed, bad, good in (
        (product, "delisted", "listed"),
        (producer, "suspended", "approved"),
    ):
        silently(changed, state=bad)
        assert cards(api) == [], "the list looks for itself"
        with transaction():
            news.on_product_changed(product.id)
        assert document(product.id) is None
        silently(changed, state=good)
        with transaction():
            news.on_producer_changed(producer.id)
        assert cards(api) == [product.id]


def test_a_large_producer_is_followed_up_by_jobs(
    app: Service, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    producer = ProducerFactory()
    made = {ProductFactory(producer_id=producer.id).id for _ in range(5)}
    monkeypatch.setattr(news, "BATCH", 2)
    silently(producer, state="suspended")
    with transaction():
        news.on_producer_changed(producer.id)
    assert shelf.documents() == made
    worker.run()
    assert shelf.documents() == set()


def test_a_rollback_takes_the_document_along(app: Service) -> None:
    product = ProductFactory(name="黑茶")
    with pytest.raises(RuntimeError), transaction():
        db.session.get_one(Product, product.id).name = "竹席"
        news.on_product_changed(product.id)
        raise RuntimeError
    assert document(product.id)["name_key"].startswith("黑茶|")


def test_what_nobody_told_of_is_put_right_by_the_clock(app: Service, worker: Worker) -> None:
    renamed, delisted, lost = (ProductFactory(name="黑茶") for _ in range(3))
    silently(renamed, name="竹席")
    silently(delisted, state="delisted")
    db.session.execute(
        db.text("DELETE FROM product_search WHERE product_id = :id"), {"id": lost.id}
    )
    db.session.commit()
    worker.sweep()
    assert shelf.documents() == {renamed.id, lost.id}
    assert document(renamed.id)["name_key"].startswith("竹席|")
    assert documents.refresh_stale() == 0


def test_a_category_or_a_place_that_is_renamed_makes_documents_stale(app: Service) -> None:
    product = ProductFactory()
    silently(shelf.category("tea", "茶叶"), name="好茶")
    assert documents.refresh_stale() == 1
    assert document(product.id)["category_key"].startswith("好茶|")


def test_rebuilding_leaves_what_was_there(app: Service) -> None:
    for _ in range(3):
        SkuFactory()
    before = [dict(document(each), refreshed_at=None) for each in sorted(shelf.documents())]
    assert documents.rebuild() == 3
    after = [dict(document(each), refreshed_at=None) for each in sorted(shelf.documents())]
    assert after == before


@pytest.fixture
def recognition(app: Service, time: Time) -> Recognition:
    """Valid in May 2026."""
    time.freeze(TODAY)
    made: Recognition = RecognitionFactory(valid_from=date(2026, 5, 1), valid_to=date(2026, 5, 31))
    return made


@pytest.mark.parametrize(
    ("instant", "offered"),
    [
        (datetime(2026, 4, 30, 15, 59, 59, tzinfo=UTC), False),
        (datetime(2026, 4, 30, 16, 0, 0, tzinfo=UTC), True),
        (datetime(2026, 5, 31, 15, 59, 59, tzinfo=UTC), True),
        (datetime(2026, 5, 31, 16, 0, 0, tzinfo=UTC), False),
    ],
)
def test_with_its_recognition_an_offer_begins_and_ends_without_anybody_doing_anything(
    api: Api, recognition: Recognition, time: Time, instant: datetime, offered: bool
) -> None:
    time.freeze(instant)
    assert cards(api) == [recognition.product_id] * offered
    answer = shelf.search(api, "黑茶", limit=next(LIMITS))
    assert len(answer["items"]) == shelf.facets(api, "黑茶")["total"] == offered


@pytest.mark.parametrize("status", ["lapsed", "revoked"])
def test_what_has_lost_its_last_recognition_is_not_offered(
    api: Api, recognition: Recognition, status: str
) -> None:
    never = ProductFactory()
    change(recognition, status=status)
    assert cards(api) == [never.id]
    assert shelf.documents() == {never.id}
    RecognitionFactory(product_id=recognition.product_id)
    assert cards(api) == [never.id, recognition.product_id]
    assert document(recognition.product_id)["recognised"] is True
    assert document(never.id)["recognised"] is False


def test_a_later_recognition_takes_over(
    api: Api, recognition: Recognition, worker: Worker, time: Time
) -> None:
    product_id = recognition.product_id
    RecognitionFactory(
        product_id=product_id, valid_from=date(2026, 7, 1), valid_to=date(2026, 7, 31)
    )
    time.freeze(datetime(2026, 6, 10, tzinfo=UTC))
    worker.sweep()
    assert cards(api) == []
    time.freeze(datetime(2026, 7, 10, tzinfo=UTC))
    assert cards(api) == [product_id]


def test_of_two_changes_at_once_none_is_lost(app: Service) -> None:
    product = ProductFactory(name="黑茶")
    sku = SkuFactory(product_id=product.id, price_fen=500)

    def rename() -> None:
        with app.app_context(), transaction():
            db.session.get_one(Product, product.id).name = "竹席"
            news.on_product_changed(product.id)

    def reprice() -> None:
        with app.app_context(), transaction():
            db.session.execute(
                db.text("UPDATE skus SET price_fen = 700 WHERE id = :id"), {"id": sku.id}
            )
            news.on_product_changed(product.id)

    at_once(lambda work: work(), [rename, reprice])
    found = document(product.id)
    assert (found["name_key"].partition("|")[0], found["from_price_fen"]) == ("竹席", 700)


def test_asking_for_the_same_document_twice_writes_it_once(app: Service, time: Time) -> None:
    product = ProductFactory()
    before = document(product.id)["refreshed_at"]
    time.travel(hours=1)
    show_change(product)
    assert document(product.id)["refreshed_at"] == before
