"""What the walk carries from step to step: who is there, what is bought, what was counted."""

import time
from dataclasses import dataclass, field
from typing import Any

from local.walk.client import Service, WeChat
from local.walk.printing import Narrator

SHOWN_FOR_SECONDS = 1.1
DELIVERED_TO = "430104"
"""岳麓区: what freight goes by."""


@dataclass
class Goods:
    """A SKU that the buyer wants, as the shop showed it."""

    product_id: str
    product_name: str
    sku_id: str
    spec: str
    price_fen: int
    quantity: int

    @property
    def amount_fen(self) -> int:
        return self.price_fen * self.quantity


@dataclass
class Story:
    """The people and things of one walk. `Service` without a token is a stranger's."""

    service: Service
    wechat: WeChat
    tell: Narrator = field(default_factory=Narrator)
    goods: list[Goods] = field(default_factory=list)
    stock_before: dict[str, int] = field(default_factory=dict)
    competitor: Service | None = None
    link_code: str = ""
    credit_before: dict[str, Any] = field(default_factory=dict)
    buyer: Service | None = None
    openid: str = ""
    order: dict[str, Any] = field(default_factory=dict)
    notice_id: str = ""
    figures: list[tuple[str, int]] = field(default_factory=list)

    freight_fen: int = 0
    """As the quote says it; only the service knows the producers' templates."""

    @property
    def goods_fen(self) -> int:
        """What the client itself adds up."""
        return sum(each.amount_fen for each in self.goods)

    @property
    def total_fen(self) -> int:
        return self.goods_fen + self.freight_fen

    def as_buyer(self) -> Service:
        return _present(self.buyer)

    def as_competitor(self) -> Service:
        return _present(self.competitor)

    def stock(self) -> dict[str, int]:
        """Units left of every SKU of the goods, by SKU."""
        left: dict[str, int] = {}
        for product_id in {each.product_id for each in self.goods}:
            shown = self.service.get(f"/v1/products/{product_id}")
            left.update({sku["id"]: sku["available"] for sku in shown["skus"]})
        return {each.sku_id: left[each.sku_id] for each in self.goods}

    def settled_stock(self) -> dict[str, int]:
        """The same, read only when what the service keeps for a second has run out."""
        time.sleep(SHOWN_FOR_SECONDS)
        return self.stock()

    def stock_less(self) -> dict[str, int]:
        """What must be left while one order holds the goods."""
        return {each.sku_id: self.stock_before[each.sku_id] - each.quantity for each in self.goods}

    def credit(self) -> tuple[int, int, int]:
        """The competitor's pending, accrued and reversed fen."""
        now = self.as_competitor().get("/v1/competitor/credit")
        return now["pending_fen"], now["accrued_fen"], now["reversed_fen"]

    def credit_at_first(self) -> tuple[int, int, int]:
        before = self.credit_before
        return before["pending_fen"], before["accrued_fen"], before["reversed_fen"]

    def order_now(self) -> dict[str, Any]:
        return dict(self.as_buyer().get(f"/v1/orders/{self.order['no']}"))


def _present(somebody: Service | None) -> Service:
    if somebody is None:
        raise RuntimeError("nobody has logged in yet")
    return somebody
