"""Starting to pay: one payment an order, known to us before WeChat hears of it."""

import pytest
from sqlalchemy import select

from backend.accounts.models import User
from backend.core.database import db
from tests.api import Api
from tests.conftest import Time, Worker
from tests.factories import SkuFactory, change
from tests.orders.test_any_sequence import rows
from tests.payments.books import alarms, count, outcomes, stock
from tests.payments.scenes import (
    BUSY,
    CUT_AFTER,
    PREPAY,
    QUERY,
    calls,
    drop_notices,
    fault,
    meanwhile,
    ordered,
    pay_at_wechat,
)
from tests.racing import at_once


def test_starting_twice_reuses_the_payment_and_its_prepay_id(api: Api) -> None:
    sale = ordered(api)
    first, again = (sale.buyer.start_paying(sale.no) for _ in range(2))
    assert first["package"] == again["package"]
    assert first["nonceStr"] != again["nonceStr"]
    assert (sale.payments, calls(api.wechat, PREPAY)) == (["prepaid"], 1)


def test_starting_many_times_at_once_makes_one_payment(api: Api) -> None:
    sale = ordered(api)
    answers = at_once(lambda _: sale.buyer.start_paying(sale.no), range(5))
    assert len({answer["package"] for answer in answers}) == 1
    assert sale.payments == ["prepaid"]
    (known,) = api.wechat.get("/transactions")["transactions"]
    assert (known["out_trade_no"], known["total"]) == (sale.payment_no, sale.total_fen)


def test_the_buyer_reads_in_wechat_what_they_pay_for(api: Api) -> None:
    tea, oil = SkuFactory(), SkuFactory()
    buyer = api.log_in()
    order = buyer.place((tea.id, 1), (oil.id, 1))
    buyer.start_paying(order["no"])
    (known,) = api.wechat.get("/transactions")["transactions"]
    assert known["description"] == f"{order['lines'][0]['product_name']} 等2种商品"


def test_only_an_order_that_waits_for_money_can_be_paid(api: Api, time: Time) -> None:
    cancelled, paid, late = (ordered(api) for _ in range(3))
    cancelled.buyer.cancel(cancelled.no)
    paid.paid()
    for sale, state in ((cancelled, "cancelled"), (paid, "paid")):
        refusal = sale.buyer.start_paying(sale.no, status=409)
        assert (refusal["code"], refusal["state"]) == ("order_step_not_possible", state)
    time.travel(minutes=15)
    assert late.buyer.start_paying(late.no, status=409)["code"] == "payment_time_over"
    assert (cancelled.payments, paid.payments, late.payments) == ([], ["succeeded"], [])


def test_a_buyer_whose_wechat_is_gone_cannot_pay_by_it(api: Api) -> None:
    sale = ordered(api)
    change(db.session.scalars(select(User).filter_by(id=sale.buyer.id)).one(), openid=None)
    assert sale.buyer.start_paying(sale.no, status=409)["code"] == "no_wechat_account"
    assert sale.payments == []


def test_a_notice_finds_the_payment_whose_prepay_we_never_heard_of(api: Api) -> None:
    sale = ordered(api)
    fault(api.wechat, PREPAY, CUT_AFTER)
    assert sale.buyer.start_paying(sale.no, status=503)["code"] == "wechat_unavailable"
    assert sale.payments == ["created"]

    pay_at_wechat(api.wechat, sale.payment_no)

    sale.wait_for("paid")
    assert (sale.payments, outcomes(), alarms()) == (["succeeded"], ["applied"], [])


def test_a_notice_that_outruns_the_answer_to_our_prepay_is_applied(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    sale = ordered(api)

    def pay() -> None:
        pay_at_wechat(api.wechat, sale.payment_no)
        sale.wait_for("paid")

    with meanwhile(monkeypatch, "prepay", after=pay):
        sale.buyer.start_paying(sale.no)

    assert (sale.state, sale.payments) == ("paid", ["succeeded"])
    assert sale.credit == [("accrue", sale.total_fen)]


def test_cancelled_while_wechat_prepares_the_payment_it_is_closed_all_the_same(
    api: Api, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    sale = ordered(api)
    with meanwhile(monkeypatch, "prepay", before=lambda: sale.buyer.cancel(sale.no)):
        sale.buyer.start_paying(sale.no)
    worker.run()
    assert (sale.state, sale.payments) == ("cancelled", ["closed"])
    (known,) = api.wechat.get("/transactions")["transactions"]
    assert known["trade_state"] == "CLOSED"


def test_a_payment_closed_before_wechat_heard_of_it_cannot_be_paid(
    api: Api, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody asks about a closed payment any more, so nobody may get what is needed to pay it."""
    sale = ordered(api)

    def cancel_and_close() -> None:
        sale.buyer.cancel(sale.no)
        worker.run()

    with meanwhile(monkeypatch, "prepay", before=cancel_and_close):
        refusal = sale.buyer.start_paying(sale.no, status=409)

    assert refusal["code"] == "payment_not_possible"
    assert (sale.state, sale.payments) == ("cancelled", ["closed"])


def test_a_payment_that_wechat_says_is_done_is_applied_when_the_buyer_starts_again(
    api: Api,
) -> None:
    sale = ordered(api)
    drop_notices(api.wechat, "transaction")
    fault(api.wechat, PREPAY, CUT_AFTER)
    sale.buyer.start_paying(sale.no, status=503)
    pay_at_wechat(api.wechat, sale.payment_no)

    fault(api.wechat, QUERY, BUSY)
    assert sale.buyer.start_paying(sale.no, status=503)["code"] == "wechat_unavailable"
    assert sale.state == "pending_payment"

    sale.buyer.start_paying(sale.no, status=409)
    assert (sale.state, sale.payments, alarms()) == ("paid", ["succeeded"], [])
    assert stock(sale.sku_id) == (10, 2)


def test_what_wechat_refuses_is_said_so_and_raises_one_alarm(api: Api) -> None:
    sale = ordered(api)
    refusal = {"status": 403, "body": {"code": "RULE_LIMIT", "message": "业务规则限制"}}
    fault(api.wechat, PREPAY, refusal, times=2)

    for _ in range(2):
        answer = sale.buyer.start_paying(sale.no, status=409)
        assert (answer["code"], answer["wechat_code"]) == ("payment_not_possible", "RULE_LIMIT")

    (alarm,) = rows("SELECT kind, subject, detail FROM alarms")
    assert tuple(alarm) == (
        "prepay_refused",
        sale.payment_no,
        {"order_no": sale.no, "wechat_code": "RULE_LIMIT"},
    )
    assert (count("payments"), sale.state) == (1, "pending_payment")
    sale.paid()
    assert (count("payments"), sale.state) == (1, "paid")
