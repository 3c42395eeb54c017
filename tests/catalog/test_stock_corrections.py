"""An operator corrects a stock for a reason, once for an idempotency key."""

from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from backend.catalog.stock.keeping import reserve
from backend.catalog.stock.models import SkuStock, StockMovement
from backend.core.audit import AuditEntry
from backend.core.caller import Role
from backend.core.database import db, transaction
from tests.api import Api, Person
from tests.factories import SkuFactory, staff

REASON = "盘点少三箱"


@pytest.fixture
def operator(api: Api) -> Person:
    return staff(api)


def change_stock(
    who: Person, sku_id: int, change: Any, status: int = 201, key: str | None = None
) -> Any:
    path = f"/v1/operator/skus/{sku_id}/stock-corrections"
    headers = {"Idempotency-Key": key or uuid4().hex}
    return who.post(path, {"change": change, "reason": REASON}, status, **headers)


def stock_of(sku_id: int) -> tuple[int, int]:
    query = select(SkuStock.on_hand, SkuStock.reserved).filter_by(sku_id=sku_id)
    on_hand, reserved = db.session.execute(query).one()
    return on_hand, reserved


def audited() -> list[tuple[int | None, str, str | None, dict[str, Any]]]:
    query = select(
        AuditEntry.by_user_id, AuditEntry.subject, AuditEntry.reason, AuditEntry.detail
    ).where(AuditEntry.action == "correct_stock", AuditEntry.by_user_id.is_not(None))
    return [tuple(row) for row in db.session.execute(query)]


@pytest.mark.parametrize(("change", "left"), [(-3, 7), (5, 15), (-10, 0)])
def test_a_correction_changes_what_is_on_hand(operator: Person, change: int, left: int) -> None:
    sku = SkuFactory(stock=10)
    assert change_stock(operator, sku.id, change) == {"available": left}
    assert stock_of(sku.id) == (left, 0)


def test_a_correction_is_kept_with_its_reason_and_audited(operator: Person) -> None:
    sku = SkuFactory(stock=10)
    change_stock(operator, sku.id, -3)
    movement = db.session.scalars(
        select(StockMovement).filter_by(sku_id=sku.id).order_by(StockMovement.id.desc()).limit(1)
    ).one()
    assert (movement.kind, movement.on_hand_change, movement.reserved_change) == ("correct", -3, 0)
    assert movement.reason == REASON
    assert audited() == [(operator.id, f"sku:{sku.id}", REASON, {"change": -3})]


def test_what_is_promised_cannot_be_taken_away(operator: Person) -> None:
    sku = SkuFactory(stock=10)
    with transaction():
        reserve({sku.id: 6}, "order:X1")
    refusal = change_stock(operator, sku.id, -5, 409)
    assert (refusal["code"], refusal["field"]) == ("stock_below_reserved", "change")
    assert stock_of(sku.id) == (10, 6)
    assert audited() == []
    assert change_stock(operator, sku.id, -4) == {"available": 0}


def test_after_a_refusal_the_key_is_free_again(operator: Person) -> None:
    sku = SkuFactory(stock=2)
    change_stock(operator, sku.id, -3, 409, key="same-key-1")
    change_stock(operator, sku.id, 3, 201, key="same-key-1")
    assert stock_of(sku.id) == (5, 0)


def test_the_same_key_corrects_once(operator: Person) -> None:
    sku = SkuFactory(stock=10)
    for _ in range(3):
        assert change_stock(operator, sku.id, -3, key="same-key-1") == {"available": 7}
    count = select(func.count()).select_from(StockMovement).filter_by(sku_id=sku.id)
    assert db.session.scalar(count) == 2
    assert len(audited()) == 1


def test_the_same_key_for_another_correction_is_refused(operator: Person) -> None:
    tea, rice = SkuFactory(stock=10), SkuFactory(stock=10)
    change_stock(operator, tea.id, -3, key="same-key-1")
    for sku, change in ((tea, -4), (rice, -3)):
        refusal = change_stock(operator, sku.id, change, 422, key="same-key-1")
        assert refusal["code"] == "idempotency_key_used_otherwise"
    assert (stock_of(tea.id), stock_of(rice.id)) == ((7, 0), (10, 0))


def test_two_operators_may_use_the_same_key(api: Api, operator: Person) -> None:
    sku = SkuFactory(stock=10)
    change_stock(operator, sku.id, -3, key="same-key-1")
    change_stock(staff(api), sku.id, -3, key="same-key-1")
    assert stock_of(sku.id) == (4, 0)


def test_a_sku_that_does_not_exist_is_not_found(operator: Person) -> None:
    assert change_stock(operator, 999, 1, 404)["code"] == "not_found"
    assert audited() == []


@pytest.mark.parametrize("change", [1_000_001, -1_000_001, "5", 1.0, True, None])
def test_a_change_is_a_whole_number_of_bearable_size(operator: Person, change: Any) -> None:
    sku = SkuFactory(stock=10)
    refusal = change_stock(operator, sku.id, change, 422)
    assert (refusal["code"], refusal["field"]) == ("invalid_input", "change")
    assert stock_of(sku.id) == (10, 0)


def test_a_correction_needs_a_key(operator: Person) -> None:
    sku = SkuFactory(stock=10)
    path = f"/v1/operator/skus/{sku.id}/stock-corrections"
    refusal = operator.post(path, {"change": 1, "reason": REASON}, 422)
    assert refusal["field"] == "Idempotency-Key"


def test_only_an_operator_corrects(api: Api) -> None:
    sku = SkuFactory(stock=10)
    for who in (api.log_in(), staff(api, Role.finance)):
        assert change_stock(who, sku.id, 1, 403)["code"] == "not_allowed"
    assert stock_of(sku.id) == (10, 0)


def test_a_correction_that_corrects_nothing_is_refused(operator: Person) -> None:
    problem = change_stock(operator, SkuFactory().id, 0, status=422)
    assert (problem["code"], problem["field"]) == ("invalid_input", "change")
