"""Stock: changes only by reservation, release and correction, each once for its cause.

Rows are locked in id order, so that two orders of the same goods never wait for each other in
a circle. `available >= 0` is a constraint of the database besides.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from backend.catalog.stock.models import SkuStock
from backend.core import audit, clock, idempotency
from backend.core.database import db
from backend.core.errors import DomainError, NotFound


class OutOfStock(DomainError):
    code = "out_of_stock"
    status = 409
    message = "库存不足"


class StockBelowReserved(DomainError):
    code = "stock_below_reserved"
    status = 409
    message = "更正后库存将少于已被预订的数量"


_CHANGE = text("""
    WITH wanted AS (
        SELECT * FROM unnest(CAST(:sku_ids AS bigint[]), CAST(:quantities AS bigint[]))
                   AS w (sku_id, quantity)
    ), locked AS (
        SELECT s.sku_id FROM sku_stocks s WHERE s.sku_id = ANY(:sku_ids)
         ORDER BY s.sku_id FOR UPDATE
    ), changed AS (
        UPDATE sku_stocks s SET reserved = s.reserved + :sign * w.quantity
          FROM wanted w JOIN locked l USING (sku_id)
         WHERE s.sku_id = w.sku_id AND s.on_hand - s.reserved >= :sign * w.quantity
        RETURNING s.sku_id, w.quantity
    ), explained AS (
        INSERT INTO stock_movements
               (sku_id, kind, cause, on_hand_change, reserved_change, at)
        SELECT sku_id, :kind, :cause, 0, :sign * quantity, :at FROM changed
    )
    SELECT sku_id FROM changed
""")


def reserve(quantities: Mapping[int, int], cause: str) -> None:
    """Promise units (by SKU id) to `cause`, all of them or none.

    Raises `OutOfStock` with the SKUs that fall short; the caller's transaction must then end.
    """
    short = sorted(set(quantities) - _change(quantities, "reserve", +1, cause, clock.now()))
    if short:
        raise OutOfStock(sku_ids=[str(sku_id) for sku_id in short])


def release(quantities: Mapping[int, int], cause: str) -> None:
    """Take a promise back. A second release for the same cause is refused by its unique key."""
    missing = set(quantities) - _change(quantities, "release", -1, cause, clock.now())
    if missing:
        raise NotFound(f"没有库存记录：{sorted(missing)}")


def correct(sku_id: int, change: int, reason: str, by: int | None, cause: str) -> int:
    """Add to or take from what is on hand, for a stated reason; what is available afterwards.

    Raises `StockBelowReserved` when promised units would be missing, `NotFound` without stock row.
    """
    try:
        row = db.session.execute(
            text("""
                WITH changed AS (
                    UPDATE sku_stocks SET on_hand = on_hand + :change WHERE sku_id = :sku_id
                    RETURNING sku_id, on_hand - reserved AS available
                ), explained AS (
                    INSERT INTO stock_movements
                           (sku_id, kind, cause, on_hand_change, reserved_change, reason,
                            by_user_id, at)
                    SELECT sku_id, 'correct', :cause, :change, 0, :reason, :by, :at FROM changed
                )
                SELECT available FROM changed
            """),
            {
                "sku_id": sku_id,
                "change": change,
                "reason": reason,
                "by": by,
                "cause": cause,
                "at": clock.now(),
            },
        ).one_or_none()
    except IntegrityError as error:
        raise StockBelowReserved(field="change") from error
    if row is None:
        raise NotFound(field="sku_id")
    audit.record(by, "correct_stock", f"sku:{sku_id}", reason, change=change)
    return int(row.available)


def correct_once(sku_id: int, change: int, reason: str, by: int, key: str) -> int:
    """`correct` for a person's idempotency key: the same key again changes nothing more.

    Raises `KeyUsedOtherwise` besides. Answers what is available now.
    """
    cause = f"correction:{by}:{key}"
    body = {"sku": sku_id, "change": change, "reason": reason}
    if idempotency.claim(by, "stock_correction", key, body, cause):
        return available(sku_id)
    return correct(sku_id, change, reason, by, cause)


def _change(
    quantities: Mapping[int, int], kind: str, sign: int, cause: str, at: datetime
) -> set[int]:
    sku_ids = sorted(quantities)
    parameters: dict[str, Any] = {
        "sku_ids": sku_ids,
        "quantities": [quantities[sku_id] for sku_id in sku_ids],
        "sign": sign,
        "kind": kind,
        "cause": cause,
        "at": at,
    }
    return set(db.session.execute(_CHANGE, parameters).scalars())


def available(sku_id: int) -> int:
    """Units that nobody has been promised; `NotFound` without stock row."""
    found = db.session.get(SkuStock, sku_id)
    if found is None:
        raise NotFound(field="sku_id")
    return found.on_hand - found.reserved
