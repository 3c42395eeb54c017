"""A price is flagged above 1.3 times the market price, to the fen; Python and SQL agree."""

import json
from typing import Any

from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend.catalog.products.differences import differences
from backend.catalog.products.prices import FLAGGED, flags
from backend.core.database import db
from tests.catalog.products.contents import sku_said


def priced(*pairs: tuple[int, int | None]) -> dict[str, Any]:
    return {"skus": [{"price_fen": price, "market_price_fen": market} for price, market in pairs]}


def test_a_price_is_flagged_from_the_first_fen_above() -> None:
    assert flags(priced((1300, 1000))) == []
    assert flags(priced((1000, 1000), (1301, 1000))) == [
        {"flag": "price_above_market", "field": "skus.1.price_fen"}
    ]
    assert flags(priced((9_999_999, None))) == []


@st.composite
def near_the_line(draw: st.DrawFn) -> tuple[int, int | None]:
    """A price about 1.3 times the market price, or one without a market price."""
    market = draw(st.integers(10, 10_000))
    price = market * 13 // 10 + draw(st.integers(-2, 2))
    return price, draw(st.sampled_from([market, market, None]))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(st.lists(near_the_line(), min_size=1, max_size=4))
def test_the_queue_asks_the_database_the_same_question(
    app: Flask, pairs: list[tuple[int, int | None]]
) -> None:
    content = priced(*pairs)
    query = f"SELECT {FLAGGED} FROM (SELECT CAST(:content AS jsonb) AS content) v"
    found = db.session.execute(db.text(query), {"content": json.dumps(content)}).scalar_one()
    assert found == bool(flags(content))


def test_a_difference_names_member_and_both_values() -> None:
    a, b, c = (sku_said(code) for code in "ABC")
    old = {"name": "茶", "pictures": ["a.webp"], "skus": [a, b]}
    new = {"name": "茶", "pictures": ["b.webp"], "skus": [c, b | {"price_fen": 1}]}
    assert differences(old, new) == [
        {"member": "pictures", "old": ["a.webp"], "new": ["b.webp"]},
        {"member": "skus.C", "old": None, "new": c},
        {"member": "skus.B.price_fen", "old": 5990, "new": 1},
        {"member": "skus.A", "old": a, "new": None},
    ]
    assert differences(new, new) == []
    assert differences(None, {"name": "茶", "skus": [a]}) == [
        {"member": "name", "old": None, "new": "茶"},
        {"member": "skus.A", "old": None, "new": a},
    ]
