"""No notice came: WeChat is asked, first after thirty seconds, then at growing pauses."""

from datetime import timedelta

from backend.core import clock
from backend.core.database import db, transaction
from backend.payments.asking import ask
from backend.payments.models import Payment
from tests.api import Api
from tests.conftest import Time, Worker
from tests.factories import change
from tests.orders.test_any_sequence import rows
from tests.payments.books import alarms, outcomes
from tests.payments.scenes import (
    BUSY,
    FOREVER,
    QUERY,
    Sale,
    calls,
    drop_notices,
    fault,
    ordered,
    pay_at_wechat,
)


def payment_of(sale: Sale) -> Payment:
    db.session.rollback()
    return db.session.scalars(db.select(Payment).filter_by(no=sale.payment_no)).one()


def ask_now(sale: Sale) -> timedelta:
    """Ask about its payment, for the question is due; the pause until the next one."""
    change(payment_of(sale), next_query_at=clock.now())
    with transaction():
        ask(sale.payment_no)
    return payment_of(sale).next_query_at - clock.now()


def test_a_payment_without_notice_is_found_after_thirty_seconds(
    api: Api, worker: Worker, time: Time
) -> None:
    began = clock.now()
    time.freeze(began)
    drop_notices(api.wechat, "transaction")
    sale = ordered(api)
    pay_at_wechat(api.wechat, sale.start_paying())

    time.freeze(began + timedelta(seconds=29))
    worker.sweep()
    assert (sale.state, calls(api.wechat, QUERY, "GET")) == ("pending_payment", 0)

    time.freeze(began + timedelta(seconds=30))
    worker.sweep()
    assert (sale.state, sale.payments) == ("paid", ["succeeded"])
    assert sale.credit == [("accrue", sale.total_fen)]
    asked = calls(api.wechat, QUERY, "GET")
    time.freeze(began + timedelta(hours=1))
    worker.sweep()
    assert calls(api.wechat, QUERY, "GET") == asked


def test_the_pauses_between_questions_grow_to_half_an_hour(api: Api, time: Time) -> None:
    time.freeze(clock.now())
    sale = ordered(api)
    sale.start_paying()
    pauses = [ask_now(sale).total_seconds() for _ in range(9)]
    assert pauses == [30, 60, 120, 240, 480, 960, 1800, 1800, 1800]
    assert calls(api.wechat, QUERY, "GET") == 9


def test_a_payment_that_was_asked_about_very_often_is_asked_again(api: Api, time: Time) -> None:
    time.freeze(clock.now())
    sale = ordered(api)
    sale.start_paying()
    change(payment_of(sale), queries=60)
    assert ask_now(sale) == timedelta(minutes=30)


def test_a_notice_after_the_answer_is_the_same_money(api: Api, worker: Worker, time: Time) -> None:
    sale = ordered(api)
    sale.pay_unheard()
    time.travel(seconds=31)
    worker.sweep()
    assert sale.state == "paid"

    api.wechat.post("/notices/release")

    assert (outcomes(), sale.steps) == (["repeated"], ["place", "pay"])
    assert (sale.credit, sale.refunds) == ([("accrue", sale.total_fen)], [])


def test_while_wechat_is_down_nothing_is_assumed_and_it_is_asked_later(
    api: Api, worker: Worker, time: Time
) -> None:
    sale = ordered(api)
    sale.pay_unheard()
    fault(api.wechat, QUERY, BUSY, FOREVER)
    time.travel(seconds=31)
    worker.sweep()
    assert (sale.state, sale.payments) == ("pending_payment", ["prepaid"])
    assert rows("SELECT queries FROM payments") == [(1,)]

    api.wechat.delete("/faults")
    worker.sweep()
    assert sale.state == "pending_payment"
    time.travel(seconds=31)
    worker.sweep()
    assert (sale.state, sale.payments, alarms()) == ("paid", ["succeeded"], [])


def test_a_wrong_amount_found_by_asking_is_not_applied_and_told_once(
    api: Api, worker: Worker, time: Time
) -> None:
    drop_notices(api.wechat, "transaction")
    sale = ordered(api)
    pay_at_wechat(api.wechat, sale.start_paying(), total=sale.total_fen - 1)
    for _ in range(3):
        time.travel(minutes=3)
        worker.sweep()
    assert (sale.state, sale.payments) == ("pending_payment", ["prepaid"])
    assert (alarms(), calls(api.wechat, QUERY, "GET")) == (["payment_amount_differs"], 1)


def test_an_unpaid_payment_is_asked_about_and_left_open(
    api: Api, worker: Worker, time: Time
) -> None:
    sale = ordered(api)
    sale.start_paying()
    time.travel(seconds=31)
    worker.sweep()
    assert (sale.state, sale.payments) == ("pending_payment", ["prepaid"])
    sale.paid()
