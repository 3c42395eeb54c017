"""Control of faults: what shall go wrong with the next requests and notices."""

from typing import Any

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from . import faults
from .control import body_of_control, regular_expression
from .reading import Reader
from .world import here

blueprint = Blueprint("control_faults", __name__, url_prefix="/control")

METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE"}
EFFECTS = ("delay_ms", "status", "body", "drop_connection", "unsigned")
NOTICE_ACTIONS = {"drop", "hold", "delay", "repeat", "corrupt"}
LONGEST_DELAY = 120_000
MOST_REPEATS = 64


@blueprint.post("/faults")
def add_fault() -> ResponseReturnValue:
    """`{match: {path, method?}, times?, delay_ms?, status?, body?, drop_connection?, unsigned?,
    after?}` → `{id}`.
    """
    body = body_of_control()
    body.only("match", "times", "after", *EFFECTS)
    match = body.within("match")
    match.only("path", "method")
    regular_expression("match/path", match.text("path"))
    if "method" in match.data:
        match.choice("method", METHODS)
    body.optional_integer("delay_ms", most=LONGEST_DELAY)
    body.optional_integer("status", least=200, most=599)
    if not isinstance(body.data.get("body", ""), dict | list | str):
        body.fail("body", "must be an object, a list or a string")
    for name in ("drop_connection", "unsigned", "after"):
        body.flag(name)
    if not any(body.data.get(name) is not None for name in EFFECTS):
        body.fail("match", f"needs an effect: one of {', '.join(EFFECTS)}")
    return _added("request", body)


@blueprint.get("/faults")
def list_faults() -> ResponseReturnValue:
    """The faults with `remaining` and `hits`."""
    return jsonify(faults=faults.listed(here().store, "request"))


@blueprint.delete("/faults")
def clear_faults() -> ResponseReturnValue:
    """Take every fault away."""
    return jsonify(removed=faults.clear(here().store, "request"))


@blueprint.post("/notice-faults")
def add_notice_fault() -> ResponseReturnValue:
    """`{kind?, times?, action: drop|hold|delay|repeat|corrupt, delay_ms?, repeat?,
    concurrently?}` → `{id}`; counts notices, not attempts.
    """
    body = body_of_control()
    body.only("kind", "times", "action", "delay_ms", "repeat", "concurrently")
    if "kind" in body.data:
        body.choice("kind", {"transaction", "refund"})
    action = body.choice("action", NOTICE_ACTIONS)
    body.flag("concurrently")
    if action == "delay":
        body.integer("delay_ms", least=1, most=LONGEST_DELAY)
    if action == "repeat":
        body.integer("repeat", least=2, most=MOST_REPEATS)
    return _added("notice", body)


@blueprint.get("/notice-faults")
def list_notice_faults() -> ResponseReturnValue:
    """The faults of notices with `remaining` and `hits`."""
    return jsonify(faults=faults.listed(here().store, "notice"))


@blueprint.delete("/notice-faults")
def clear_notice_faults() -> ResponseReturnValue:
    """Take every fault of notices away."""
    return jsonify(removed=faults.clear(here().store, "notice"))


def _added(layer: str, body: Reader) -> ResponseReturnValue:
    times = body.optional_integer("times", least=faults.FOREVER)
    spec: dict[str, Any] = {
        name: value for name, value in body.data.items() if name != "times" and value is not None
    }
    chosen = 1 if times is None else times
    return jsonify(id=faults.add(here().store, layer, spec, chosen), times=chosen)
