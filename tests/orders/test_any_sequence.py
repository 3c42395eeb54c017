"""Whatever happens in whatever order: stock, money and credit agree in the end."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from backend.core.database import db
from tests.api import Api, Person
from tests.conftest import Time, Worker, empty
from tests.factories import SkuFactory, competitor

STOCK = 12
PRICES = (5990, 101, 12_345)

order_index = st.integers(0, 2)
actions = st.one_of(
    st.tuples(st.just("place"), st.integers(0, 1), st.integers(0, 2), st.integers(1, 4)),
    st.tuples(st.just("start_paying"), order_index),
    st.tuples(st.just("confirm"), order_index),
    st.tuples(st.just("pay_at_once"), order_index),
    st.tuples(st.just("cancel_while_paying"), order_index),
    st.tuples(st.just("notice"), order_index, st.integers(1, 3)),
    st.tuples(st.just("cancel"), order_index),
    st.tuples(st.just("refund"), order_index),
    st.tuples(st.just("work")),
    st.tuples(st.just("sweep")),
    st.tuples(st.just("wait"), st.sampled_from([1, 5, 16])),
)


THERE_AND_BACK: list[Any] = [
    ("pay_at_once", 0),
    ("wait", 1),
    ("sweep",),
    ("refund", 0),
    ("work",),
]
"""Chance seldom goes the whole way of a referred order: paid, heard of, refunded."""


@dataclass
class Placed:
    buyer: Person
    no: str
    parameters: dict[str, str] | None = None


@dataclass
class Shop:
    """A small shop with one referred and one unreferred buyer; WeChat holds its notices back."""

    api: Api
    worker: Worker
    time: Time
    skus: list[Any] = field(default_factory=list)
    orders: list[Placed] = field(default_factory=list)

    def open(self) -> None:
        self.api.wechat.post("/reset")
        self.api.wechat.delete("/notice-faults")
        self.api.wechat.post(
            "/notice-faults", {"action": "hold", "kind": "transaction", "times": -1}
        )
        self.skus = [SkuFactory(stock=STOCK, price_fen=price) for price in PRICES]
        self.seller = competitor(self.api)
        referred = self.api.log_in(visitor_id=self.api.visit(self.seller.make_link()))
        self.buyers = [referred, self.api.log_in()]

    def do(self, name: str, *given: int) -> None:
        getattr(self, name)(*given)

    def place(self, buyer: int, sku: int, quantity: int) -> None:
        wish = (self.skus[sku].id, quantity)
        total = self.skus[sku].price_fen * quantity
        answer = self.buyers[buyer].place(wish, status=None, total_fen=total)
        if "no" in answer:
            self.orders.append(Placed(self.buyers[buyer], answer["no"]))

    def start_paying(self, index: int) -> None:
        for placed in self.orders[index : index + 1]:
            answer = placed.buyer.start_paying(placed.no, status=None)
            if "paySign" in answer:
                placed.parameters = answer

    def confirm(self, index: int) -> None:
        for placed in self.orders[index : index + 1]:
            if placed.parameters:
                self.api.confirm_in_wechat(placed.parameters, placed.buyer.openid)

    def pay_at_once(self, index: int) -> None:
        self.start_paying(index)
        self.confirm(index)

    def cancel_while_paying(self, index: int) -> None:
        self.start_paying(index)
        self.cancel(index)
        self.confirm(index)

    def notice(self, index: int, times: int) -> None:
        known = self.api.wechat.get("/notices?kind=transaction")["notices"]
        for notice in known[index : index + 1]:
            body = {"times": times, "concurrently": times > 1}
            self.api.wechat.post(f"/notices/{notice['id']}/delivery", body)

    def cancel(self, index: int) -> None:
        for placed in self.orders[index : index + 1]:
            placed.buyer.cancel(placed.no, status=None)

    def refund(self, index: int) -> None:
        for placed in self.orders[index : index + 1]:
            placed.buyer.ask_refund(placed.no, status=None)

    def work(self) -> None:
        self.worker.run()

    def sweep(self) -> None:
        self.worker.sweep()

    def wait(self, minutes: int) -> None:
        self.time.travel(minutes=minutes)

    def come_to_rest(self) -> None:
        """Everything that is still on its way arrives."""
        self.wait(31)
        self.sweep()
        self.api.wechat.post("/notices/release")
        self.sweep()
        self.api.wait_for(lambda: not self._refunds_on_their_way())
        self.work()

    def _refunds_on_their_way(self) -> int:
        return number("SELECT count(*) FROM refunds WHERE state IN ('requested', 'processing')")


@pytest.mark.slow
@settings(
    max_examples=25,
    deadline=None,
    # An example takes about a second, so a failing one is shown as found and not made smaller.
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(sequence=st.lists(actions, min_size=6, max_size=24))
@example(sequence=THERE_AND_BACK)
def test_any_sequence_leaves_stock_money_and_credit_in_agreement(
    api: Api, worker: Worker, time: Time, database_url: str, sequence: list[Any]
) -> None:
    db.session.rollback()
    empty(database_url)
    shop = Shop(api, worker, time)
    shop.open()
    shop.place(buyer=0, sku=0, quantity=2)
    shop.place(buyer=1, sku=1, quantity=1)
    for action in sequence:
        shop.do(*action)
        assert_stock_is_conserved()
        assert_credit_follows_orders()
    shop.come_to_rest()
    assert_stock_is_conserved()
    assert_credit_follows_orders()
    assert_every_payment_is_one_paid_order_or_one_full_refund(api)


def assert_stock_is_conserved() -> None:
    """What is reserved is what living orders hold, and the movements explain all of it."""
    wrong = """
        SELECT k.sku_id, k.on_hand, k.reserved, held.quantity, moved.on_hand, moved.reserved
          FROM sku_stocks k
          LEFT JOIN LATERAL (
               SELECT coalesce(sum(l.quantity), 0) AS quantity
                 FROM order_lines l JOIN orders o ON o.id = l.order_id
                WHERE l.sku_id = k.sku_id AND o.state IN ('pending_payment', 'paid')) held ON true
          LEFT JOIN LATERAL (
               SELECT coalesce(sum(on_hand_change), 0) AS on_hand,
                      coalesce(sum(reserved_change), 0) AS reserved
                 FROM stock_movements WHERE sku_id = k.sku_id) moved ON true
         WHERE k.reserved <> held.quantity OR k.on_hand <> moved.on_hand
            OR k.reserved <> moved.reserved OR k.on_hand <> :stock
    """
    assert rows(wrong, stock=STOCK) == []


def assert_credit_follows_orders() -> None:
    """Σ ledger = Σ paid − Σ refunded of attributed orders.

    Asked in one statement: a notice that WeChat is just delivering changes all three together.
    """
    sums = """
        SELECT (SELECT coalesce(sum(amount_fen * CASE kind WHEN 'accrue' THEN 1 ELSE -1 END), 0)
                  FROM credit_transfers) AS ledger,
               (SELECT coalesce(sum(p.amount_fen), 0)
                  FROM orders o JOIN payments p ON p.no = o.payment_no AND p.state = 'succeeded'
                 WHERE o.competitor_id IS NOT NULL) AS paid,
               (SELECT coalesce(sum(r.amount_fen), 0)
                  FROM orders o JOIN payments p ON p.no = o.payment_no
                  JOIN refunds r ON r.payment_id = p.id AND r.state = 'succeeded'
                 WHERE o.competitor_id IS NOT NULL) AS refunded
    """
    ((ledger, paid, refunded),) = rows(sums)
    assert ledger == paid - refunded


def assert_every_payment_is_one_paid_order_or_one_full_refund(api: Api) -> None:
    """By WeChat's own book: what it was paid stands on a paid order or went back whole, once."""
    for transaction in api.wechat.get("/transactions?limit=1000")["transactions"]:
        if transaction["trade_state"] not in {"SUCCESS", "REFUND"}:
            continue
        standing = rows(
            "SELECT no FROM orders WHERE payment_no = :no AND state = 'paid'",
            no=transaction["out_trade_no"],
        )
        kept = transaction["total"] - transaction["refunded"]
        assert (len(standing), kept) in {(1, transaction["total"]), (0, 0)}, transaction


def rows(query: str, **parameters: Any) -> list[Any]:
    db.session.rollback()
    return list(db.session.execute(text(query), parameters).all())


def number(query: str) -> int:
    return int(rows(query)[0][0])
