"""Is the process alive, and can it do its work."""

import structlog
from flask import Blueprint, Flask, Response, jsonify
from sqlalchemy.exc import SQLAlchemyError

from backend.core.cache import cache
from backend.core.caller import public
from backend.core.database import database_answers, db
from backend.core.jobs import queue_state

log = structlog.get_logger()
blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@public()
def healthz() -> Response:
    """The process answers; nothing else is asked."""
    return jsonify(status="ok")


@blueprint.get("/readyz")
@public()
def readyz() -> tuple[Response, int]:
    """Database and queue must answer; Valkey may be away, then the service is only slower."""
    state: dict[str, object] = {"database": "down", "queue": "down"}
    try:
        database_answers()
        state["database"] = "ok"
        state.update(queue="ok", **queue_state())
    except SQLAlchemyError as error:
        db.session.rollback()
        log.error("not_ready", error=type(error).__name__)
    answers = cache().answers()
    state["cache"] = "absent" if answers is None else "ok" if answers else "down"
    ready = state["database"] == "ok" and state["queue"] == "ok"
    state["status"] = "ready" if ready else "not ready"
    return jsonify(state), 200 if ready else 503


def register_health(app: Flask) -> None:
    """Add both endpoints."""
    app.register_blueprint(blueprint)
