"""Checkout: quote, agree on the total, create the order, reserve its goods."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import current_app
from sqlalchemy import insert

from backend.catalog.stock import keeping as stock
from backend.core import clock, idempotency
from backend.core.database import db, table_of
from backend.core.errors import DomainError
from backend.core.ids import new_number
from backend.orders.life import PLACE
from backend.orders.models import Order, OrderEvent, OrderLine
from backend.orders.queries import find_order_of
from backend.orders.quote import Quote, QuoteLine, Wish, make_quote
from backend.orders.schemas import QuoteOut


class TotalDiffers(DomainError):
    code = "total_differs"
    status = 409
    message = "价格有变化，请确认新的金额"


@dataclass(frozen=True)
class Receiver:
    """Where the goods go. All of it is personal data except the area."""

    name: str
    phone: str
    area: str
    address: str


@dataclass(frozen=True)
class Checkout:
    """What a buyer sends to order: the wishes, where to, and the total they were shown (fen)."""

    wishes: Sequence[Wish]
    receiver: Receiver
    remark: str
    shown_total_fen: int


def place(buyer_id: int, checkout: Checkout, key: str, body: Mapping[str, Any]) -> Order:
    """Place an order once for its idempotency key; the same key and body show the same order.

    Raises `KeyUsedOtherwise`, `TotalDiffers` (with the new quote) and the quote's errors. After
    an error the key is free again.
    """
    order_no = new_number("X")
    earlier = idempotency.claim(buyer_id, "place_order", key, body, order_no)
    if earlier is not None:
        return find_order_of(buyer_id, earlier)
    quote = make_quote(buyer_id, checkout.wishes)
    if quote.total_fen != checkout.shown_total_fen:
        raise TotalDiffers(field="total_fen", quote=QuoteOut().dump(quote))
    order = _create(order_no, buyer_id, checkout, quote)
    # Last, so that a hot SKU's row is locked for as short a time as possible.
    wanted = {wish.sku_id: wish.quantity for wish in checkout.wishes}
    stock.reserve(wanted, cause=reservation(order_no))
    return order


def reservation(order_no: str) -> str:
    """The cause under which an order's goods are reserved and released."""
    return f"order:{order_no}"


_ORDERS, _LINES, _EVENTS = table_of(Order), table_of(OrderLine), table_of(OrderEvent)
_INSERT_ORDER = insert(_ORDERS).returning(_ORDERS.c.id)
_INSERT_LINES = insert(_LINES)
_INSERT_EVENT = insert(_EVENTS)


def _create(order_no: str, buyer_id: int, checkout: Checkout, quote: Quote) -> Order:
    """Write the order, its lines and its first event; the answer is a copy of what was written."""
    order = _order_row(order_no, buyer_id, checkout, quote)
    order["id"] = db.session.execute(_INSERT_ORDER, order).scalar_one()
    lines = [
        {"order_id": order["id"], "line_no": line_no, **_freeze(line)}
        for line_no, line in enumerate(quote.lines, start=1)
    ]
    db.session.execute(_INSERT_LINES, lines)
    event = {
        "order_id": order["id"],
        "step": PLACE.name,
        "to_state": PLACE.to_state,
        "by_kind": "buyer",
        "by_user_id": buyer_id,
        "at": order["placed_at"],
    }
    db.session.execute(_INSERT_EVENT, event)
    return Order(**order, lines=[OrderLine(**line) for line in lines], events=[OrderEvent(**event)])


def _order_row(order_no: str, buyer_id: int, checkout: Checkout, quote: Quote) -> dict[str, Any]:
    now = clock.now()
    credited = quote.attribution
    within = timedelta(seconds=current_app.config["SETTINGS"].pay_within_seconds)
    return {
        "no": order_no,
        "buyer_id": buyer_id,
        "state": PLACE.to_state,
        "goods_fen": quote.goods_fen,
        "freight_fen": quote.freight_fen,
        "total_fen": quote.total_fen,
        "receiver_name": checkout.receiver.name,
        "receiver_phone": checkout.receiver.phone,
        "receiver_area": checkout.receiver.area,
        "receiver_address": checkout.receiver.address,
        "remark": checkout.remark,
        "channel": credited.channel if credited else "miniprogram",
        "referral_link_id": credited.link_id if credited else None,
        "competitor_id": credited.competitor_id if credited else None,
        "team_id": credited.team_id if credited else None,
        "season_id": credited.season_id if credited else None,
        "placed_at": now,
        "pay_before": now + within,
    }


def _freeze(line: QuoteLine) -> dict[str, Any]:
    """What a line keeps of the offer, whatever becomes of the product."""
    offer = line.offer
    return {
        "sku_id": offer.sku_id,
        "product_name": offer.product_name,
        "spec": offer.spec,
        "unit": offer.unit,
        "unit_price_fen": offer.price_fen,
        "quantity": line.quantity,
        "amount_fen": line.amount_fen,
        "fresh": offer.fresh,
        "tax_class": offer.tax_class,
        "producer_id": offer.producer_id,
        "producer_name": offer.producer_name,
        "producer_county_code": offer.producer_county_code,
        "county_code": offer.county_code,
        "county_name": offer.county_name,
        "county_class": offer.county_class,
        "recognition_id": offer.recognition_id,
        "recognition_number": offer.recognition_number,
        "voucher_days": offer.voucher_days,
        "voucher_persons": None if offer.voucher_days is None else offer.persons,
    }
