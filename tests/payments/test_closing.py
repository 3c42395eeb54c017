"""What nobody shall pay any more is closed at WeChat and here; who paid before is not lost."""

import pytest

from tests.api import Api
from tests.conftest import Time, Worker
from tests.payments.books import alarms
from tests.payments.scenes import (
    BUSY,
    CLOSE,
    CUT,
    CUT_AFTER,
    FOREVER,
    PREPAY,
    QUERY,
    Sale,
    calls,
    drop_notices,
    fault,
    meanwhile,
    ordered,
    pay_at_wechat,
    refunds_at_wechat,
)


def state_at_wechat(sale: Sale) -> str:
    known = sale.api.wechat.get(f"/transactions/{sale.payment_no}")
    return str(known["trade_state"])


def test_a_cancelled_order_s_payment_is_closed_on_both_sides(api: Api, worker: Worker) -> None:
    sale = ordered(api)
    sale.start_paying()
    sale.buyer.cancel(sale.no)
    worker.run()
    assert (sale.payments, state_at_wechat(sale)) == (["closed"], "CLOSED")


def test_a_payment_that_ran_out_is_closed_on_both_sides(
    api: Api, worker: Worker, time: Time
) -> None:
    sale = ordered(api)
    sale.start_paying()
    time.travel(minutes=16)
    worker.sweep()
    assert (sale.state, sale.payments) == ("cancelled", ["closed"])
    assert state_at_wechat(sale) == "CLOSED"


def test_a_payment_that_wechat_never_heard_of_is_closed_here(
    api: Api, worker: Worker, time: Time
) -> None:
    sale = ordered(api)
    fault(api.wechat, PREPAY, CUT)
    sale.buyer.start_paying(sale.no, status=503)
    time.travel(minutes=16)
    worker.sweep()
    assert (sale.state, sale.payments, alarms()) == ("cancelled", ["closed"], [])


def test_nothing_is_closed_where_nothing_was_asked_for(api: Api, worker: Worker) -> None:
    sale = ordered(api)
    sale.buyer.cancel(sale.no)
    worker.run()
    assert (sale.payments, calls(api.wechat, "/v3/", "POST")) == ([], 0)


def test_who_pays_while_we_close_gets_the_money_back(
    api: Api, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """We asked, it was unpaid; then somebody paid; then we close and WeChat says ORDERPAID."""
    drop_notices(api.wechat, "transaction")
    sale = ordered(api)
    payment_no = sale.start_paying()
    sale.buyer.cancel(sale.no)

    with meanwhile(monkeypatch, "close", before=lambda: pay_at_wechat(api.wechat, payment_no)):
        worker.run()
    worker.run()

    assert (sale.state, sale.payments, sale.credit) == ("cancelled", ["succeeded"], [])
    api.wait_for(lambda: sale.refunds == [("succeeded", sale.total_fen)])
    assert refunds_at_wechat(api.wechat) == [("SUCCESS", sale.total_fen)]


def test_who_paid_before_we_close_gets_the_money_back(api: Api, worker: Worker) -> None:
    drop_notices(api.wechat, "transaction")
    sale = ordered(api)
    pay_at_wechat(api.wechat, sale.start_paying())
    sale.buyer.cancel(sale.no)
    worker.run()
    worker.run()
    assert (sale.state, sale.payments) == ("cancelled", ["succeeded"])
    api.wait_for(lambda: sale.refunds == [("succeeded", sale.total_fen)])
    assert calls(api.wechat, CLOSE) == 0


@pytest.mark.parametrize(
    "trouble",
    [BUSY, CUT, CUT_AFTER, {"status": 403, "body": {"code": "NO_AUTH", "message": "无权限"}}],
    ids=["busy", "cut before", "cut after", "refused"],
)
def test_what_could_not_be_closed_is_closed_later(
    api: Api, worker: Worker, time: Time, trouble: dict[str, object]
) -> None:
    sale = ordered(api)
    sale.start_paying()
    fault(api.wechat, CLOSE, trouble, FOREVER)
    sale.buyer.cancel(sale.no)
    worker.run()
    assert sale.payments == ["prepaid"]

    api.wechat.delete("/faults")
    time.travel(minutes=16)
    worker.sweep()
    assert (sale.payments, state_at_wechat(sale)) == (["closed"], "CLOSED")


def test_what_wechat_would_not_tell_is_closed_when_it_does(
    api: Api, worker: Worker, time: Time
) -> None:
    sale = ordered(api)
    sale.start_paying()
    fault(api.wechat, QUERY, BUSY)
    sale.buyer.cancel(sale.no)
    worker.run()
    assert (sale.payments, state_at_wechat(sale)) == (["prepaid"], "NOTPAY")

    time.travel(minutes=16)
    worker.sweep()
    assert (sale.payments, state_at_wechat(sale)) == (["closed"], "CLOSED")
