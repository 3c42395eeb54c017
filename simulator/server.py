"""The one place where the simulated parties are joined into an application."""

from pathlib import Path

from flask import Flask, Response, jsonify, request
from flask.json.provider import DefaultJSONProvider
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from . import (
    bills,
    calls,
    codes,
    control,
    control_faults,
    control_notices,
    control_payments,
    faults,
    merchant,
    messages,
    pages,
    phone,
    shipping,
    weixin,
)
from .errors import ControlError, MerchantError, WeixinError
from .world import EXTENSION, World

DEFAULT_RETRY_SCALE = 0.02

BLUEPRINTS = (
    weixin.blueprint,
    codes.blueprint,
    messages.blueprint,
    shipping.blueprint,
    merchant.blueprint,
    bills.blueprint,
    phone.blueprint,
    control.blueprint,
    control_payments.blueprint,
    control_notices.blueprint,
    control_faults.blueprint,
    pages.blueprint,
)


def create_app(directory: Path | str, *, retry_scale: float = DEFAULT_RETRY_SCALE) -> Flask:
    """The simulator with its state in `directory`; notices are delivered from the start.

    `retry_scale` shortens WeChat's pauses between deliveries. Stop it by `close_app`.
    """
    app = Flask(__name__)
    if isinstance(app.json, DefaultJSONProvider):
        app.json.sort_keys = False
    world = World.open(Path(directory), retry_scale)
    app.extensions[EXTENSION] = world
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    _register_errors(app)
    _register_passage(app, world)
    return app


def close_app(app: Flask) -> None:
    """Stop delivering notices and close the state."""
    world: World = app.extensions[EXTENSION]
    world.close()


def _register_passage(app: Flask, world: World) -> None:
    @app.before_request
    def enter() -> Response | None:
        calls.begin()
        return faults.before(world.store)

    @app.after_request
    def leave(response: Response) -> Response:
        answered = merchant.signed(faults.after(response))
        calls.record(world.store, answered)
        return answered


def _register_errors(app: Flask) -> None:
    @app.errorhandler(WeixinError)
    def refused_by_weixin(error: WeixinError) -> ResponseReturnValue:
        return jsonify(error.as_json())

    @app.errorhandler(MerchantError)
    def refused_by_merchant_platform(error: MerchantError) -> ResponseReturnValue:
        return jsonify(error.as_json()), error.status

    @app.errorhandler(ControlError)
    def refused_by_control(error: ControlError) -> ResponseReturnValue:
        return jsonify(error=error.message), error.status

    @app.errorhandler(HTTPException)
    def unknown(error: HTTPException) -> ResponseReturnValue:
        status = error.code or 500
        if request.path.startswith("/v3/"):
            return jsonify(code="NOT_FOUND", message=error.name), status
        return jsonify(error=f"{error.name}: {request.method} {request.path}"), status
