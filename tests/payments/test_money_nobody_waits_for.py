"""Money for an order that is cancelled, out of time or already paid goes back whole, once."""

from sqlalchemy import text

from backend.core.database import db
from tests.api import Api
from tests.conftest import Time, Worker
from tests.orders.test_any_sequence import (
    assert_credit_follows_orders,
    assert_every_payment_is_one_paid_order_or_one_full_refund,
    rows,
)
from tests.payments.books import movements, outcomes, stock
from tests.payments.scenes import (
    BUSY,
    CLOSE,
    FOREVER,
    QUERY,
    REFUND,
    Sale,
    calls,
    deliver,
    fault,
    hold_notices,
    notice_of,
    ordered,
    pay_at_wechat,
    refunds_at_wechat,
)
from tests.racing import at_once


def assert_money_went_back(sale: Sale, worker: Worker) -> None:
    """Refunded in full, once; the order stays cancelled, nobody is credited, the stock is free."""
    worker.run()
    sale.api.wait_for(lambda: sale.refunds == [("succeeded", sale.total_fen)])
    worker.sweep()
    assert (sale.state, sale.payments, sale.credit) == ("cancelled", ["succeeded"], [])
    assert refunds_at_wechat(sale.api.wechat) == [("SUCCESS", sale.total_fen)]
    assert (stock(sale.sku_id), movements(sale.sku_id)) == ((10, 0), ["reserve", "release"])
    assert [kind for kind, *_ in rows("SELECT cause FROM refunds")] == [
        f"unclaimed:{sale.payment_no}"
    ]


def test_a_payment_after_the_buyer_cancelled(api: Api, worker: Worker) -> None:
    sale = ordered(api)
    payment_no = sale.start_paying()
    sale.buyer.cancel(sale.no)
    pay_at_wechat(api.wechat, payment_no)
    api.wait_for(lambda: sale.refunds)
    (kept,) = rows("SELECT requested_by, amount_fen FROM refunds")
    assert tuple(kept) == (None, sale.total_fen)
    assert_money_went_back(sale, worker)


def test_a_notice_that_comes_after_the_buyer_cancelled_many_times_at_once(
    api: Api, worker: Worker
) -> None:
    sale = ordered(api)
    notice = notice_of(api.wechat, sale.pay_unheard())
    sale.buyer.cancel(sale.no)
    assert deliver(api.wechat, notice, times=6, concurrently=True) == [204] * 6
    assert outcomes() == ["applied"] + ["repeated"] * 5
    assert_money_went_back(sale, worker)


def test_a_payment_of_the_last_minute_heard_of_after_the_time_out(
    api: Api, worker: Worker, time: Time
) -> None:
    sale = ordered(api)
    time.travel(minutes=14)
    notice = notice_of(api.wechat, sale.pay_unheard())
    for path in (QUERY, CLOSE):
        fault(api.wechat, path, BUSY, FOREVER)
    time.travel(minutes=2)
    worker.sweep()
    assert sale.state == "cancelled"
    api.wechat.delete("/faults")

    assert deliver(api.wechat, notice) == [204]
    assert_money_went_back(sale, worker)


def test_a_payment_found_by_asking_after_the_time_out(api: Api, worker: Worker, time: Time) -> None:
    sale = ordered(api)
    time.travel(minutes=14)
    sale.pay_unheard()
    for path in (QUERY, CLOSE):
        fault(api.wechat, path, BUSY, FOREVER)
    time.travel(minutes=2)
    worker.sweep()
    assert sale.state == "cancelled"
    api.wechat.delete("/faults")

    time.travel(minutes=30)
    worker.sweep()
    assert_money_went_back(sale, worker)


def second_payment(sale: Sale) -> tuple[str, str]:
    """Two payments of one order, both open at WeChat, the first one closed only here."""
    first = sale.start_paying()
    db.session.execute(text("UPDATE payments SET state = 'closed'"))
    db.session.commit()
    return first, sale.start_paying()


def test_of_an_order_paid_twice_the_first_payment_stands(api: Api, worker: Worker) -> None:
    sale = ordered(api)
    first, second = second_payment(sale)
    assert first != second

    pay_at_wechat(api.wechat, first)
    sale.wait_for("paid")
    pay_at_wechat(api.wechat, second)
    api.wait_for(lambda: sale.refunds)
    worker.run()
    api.wait_for(lambda: sale.refunds == [("succeeded", sale.total_fen)])

    assert (sale.state, sale.payments) == ("paid", ["succeeded", "succeeded"])
    assert rows("SELECT payment_no FROM orders") == [(first,)]
    assert rows("SELECT p.no FROM refunds r JOIN payments p ON p.id = r.payment_id") == [(second,)]
    assert (sale.credit, stock(sale.sku_id)) == ([("accrue", sale.total_fen)], (10, 2))
    assert calls(api.wechat, REFUND) == 1


def test_of_two_payments_at_once_one_stands_and_the_other_goes_back(
    api: Api, worker: Worker
) -> None:
    sale = ordered(api)
    numbers = second_payment(sale)
    for payment_no in numbers:
        hold_notices(api.wechat, "transaction")
        pay_at_wechat(api.wechat, payment_no)
    notices = [notice_of(api.wechat, payment_no) for payment_no in numbers]

    statuses = at_once(lambda notice: deliver(api.wechat, notice, times=2), notices)

    assert statuses == [[204, 204]] * 2
    worker.run()
    api.wait_for(lambda: sale.refunds == [("succeeded", sale.total_fen)])
    assert (sale.state, sale.steps) == ("paid", ["place", "pay"])
    assert sale.credit == [("accrue", sale.total_fen)]
    assert_credit_follows_orders()
    assert_every_payment_is_one_paid_order_or_one_full_refund(api)


def test_a_payment_closed_here_that_is_paid_all_the_same_pays_the_order(api: Api) -> None:
    sale = ordered(api)
    first, _ = second_payment(sale)
    pay_at_wechat(api.wechat, first)
    sale.wait_for("paid")
    assert sale.payments == ["succeeded", "prepaid"]


def test_an_order_paid_twice_can_be_refunded_by_its_buyer_too(api: Api, worker: Worker) -> None:
    sale = ordered(api)
    first, second = second_payment(sale)
    pay_at_wechat(api.wechat, first)
    sale.wait_for("paid")
    pay_at_wechat(api.wechat, second)
    api.wait_for(lambda: sale.refunds)
    sale.buyer.ask_refund(sale.no)
    worker.run()
    sale.wait_for("closed")
    api.wait_for(lambda: sale.refunds == [("succeeded", sale.total_fen)] * 2)
    assert stock(sale.sku_id) == (10, 0)
    assert_every_payment_is_one_paid_order_or_one_full_refund(api)
