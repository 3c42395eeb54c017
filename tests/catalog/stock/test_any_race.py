"""Reservations, releases and corrections at the same moment: never negative, all explained."""

import random

import pytest
from sqlalchemy import text

from backend import Service
from backend.catalog.stock import ledger
from backend.catalog.stock.keeping import OutOfStock, StockBelowReserved, correct, release, reserve
from backend.core.database import db, transaction
from backend.core.errors import DomainError
from tests.factories import SkuFactory
from tests.racing import at_once

THREADS, TURNS = 12, 25


class Hand:
    """One of many who use the same SKUs at once, each by its own dice."""

    def __init__(self, app: Service, sku_ids: list[int], number: int) -> None:
        self._app = app
        self._sku_ids = sku_ids
        self._number = number
        self._dice = random.Random(number)
        self._promises: list[tuple[dict[int, int], str]] = []
        self.refused = 0
        self.negative = 0

    def work(self) -> None:
        with self._app.app_context():
            for turn in range(TURNS):
                try:
                    with transaction():
                        self._step(f"order:{self._number}:{turn}")
                except (OutOfStock, StockBelowReserved):
                    self.refused += 1
                with transaction():
                    self.negative += len(db.session.execute(BELOW_ZERO).all())

    def _step(self, cause: str) -> None:
        kind = self._dice.choice(["reserve", "reserve", "reserve", "release", "correct"])
        if kind == "release" and self._promises:
            quantities, promised = self._promises.pop()
            release(quantities, f"{promised}:end")
        elif kind == "correct":
            change = self._dice.choice([-3, -2, 2, 3])
            correct(self._dice.choice(self._sku_ids), change, "盘点", None, cause)
        else:
            quantities = {
                sku_id: self._dice.randint(1, 3)
                for sku_id in self._dice.sample(self._sku_ids, len(self._sku_ids) - 1)
            }
            reserve(quantities, cause)
            self._promises.append((quantities, cause))

    def promised(self, sku_id: int) -> int:
        return sum(quantities.get(sku_id, 0) for quantities, _ in self._promises)


BELOW_ZERO = text("SELECT 1 FROM sku_stocks WHERE reserved < 0 OR on_hand < reserved")


@pytest.mark.slow
def test_whatever_races_the_movements_add_up_and_nothing_falls_below_zero(app: Service) -> None:
    sku_ids = [SkuFactory(stock=20).id for _ in range(3)]
    hands = [Hand(app, sku_ids, number) for number in range(THREADS)]

    failures = at_once(_result_of, hands)

    assert failures == [None] * THREADS
    assert sum(hand.refused for hand in hands) > 0, "there was something to fight about"
    assert sum(hand.negative for hand in hands) == 0
    assert ledger.check() == []
    for sku_id in sku_ids:
        row = db.session.execute(
            text("SELECT on_hand, reserved FROM sku_stocks WHERE sku_id = :id"), {"id": sku_id}
        ).one()
        newest = ledger.list_movements(sku_id, limit=1, cursor=None).items[0]
        assert (newest["on_hand"], newest["reserved"]) == tuple(row)
        assert row.reserved == sum(hand.promised(sku_id) for hand in hands)


def _result_of(hand: Hand) -> DomainError | None:
    try:
        hand.work()
    except DomainError as error:
        return error
    return None
