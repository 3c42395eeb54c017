"""What sending costs: steps, areas, free delivery, and the split over the lines to the fen."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.catalog.freight.charging import FreightLine, Rule, Template, charge_by

MODEST = settings(deadline=None, max_examples=150)
ANHUA, YIYANG, HUNAN = "430923", "430900", "430000"
CHANGSHA, XINJIANG = "430104", "650102"


def rule(*area_codes: str, **changes: Any) -> Rule:
    """8.00 for the first piece, 2.00 for each further, unless told otherwise."""
    return replace(Rule(area_codes, True, 1, 800, 1, 200), **changes)


def refusal(*area_codes: str) -> Rule:
    return rule(*area_codes, deliverable=False)


def template(*rules: Rule, **changes: Any) -> Template:
    return replace(Template(1, 1, "piece", None, True, rules or (rule(),)), **changes)


def line(quantity: int = 1, **changes: Any) -> FreightLine:
    return replace(FreightLine(1, None, quantity, 500 * quantity, 3000 * quantity), **changes)


def fen(one: Template, *lines: FreightLine, to: str = ANHUA) -> tuple[int, ...]:
    return charge_by([one], lines, to).per_line_fen


@pytest.mark.parametrize(
    ("pieces", "charged"), [(1, 800), (3, 800), (4, 1000), (5, 1000), (6, 1200), (7, 1200)]
)
def test_a_further_step_is_charged_as_soon_as_it_is_begun(pieces: int, charged: int) -> None:
    steps = template(rule(first_amount=3, next_amount=2))
    assert fen(steps, line(pieces)) == (charged,)


@pytest.mark.parametrize(
    ("grams", "charged"),
    [(0, 800), (1, 800), (1000, 800), (1001, 1000), (1500, 1000), (1501, 1200)],
)
def test_steps_by_weight_are_in_grams_whatever_the_number_of_pieces(
    grams: int, charged: int
) -> None:
    by_weight = template(rule(first_amount=1000, next_amount=500), charged_by="weight")
    assert fen(by_weight, line(40, weight_g=grams)) == (charged,)


def test_lines_of_one_template_travel_together() -> None:
    assert sum(fen(template(), line(1), line(1), line(1))) == 800 + 2 * 200


def test_a_line_that_names_the_default_travels_with_those_that_name_none() -> None:
    assert fen(template(), line(), line(template_id=1)) == (500, 500)


def test_lines_of_two_templates_are_charged_apart() -> None:
    own = template(rule(first_fen=1500), id=2, is_default=False)
    charged = charge_by([template(), own], [line(), line(template_id=2)], ANHUA)
    assert charged.per_line_fen == (800, 1500)
    assert charged.total_fen == 2300


def test_two_producers_charge_apart() -> None:
    other = template(rule(first_fen=1500), id=2, producer_id=2)
    charged = charge_by([template(), other], [line(), line(producer_id=2)], ANHUA)
    assert charged.per_line_fen == (800, 1500)


def test_another_producers_template_charges_nobody_else() -> None:
    foreign = template(rule(first_fen=9900), id=7, producer_id=2)
    assert charge_by([template(), foreign], [line(template_id=7)], ANHUA).per_line_fen == (800,)


def test_without_a_template_delivery_is_free() -> None:
    charged = charge_by([template()], [line(producer_id=5)], None)
    assert (charged.per_line_fen, charged.area_needed) == ((0,), False)


def test_a_template_that_is_not_loaded_any_more_leaves_its_lines_to_the_default() -> None:
    assert fen(template(), line(template_id=99)) == (800,)


@pytest.mark.parametrize(("worth", "charged"), [(9899, 800), (9900, 0), (9901, 0)])
def test_goods_worth_the_amount_are_sent_free(worth: int, charged: int) -> None:
    free = template(free_from_fen=9900)
    assert fen(free, line(amount_fen=worth)) == (charged,)


def test_lines_of_one_template_reach_the_free_amount_together() -> None:
    free = template(free_from_fen=9900)
    assert fen(free, line(amount_fen=5000), line(amount_fen=4900)) == (0, 0)


def test_free_delivery_reaches_nobody_where_nothing_is_sent() -> None:
    free = template(rule(), refusal("650000"), free_from_fen=100)
    charged = charge_by([free], [line(), line()], XINJIANG)
    assert (charged.total_fen, charged.not_deliverable) == (0, (0, 1))


@pytest.mark.parametrize(
    ("to", "charged"),
    [(ANHUA, 100), ("430903", 200), (CHANGSHA, 300), ("440305", 400), ("430900", 200)],
)
def test_the_narrowest_area_wins(to: str, charged: int) -> None:
    """Whatever the order in which the rules stand."""
    rules = [
        rule(HUNAN, first_fen=300),
        rule(ANHUA, "110101", first_fen=100),
        rule(first_fen=400),
        rule(YIYANG, first_fen=200),
    ]
    assert fen(template(*rules), line(), to=to) == (charged,)
    assert fen(template(*reversed(rules)), line(), to=to) == (charged,)


def test_where_no_rule_stands_for_the_rest_the_rest_is_not_delivered_to() -> None:
    only_hunan = template(rule(HUNAN))
    assert charge_by([only_hunan], [line()], CHANGSHA).not_deliverable == ()
    assert charge_by([only_hunan], [line()], XINJIANG).not_deliverable == (0,)


def test_lines_that_are_not_sent_are_named_and_the_others_are_charged() -> None:
    fresh = template(rule(), refusal("650000", "540000"), id=2, is_default=False)
    lines = [line(template_id=2), line(), line(template_id=2)]
    charged = charge_by([template(), fresh], lines, XINJIANG)
    assert charged.not_deliverable == (0, 2)
    assert charged.per_line_fen == (0, 800, 0)


def test_what_costs_the_same_everywhere_needs_no_area() -> None:
    charged = charge_by([template()], [line(2)], None)
    assert (charged.per_line_fen, charged.area_needed) == ((1000,), False)


@pytest.mark.parametrize(
    "rules",
    [
        (rule(), rule("650000", first_fen=2000)),
        (rule(), refusal("650000")),
        (rule(HUNAN),),
    ],
    ids=["dearer somewhere", "not sent somewhere", "sent somewhere only"],
)
def test_what_depends_on_the_area_is_not_guessed(rules: Sequence[Rule]) -> None:
    flat = template(id=2, producer_id=2)
    lines = [line(producer_id=2), line()]
    charged = charge_by([template(*rules), flat], lines, None)
    assert charged.area_needed
    assert (charged.per_line_fen, charged.not_deliverable) == ((0, 0), ())


def test_an_order_that_is_free_wherever_it_goes_needs_no_area() -> None:
    free = template(rule(), rule("650000", first_fen=2000), free_from_fen=3000)
    assert not charge_by([free], [line()], None).area_needed


def test_story_13_is_split_to_the_fen() -> None:
    goods = [12_345, 6789, 1011, 2222, 31, 900, 4800]
    flat = template(rule(first_fen=8600, next_fen=0))
    charged = fen(flat, *(line(amount_fen=amount) for amount in goods))
    assert charged == (3778, 2078, 309, 680, 10, 276, 1469)


def test_a_hundred_on_three_equal_lines() -> None:
    flat = template(rule(first_fen=10_000, next_fen=0))
    assert fen(flat, line(), line(), line()) == (3334, 3333, 3333)


PLACES = st.sampled_from([ANHUA, "430903", CHANGSHA, XINJIANG, "110101", "710000"])
AREAS = st.sampled_from(
    [ANHUA, YIYANG, HUNAN, CHANGSHA, "430100", "650000", "110000", "110100", "710000"]
)


@st.composite
def templates(draw: st.DrawFn, producer_id: int = 1, template_id: int = 1) -> Template:
    """Rules that share no area, with a rest rule or without."""
    areas = draw(st.lists(AREAS, unique=True, max_size=6))
    cuts = sorted(draw(st.lists(st.integers(0, len(areas)), max_size=3)))
    pairs = zip([0, *cuts], [*cuts, len(areas)], strict=True)
    named = [tuple(areas[a:b]) for a, b in pairs if a < b]
    rest = [()] if draw(st.booleans()) or not named else []
    amounts, prices = st.integers(1, 5000), st.integers(0, 100_000)
    rules = [
        Rule(codes, draw(st.booleans()), *(draw(each) for each in (amounts, prices) * 2))
        for codes in [*named, *rest]
    ]
    return Template(
        template_id,
        producer_id,
        draw(st.sampled_from(["piece", "weight"])),
        draw(st.none() | st.integers(1, 50_000)),
        draw(st.booleans()),
        tuple(rules),
    )


FLEETS = st.tuples(*(templates(p, t) for p, t in [(1, 1), (1, 2), (2, 3), (2, 4)])).filter(
    lambda found: (
        not (found[0].is_default and found[1].is_default)
        and not (found[2].is_default and found[3].is_default)
    )
)
LINES = st.lists(
    st.builds(
        FreightLine,
        st.integers(1, 3),
        st.none() | st.integers(1, 5),
        st.integers(1, 9999),
        st.integers(0, 10**6),
        st.integers(0, 10**7),
    ),
    max_size=12,
)


@MODEST
@given(FLEETS, LINES, PLACES | st.none())
def test_the_parts_are_what_the_templates_charge_and_never_negative(
    fleet: tuple[Template, ...], lines: list[FreightLine], to: str | None
) -> None:
    charged = charge_by(fleet, lines, to)
    assert len(charged.per_line_fen) == len(lines)
    assert all(part >= 0 for part in charged.per_line_fen)
    assert not any(charged.per_line_fen[i] for i in charged.not_deliverable)
    if charged.area_needed:
        assert (to, charged.total_fen) == (None, 0)
    if to is None:
        return
    due = 0
    for one in fleet:
        named_here = {each.id for each in fleet if each.producer_id == one.producer_id}
        mine = [
            each
            for each in lines
            if each.producer_id == one.producer_id
            and (
                each.template_id == one.id
                or (one.is_default and each.template_id not in named_here)
            )
        ]
        due += (one.fee(mine, to) or 0) if mine else 0
    assert charged.total_fen == due


@MODEST
@given(FLEETS, LINES)
def test_what_is_told_without_an_area_holds_in_every_area(
    fleet: tuple[Template, ...], lines: list[FreightLine]
) -> None:
    anywhere = charge_by(fleet, lines, None)
    if not anywhere.area_needed:
        for to in (ANHUA, CHANGSHA, XINJIANG, "110101", "820000"):
            assert charge_by(fleet, lines, to) == anywhere


@MODEST
@given(templates(), LINES.filter(bool), PLACES, st.integers(0, 11), st.integers(1, 10**5))
def test_more_of_anything_never_costs_less_unless_it_becomes_free(
    one: Template, lines: list[FreightLine], to: str, which: int, more: int
) -> None:
    one = replace(one, is_default=True, free_from_fen=None)
    i = which % len(lines)
    heavier = replace(
        lines[i], quantity=lines[i].quantity + more, weight_g=lines[i].weight_g + more
    )
    after = [*lines[:i], heavier, *lines[i + 1 :]]
    assert charge_by([one], after, to).total_fen >= charge_by([one], lines, to).total_fen


@MODEST
@given(templates(), LINES, PLACES)
def test_a_line_takes_part_in_the_charge_by_its_amount(
    one: Template, lines: list[FreightLine], to: str
) -> None:
    mine = [replace(each, producer_id=1, template_id=None) for each in lines]
    charged = charge_by([replace(one, is_default=True)], mine, to)
    by_amount = sorted(zip((each.amount_fen for each in mine), charged.per_line_fen, strict=True))
    for (amount, part), (larger, other) in pairwise(by_amount):
        assert amount == larger or part <= other
