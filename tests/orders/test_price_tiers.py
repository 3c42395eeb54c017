"""The more units of a SKU are bought, the lower the price of each: that of the tier reached."""

import pytest
from sqlalchemy import select

from backend.core.database import db
from backend.orders.models import OrderLine
from tests.api import Api
from tests.factories import SkuFactory, change

TIERS = [{"from_quantity": 10, "price_fen": 5490}, {"from_quantity": 50, "price_fen": 4990}]


@pytest.mark.parametrize(
    ("quantity", "unit_price_fen"),
    [(1, 5990), (9, 5990), (10, 5490), (49, 5490), (50, 4990), (99, 4990)],
)
def test_the_highest_tier_reached_prices_every_unit(
    api: Api, quantity: int, unit_price_fen: int
) -> None:
    tea = SkuFactory(price_fen=5990, price_tiers=TIERS)
    buyer = api.log_in()
    (line,) = buyer.quote((tea.id, quantity))["lines"]
    assert line["unit_price_fen"] == unit_price_fen
    assert line["amount_fen"] == unit_price_fen * quantity
    order = buyer.place((tea.id, quantity))
    assert order["total_fen"] == unit_price_fen * quantity
    kept = db.session.scalars(select(OrderLine)).one()
    assert (kept.unit_price_fen, kept.quantity) == (unit_price_fen, quantity)


def test_a_tier_that_is_withdrawn_is_told_before_anything_is_ordered(api: Api) -> None:
    tea = SkuFactory(price_fen=5990, price_tiers=TIERS)
    buyer = api.log_in()
    shown = buyer.quote((tea.id, 10))["total_fen"]
    change(tea, price_tiers=[])
    refusal = buyer.place((tea.id, 10), total_fen=shown, status=409)
    assert (refusal["code"], refusal["quote"]["total_fen"]) == ("total_differs", 59_900)


def test_the_tiers_of_two_skus_do_not_add_up(api: Api) -> None:
    tea = SkuFactory(price_fen=5990, price_tiers=TIERS)
    other = SkuFactory(price_fen=5990, price_tiers=TIERS, product_id=tea.product_id)
    quote = api.log_in().quote((tea.id, 6), (other.id, 6))
    assert [line["unit_price_fen"] for line in quote["lines"]] == [5990, 5990]
