"""Money and weight: whole fen, whole grams, rounded half up once, shared out without a rest."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.core.money import amount_by_weight, divide_half_up, share_out, yuan

MODEST = settings(deadline=None, max_examples=100)
AMOUNTS = st.integers(min_value=0, max_value=10**13)
WEIGHTS = st.lists(st.integers(min_value=0, max_value=10**9), min_size=1, max_size=40)


@pytest.mark.parametrize(
    ("numerator", "denominator", "whole"),
    [
        (0, 7, 0),
        (1, 2, 1),
        (-1, 2, -1),
        (3, 2, 2),
        (5, 2, 3),
        (-5, 2, -3),
        (49, 100, 0),
        (50, 100, 1),
        (149, 100, 1),
        (10**30 + 5, 10, 10**29 + 1),
    ],
)
def test_a_half_is_rounded_away_from_zero(numerator: int, denominator: int, whole: int) -> None:
    assert divide_half_up(numerator, denominator) == whole


@MODEST
@given(st.integers(min_value=-(10**15), max_value=10**15), st.integers(1, 10**6))
def test_dividing_agrees_with_decimal_rounding(numerator: int, denominator: int) -> None:
    exact = Fraction(numerator, denominator)
    rounded = divide_half_up(numerator, denominator)
    assert abs(exact - rounded) <= Fraction(1, 2)
    if denominator in {1, 2, 4, 5, 8, 10, 100, 1000}:
        judge = (Decimal(numerator) / denominator).quantize(Decimal(1), ROUND_HALF_UP)
        assert rounded == int(judge)


@MODEST
@given(AMOUNTS, st.sampled_from([1, 2, 10, 100, 1000, 10_000]))
def test_dividing_by_a_power_of_ten_is_what_an_accountant_gets(fen: int, by: int) -> None:
    judge = (Decimal(fen) / by).quantize(Decimal(1), ROUND_HALF_UP)
    assert divide_half_up(fen, by) == int(judge)
    assert divide_half_up(-fen, by) == -int(judge)


@pytest.mark.parametrize("denominator", [0, -1])
def test_dividing_by_nothing_is_refused(denominator: int) -> None:
    with pytest.raises(ValueError, match="positive"):
        divide_half_up(1, denominator)


@pytest.mark.parametrize(
    ("paid_grams", "weighed_grams", "fen_per_kg", "refund_fen"),
    [(12_350, 11_360, 107, 105), (12_000, 11_360, 4680, 2995)],
)
def test_a_refund_for_less_weight_is_what_was_paid_less_what_is_due(
    paid_grams: int, weighed_grams: int, fen_per_kg: int, refund_fen: int
) -> None:
    paid = amount_by_weight(paid_grams, fen_per_kg)
    due = amount_by_weight(weighed_grams, fen_per_kg)
    assert paid - due == refund_fen


def test_pricing_the_difference_itself_would_be_a_fen_off() -> None:
    assert amount_by_weight(12_350 - 11_360, 107) == 106


def test_a_weight_costs_what_the_scale_says() -> None:
    assert amount_by_weight(12_000, 4680) == 56_160
    assert amount_by_weight(11_360, 4680) == 53_165
    assert amount_by_weight(0, 4680) == 0


@pytest.mark.parametrize(
    ("total", "weights", "parts"),
    [
        (10_000, [1, 1, 1], [3334, 3333, 3333]),
        (
            8600,
            [12_345, 6789, 1011, 2222, 31, 900, 4800],
            [3778, 2078, 309, 680, 10, 276, 1469],
        ),
        (0, [3, 4], [0, 0]),
        (7, [0, 0], [4, 3]),
        (5, [0, 1, 0], [0, 5, 0]),
        (1, [1, 1, 1, 1], [1, 0, 0, 0]),
        (100, [1], [100]),
    ],
)
def test_a_sum_is_split_by_the_largest_remainder(
    total: int, weights: list[int], parts: list[int]
) -> None:
    assert share_out(total, weights) == parts


@MODEST
@given(AMOUNTS, WEIGHTS)
def test_parts_add_up_and_none_is_a_whole_fen_off(total: int, weights: list[int]) -> None:
    parts = share_out(total, weights)
    shares = weights if any(weights) else [1] * len(weights)
    assert sum(parts) == total
    assert len(parts) == len(weights)
    for part, share in zip(parts, shares, strict=True):
        assert part >= 0
        assert abs(part - Fraction(total * share, sum(shares))) < 1


@MODEST
@given(AMOUNTS, WEIGHTS)
def test_whoever_weighs_more_never_gets_less(total: int, weights: list[int]) -> None:
    parts = share_out(total, weights)
    by_weight = sorted(zip(weights, parts, strict=True))
    for (weight, part), (more, larger) in pairwise(by_weight):
        assert weight == more or part <= larger


@MODEST
@given(AMOUNTS, st.integers(1, 40))
def test_equal_shares_differ_by_a_fen_at_most_and_the_first_get_it(total: int, heads: int) -> None:
    parts = share_out(total, [1] * heads)
    assert max(parts) - min(parts) <= 1
    assert parts == sorted(parts, reverse=True)


@pytest.mark.parametrize(("total", "weights"), [(-1, [1]), (1, [1, -1]), (1, [])])
def test_what_cannot_be_shared_out_is_refused(total: int, weights: list[int]) -> None:
    with pytest.raises(ValueError, match=r"shared|share with"):
        share_out(total, weights)


@pytest.mark.parametrize(
    ("fen", "text"),
    [
        (0, "0.00"),
        (5, "0.05"),
        (-5, "-0.05"),
        (123_456, "1,234.56"),
        (-100_000_000, "-1,000,000.00"),
    ],
)
def test_people_read_yuan(fen: int, text: str) -> None:
    assert yuan(fen) == text
