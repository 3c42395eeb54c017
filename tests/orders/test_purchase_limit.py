"""A purchase limit is per person, over all their orders that stand, however they are placed."""

from typing import Any

from tests.api import Api
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
