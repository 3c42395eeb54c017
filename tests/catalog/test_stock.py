"""Stock: promised all or none, given back once, never below zero."""

import threading
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError

from backend import Service
from backend.catalog.stock.keeping import OutOfStock, StockBelowReserved, correct, release, reserve
from backend.catalog.stock.models import SkuStock, StockMovement
from backend.core.database import db, transaction
from backend.core.errors import NotFound
from tests.core.contexts import apart
from tests.factories import ProductFactory, SkuFactory
from tests.racing import at_once

pytestmark = pytest.mark.usefixtures("app")


def stock_of(sku_id: int) -> tuple[int, int]:
    """On hand and reserved, as they lie in the database."""
    query = select(SkuStock.on_hand, SkuStock.reserved).filter_by(sku_id=sku_id)
    on_hand, reserved = db.session.execute(query).one()
    return on_hand, reserved


def ledger_of(sku_id: int) -> tuple[int, int]:
    """What the movements add up to."""
    query = select(
        func.coalesce(func.sum(StockMovement.on_hand_change), 0),
        func.coalesce(func.sum(StockMovement.reserved_change), 0),
    ).filter_by(sku_id=sku_id)
    on_hand, reserved = db.session.execute(query).one()
    return int(on_hand), int(reserved)


def movements(sku_id: int) -> list[tuple[str, str, int, int]]:
    query = (
        select(
            StockMovement.kind,
            StockMovement.cause,
            StockMovement.on_hand_change,
            StockMovement.reserved_change,
        )
        .filter_by(sku_id=sku_id)
        .order_by(StockMovement.id)
        .offset(1)
    )
    return [tuple(row) for row in db.session.execute(query)]


def take(quantities: dict[int, int], cause: str = "order:X1") -> None:
    with transaction():
        reserve(quantities, cause)


def give_back(quantities: dict[int, int], cause: str = "order:X1:end") -> None:
    with transaction():
        release(quantities, cause)


def test_what_is_reserved_is_no_longer_available() -> None:
    sku = SkuFactory(stock=10)
    take({sku.id: 4})
    assert stock_of(sku.id) == (10, 4)
    assert movements(sku.id) == [("reserve", "order:X1", 0, 4)]


def test_the_last_unit_can_be_had_and_not_one_more() -> None:
    sku = SkuFactory(stock=3)
    take({sku.id: 3})
    with pytest.raises(OutOfStock):
        take({sku.id: 1}, "order:X2")
    assert stock_of(sku.id) == (3, 3)


def test_all_of_an_order_is_reserved_or_none() -> None:
    plenty, scarce, none = (SkuFactory(stock=stock) for stock in (10, 2, 0))
    with pytest.raises(OutOfStock) as refusal:
        take({plenty.id: 1, scarce.id: 3, none.id: 1})
    assert refusal.value.extra == {"sku_ids": [str(scarce.id), str(none.id)]}
    for sku, stock in ((plenty, 10), (scarce, 2), (none, 0)):
        assert stock_of(sku.id) == (stock, 0)
        assert movements(sku.id) == []


def test_a_sku_that_does_not_exist_is_out_of_stock() -> None:
    sku = SkuFactory(stock=10)
    with pytest.raises(OutOfStock):
        take({sku.id: 1, 999_999: 1})
    assert stock_of(sku.id) == (10, 0)


def test_what_is_released_is_available_again() -> None:
    tea, rice = SkuFactory(stock=10), SkuFactory(stock=5)
    take({tea.id: 4, rice.id: 5})
    give_back({tea.id: 4, rice.id: 5})
    assert (stock_of(tea.id), stock_of(rice.id)) == ((10, 0), (5, 0))
    assert movements(tea.id) == [
        ("reserve", "order:X1", 0, 4),
        ("release", "order:X1:end", 0, -4),
    ]


def test_a_cause_reserves_once_and_releases_once() -> None:
    sku = SkuFactory(stock=10)
    take({sku.id: 4})
    with pytest.raises(IntegrityError):
        take({sku.id: 4})
    take({sku.id: 2}, "order:X2")
    give_back({sku.id: 4})
    with pytest.raises(IntegrityError):
        give_back({sku.id: 2})
    assert stock_of(sku.id) == (10, 2)
    assert ledger_of(sku.id) == (10, 2)


def test_more_than_was_reserved_cannot_be_released() -> None:
    sku = SkuFactory(stock=10)
    take({sku.id: 4})
    with pytest.raises(IntegrityError):
        give_back({sku.id: 5})
    assert stock_of(sku.id) == (10, 4)


def test_what_never_had_stock_cannot_be_released() -> None:
    with pytest.raises(NotFound):
        give_back({999_999: 1})


def test_a_rollback_takes_the_reservation_and_its_reason_along() -> None:
    sku = SkuFactory(stock=10)
    with pytest.raises(ZeroDivisionError), transaction():
        reserve({sku.id: 4}, "order:X1")
        raise ZeroDivisionError
    assert (stock_of(sku.id), movements(sku.id)) == ((10, 0), [])


@pytest.mark.parametrize(
    "change", ["reserved = on_hand + 1", "on_hand = reserved - 1", "reserved = -1"]
)
def test_the_database_itself_refuses_less_than_nothing(change: str) -> None:
    sku = SkuFactory(stock=10)
    take({sku.id: 4})
    statement = text(f"UPDATE sku_stocks SET {change} WHERE sku_id = :sku_id")
    with pytest.raises(IntegrityError), transaction():
        db.session.execute(statement, {"sku_id": sku.id})
    assert stock_of(sku.id) == (10, 4)


@pytest.mark.parametrize(
    "change", ["UPDATE stock_movements SET cause = 'x'", "DELETE FROM stock_movements"]
)
def test_the_reasons_cannot_be_rewritten(change: str) -> None:
    sku = SkuFactory(stock=10)
    with pytest.raises(IntegrityError, match="only ever added to"), transaction():
        db.session.execute(text(change))
    assert ledger_of(sku.id) == (10, 0)


@pytest.mark.slow
def test_of_many_at_once_exactly_as_many_succeed_as_there_is_stock(app: Service) -> None:
    sku = SkuFactory(stock=5)
    work = apart(app, lambda buyer: reserve({sku.id: 1}, f"order:{buyer}"))
    seen = at_once(work, range(9))
    assert [isinstance(one, OutOfStock) for one in seen].count(True) == 4
    assert stock_of(sku.id) == ledger_of(sku.id) == (5, 5)


@pytest.mark.slow
def test_orders_of_the_same_goods_in_opposite_order_never_block_each_other(app: Service) -> None:
    tea, rice = SkuFactory(stock=100), SkuFactory(stock=100)

    def order_often(buyer: int) -> None:
        pair = (tea.id, rice.id) if buyer % 2 else (rice.id, tea.id)
        for turn in range(10):
            with transaction():
                reserve(dict.fromkeys(pair, 1), f"order:{buyer}:{turn}")

    assert at_once(apart(app, order_often), range(4)) == [None] * 4
    assert stock_of(tea.id) == stock_of(rice.id) == (100, 40)


@pytest.mark.slow
def test_whoever_comes_second_waits_and_sees_what_the_first_left(app: Service) -> None:
    sku = SkuFactory(stock=5)
    holding = threading.Event()

    def order(buyer: str) -> None:
        if buyer == "second":
            holding.wait(5)
            reserve({sku.id: 3}, "order:second")
            return
        reserve({sku.id: 3}, "order:first")
        holding.set()
        threading.Event().wait(0.2)

    first, second = at_once(apart(app, order), ["first", "second"])
    assert first is None
    assert isinstance(second, OutOfStock)
    assert stock_of(sku.id) == (5, 3)


STEPS = st.lists(
    st.tuples(st.sampled_from(["reserve", "release", "correct"]), st.integers(0, 5)), max_size=20
)


class Shelf:
    """A SKU and what its stock should be, kept by hand beside the service."""

    def __init__(self, product_id: int) -> None:
        self.sku_id = SkuFactory(product_id=product_id, stock=7).id
        self.on_hand = 7
        self.promises: list[tuple[str, int]] = []

    @property
    def reserved(self) -> int:
        return sum(quantity for _, quantity in self.promises)

    def take_step(self, number: int, kind: str, size: int) -> None:
        """One step of the service, and the same by hand when it may succeed."""
        cause = f"step:{number}"
        if kind == "reserve" and size:
            possible = size <= self.on_hand - self.reserved
            assert self._goes(lambda: reserve({self.sku_id: size}, cause)) == possible
            self.promises += [(cause, size)] if possible else []
        elif kind == "release" and self.promises:
            promised, quantity = self.promises.pop(size % len(self.promises))
            assert self._goes(lambda: release({self.sku_id: quantity}, f"{promised}:end"))
        elif kind == "correct":
            change = size - 3
            possible = self.on_hand + change >= self.reserved
            went = self._goes(lambda: correct(self.sku_id, change, "盘点", None, cause))
            assert went == possible
            self.on_hand += change if possible else 0

    @staticmethod
    def _goes(work: Callable[[], object]) -> bool:
        try:
            with transaction():
                work()
        except (OutOfStock, StockBelowReserved):
            return False
        return True


@settings(
    deadline=None,
    max_examples=15,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(STEPS)
def test_whatever_happens_the_movements_add_up_to_the_stock(steps: list[tuple[str, int]]) -> None:
    shelf = Shelf(ProductFactory().id)
    for number, (kind, size) in enumerate(steps):
        shelf.take_step(number, kind, size)
        assert stock_of(shelf.sku_id) == (shelf.on_hand, shelf.reserved)
        assert ledger_of(shelf.sku_id) == (shelf.on_hand, shelf.reserved)
