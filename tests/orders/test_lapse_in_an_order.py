"""A recognition that lapses takes just its product out of an order, and the buyer is told why."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from backend.catalog.recognitions.models import Recognition
from tests.api import Api
from tests.conftest import Time
from tests.factories import RecognitionFactory, SkuFactory, change
from tests.payments.books import count, stock

LAST = date(2026, 5, 31)
BEFORE_MIDNIGHT = datetime(2026, 5, 31, 15, 59, 59, tzinfo=UTC)
MIDNIGHT = datetime(2026, 5, 31, 16, 0, 0, tzinfo=UTC)
"""In Shanghai."""


@pytest.fixture
def goods(api: Api, time: Time) -> tuple[Any, Any, Recognition]:
    """Tea whose recognition ends in May 2026, oil whose does not, and the tea's recognition."""
    time.freeze(BEFORE_MIDNIGHT)
    recognition = RecognitionFactory(valid_from=date(2026, 1, 1), valid_to=LAST)
    tea = SkuFactory(product_id=recognition.product_id, price_fen=5990)
    oil = SkuFactory(product_id=RecognitionFactory().product_id, price_fen=8800)
    return tea, oil, recognition


def test_the_rest_of_the_order_stays(api: Api, time: Time, goods: Any) -> None:
    tea, oil, _ = goods
    buyer = api.log_in()
    assert buyer.quote((tea.id, 1), (oil.id, 2))["removed"] == []
    time.freeze(MIDNIGHT)
    quote = buyer.quote((tea.id, 1), (oil.id, 2))
    assert [line["sku_id"] for line in quote["lines"]] == [str(oil.id)]
    assert quote["total_fen"] == 17_600
    (removed,) = quote["removed"]
    assert (removed["sku_id"], removed["code"]) == (str(tea.id), "recognition_lapsed")
    assert "认定不在有效期内" in removed["message"]


def test_an_order_is_not_placed_over_the_buyer_s_head(api: Api, time: Time, goods: Any) -> None:
    tea, oil, _ = goods
    buyer = api.log_in()
    shown = buyer.quote((tea.id, 1), (oil.id, 1))["total_fen"]
    time.freeze(MIDNIGHT)
    refusal = buyer.place((tea.id, 1), (oil.id, 1), total_fen=shown, status=409)
    assert (refusal["code"], refusal["sku_ids"]) == ("recognition_lapsed", [str(tea.id)])
    assert refusal["quote"]["total_fen"] == 8800
    assert (count("orders"), stock(tea.id), stock(oil.id)) == (0, (100, 0), (100, 0))
    assert buyer.place((oil.id, 1))["total_fen"] == 8800


def test_alone_it_cannot_be_ordered_at_all(api: Api, time: Time, goods: Any) -> None:
    tea, _, _ = goods
    time.freeze(MIDNIGHT)
    refusal = api.log_in().quote((tea.id, 1), status=409)
    assert (refusal["code"], refusal["sku_ids"]) == ("recognition_lapsed", [str(tea.id)])


def test_a_revocation_counts_at_once(api: Api, goods: Any) -> None:
    tea, oil, recognition = goods
    buyer = api.log_in()
    change(recognition, status="revoked")
    quote = buyer.quote((oil.id, 1), (tea.id, 1))
    assert [line["sku_id"] for line in quote["lines"]] == [str(oil.id)]


def test_a_renewal_brings_it_back(api: Api, time: Time, goods: Any) -> None:
    tea, _, _ = goods
    time.freeze(MIDNIGHT)
    renewal = RecognitionFactory(product_id=tea.product_id, valid_from=date(2026, 6, 1))
    (line,) = api.log_in().place((tea.id, 1))["lines"]
    assert line["recognition_number"] == renewal.number


def test_what_was_ordered_in_time_stays_an_assistance_product(
    api: Api, time: Time, goods: Any
) -> None:
    tea, _, recognition = goods
    buyer = api.log_in()
    order = buyer.place((tea.id, 1))
    time.freeze(MIDNIGHT)
    buyer.pay(order["no"])
    (line,) = buyer.order(order["no"])["lines"]
    assert line["recognition_number"] == recognition.number


def test_what_was_never_recognised_is_sold_as_an_ordinary_product(api: Api) -> None:
    (line,) = api.log_in().place((SkuFactory().id, 1))["lines"]
    assert line["recognition_number"] is None
