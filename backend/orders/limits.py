"""Purchase limits: so many units a person, at all or within so many days."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import text

from backend.catalog.shop.offers import Offer
from backend.core import clock
from backend.core.database import db
from backend.core.errors import DomainError
from backend.orders.vouchers.queries import GIVEN_BACK
from backend.orders.wishes import Wish


class AbovePurchaseLimit(DomainError):
    code = "above_purchase_limit"
    status = 409
    message = "超过每人限购数量"


_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended('purchase_limit', :buyer))")

_HELD = text(f"""
    SELECT l.sku_id, sum(l.quantity - back.units)::bigint AS quantity
      FROM unnest(CAST(:sku_ids AS bigint[]), CAST(:since AS timestamptz[])) AS w (sku_id, since)
      JOIN order_lines l USING (sku_id)
      JOIN orders o ON o.id = l.order_id,
           {GIVEN_BACK} back
     WHERE o.buyer_id = :buyer AND o.state NOT IN ('cancelled', 'closed')
       AND o.placed_at >= w.since
     GROUP BY l.sku_id
""")

EVER = datetime(2000, 1, 1, tzinfo=UTC)


def check_limits(buyer_id: int, wishes: Sequence[Wish], offered: Mapping[int, Offer]) -> None:
    """Refuse what would take a person above a limit; what their standing orders hold counts.

    Wishes that are not `offered` are passed over. Days are calendar days in Shanghai, today
    included. Raises `AbovePurchaseLimit`.
    """
    limits = {
        sku_id: offer.purchase_limit
        for sku_id, offer in offered.items()
        if offer.purchase_limit is not None
    }
    if not limits:
        return
    # Two orders of one buyer at once must see each other, so they queue here.
    db.session.execute(_LOCK, {"buyer": buyer_id})
    window = {
        "buyer": buyer_id,
        "sku_ids": list(limits),
        "since": [window_start(offered[sku_id].limit_days) for sku_id in limits],
    }
    held = {row.sku_id: row.quantity for row in db.session.execute(_HELD, window)}
    for i, wish in enumerate(wishes):
        limit = limits.get(wish.sku_id)
        if limit is not None and wish.quantity + held.get(wish.sku_id, 0) > limit:
            offer = offered[wish.sku_id]
            raise AbovePurchaseLimit(
                f"{offer.product_name}{_within(offer.limit_days)}每人限购 {limit} 件",
                field=f"lines.{i}.quantity",
                purchase_limit=limit,
            )


def window_start(days: int | None) -> datetime:
    """The instant from which orders count: midnight in Shanghai, so many days back."""
    if days is None:
        return EVER
    return clock.midnight(clock.today() - timedelta(days=days - 1))


def _within(days: int | None) -> str:
    if days is None:
        return ""
    return "每天" if days == 1 else f" {days} 天内"
