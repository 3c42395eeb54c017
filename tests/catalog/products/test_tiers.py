"""Who buys more pays less for each, never more."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.catalog.products.tiers import PriceTiersInvalid, check_tiers, unit_price

TIERS = [{"from_quantity": 10, "price_fen": 5490}, {"from_quantity": 50, "price_fen": 4990}]


@st.composite
def priced(draw: st.DrawFn) -> tuple[int, int, list[dict[str, int]]]:
    """A price, a minimum and tiers that keep the rules."""
    minimum = draw(st.integers(1, 50))
    quantities = sorted(draw(st.sets(st.integers(minimum + 1, 1000), max_size=6)))
    prices = sorted(
        draw(st.sets(st.integers(1, 9_999), min_size=len(quantities) + 1, max_size=7)),
        reverse=True,
    )
    tiers = [
        {"from_quantity": quantity, "price_fen": price}
        for quantity, price in zip(quantities, prices[1:], strict=False)
    ]
    return prices[0], minimum, tiers


@pytest.mark.parametrize(
    ("quantity", "price"),
    [(1, 5990), (9, 5990), (10, 5490), (11, 5490), (49, 5490), (50, 4990), (10_000, 4990)],
)
def test_the_highest_tier_reached_counts_for_all_units(quantity: int, price: int) -> None:
    assert unit_price(5990, TIERS, quantity) == price
    assert unit_price(5990, list(reversed(TIERS)), quantity) == price


def test_without_tiers_the_price_is_the_price() -> None:
    assert unit_price(5990, [], 1000) == 5990


@given(priced(), st.integers(1, 2000), st.integers(1, 2000))
def test_a_price_is_never_above_the_base_and_never_rises_with_quantity(
    offered: tuple[int, int, list[dict[str, int]]], one: int, other: int
) -> None:
    price, minimum, tiers = offered
    check_tiers(price, minimum, tiers, field="price_tiers")
    fewer, more = sorted((one, other))
    assert 0 < unit_price(price, tiers, more) <= unit_price(price, tiers, fewer) <= price
    for before, tier in zip([price, *(t["price_fen"] for t in tiers)], tiers, strict=False):
        assert unit_price(price, tiers, tier["from_quantity"]) == tier["price_fen"]
        assert unit_price(price, tiers, tier["from_quantity"] - 1) == before


@pytest.mark.parametrize(
    "tiers",
    [
        [{"from_quantity": 2, "price_fen": 5000}],
        [{"from_quantity": 3, "price_fen": 5990}],
        [{"from_quantity": 3, "price_fen": 6000}],
        [{"from_quantity": 3, "price_fen": 0}],
        [{"from_quantity": 5, "price_fen": 5000}, {"from_quantity": 5, "price_fen": 4000}],
        [{"from_quantity": 5, "price_fen": 5000}, {"from_quantity": 4, "price_fen": 4000}],
        [{"from_quantity": 5, "price_fen": 5000}, {"from_quantity": 9, "price_fen": 5000}],
    ],
)
def test_tiers_that_do_not_rise_and_fall_are_refused(tiers: list[dict[str, Any]]) -> None:
    with pytest.raises(PriceTiersInvalid) as refused:
        check_tiers(5990, 2, tiers, field="skus.0.price_tiers")
    assert refused.value.field == "skus.0.price_tiers"
