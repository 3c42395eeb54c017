"""Structured logs: one JSON line an event, a request id on each, no personal data."""

import logging
import re
import sys
import time
from collections.abc import MutableMapping
from typing import Any

import structlog
from flask import Flask, Response, g, request

from backend.core.caller import caller_if_any
from backend.core.ids import random_code

REQUEST_ID = re.compile(r"[0-9A-Za-z_-]{8,64}")
PERSONAL = frozenset(
    {"phone", "receiver_name", "receiver_phone", "address", "detail", "openid", "code", "token",
     "session_key", "name", "real_name", "authorization", "body"}
)  # fmt: skip
DETAIL = re.compile(r"^DETAIL:.*$", re.MULTILINE)
log = structlog.get_logger("access")


def configure_logs(level: str) -> None:
    """JSON lines on standard output; library logs pass through the same door."""
    said: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        _without_personal_data,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        _without_values_of_rows,
    ]
    as_json = structlog.processors.JSONRenderer(ensure_ascii=False)
    for_libraries = logging.StreamHandler(sys.stdout)
    for_libraries.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=said,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, as_json],
        )
    )
    logging.basicConfig(handlers=[for_libraries], level=level, force=True)
    for noisy in (
        *("urllib3", "wechatpy", "procrastinate", "alembic"),
        *("boto3", "botocore", "s3transfer", "PIL"),
    ):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    structlog.configure(
        processors=[*said, as_json],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(),
        cache_logger_on_first_use=True,
    )


def log_requests(app: Flask) -> None:
    """One line a request, by rule and never by path, for a path can hold what is private."""

    @app.before_request
    def begin() -> None:
        asked = request.headers.get("X-Request-Id", "")
        g.request_id = asked if REQUEST_ID.fullmatch(asked) else random_code(16)
        g.began = time.perf_counter()
        structlog.contextvars.bind_contextvars(request_id=g.request_id)

    @app.after_request
    def end(response: Response) -> Response:
        response.headers["X-Request-Id"] = g.request_id
        caller = caller_if_any()
        log.info(
            "request",
            method=request.method,
            rule=request.url_rule.rule if request.url_rule else None,
            status=response.status_code,
            problem=g.get("problem_code"),
            user=caller.user_id if caller else None,
            ms=round((time.perf_counter() - g.began) * 1000, 1),
        )
        structlog.contextvars.clear_contextvars()
        return response


def _without_personal_data(
    logger: Any, method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    for key in event.keys() & PERSONAL:
        event[key] = "[left out]"
    return event


def _without_values_of_rows(
    logger: Any, method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """PostgreSQL's `DETAIL` quotes the row that was refused, which may hold anything."""
    if "exception" in event:
        event["exception"] = DETAIL.sub("DETAIL: [left out]", event["exception"])
    return event
