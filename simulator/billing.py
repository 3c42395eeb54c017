"""What both kinds of bill share: money in yuan, fees, quoting, and the days' rows."""

import re

from . import clock
from .store import Row, Store

FEE_RATE = "0.60%"
FEE_PER_TEN_THOUSAND = 60


def yuan(fen: int) -> str:
    """`-12.34` for -1234 fen."""
    return f"{'-' if fen < 0 else ''}{abs(fen) // 100}.{abs(fen) % 100:02d}"


def fee_yuan(fen: int) -> str:
    """A fee in yuan, which bills write with five places: `0.60000`."""
    return f"{yuan(fen)}000"


def fee(fen: int) -> int:
    """WeChat Pay's fee on an amount, in fen, rounded half up."""
    return (fen * FEE_PER_TEN_THOUSAND + 5000) // 10000


def line(*values: str) -> str:
    """One line of data: every field begins with a backtick."""
    return ",".join(f"`{value}" for value in values)


def plain(text: str | None) -> str:
    """A merchant's own text, its commas and line breaks made harmless as WeChat does."""
    return re.sub(r"\r\n|\r|\n", r"\\n", (text or "").replace(",", "\\ "))


def payments_of(store: Store, day: str) -> list[Row]:
    """The transactions paid on a China day, in order."""
    begin, end = _bounds(day)
    return store.rows(
        "SELECT * FROM transactions WHERE paid_at >= ? AND paid_at < ? ORDER BY paid_at",
        begin,
        end,
    )


def refunds_of(store: Store, day: str) -> list[Row]:
    """The refunds accepted on a China day, each with its transaction's facts."""
    begin, end = _bounds(day)
    return store.rows(
        "SELECT r.*, t.transaction_id, t.description, t.attach, t.openid, t.paid_total"
        " FROM refunds r JOIN transactions t USING (out_trade_no)"
        " WHERE r.created_at >= ? AND r.created_at < ? ORDER BY r.created_at",
        begin,
        end,
    )


def _bounds(day: str) -> tuple[float, float]:
    begin = clock.parse(f"{day}T00:00:00+08:00") or 0.0
    return begin, begin + 86400
