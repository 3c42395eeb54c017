"""The record of what was asked of WeChat, without secrets."""

import json
import re
from typing import Any

from flask import Response, g, request

from . import clock
from .faults import PLAYED
from .store import Store

SECRETS = {"secret", "appsecret", "access_token", "js_code", "code", "bank_account", "real_name"}
MASK = "***"
KEPT = 5000
LONGEST_BODY = 4000


def begin() -> None:
    """Note when the request at hand came."""
    g.began = clock.now()


def record(store: Store, response: Response) -> None:
    """Write the request at hand and its outcome down, if it was for WeChat."""
    if not request.path.startswith(PLAYED):
        return
    number = store.add(
        "calls",
        {
            "at": g.began,
            "method": request.method,
            "path": request.path,
            "query": json.dumps(masked(request.args.to_dict()), ensure_ascii=False),
            "body": json.dumps(masked(_sent()), ensure_ascii=False)[:LONGEST_BODY],
            "status": response.status_code,
            "code": _code(response),
            "milliseconds": round((clock.now() - g.began) * 1000),
        },
    )
    if number % 500 == 0:
        store.run("DELETE FROM calls WHERE id <= ?", number - KEPT)


def listed(store: Store, pattern: str, limit: int) -> list[dict[str, Any]]:
    """The newest requests whose path contains the regular expression, newest first."""
    wanted = re.compile(pattern)
    rows = store.rows("SELECT * FROM calls ORDER BY id DESC LIMIT ?", KEPT)
    matching = [row for row in rows if wanted.search(row["path"])][:limit]
    return [
        row
        | {
            "at": clock.rfc3339(row["at"]),
            "query": json.loads(row["query"]),
            "body": loaded(row["body"]),
        }
        for row in matching
    ]


def masked(value: Any) -> Any:
    """The same JSON with every secret field hidden."""
    if isinstance(value, dict):
        return {name: MASK if name in SECRETS else masked(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [masked(inner) for inner in value]
    return value


def _sent() -> Any:
    raw = request.get_data(cache=True)
    return loaded(raw.decode("utf-8", "replace")) if raw else None


def loaded(text: str) -> Any:
    """The JSON in a text, or the text itself where it is none."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def _code(response: Response) -> str | None:
    if not response.is_json or response.is_streamed:
        return None
    body = response.get_json(silent=True)
    if not isinstance(body, dict):
        return None
    code = body.get("code", body.get("errcode"))
    return None if code is None else str(code)
