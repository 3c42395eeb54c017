"""Scenes with vouchers in them: somebody bought a service, somebody lets people in."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import text

from backend.catalog.producers.models import ProducerMember
from backend.catalog.products.models import Product, Sku
from backend.core import clock
from backend.core.database import db
from tests.api import Api, Person
from tests.factories import ProductFactory, SkuFactory, competitor, producer_person
from tests.orders.test_any_sequence import rows

UNKNOWN = "222222222222"


@dataclass
class Trip:
    """A paid order of one service, its buyer, and somebody at the supplier's gate."""

    buyer: Person
    gate: Person
    producer_id: int
    sku_id: int
    order_no: str
    codes: list[str] = field(default_factory=list)

    @property
    def state(self) -> str:
        return str(rows("SELECT state FROM orders WHERE no = :no", no=self.order_no)[0][0])

    @property
    def vouchers(self) -> list[Any]:
        """As the buyer sees them."""
        return list(self.buyer.get(f"/v1/orders/{self.order_no}/vouchers?limit=100")["items"])

    @property
    def states(self) -> list[str]:
        query = """SELECT v.state FROM vouchers v JOIN orders o ON o.id = v.order_id
                    WHERE o.no = :no ORDER BY v.id"""
        return [state for (state,) in rows(query, no=self.order_no)]

    @property
    def refunds(self) -> list[tuple[str, int]]:
        query = "SELECT state, amount_fen FROM refunds WHERE order_no = :no ORDER BY id"
        return [tuple(row) for row in rows(query, no=self.order_no)]

    @property
    def credit(self) -> int:
        """What the order still counts for, in fen."""
        query = """SELECT coalesce(sum(CASE kind WHEN 'accrue' THEN 1 ELSE -1 END * amount_fen), 0)
                     FROM credit_transfers WHERE order_no = :no"""
        return int(rows(query, no=self.order_no)[0][0])

    @property
    def promised(self) -> int:
        """Units of the SKU that its movements say are promised; the stock must say the same."""
        query = """SELECT reserved, (SELECT sum(reserved_change) FROM stock_movements m
                                      WHERE m.sku_id = s.sku_id)
                     FROM sku_stocks s WHERE sku_id = :sku_id"""
        reserved, explained = rows(query, sku_id=self.sku_id)[0]
        assert reserved == explained
        return int(reserved)

    def redeem(
        self,
        code: str | None = None,
        persons: int = 1,
        *,
        key: str | None = None,
        status: int | None = 201,
        by: Person | None = None,
    ) -> Any:
        return (by or self.gate).post(
            f"/v1/producers/{self.producer_id}/redemptions",
            {"code": code or self.codes[0], "persons": persons},
            status,
            **{"Idempotency-Key": key or uuid4().hex},
        )

    def look(self, code: str | None = None, status: int = 200) -> Any:
        path = f"/v1/producers/{self.producer_id}/vouchers/{code or self.codes[0]}"
        return self.gate.get(path, status)

    def give_back(
        self,
        *codes: str,
        key: str | None = None,
        status: int | None = 201,
        reason: str = "行程有变",
    ) -> Any:
        body: dict[str, Any] = {"reason": reason}
        if codes:
            body["codes"] = list(codes)
        headers = {"Idempotency-Key": key or uuid4().hex}
        path = f"/v1/orders/{self.order_no}/voucher-refunds"
        return self.buyer.post(path, body, status, **headers)


def service(*, days: int = 180, persons: int = 1, price_fen: int = 9900, stock: int = 100) -> Sku:
    """A SKU of a tourism service."""
    product = ProductFactory(kind="service", voucher_days=days, name="梅山古寨门票")
    sku: Sku = SkuFactory(
        product_id=product.id, persons=persons, price_fen=price_fen, stock=stock, spec="双人票"
    )
    return sku


def producer_of(sku: Sku) -> int:
    product = db.session.get(Product, sku.product_id)
    assert product is not None
    return product.producer_id


def trip(
    api: Api,
    *,
    quantity: int = 1,
    days: int = 180,
    persons: int = 1,
    price_fen: int = 9900,
    others: tuple[tuple[int, int], ...] = (),
) -> Trip:
    """A referred buyer has paid for a service, perhaps with other goods in the same order."""
    sku = service(days=days, persons=persons, price_fen=price_fen)
    producer_id = producer_of(sku)
    buyer = api.log_in(visitor_id=api.visit(competitor(api).make_link()))
    no = buyer.place((sku.id, quantity), *others)["no"]
    buyer.pay(no)
    bought = Trip(buyer, producer_person(api, producer_id), producer_id, sku.id, no)
    bought.codes = [voucher["code"] for voucher in bought.vouchers]
    return bought


def paid_vouchers(buyer: Person, gate: Person) -> Trip:
    """Three vouchers: one redeemed by the gate, one on its way back, one untouched."""
    sku = service(price_fen=9900)
    producer_id = producer_of(sku)
    db.session.add(
        ProducerMember(producer_id=producer_id, user_id=gate.id, is_owner=True, since=clock.now())
    )
    db.session.commit()
    no = buyer.place((sku.id, 3))["no"]
    buyer.pay(no)
    bought = Trip(buyer, gate, producer_id, sku.id, no)
    bought.codes = [voucher["code"] for voucher in bought.vouchers]
    bought.redeem(bought.codes[0])
    bought.give_back(bought.codes[1])
    return bought


def end_in(order_no: str, *, days: float) -> None:
    """Move the end of an order's vouchers, as if they had been bought earlier."""
    ends = clock.now() + timedelta(days=days)
    db.session.execute(
        text("""
            UPDATE vouchers
               SET valid_to = :ends, valid_from = least(valid_from, :ends - interval '90 days'),
                   remind_at = :ends - interval '7 days'
             WHERE order_id = (SELECT id FROM orders WHERE no = :no)
        """),
        {"ends": ends, "no": order_no},
    )
    db.session.commit()
