"""What the database says after the fact."""

from sqlalchemy import text

from backend.core.database import db
from tests.orders.test_any_sequence import rows


def alarms() -> list[str]:
    """The kinds of alarms raised, the first one first."""
    return [kind for (kind,) in rows("SELECT kind FROM alarms ORDER BY id")]


def outcomes() -> list[str]:
    """What became of WeChat's notices, in alphabetical order."""
    return [outcome for (outcome,) in rows("SELECT outcome FROM provider_notices ORDER BY 1")]


def stock(sku_id: int) -> tuple[int, int]:
    """Units on hand and units promised."""
    query = "SELECT on_hand, reserved FROM sku_stocks WHERE sku_id = :sku_id"
    on_hand, reserved = rows(query, sku_id=sku_id)[0]
    return on_hand, reserved


def movements(sku_id: int) -> list[str]:
    """Why a stock changed after its opening, the first change first."""
    query = "SELECT kind FROM stock_movements WHERE sku_id = :sku_id ORDER BY id"
    return [kind for (kind,) in rows(query, sku_id=sku_id)][1:]


def count(table: str) -> int:
    return int(rows(f"SELECT count(*) FROM {table}")[0][0])


def waiting_jobs() -> list[str]:
    """Names of the jobs that nobody has done yet, as the running transaction sees them."""
    query = text("SELECT task_name FROM procrastinate_jobs WHERE status = 'todo' ORDER BY id")
    return [name.rpartition(":")[2] for name in db.session.scalars(query)]
