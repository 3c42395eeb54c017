"""An unpaid order runs out of time after fifteen minutes: not before, once, and none is missed."""

from datetime import timedelta

from backend import Service
from backend.core import clock
from backend.core.jobs import each_in_transaction
from backend.orders import cancellation
from tests.api import Api
from tests.conftest import Time, Worker
from tests.core.contexts import apart
from tests.orders.test_any_sequence import rows
from tests.payments.books import movements, stock
from tests.payments.scenes import BUSY, CLOSE, FOREVER, QUERY, fault, ordered
from tests.racing import at_once


def test_an_order_ends_at_fifteen_minutes_and_not_before(
    api: Api, worker: Worker, time: Time
) -> None:
    placed_at = clock.now()
    time.freeze(placed_at)
    sale = ordered(api, stock=10, quantity=2)

    time.freeze(placed_at + timedelta(minutes=15, microseconds=-1))
    worker.sweep()
    assert (sale.state, stock(sale.sku_id)) == ("pending_payment", (10, 2))

    time.freeze(placed_at + timedelta(minutes=15))
    refusal = sale.buyer.start_paying(sale.no, status=409)
    assert refusal["code"] == "payment_time_over"
    worker.sweep()
    assert (sale.state, stock(sale.sku_id)) == ("cancelled", (10, 0))
    (event,) = rows("SELECT by_kind, by_user_id, reason FROM order_events WHERE step = 'expire'")
    assert tuple(event) == ("system", None, "超时未支付")


def test_two_sweeps_at_once_end_each_order_once(app: Service, api: Api, time: Time) -> None:
    sales = [ordered(api) for _ in range(4)]
    time.travel(minutes=16)

    def sweep(_: int) -> None:
        each_in_transaction(cancellation.due_orders(), cancellation.expire)

    at_once(apart(app, sweep), range(3))

    for sale in sales:
        assert (sale.steps, stock(sale.sku_id)) == (["place", "expire"], (10, 0))
        assert movements(sale.sku_id) == ["reserve", "release"]


def test_a_worker_that_stood_still_for_hours_misses_none(
    api: Api, worker: Worker, time: Time
) -> None:
    early = [ordered(api) for _ in range(2)]
    time.travel(hours=5)
    late = ordered(api)
    worker.sweep()
    worker.sweep()
    assert [sale.steps for sale in early] == [["place", "expire"]] * 2
    assert late.steps == ["place"]


def test_an_order_paid_in_the_last_minute_whose_notice_is_late_is_not_ended(
    api: Api, worker: Worker, time: Time
) -> None:
    sale = ordered(api)
    time.travel(minutes=14)
    sale.pay_unheard()
    time.travel(minutes=2)
    worker.sweep()
    assert (sale.state, sale.steps) == ("paid", ["place", "pay"])
    assert stock(sale.sku_id) == (10, 2)


def test_an_order_ends_in_time_though_wechat_cannot_be_asked(
    api: Api, worker: Worker, time: Time
) -> None:
    sale = ordered(api)
    sale.start_paying()
    for path in (QUERY, CLOSE):
        fault(api.wechat, path, BUSY, FOREVER)
    time.travel(minutes=16)
    worker.sweep()
    assert (sale.state, stock(sale.sku_id)) == ("cancelled", (10, 0))
