"""Scenes with money in them: somebody ordered, paid with or without a notice, asked for it back."""

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import pytest

from backend.catalog.products.models import Sku
from backend.wechat.pay import pay_gateway
from simulator.testing import RunningSimulator
from tests.api import Api, Person
from tests.factories import SkuFactory, competitor
from tests.orders.test_any_sequence import rows

PREPAY = "/pay/transactions/jsapi$"
QUERY = "/pay/transactions/out-trade-no/[^/]+$"
CLOSE = "/close$"
REFUND = "/refund/domestic/refunds$"
QUERY_REFUND = "/refund/domestic/refunds/[^/]+$"

BUSY = {"status": 500, "body": {"code": "SYSTEM_ERROR", "message": "系统异常"}}
CUT = {"drop_connection": True}
CUT_AFTER = {"drop_connection": True, "after": True}
UNSIGNED = {"unsigned": True}
FOREVER = -1


@dataclass(frozen=True)
class Sale:
    """One order of one SKU, its buyer and the competitor whom it credits."""

    api: Api
    seller: Person
    buyer: Person
    sku_id: int
    no: str
    total_fen: int

    @property
    def state(self) -> str:
        return str(rows("SELECT state FROM orders WHERE no = :no", no=self.no)[0][0])

    @property
    def payment_no(self) -> str:
        """Our number of the order's newest payment."""
        query = "SELECT no FROM payments WHERE order_no = :no ORDER BY id DESC LIMIT 1"
        return str(rows(query, no=self.no)[0][0])

    @property
    def refund_no(self) -> str:
        """Our number of the order's newest refund."""
        query = "SELECT no FROM refunds WHERE order_no = :no ORDER BY id DESC LIMIT 1"
        return str(rows(query, no=self.no)[0][0])

    @property
    def payments(self) -> list[str]:
        """The states of its payments, the first one first."""
        query = "SELECT state FROM payments WHERE order_no = :no ORDER BY id"
        return [state for (state,) in rows(query, no=self.no)]

    @property
    def refunds(self) -> list[tuple[str, int]]:
        """State and amount of its refunds, the first one first."""
        query = "SELECT state, amount_fen FROM refunds WHERE order_no = :no ORDER BY id"
        return [tuple(row) for row in rows(query, no=self.no)]

    @property
    def steps(self) -> list[str]:
        query = """SELECT e.step FROM order_events e JOIN orders o ON o.id = e.order_id
                    WHERE o.no = :no ORDER BY e.id"""
        return [step for (step,) in rows(query, no=self.no)]

    @property
    def credit(self) -> list[tuple[str, int]]:
        """Kind and amount of the transfers it caused."""
        query = "SELECT kind, amount_fen FROM credit_transfers WHERE order_no = :no ORDER BY id"
        return [tuple(row) for row in rows(query, no=self.no)]

    def start_paying(self) -> str:
        """Ask for the payment; our number of it."""
        self.buyer.start_paying(self.no)
        return self.payment_no

    def pay_unheard(self) -> str:
        """Pay while WeChat keeps its notice to itself; our number of the payment."""
        hold_notices(self.api.wechat, "transaction")
        payment_no = self.start_paying()
        pay_at_wechat(self.api.wechat, payment_no)
        return payment_no

    def paid(self) -> "Sale":
        self.buyer.pay(self.no)
        return self

    def wait_for(self, state: str) -> None:
        self.api.wait_for(lambda: self.state == state)


def ordered(api: Api, *, stock: int = 10, quantity: int = 2, price_fen: int = 5990) -> Sale:
    """A referred order that waits for its money."""
    sku: Sku = SkuFactory(stock=stock, price_fen=price_fen)
    seller = competitor(api)
    buyer = api.log_in(visitor_id=api.visit(seller.make_link()))
    order = buyer.place((sku.id, quantity))
    return Sale(api, seller, buyer, sku.id, order["no"], order["total_fen"])


def pay_at_wechat(wechat: RunningSimulator, payment_no: str, **how: object) -> None:
    wechat.post(f"/transactions/{payment_no}/payment", how)


def hold_notices(wechat: RunningSimulator, kind: str) -> None:
    """WeChat writes the next notice of this kind and does not send it."""
    wechat.post("/notice-faults", {"action": "hold", "kind": kind})


def drop_notices(wechat: RunningSimulator, kind: str) -> None:
    """WeChat never sends a notice of this kind."""
    wechat.post("/notice-faults", {"action": "drop", "kind": kind, "times": FOREVER})


def notice_of(wechat: RunningSimulator, subject: str) -> str:
    """The id of WeChat's newest notice about a payment or a refund."""
    return str(wechat.get(f"/notices?subject={subject}")["notices"][0]["id"])


def deliver(wechat: RunningSimulator, notice_id: str, **how: object) -> list[int | None]:
    """Have a notice delivered now; the statuses that we answered."""
    statuses: list[int | None] = wechat.post(f"/notices/{notice_id}/delivery", how)["statuses"]
    return statuses


def fault(wechat: RunningSimulator, path: str, how: dict[str, Any], times: int = 1) -> None:
    """What goes wrong with the next requests to a path."""
    wechat.post("/faults", {"match": {"path": path}, "times": times, **how})


def calls(wechat: RunningSimulator, path: str, method: str = "POST") -> int:
    """How often we called WeChat there."""
    found = wechat.get(f"/calls?path={quote(path)}")["calls"]
    return len([call for call in found if call["method"] == method])


def refunds_at_wechat(wechat: RunningSimulator) -> list[tuple[str, int]]:
    """Status and amount of every refund that WeChat knows."""
    return [(refund["status"], refund["refund"]) for refund in wechat.get("/refunds")["refunds"]]


@contextmanager
def meanwhile(
    monkeypatch: pytest.MonkeyPatch,
    call: str,
    *,
    before: Callable[[], object] | None = None,
    after: Callable[[], object] | None = None,
) -> Iterator[None]:
    """Something happens just before our call reaches WeChat, or before its answer reaches us."""
    gateway = pay_gateway()
    carry_out = getattr(gateway, call)

    @functools.wraps(carry_out)
    def interrupted(*args: Any, **kwargs: Any) -> Any:
        if before is not None:
            before()
        answer = carry_out(*args, **kwargs)
        if after is not None:
            after()
        return answer

    with monkeypatch.context() as patched:
        patched.setattr(gateway, call, interrupted)
        yield
