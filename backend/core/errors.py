"""Domain errors and how clients see them: RFC 9457 problem documents with stable codes."""

from collections.abc import Mapping
from typing import Any, ClassVar

import structlog
from flask import Flask, Response, current_app, g
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionInTime
from werkzeug.exceptions import HTTPException

PROBLEM_JSON = "application/problem+json"
log = structlog.get_logger()


class DomainError(Exception):
    """A refusal that the domain explains. Subclasses stand beside the rule that raises them.

    `code` is stable and meant for programs, `message` is Chinese and meant for people,
    `field` names the input at fault, `extra` carries what a client needs to go on.
    """

    code: ClassVar[str]
    status: ClassVar[int] = 409
    message: str = ""

    registry: ClassVar[dict[str, type["DomainError"]]] = {}

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "code" in cls.__dict__:
            if cls.code in DomainError.registry:
                raise TypeError(f"two errors share the code {cls.code}")
            DomainError.registry[cls.code] = cls

    def __init__(
        self, message: str | None = None, *, field: str | None = None, **extra: Any
    ) -> None:
        self.message = message or self.message
        self.field = field
        self.extra = extra
        super().__init__(self.message)


class InvalidInput(DomainError):
    """Shaped as what the schemas refuse, so that a client reads `errors` alike."""

    code = "invalid_input"
    status = 422
    message = "填写的内容有误"

    def __init__(self, message: str, *, field: str) -> None:
        super().__init__(
            f"{self.message}：{message}",
            field=field,
            errors=[{"field": field, "message": message}],
        )


class MalformedJson(DomainError):
    code = "malformed_json"
    status = 400
    message = "请求内容不是有效的 JSON"


class NotFound(DomainError):
    code = "not_found"
    status = 404
    message = "没有找到"


class NotLoggedIn(DomainError):
    code = "not_logged_in"
    status = 401
    message = "请先登录"


class NotAllowed(DomainError):
    code = "not_allowed"
    status = 403
    message = "没有权限进行此操作"


class DatabaseUnavailable(DomainError):
    code = "database_unavailable"
    status = 503
    message = "系统繁忙，请稍后再试"


class BadRequest(DomainError):
    code = "bad_request"
    status = 400
    message = "请求有误"


class MethodNotAllowed(DomainError):
    code = "method_not_allowed"
    status = 405
    message = "不支持此请求方法"


class TooLarge(DomainError):
    code = "too_large"
    status = 413
    message = "内容太大"


class UnsupportedMediaType(DomainError):
    code = "unsupported_media_type"
    status = 415
    message = "请以 application/json 提交"


class TooManyRequests(DomainError):
    code = "too_many_requests"
    status = 429
    message = "操作太频繁，请稍后再试"


class InternalError(DomainError):
    code = "internal_error"
    status = 500
    message = "系统出错，我们已记录"


_HTTP_ERRORS = {
    error.status: error
    for error in (
        BadRequest,
        NotFound,
        MethodNotAllowed,
        TooLarge,
        UnsupportedMediaType,
        TooManyRequests,
    )
}
"""How what Flask and werkzeug refuse by themselves is told."""


def problem(
    code: str, status: int, message: str, *, field: str | None = None, extra: Mapping[str, Any]
) -> Response:
    """A problem document; members beside RFC 9457's are `code`, `field`, `request_id`, `extra`."""
    body: dict[str, Any] = {
        "type": f"/docs/errors#{code}",
        "title": message,
        "status": status,
        "code": code,
        "request_id": g.get("request_id"),
    }
    if field is not None:
        body["field"] = field
    body.update(extra)
    response = Response(current_app.json.dumps(body), status=status, content_type=PROBLEM_JSON)
    if status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def handle_problems(app: Flask) -> None:
    """Every way out of a view that is not a success becomes a problem document."""

    @app.errorhandler(DomainError)
    def on_domain_error(error: DomainError) -> Response:
        g.problem_code = error.code
        return problem(
            error.code, error.status, error.message, field=error.field, extra=error.extra
        )

    @app.errorhandler(HTTPException)
    def on_http_error(error: HTTPException) -> Response:
        messages = getattr(error, "data", {}).get("messages")
        if messages:
            return _on_invalid_input(messages)
        status = error.code or 500
        told = _HTTP_ERRORS.get(status, InternalError if status >= 500 else BadRequest)
        g.problem_code = told.code
        response = problem(told.code, status, told.message, extra={})
        for name, value in error.get_headers():
            if name in {"Allow", "Retry-After"}:
                response.headers[name] = value
        return response

    @app.errorhandler(OperationalError)
    @app.errorhandler(NoConnectionInTime)
    def on_lost_database(error: OperationalError | NoConnectionInTime) -> Response:
        cause = getattr(error, "orig", None) or error
        log.error("database_unavailable", error=type(cause).__name__)
        return on_domain_error(DatabaseUnavailable())

    @app.errorhandler(Exception)
    def on_bug(error: Exception) -> Response:
        log.error("unhandled_error", exc_info=error)
        return on_domain_error(InternalError())


def _on_invalid_input(messages: Mapping[str, Any]) -> Response:
    """marshmallow's nested messages as a flat list of field and message."""
    errors = [
        {"field": ".".join(path), "message": text}
        for location in messages.values()
        for path, text in _flatten(location, ())
    ]
    first = errors[0]
    g.problem_code = InvalidInput.code
    return problem(
        InvalidInput.code,
        InvalidInput.status,
        f"{InvalidInput.message}：{first['message']}",
        field=first["field"],
        extra={"errors": errors},
    )


def _flatten(node: Any, path: tuple[str, ...]) -> list[tuple[tuple[str, ...], str]]:
    if isinstance(node, Mapping):
        return [
            leaf
            for key, value in node.items()
            for leaf in _flatten(value, path if key == "_schema" else (*path, str(key)))
        ]
    if isinstance(node, list):
        return [leaf for value in node for leaf in _flatten(value, path)]
    return [(path, str(node))]
