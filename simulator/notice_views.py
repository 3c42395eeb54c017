"""Notices as the control API and the pages show them: with every attempt."""

import json
from typing import Any

from . import clock
from .courier import Answer
from .store import Row, Store


def notice_views(store: Store, rows: list[Row]) -> list[dict[str, Any]]:
    """The notices with their attempts, in the order given."""
    return [_view(store, row) for row in rows]


def answer_views(answers: list[Answer]) -> list[dict[str, Any]]:
    """What the receiver answered, one object per delivery; no status when out of reach."""
    return [
        {"status": answer.status, "answer": answer.text, "milliseconds": answer.milliseconds}
        for answer in answers
    ]


def _view(store: Store, row: Row) -> dict[str, Any]:
    attempts = store.rows("SELECT * FROM attempts WHERE notice_id = ? ORDER BY id", row["id"])
    waiting = row["state"] in ("pending", "sending")
    return {
        "id": row["id"],
        "kind": row["kind"],
        "subject": row["subject"],
        "event_type": row["event_type"],
        "notify_url": row["notify_url"],
        "state": row["state"],
        "created_at": clock.rfc3339(row["created_at"]),
        "next_at": clock.rfc3339(row["next_at"]) if waiting else None,
        "resource": json.loads(row["resource"]),
        "attempts": [
            {
                "at": clock.rfc3339(attempt["at"]),
                "status": attempt["status"],
                "answer": attempt["answer"],
                "milliseconds": attempt["milliseconds"],
                "altered": bool(attempt["altered"]),
            }
            for attempt in attempts
        ],
    }
