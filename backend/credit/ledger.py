"""The ledger of credit: immutable transfers, each posted once for its cause.

Balances are sums over transfers and are stored nowhere. `accrue` moves a line's amount from
`sales` to the competitor's `pending`; `reverse` moves it back, in part or what is left of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert

from backend.core import clock
from backend.core.database import db, table_of
from backend.core.paging import Page, page_of, read_cursor
from backend.credit.models import CreditTransfer


@dataclass(frozen=True)
class CreditedLine:
    """One order line as the ledger counts it: goods without freight, in fen."""

    line_no: int
    amount_fen: int
    county_code: str


@dataclass(frozen=True)
class CreditedOrder:
    """Whom an order credits, as it was fixed when the order was placed."""

    order_no: str
    channel: str
    season_id: int
    team_id: int
    competitor_id: int
    lines: Sequence[CreditedLine]


@dataclass(frozen=True)
class Balance:
    """What a competitor's transfers add up to, in fen."""

    pending_fen: int
    accrued_fen: int
    reversed_fen: int
    orders: int


_POST = insert(table_of(CreditTransfer)).on_conflict_do_nothing()


def accrue(order: CreditedOrder) -> None:
    """The order is paid: each line becomes pending credit. Posting it again changes nothing."""
    now = clock.now()
    transfers = [
        {
            "cause": f"accrue:{order.order_no}:{line.line_no}",
            "kind": "accrue",
            "source": "sales",
            "target": "pending",
            "amount_fen": line.amount_fen,
            "season_id": order.season_id,
            "team_id": order.team_id,
            "competitor_id": order.competitor_id,
            "order_no": order.order_no,
            "line_no": line.line_no,
            "county_code": line.county_code,
            "channel": order.channel,
            "at": now,
        }
        for line in order.lines
    ]
    db.session.execute(_POST, transfers)


_HELD = """
    SELECT sum(amount_fen * CASE kind WHEN 'accrue' THEN 1 ELSE -1 END) AS held_fen,
           season_id, team_id, competitor_id, order_no, line_no, county_code, channel
      FROM credit_transfers
     WHERE order_no = :order_no
     GROUP BY season_id, team_id, competitor_id, order_no, line_no, county_code, channel
"""
"""What each line of an order still holds."""

_REVERSE = text(f"""
    INSERT INTO credit_transfers
           (cause, kind, source, target, amount_fen, season_id, team_id, competitor_id,
            order_no, line_no, county_code, channel, at)
    SELECT 'reverse:' || :refund_no || ':' || line_no, 'reverse', 'pending', 'sales', held_fen,
           season_id, team_id, competitor_id, order_no, line_no, county_code, channel, :at
      FROM ({_HELD}) held
     WHERE held_fen > 0
     ORDER BY line_no
    ON CONFLICT (cause) DO NOTHING
""")


def reverse_order(order_no: str, refund_no: str) -> None:
    """The order was refunded in full: all credit it still holds goes back.

    An order without credit leaves no trace; the same refund again changes nothing.
    """
    db.session.execute(_REVERSE, {"order_no": order_no, "refund_no": refund_no, "at": clock.now()})


_REVERSE_LINES = text(f"""
    WITH returned AS (
        SELECT * FROM unnest(CAST(:line_nos AS bigint[]), CAST(:amounts AS bigint[]))
                   AS r (line_no, returned_fen)
    )
    INSERT INTO credit_transfers
           (cause, kind, source, target, amount_fen, season_id, team_id, competitor_id,
            order_no, line_no, county_code, channel, at)
    SELECT 'reverse:' || :refund_no || ':' || line_no || '-part', 'reverse', 'pending', 'sales',
           least(returned_fen, held_fen),
           season_id, team_id, competitor_id, order_no, line_no, county_code, channel, :at
      FROM ({_HELD}) held JOIN returned USING (line_no)
     WHERE least(returned_fen, held_fen) > 0
     ORDER BY line_no
    ON CONFLICT (cause) DO NOTHING
""")


def reverse_lines(order_no: str, refund_no: str, amounts: Mapping[int, int]) -> None:
    """A refund gave back part of some lines: by line number the amount (fen) that no longer counts.

    Never more than a line still holds; the same refund again changes nothing. The caller holds
    the lock of the order's payment, so that no other refund of it counts at the same time.
    """
    parameters = {
        "order_no": order_no,
        "refund_no": refund_no,
        "line_nos": list(amounts),
        "amounts": list(amounts.values()),
        "at": clock.now(),
    }
    db.session.execute(_REVERSE_LINES, parameters)


_BALANCE = text("""
    SELECT coalesce(sum(amount_fen) FILTER (WHERE kind = 'accrue'), 0)::bigint AS accrued_fen,
           coalesce(sum(amount_fen) FILTER (WHERE kind = 'reverse'), 0)::bigint AS reversed_fen,
           count(DISTINCT order_no) AS orders
      FROM credit_transfers WHERE competitor_id = :competitor_id
""")


def balance(competitor_id: int) -> Balance:
    """A competitor's credit, added up from the transfers."""
    row = db.session.execute(_BALANCE, {"competitor_id": competitor_id}).one()
    return Balance(
        pending_fen=row.accrued_fen - row.reversed_fen,
        accrued_fen=row.accrued_fen,
        reversed_fen=row.reversed_fen,
        orders=row.orders,
    )


def list_transfers(competitor_id: int, *, limit: int, cursor: str | None) -> Page[CreditTransfer]:
    """A competitor's transfers, the newest first: each figure opened down to its orders."""
    query: Any = (
        db.select(CreditTransfer)
        .filter_by(competitor_id=competitor_id)
        .order_by(CreditTransfer.id.desc())
        .limit(limit + 1)
    )
    if position := read_cursor(cursor, (int,)):
        query = query.where(CreditTransfer.id < position[0])
    return page_of(db.session.scalars(query).all(), limit, lambda transfer: (transfer.id,))
