"""How the simulator behaves until told otherwise: refunds, and which days have a bill."""

from .store import Store

ALLOWED = {
    "refund": ("immediate", "manual", "abnormal", "not_enough"),
    "bill": ("as_wechat", "any_day"),
}
"""The modes by name; the first one holds until another is set."""

FOREVER = -1


def choose(store: Store, name: str, value: str, times: int = FOREVER) -> None:
    """Set a mode, for the next `times` occasions or for ever."""
    store.run(
        "INSERT INTO modes (name, value, remaining) VALUES (?, ?, ?)"
        " ON CONFLICT (name) DO UPDATE SET value = excluded.value, remaining = excluded.remaining",
        name,
        value,
        times,
    )


def take(store: Store, name: str) -> str:
    """The mode for this occasion, which counts."""
    row = store.row("SELECT value FROM modes WHERE name = ? AND remaining <> 0", name)
    if row is None:
        return ALLOWED[name][0]
    store.run("UPDATE modes SET remaining = remaining - 1 WHERE name = ? AND remaining > 0", name)
    return str(row["value"])
