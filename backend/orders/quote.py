"""Quotes: what an order would cost now, line by line, and whom it would credit."""

from collections.abc import Sequence
from dataclasses import dataclass

from backend.catalog.freight.charging import FreightLine, charge
from backend.catalog.shop.offers import Offer, offers
from backend.core.errors import DomainError
from backend.credit.attribution import Attribution, attribute
from backend.orders.limits import AbovePurchaseLimit, check_limits
from backend.orders.wishes import WISH_ERRORS, Removed, Wish, check_wishes


class NotDeliverable(DomainError):
    code = "not_deliverable"
    status = 409
    message = "商家不发货到该地区"


QUOTE_ERRORS = (*WISH_ERRORS, AbovePurchaseLimit, NotDeliverable)


@dataclass(frozen=True)
class QuoteLine:
    """One SKU at the price of the tier its quantity reaches, with its share of the freight."""

    offer: Offer
    quantity: int
    freight_fen: int = 0

    @property
    def unit_price_fen(self) -> int:
        return self.offer.unit_price_fen(self.quantity)

    @property
    def amount_fen(self) -> int:
        return self.unit_price_fen * self.quantity


@dataclass(frozen=True)
class Quote:
    """The server's own computation; amounts in fen."""

    lines: tuple[QuoteLine, ...]
    removed: tuple[Removed, ...]
    """What fell out because its recognition lapsed."""
    attribution: Attribution | None
    area_needed: bool
    """Freight hangs on where the goods go, and that was not said: it is not in the total yet."""

    @property
    def goods_fen(self) -> int:
        return sum(line.amount_fen for line in self.lines)

    @property
    def freight_fen(self) -> int:
        return sum(line.freight_fen for line in self.lines)

    @property
    def total_fen(self) -> int:
        return self.goods_fen + self.freight_fen

    @property
    def has_goods(self) -> bool:
        """Whether anything of it is sent."""
        return any(not line.offer.is_service for line in self.lines)


def make_quote(buyer_id: int, wishes: Sequence[Wish], area_code: str | None) -> Quote:
    """Price every line by what is offered now, sent to a county (GB/T 2260) where one is said.

    Raises one of `QUOTE_ERRORS` naming the line. Stock is only looked at here; it is promised
    when the order is placed.
    """
    offered = offers([wish.sku_id for wish in wishes])
    removed = check_wishes(wishes, offered, area_code)
    for each in removed:
        del offered[each.sku_id]
    check_limits(buyer_id, wishes, offered)
    lines = [
        QuoteLine(offered[wish.sku_id], wish.quantity) for wish in wishes if wish.sku_id in offered
    ]
    sent, area_needed = _with_freight(lines, area_code)
    return Quote(sent, removed, attribute(buyer_id), area_needed)


def _with_freight(
    lines: Sequence[QuoteLine], area_code: str | None
) -> tuple[tuple[QuoteLine, ...], bool]:
    """The lines with what sending them costs; a voucher is not sent."""
    goods = [line for line in lines if not line.offer.is_service]
    charged = charge([_freight_line(line) for line in goods], area_code)
    if charged.not_deliverable:
        refused = [goods[i].offer for i in charged.not_deliverable]
        names = "、".join(offer.product_name for offer in refused)
        raise NotDeliverable(
            f"{names}不发货到该地区", sku_ids=[str(offer.sku_id) for offer in refused]
        )
    shares = {line.offer.sku_id: fen for line, fen in zip(goods, charged.per_line_fen, strict=True)}
    sent = tuple(
        QuoteLine(line.offer, line.quantity, shares.get(line.offer.sku_id, 0)) for line in lines
    )
    return sent, charged.area_needed


def _freight_line(line: QuoteLine) -> FreightLine:
    offer = line.offer
    return FreightLine(
        producer_id=offer.producer_id,
        template_id=offer.freight_template_id,
        quantity=line.quantity,
        weight_g=offer.net_weight_g * line.quantity,
        amount_fen=line.amount_fen,
    )
