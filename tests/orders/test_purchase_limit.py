"""A purchase limit is per person, over all their orders that stand, however they are placed."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis.strategies import integers, lists, tuples

from tests.api import Api
from tests.conftest import Time
from tests.factories import SkuFactory
from tests.payments.books import count, stock
from tests.racing import at_once

PRICE = 4580


def limited(limit: int = 3) -> Any:
    return SkuFactory(purchase_limit=limit, price_fen=PRICE)


def test_one_order_above_the_limit_is_refused(api: Api) -> None:
    jar = limited()
    refusal = api.log_in().quote((jar.id, 4), status=409)
    assert (refusal["code"], refusal["field"]) == ("above_purchase_limit", "lines.0.quantity")
    assert refusal["purchase_limit"] == 3


def test_what_earlier_orders_hold_counts_until_they_are_cancelled(api: Api) -> None:
    jar = limited()
    buyer = api.log_in()
    unpaid = buyer.place((jar.id, 1))
    paid = buyer.place((jar.id, 1))
    buyer.pay(paid["no"])

    assert buyer.quote((jar.id, 2), status=409)["code"] == "above_purchase_limit"
    refusal = buyer.place((jar.id, 2), total_fen=2 * PRICE, status=409)
    assert refusal["code"] == "above_purchase_limit"
    assert buyer.quote((jar.id, 1))["total_fen"] == PRICE

    buyer.cancel(unpaid["no"])
    buyer.place((jar.id, 2))
    assert stock(jar.id) == (100, 3)


def test_the_limit_is_each_person_s_own(api: Api) -> None:
    jar = limited()
    for person in (api.log_in(), api.log_in()):
        person.place((jar.id, 3))
    assert stock(jar.id) == (100, 6)


def test_two_orders_at_once_do_not_pass_the_limit_together(api: Api) -> None:
    jar = limited()
    buyer = api.log_in()
    sku_id = jar.id

    answers = at_once(
        lambda _: buyer.place((sku_id, 2), status=None, total_fen=2 * PRICE), range(4)
    )

    assert sorted(answer.get("code", "placed") for answer in answers) == [
        "above_purchase_limit",
        "above_purchase_limit",
        "above_purchase_limit",
        "placed",
    ]
    assert (count("orders"), stock(sku_id)) == (1, (100, 2))


MORNING = datetime(2026, 5, 10, 1, 0, tzinfo=UTC)
LAST_SECOND = datetime(2026, 5, 10, 15, 59, 59, tzinfo=UTC)
NEXT_DAY = datetime(2026, 5, 10, 16, 0, 0, tzinfo=UTC)
"""Midnight in Shanghai."""


def test_a_daily_limit_begins_anew_at_midnight_in_shanghai(api: Api, time: Time) -> None:
    time.freeze(MORNING)
    jar = SkuFactory(purchase_limit=2, limit_days=1, price_fen=PRICE)
    buyer = api.log_in()
    buyer.place((jar.id, 2))
    time.freeze(LAST_SECOND)
    refusal = buyer.quote((jar.id, 1), status=409)
    assert (refusal["code"], refusal["purchase_limit"]) == ("above_purchase_limit", 2)
    assert "每天" in refusal["title"]
    time.freeze(NEXT_DAY)
    assert buyer.place((jar.id, 2))["total_fen"] == 2 * PRICE


def test_a_limit_of_a_week_counts_today_and_the_six_days_before(api: Api, time: Time) -> None:
    time.freeze(MORNING)
    jar = SkuFactory(purchase_limit=3, limit_days=7, price_fen=PRICE)
    buyer = api.log_in()
    buyer.place((jar.id, 2))
    time.freeze(NEXT_DAY + timedelta(days=6) - timedelta(seconds=1))
    assert buyer.quote((jar.id, 2), status=409)["code"] == "above_purchase_limit"
    time.freeze(NEXT_DAY + timedelta(days=6))
    assert buyer.quote((jar.id, 3))["total_fen"] == 3 * PRICE


def test_each_sku_has_its_own_limit_and_period(api: Api, time: Time) -> None:
    time.freeze(MORNING)
    daily = SkuFactory(purchase_limit=1, limit_days=1, price_fen=PRICE)
    ever = SkuFactory(purchase_limit=1, price_fen=PRICE)
    buyer = api.log_in()
    buyer.place((daily.id, 1), (ever.id, 1))
    time.freeze(NEXT_DAY)
    buyer.quote((daily.id, 1))
    refusal = buyer.quote((daily.id, 1), (ever.id, 1), status=409)
    assert (refusal["code"], refusal["field"]) == ("above_purchase_limit", "lines.1.quantity")


@given(
    orders=lists(tuples(integers(0, 40), integers(1, 3)), max_size=12),
    limit=integers(1, 6),
    days=integers(1, 15),
)
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_nobody_ever_holds_more_than_the_limit_within_the_period(
    api: Api, time: Time, orders: list[tuple[int, int]], limit: int, days: int
) -> None:
    """Whatever days somebody orders on: no window of so many calendar days holds too much."""
    time.freeze(MORNING)
    jar = SkuFactory(purchase_limit=limit, limit_days=days, price_fen=PRICE, stock=1000)
    openid = api.log_in().openid
    held: dict[int, int] = {}
    for day, quantity in sorted(orders):
        time.freeze(MORNING + timedelta(days=day))
        buyer = api.log_in(openid)
        before = sum(held.get(each, 0) for each in range(day - days + 1, day + 1))
        fits = before + quantity <= limit
        buyer.place((jar.id, quantity), total_fen=quantity * PRICE, status=201 if fits else 409)
        if fits:
            held[day] = held.get(day, 0) + quantity
    assert stock(jar.id) == (1000, sum(held.values()))
