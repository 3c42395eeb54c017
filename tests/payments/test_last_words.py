"""WeChat's last word comes late, twice, or differs from an earlier one."""

import pytest

from backend.core import clock
from backend.core.database import db, transaction
from backend.payments.asking import close
from backend.payments.models import Payment
from backend.payments.refunding import request_refund
from tests.api import Api
from tests.conftest import Time, Worker
from tests.factories import staff
from tests.orders.test_any_sequence import rows
from tests.payments.books import alarms, stock
from tests.payments.scenes import (
    CLOSE,
    FOREVER,
    PREPAY,
    QUERY,
    calls,
    deliver,
    drop_notices,
    fault,
    hold_notices,
    meanwhile,
    notice_of,
    ordered,
    pay_at_wechat,
    refunds_at_wechat,
)


def test_an_abnormal_refund_that_succeeds_unheard_is_found_by_asking(
    api: Api, worker: Worker, time: Time
) -> None:
    sale = ordered(api).paid()
    drop_notices(api.wechat, "refund")
    api.wechat.post("/refund-mode", {"mode": "abnormal"})
    sale.buyer.ask_refund(sale.no)
    worker.run()
    time.travel(minutes=2)
    worker.sweep()
    assert (sale.refunds, alarms()) == ([("abnormal", sale.total_fen)], ["refund_abnormal"])

    asked = calls(api.wechat, f"/refund/domestic/refunds/{sale.refund_no}$", "GET")
    time.travel(hours=1)
    worker.sweep()
    assert calls(api.wechat, f"/refund/domestic/refunds/{sale.refund_no}$", "GET") == asked + 1
    assert calls(api.wechat, "/refund/domestic/refunds$") == 1


def test_a_refund_that_succeeds_after_wechat_closed_it_raises_an_alarm(
    api: Api, worker: Worker
) -> None:
    sale = ordered(api).paid()
    hold_notices(api.wechat, "refund")
    api.wechat.post("/refund-mode", {"mode": "manual"})
    sale.buyer.ask_refund(sale.no)
    worker.run()
    api.wechat.post(f"/refunds/{sale.refund_no}/result", {"status": "SUCCESS"})
    notice = notice_of(api.wechat, sale.refund_no)

    closed = {"resource": {"refund_status": "CLOSED"}}
    assert deliver(api.wechat, notice, alter=closed) == [204]
    assert sale.refunds == [("closed", sale.total_fen)]
    assert deliver(api.wechat, notice, times=2) == [204, 204]

    assert alarms() == ["refund_closed", "refund_contradicted"]
    assert (sale.state, sale.refunds) == ("paid", [("closed", sale.total_fen)])


def test_a_part_that_came_back_closes_no_order(api: Api, worker: Worker) -> None:
    sale = ordered(api).paid()
    for part, cause in ((980, "first"), (11_000, "rest")):
        with transaction():
            request_refund(sale.payment_no, part, cause=cause, reason="部分", by=None)
        if cause == "first":
            worker.run()
            api.wait_for(lambda: sale.refunds == [("succeeded", 980)])
            assert (sale.state, stock(sale.sku_id)) == ("paid", (10, 2))
    worker.run()
    sale.wait_for("closed")
    assert stock(sale.sku_id) == (10, 0)


def test_a_prepay_that_arrives_while_its_payment_is_being_closed_stays_open(
    api: Api, worker: Worker, time: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    """WeChat has not heard of it when we ask before closing, and hears of it a moment later."""
    drop_notices(api.wechat, "transaction")
    sale = ordered(api)
    fault(api.wechat, PREPAY, {"drop_connection": True})
    sale.buyer.start_paying(sale.no, status=503)
    never = {"status": 404, "body": {"code": "ORDER_NOT_EXIST", "message": "订单不存在"}}
    fault(api.wechat, CLOSE, never)
    prepay = sale.buyer.start_paying
    with meanwhile(monkeypatch, "query", after=lambda: prepay(sale.no)), transaction():
        close(sale.payment_no)
    assert sale.payments == ["prepaid"]

    pay_at_wechat(api.wechat, sale.payment_no)
    sale.buyer.cancel(sale.no)
    time.travel(minutes=20)
    worker.sweep()
    worker.run()
    assert (sale.state, sale.payments) == ("cancelled", ["succeeded"])
    api.wait_for(lambda: sale.refunds == [("succeeded", sale.total_fen)])


def test_a_closed_payment_is_asked_about_once_more(api: Api, worker: Worker, time: Time) -> None:
    drop_notices(api.wechat, "transaction")
    sale = ordered(api)
    payment_no = sale.start_paying()
    sale.buyer.cancel(sale.no)
    fault(api.wechat, CLOSE, {"status": 204, "body": ""})
    worker.run()
    assert sale.payments == ["closed"]
    pay_at_wechat(api.wechat, payment_no)

    time.travel(minutes=11)
    worker.sweep()
    worker.run()
    assert (sale.state, sale.payments, sale.credit) == ("cancelled", ["succeeded"], [])
    api.wait_for(lambda: refunds_at_wechat(api.wechat) == [("SUCCESS", sale.total_fen)])

    asked = calls(api.wechat, QUERY, "GET")
    time.travel(hours=9)
    worker.sweep()
    assert calls(api.wechat, QUERY, "GET") == asked


def test_closing_while_the_buyer_types_the_password_closes_nothing(
    api: Api, worker: Worker
) -> None:
    sale = ordered(api)
    sale.start_paying()
    sale.buyer.cancel(sale.no)
    fault(api.wechat, CLOSE, {"status": 202, "body": {"code": "USERPAYING", "message": "支付中"}})
    worker.run()
    assert sale.payments == ["prepaid"]


def test_money_given_back_in_the_console_before_we_heard_of_it_pays_nothing(
    api: Api, worker: Worker, time: Time
) -> None:
    drop_notices(api.wechat, "transaction")
    sale = ordered(api)
    payment_no = sale.start_paying()
    pay_at_wechat(api.wechat, payment_no)
    api.wechat.post(f"/transactions/{payment_no}/refunds", {})

    time.travel(seconds=31)
    worker.sweep()
    assert (sale.state, sale.credit) == ("pending_payment", [])
    assert alarms() == ["payment_refunded_elsewhere"]


def test_when_wechat_is_silent_one_order_waits_for_it_and_the_others_do_not(
    api: Api, worker: Worker, time: Time
) -> None:
    sales = [ordered(api) for _ in range(4)]
    for sale in sales:
        sale.start_paying()
    fault(api.wechat, QUERY, {"drop_connection": True}, FOREVER)
    with transaction():
        db.session.execute(db.update(Payment).values(next_query_at=clock.now().replace(year=2099)))
    time.travel(minutes=16)
    worker.sweep()

    assert [sale.state for sale in sales] == ["cancelled"] * 4
    assert [stock(sale.sku_id) for sale in sales] == [(10, 0)] * 4
    expiring = rows("SELECT count(*) FROM order_events WHERE step = 'expire'")[0][0]
    assert expiring == 4


def test_a_long_reason_is_cut_to_what_wechat_takes(api: Api, worker: Worker) -> None:
    """WeChat counts bytes: 80 Chinese characters would be three times too long."""
    sale = ordered(api).paid()
    reason = "坏" * 80
    sale.buyer.post(f"/v1/orders/{sale.no}/refunds", {"reason": reason})
    worker.run()
    sale.wait_for("closed")
    told = api.wechat.get("/refunds")["refunds"][0]["reason"]
    assert told == "坏" * 26
    assert rows("SELECT reason FROM refunds") == [(reason,)]


def test_a_refund_says_who_wanted_it(api: Api, worker: Worker) -> None:
    wanted, decided, late = ordered(api).paid(), ordered(api).paid(), ordered(api)
    wanted.buyer.ask_refund(wanted.no)
    clerk = staff(api)
    clerk.post(f"/v1/operator/orders/{decided.no}/refunds", {"reason": "质量问题"})
    payment_no = late.start_paying()
    late.buyer.cancel(late.no)
    pay_at_wechat(api.wechat, payment_no)
    api.wait_for(lambda: late.refunds)

    told = [
        sale.buyer.order(sale.no)["refunds"][0]["requested_by"] for sale in (wanted, decided, late)
    ]
    assert told == ["buyer", "operator", "system"]
