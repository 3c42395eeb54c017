"""Everything back for a paid order: once, never more than was paid, until it is final."""

from tests.api import Api
from tests.conftest import Time, Worker
from tests.orders.test_any_sequence import rows
from tests.payments.books import alarms, count, movements, outcomes, stock
from tests.payments.scenes import (
    REFUND,
    Sale,
    calls,
    deliver,
    drop_notices,
    hold_notices,
    notice_of,
    ordered,
    refunds_at_wechat,
)
from tests.racing import at_once


def assert_refunded(sale: Sale) -> None:
    """Closed once; the goods are free, the credit is gone, WeChat shows one refund."""
    total = sale.total_fen
    assert (sale.state, sale.steps) == ("closed", ["place", "pay", "close"])
    assert sale.refunds == [("succeeded", total)]
    assert (stock(sale.sku_id), movements(sale.sku_id)) == ((10, 0), ["reserve", "release"])
    assert sale.credit == [("accrue", total), ("reverse", total)]
    assert refunds_at_wechat(sale.api.wechat) == [("SUCCESS", total)]


def under_way(api: Api, worker: Worker) -> Sale:
    """A paid order whose refund WeChat has accepted and not carried out yet."""
    api.wechat.post("/refund-mode", {"mode": "manual"})
    sale = ordered(api).paid()
    sale.buyer.ask_refund(sale.no)
    worker.run()
    return sale


def finish(sale: Sale, status: str = "SUCCESS") -> None:
    """WeChat is done with the refund."""
    sale.api.wechat.post(f"/refunds/{sale.refund_no}/result", {"status": status})


def test_a_refund_is_requested_then_processing_then_succeeded_by_notice(
    api: Api, worker: Worker
) -> None:
    api.wechat.post("/refund-mode", {"mode": "manual"})
    sale = ordered(api).paid()
    asked = sale.buyer.ask_refund(sale.no)
    assert (asked["state"], asked["amount_fen"]) == ("requested", sale.total_fen)
    assert refunds_at_wechat(api.wechat) == []
    assert rows("SELECT refunding_fen FROM payments") == [(sale.total_fen,)]

    worker.run()
    assert (sale.state, sale.refunds) == ("paid", [("processing", sale.total_fen)])
    assert (stock(sale.sku_id), sale.credit) == ((10, 2), [("accrue", sale.total_fen)])

    finish(sale)
    sale.wait_for("closed")
    assert_refunded(sale)
    (shown,) = sale.buyer.order(sale.no)["refunds"]
    assert (shown["no"], shown["state"]) == (asked["no"], "succeeded")


def test_a_refund_without_notice_is_found_by_asking(api: Api, worker: Worker, time: Time) -> None:
    drop_notices(api.wechat, "refund")
    sale = under_way(api, worker)
    finish(sale)
    worker.sweep()
    assert sale.refunds == [("processing", sale.total_fen)]
    time.travel(seconds=31)
    worker.sweep()
    assert_refunded(sale)
    assert calls(api.wechat, REFUND) == 1


def test_a_notice_after_the_answer_changes_nothing(api: Api, worker: Worker, time: Time) -> None:
    sale = under_way(api, worker)
    hold_notices(api.wechat, "refund")
    finish(sale)
    time.travel(seconds=31)
    worker.sweep()
    api.wechat.post("/notices/release")
    assert_refunded(sale)
    assert outcomes() == ["applied", "repeated"]


def test_asking_twice_is_one_refund(api: Api, worker: Worker) -> None:
    sale = ordered(api).paid()
    first, again = (sale.buyer.ask_refund(sale.no) for _ in range(2))
    assert first["no"] == again["no"]
    worker.run()
    sale.wait_for("closed")
    assert_refunded(sale)
    assert calls(api.wechat, REFUND) == 1


def test_asking_many_times_at_once_is_one_refund(api: Api, worker: Worker) -> None:
    sale = ordered(api).paid()
    answers = at_once(lambda _: sale.buyer.ask_refund(sale.no), range(6))
    assert len({answer["no"] for answer in answers}) == 1
    assert (count("refunds"), rows("SELECT refunding_fen FROM payments")) == (
        1,
        [(sale.total_fen,)],
    )
    worker.run()
    sale.wait_for("closed")
    assert_refunded(sale)
    assert calls(api.wechat, REFUND) == 1


def test_where_no_money_is_there_is_nothing_to_refund(api: Api, worker: Worker) -> None:
    unpaid, cancelled, closed = (ordered(api) for _ in range(3))
    cancelled.buyer.cancel(cancelled.no)
    closed.paid()
    closed.buyer.ask_refund(closed.no)
    worker.run()
    closed.wait_for("closed")
    for sale, state in (
        (unpaid, "pending_payment"),
        (cancelled, "cancelled"),
        (closed, "closed"),
    ):
        refusal = sale.buyer.ask_refund(sale.no, status=409)
        assert (refusal["code"], refusal["state"]) == ("nothing_to_refund", state)
    assert count("refunds") == 1


def test_a_refund_notice_many_times_at_once_closes_the_order_once(api: Api, worker: Worker) -> None:
    sale = under_way(api, worker)
    hold_notices(api.wechat, "refund")
    finish(sale)
    notice = notice_of(api.wechat, sale.refund_no)
    assert deliver(api.wechat, notice, times=6, concurrently=True) == [204] * 6
    assert_refunded(sale)
    assert outcomes() == ["applied", "applied"] + ["repeated"] * 5
    assert alarms() == []
