"""Quotes: what an order would cost now, line by line, and whom it would credit."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select, text

from backend.catalog.shop.offers import Offer, offers
from backend.catalog.stock.keeping import OutOfStock
from backend.core.database import db
from backend.core.errors import DomainError
from backend.credit.attribution import Attribution, attribute
from backend.orders.models import Order, OrderLine, OrderState


class SkuNotOnSale(DomainError):
    code = "sku_not_on_sale"
    status = 409
    message = "该商品已下架或不存在"


class SkuTwice(DomainError):
    code = "sku_twice"
    status = 422
    message = "同一规格请合并为一行"


class BelowMinimum(DomainError):
    code = "below_minimum_quantity"
    status = 409
    message = "未达到起购数量"


class AbovePurchaseLimit(DomainError):
    code = "above_purchase_limit"
    status = 409
    message = "超过每人限购数量"


QUOTE_ERRORS = (SkuNotOnSale, SkuTwice, BelowMinimum, AbovePurchaseLimit, OutOfStock)


@dataclass(frozen=True)
class Wish:
    """What the buyer asks for: so many units of a SKU."""

    sku_id: int
    quantity: int


@dataclass(frozen=True)
class QuoteLine:
    offer: Offer
    quantity: int

    @property
    def amount_fen(self) -> int:
        return self.offer.price_fen * self.quantity


@dataclass(frozen=True)
class Quote:
    """The server's own computation; amounts in fen. Producers deliver free so far."""

    lines: tuple[QuoteLine, ...]
    attribution: Attribution | None
    freight_fen: int = 0

    @property
    def goods_fen(self) -> int:
        return sum(line.amount_fen for line in self.lines)

    @property
    def total_fen(self) -> int:
        return self.goods_fen + self.freight_fen


def make_quote(buyer_id: int, wishes: Sequence[Wish]) -> Quote:
    """Price every line by what is offered now.

    Raises one of `QUOTE_ERRORS` naming the line. Stock is only looked at here; it is promised
    when the order is placed.
    """
    sku_ids = [wish.sku_id for wish in wishes]
    offered = offers(sku_ids)
    for i, wish in enumerate(wishes):
        _check(offered.get(wish.sku_id), wish, f"lines.{i}", repeated=wish.sku_id in sku_ids[:i])
    limited = [wish for wish in wishes if offered[wish.sku_id].purchase_limit is not None]
    if limited:
        _check_limits(buyer_id, limited, offered, sku_ids)
    lines = tuple(QuoteLine(offered[wish.sku_id], wish.quantity) for wish in wishes)
    return Quote(lines, attribute(buyer_id))


def _check(offer: Offer | None, wish: Wish, path: str, *, repeated: bool) -> None:
    if repeated:
        raise SkuTwice(field=f"{path}.sku_id")
    if offer is None or not offer.on_sale:
        raise SkuNotOnSale(field=f"{path}.sku_id", sku_ids=[str(wish.sku_id)])
    if wish.quantity < offer.min_quantity:
        raise BelowMinimum(
            f"{offer.product_name}至少购买 {offer.min_quantity} 件",
            field=f"{path}.quantity",
            min_quantity=offer.min_quantity,
        )
    if wish.quantity > offer.available:
        raise OutOfStock(
            f"{offer.product_name}库存不足",
            field=f"{path}.quantity",
            sku_ids=[str(wish.sku_id)],
            available=offer.available,
        )


def _check_limits(
    buyer_id: int, limited: list[Wish], offered: dict[int, Offer], sku_ids: list[int]
) -> None:
    """A limit is per person: what the buyer's standing orders hold counts too."""
    # Two orders of one buyer at once must see each other, so they queue here.
    db.session.execute(
        text("SELECT pg_advisory_xact_lock(hashtextextended('purchase_limit', :buyer))"),
        {"buyer": buyer_id},
    )
    holdings = db.session.execute(
        select(OrderLine.sku_id, func.sum(OrderLine.quantity))
        .join(Order, Order.id == OrderLine.order_id)
        .where(
            Order.buyer_id == buyer_id,
            Order.state.in_([OrderState.pending_payment, OrderState.paid]),
            OrderLine.sku_id.in_([wish.sku_id for wish in limited]),
        )
        .group_by(OrderLine.sku_id)
    )
    held = dict(holdings.all())
    for wish in limited:
        limit = offered[wish.sku_id].purchase_limit
        if limit is not None and wish.quantity + int(held.get(wish.sku_id, 0)) > limit:
            raise AbovePurchaseLimit(
                f"{offered[wish.sku_id].product_name}每人限购 {limit} 件",
                field=f"lines.{sku_ids.index(wish.sku_id)}.quantity",
                purchase_limit=limit,
            )
