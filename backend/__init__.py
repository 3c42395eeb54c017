"""Xiangbang: the WeChat mini-program backend of consumption assistance in Hunan.

`create_app` is the one place where the rooms are joined.
"""

from flask import Flask
from flask.json.provider import DefaultJSONProvider
from flask.typing import ResponseReturnValue

from backend import api_spec
from backend.accounts import commands as account_commands
from backend.accounts import views as account_views
from backend.accounts.sessions import logged_in
from backend.accounts.tokens import identify, open_token_signer
from backend.catalog.search import jobs as search_jobs
from backend.catalog.shop import views as shop_views
from backend.catalog.stock import views as stock_views
from backend.competition import views as competition_views
from backend.core import operations
from backend.core.cache import open_cache
from backend.core.caller import guard_endpoints
from backend.core.commands import register_worker
from backend.core.database import configure_database, transaction
from backend.core.errors import handle_problems
from backend.core.health import register_health
from backend.core.hooks import Hook
from backend.core.jobs import open_queue
from backend.core.logs import configure_logs, log_requests
from backend.core.paths import register_paths
from backend.core.personal_data import open_vault
from backend.credit import views as credit_views
from backend.credit.touches import adopt_touches
from backend.orders import jobs as order_jobs
from backend.orders import views as order_views
from backend.orders.settlement import on_payment_succeeded, on_refund_succeeded
from backend.payments import jobs as payment_jobs
from backend.payments.applying import on_payment_notice, payment_succeeded
from backend.payments.returning import on_refund_notice, refund_succeeded
from backend.settings import Settings, read_settings
from backend.wechat import callbacks, mini_program, pay
from backend.wechat import views as wechat_views
from backend.wechat.notices import payment_notified, refund_notified

LARGEST_BODY = 1024 * 1024

BLUEPRINTS = (
    shop_views.blueprint,
    shop_views.media,
    stock_views.blueprint,
    wechat_views.blueprint,
    account_views.blueprint,
    credit_views.blueprint,
    order_views.blueprint,
    competition_views.blueprint,
    operations.blueprint,
    callbacks.blueprint,
)

JOBS = (payment_jobs, order_jobs, search_jobs)
"""Modules whose tasks the queue knows by being imported."""


def wire_news() -> dict[Hook[...], tuple[object, ...]]:
    """How news travels up from a room to those above it: the one table of hooks."""
    logged_in.wire(adopt_touches)
    payment_notified.wire(on_payment_notice)
    payment_succeeded.wire(on_payment_succeeded)
    refund_notified.wire(on_refund_notice)
    refund_succeeded.wire(on_refund_succeeded)
    told = (logged_in, payment_notified, payment_succeeded, refund_notified, refund_succeeded)
    return {hook: hook.listeners for hook in told}


class Json(DefaultJSONProvider):
    """Chinese as it is written, members in the order in which the schemas name them."""

    ensure_ascii = False
    sort_keys = False
    compact = True


class Service(Flask):
    """A Flask whose every request is one transaction, begun and ended here."""

    json_provider_class = Json

    def dispatch_request(self) -> ResponseReturnValue:
        with transaction():
            return super().dispatch_request()


def create_app(settings: Settings | None = None) -> Service:
    """The service, joined from its rooms, over `settings` or the environment's."""
    settings = settings or read_settings()
    app = Service(__name__, static_folder=None)
    app.config["SETTINGS"] = settings
    app.config["MEDIA_DIRECTORY"] = str(settings.media_directory.resolve())
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY

    configure_logs(settings.log_level)
    log_requests(app)
    guard_endpoints(app, identify)
    configure_database(app, settings)
    open_cache(app, settings)
    open_vault(app, settings)
    open_token_signer(app, settings)
    mini_program.open_mini_program(app, settings)
    pay.open_pay_gateway(app, settings)
    open_queue(app, settings)

    register_paths(app)
    register_health(app)
    api_spec.register_api(app, BLUEPRINTS)
    handle_problems(app)
    account_commands.register_commands(app)
    register_worker(app)
    wire_news()
    return app
