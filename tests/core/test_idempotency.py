"""The same request sent twice is done once."""

import threading
from typing import Any

import pytest
from sqlalchemy import func, select

from backend import Service
from backend.core.database import db, transaction
from backend.core.idempotency import IdempotencyKey, KeyUsedOtherwise, claim
from tests.core.contexts import apart
from tests.racing import at_once

KEY = "7d0f8c1e-2b53-4a35"
BODY: dict[str, Any] = {"lines": [{"sku_id": "1", "quantity": 2}], "remark": "轻拿轻放"}


def claim_once(outcome: str, body: dict[str, Any] = BODY, **changes: Any) -> str | None:
    wish = {"user_id": 1, "purpose": "place_order", "key": KEY, **changes}
    with transaction():
        return claim(body=body, outcome=outcome, **wish)


def claims() -> int:
    return db.session.scalar(select(func.count()).select_from(IdempotencyKey)) or 0


def test_a_new_key_is_claimed_and_the_same_again_shows_the_first_outcome(app: Service) -> None:
    assert claim_once("X1") is None
    assert claim_once("X2") == "X1"
    assert claim_once("X3") == "X1"
    assert claims() == 1


def test_spacing_and_order_of_a_body_do_not_matter(app: Service) -> None:
    claim_once("X1", {"a": 1, "b": {"c": "茶", "d": [1, 2]}})
    assert claim_once("X2", {"b": {"d": [1, 2], "c": "茶"}, "a": 1}) == "X1"


@pytest.mark.parametrize(
    "other",
    [
        {},
        {**BODY, "remark": "轻拿轻放。"},
        {**BODY, "more": None},
        {**BODY, "lines": [{"sku_id": "1", "quantity": 3}]},
        {**BODY, "lines": [{"sku_id": 1, "quantity": 2}]},
    ],
)
def test_the_same_key_with_another_body_is_refused(app: Service, other: dict[str, Any]) -> None:
    claim_once("X1")
    with pytest.raises(KeyUsedOtherwise) as refusal:
        claim_once("X2", other)
    assert refusal.value.field == "Idempotency-Key"
    assert claim_once("X3") == "X1"


@pytest.mark.parametrize(
    "other", [{"user_id": 2}, {"purpose": "stock_correction"}, {"key": "another-key"}]
)
def test_keys_of_others_and_for_other_purposes_do_not_meet(
    app: Service, other: dict[str, Any]
) -> None:
    claim_once("X1")
    assert claim_once("X2", **other) is None
    assert claims() == 2


def test_after_a_rollback_the_key_is_free_again(app: Service) -> None:
    with pytest.raises(ZeroDivisionError), transaction():
        claim(1, "place_order", KEY, BODY, "X1")
        raise ZeroDivisionError
    assert claims() == 0
    assert claim_once("X2") is None


@pytest.mark.slow
def test_of_eight_at_once_one_claims_and_seven_see_its_outcome(app: Service) -> None:
    def run(outcome: str) -> str | None:
        return claim(1, "place_order", KEY, BODY, outcome)

    outcomes = [f"X{number}" for number in range(8)]
    seen = at_once(apart(app, run), outcomes)
    assert seen.count(None) == 1
    winner = outcomes[seen.index(None)]
    assert [one for one in seen if one is not None] == [winner] * 7
    assert claims() == 1


@pytest.mark.slow
def test_of_two_bodies_at_once_under_one_key_one_is_refused(app: Service) -> None:
    def run(quantity: int) -> str | None:
        return claim(1, "place_order", KEY, {"quantity": quantity}, f"X{quantity}")

    seen = at_once(apart(app, run), [1, 2])
    assert sorted(map(type, seen), key=str) == sorted([type(None), KeyUsedOtherwise], key=str)


@pytest.mark.slow
def test_a_twin_waits_for_the_first_and_claims_the_key_when_that_one_fails(app: Service) -> None:
    claimed = threading.Event()

    def run(role: str) -> str | None:
        if role == "twin":
            claimed.wait(5)
            return claim(1, "place_order", KEY, BODY, "twin")
        claim(1, "place_order", KEY, BODY, "first")
        claimed.set()
        threading.Event().wait(0.2)
        raise KeyUsedOtherwise

    first, twin = at_once(apart(app, run), ["first", "twin"])
    assert isinstance(first, KeyUsedOtherwise)
    assert twin is None
    assert db.session.scalars(select(IdempotencyKey.outcome)).all() == ["twin"]
