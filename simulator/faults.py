"""Faults on demand: requests that go wrong on their way, and notices that do.

A fault is written by the control API, applies to the next requests or notices that match, and is
used up one by one.
"""

import json
import re
import socket
import time
from typing import Any

from flask import Response, g, jsonify, request

from .store import Row, Store

PLAYED = ("/v3/", "/sns/", "/cgi-bin/", "/wxa/")
"""Only what WeChat plays can go wrong: not the control API, the phone or the pages."""

FOREVER = -1


def add(store: Store, layer: str, spec: dict[str, Any], times: int) -> int:
    """Write a fault down for the next `times` matches, -1 for all of them; returns its id."""
    return store.add(
        "faults", {"layer": layer, "spec": json.dumps(spec, ensure_ascii=False), "remaining": times}
    )


def listed(store: Store, layer: str) -> list[dict[str, Any]]:
    """The faults of one layer with what is left of them and how often they were hit."""
    rows = store.rows("SELECT * FROM faults WHERE layer = ? ORDER BY id", layer)
    return [
        {"id": row["id"], "remaining": row["remaining"], "hits": row["hits"]}
        | json.loads(row["spec"])
        for row in rows
    ]


def clear(store: Store, layer: str) -> int:
    """Take every fault of a layer away; returns how many."""
    return store.run("DELETE FROM faults WHERE layer = ?", layer)


def take_for_notice(store: Store, kind: str) -> dict[str, Any]:
    """The oldest fault for a notice of this kind, used once; empty when there is none."""
    with store.changing():
        for row in _living(store, "notice"):
            spec: dict[str, Any] = json.loads(row["spec"])
            if spec.get("kind") in (None, kind):
                _use(store, row)
                return spec
    return {}


def _take_for_request(store: Store, method: str, path: str) -> dict[str, Any]:
    if not store.number("SELECT COUNT(*) FROM faults WHERE layer = 'request' AND remaining <> 0"):
        return {}
    with store.changing():
        for row in _living(store, "request"):
            spec: dict[str, Any] = json.loads(row["spec"])
            match = spec["match"]
            if match.get("method") in (None, method) and re.search(match["path"], path):
                _use(store, row)
                return spec
    return {}


def _living(store: Store, layer: str) -> list[Row]:
    return store.rows("SELECT * FROM faults WHERE layer = ? AND remaining <> 0 ORDER BY id", layer)


def _use(store: Store, row: Row) -> None:
    store.run(
        "UPDATE faults SET hits = hits + 1,"
        " remaining = CASE WHEN remaining > 0 THEN remaining - 1 ELSE remaining END WHERE id = ?",
        row["id"],
    )


def before(store: Store) -> Response | None:
    """Take the fault for this request, if any: wait, and answer instead unless it says after."""
    g.fault = {}
    if not request.path.startswith(PLAYED):
        return None
    g.fault = fault = _take_for_request(store, request.method, request.path)
    if fault.get("delay_ms"):
        time.sleep(fault["delay_ms"] / 1000)
    if fault and not fault.get("after"):
        return _instead(fault)
    return None


def after(response: Response) -> Response:
    """Answer otherwise than what was carried out, when the fault says so."""
    fault = g.get("fault") or {}
    if fault.get("after"):
        return _instead(fault) or response
    return response


def spoils_signature() -> bool:
    """Whether the response at hand must carry a signature that can't be verified."""
    return bool((g.get("fault") or {}).get("unsigned"))


def _instead(fault: dict[str, Any]) -> Response | None:
    if fault.get("drop_connection"):
        _drop_connection()
        return Response(status=502)
    if "status" not in fault and "body" not in fault:
        return None
    status = fault.get("status", 200)
    body = fault.get("body", "")
    if isinstance(body, str):
        return Response(body, status, content_type="text/plain; charset=utf-8")
    response = jsonify(body)
    response.status_code = status
    return response


def _drop_connection() -> None:
    # Read whole first: what was asked is noted, also when nobody hears an answer.
    request.get_data(cache=True)
    for name in ("gunicorn.socket", "werkzeug.socket"):
        wire = request.environ.get(name)
        if isinstance(wire, socket.socket):
            wire.shutdown(socket.SHUT_RDWR)
