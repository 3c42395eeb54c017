"""Xiangbang: the WeChat mini-program backend of consumption assistance in Hunan.

`create_app` is the one place where the rooms are joined.
"""

from collections.abc import Callable

from flask import Flask
from flask.json.provider import DefaultJSONProvider
from flask.typing import ResponseReturnValue

from backend import api_spec
from backend.accounts import commands as account_commands
from backend.accounts import views as account_views
from backend.accounts.sessions import logged_in
from backend.accounts.tokens import identify, open_token_signer
from backend.catalog.areas import views as area_views
from backend.catalog.desk import views as desk_views
from backend.catalog.freight import views as freight_views
from backend.catalog.home import views as home_views
from backend.catalog.pictures import jobs as picture_jobs
from backend.catalog.pictures import views as picture_views
from backend.catalog.producers import jobs as producer_jobs
from backend.catalog.producers import operator_views as producer_review_views
from backend.catalog.producers import views as producer_views
from backend.catalog.producers.life import producer_standing_changed
from backend.catalog.products import operator_views as product_review_views
from backend.catalog.products import views as product_views
from backend.catalog.products.listing import product_delisted, product_listed
from backend.catalog.recognitions import jobs as recognition_jobs
from backend.catalog.recognitions import views as recognition_views
from backend.catalog.recognitions.registering import recognition_changed
from backend.catalog.search import jobs as search_jobs
from backend.catalog.search import news as search_news
from backend.catalog.sheets import jobs as sheet_jobs
from backend.catalog.sheets import operator_views as operator_sheet_views
from backend.catalog.sheets import views as sheet_views
from backend.catalog.shop import views as shop_views
from backend.catalog.stock import jobs as stock_jobs
from backend.catalog.stock import views as stock_views
from backend.catalog.stock.opening import on_product_listed
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
from backend.core.storage.opening import open_storage
from backend.credit import views as credit_views
from backend.credit.touches import adopt_touches
from backend.orders import jobs as order_jobs
from backend.orders import views as order_views
from backend.orders.settlement import (
    on_payment_succeeded,
    on_refund_failed,
    on_refund_succeeded,
)
from backend.orders.vouchers import jobs as voucher_jobs
from backend.orders.vouchers import views as voucher_views
from backend.payments import jobs as payment_jobs
from backend.payments.applying import on_payment_notice, payment_succeeded
from backend.payments.returning import on_refund_notice, refund_failed, refund_succeeded
from backend.settings import Settings, read_settings
from backend.wechat import callbacks, mini_program, pay
from backend.wechat import views as wechat_views
from backend.wechat.notices import payment_notified, refund_notified

LARGEST_BODY = 1024 * 1024

BLUEPRINTS = (
    area_views.blueprint,
    shop_views.blueprint,
    shop_views.media,
    home_views.blueprint,
    stock_views.blueprint,
    freight_views.blueprint,
    sheet_views.blueprint,
    operator_sheet_views.blueprint,
    product_views.blueprint,
    product_review_views.blueprint,
    recognition_views.blueprint,
    desk_views.blueprint,
    producer_views.blueprint,
    producer_review_views.blueprint,
    picture_views.blueprint,
    wechat_views.blueprint,
    account_views.blueprint,
    credit_views.blueprint,
    order_views.blueprint,
    voucher_views.blueprint,
    competition_views.blueprint,
    operations.blueprint,
    callbacks.blueprint,
)

JOBS = (
    order_jobs,
    payment_jobs,
    picture_jobs,
    producer_jobs,
    recognition_jobs,
    search_jobs,
    sheet_jobs,
    stock_jobs,
    voucher_jobs,
)
"""Modules whose tasks the queue knows by being imported."""


NEWS: dict[Hook[...], tuple[Callable[..., None], ...]] = {
    logged_in: (adopt_touches,),
    producer_standing_changed: (search_news.on_producer_changed,),
    product_listed: (on_product_listed, search_news.on_product_listed),
    product_delisted: (search_news.on_product_changed,),
    recognition_changed: (search_news.on_product_changed,),
    payment_notified: (on_payment_notice,),
    payment_succeeded: (on_payment_succeeded,),
    refund_notified: (on_refund_notice,),
    refund_succeeded: (on_refund_succeeded,),
    refund_failed: (on_refund_failed,),
}
"""How news travels up from a room to those above it: the one table of hooks."""


def wire_news() -> None:
    """Let everybody listen to what they are told."""
    for hook, listeners in NEWS.items():
        hook.wire(*listeners)


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
    open_storage(app, settings)

    register_paths(app)
    register_health(app)
    api_spec.register_api(app, BLUEPRINTS)
    app.register_blueprint(picture_views.form)
    handle_problems(app)
    account_commands.register_commands(app)
    register_worker(app)
    wire_news()
    return app
