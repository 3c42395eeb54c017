"""How a refund ends otherwise than well, and what a notice about it must not do."""

from typing import Any

import pytest

from tests.api import Api
from tests.conftest import Time, Worker
from tests.orders.test_any_sequence import rows
from tests.payments.books import alarms, outcomes, stock
from tests.payments.scenes import (
    Sale,
    calls,
    deliver,
    hold_notices,
    notice_of,
    ordered,
    refunds_at_wechat,
)
from tests.payments.test_refunding import assert_refunded, finish, under_way

CONSOLE = "/refund-notices"


def assert_still_paid(sale: Sale) -> None:
    """Nothing has gone back yet, so the goods and the credit stay where they are."""
    assert (sale.state, sale.steps) == ("paid", ["place", "pay"])
    assert (stock(sale.sku_id), sale.credit) == ((10, 2), [("accrue", sale.total_fen)])


def test_an_abnormal_refund_is_told_and_a_later_success_settles_it(
    api: Api, worker: Worker, time: Time
) -> None:
    sale = under_way(api, worker)
    finish(sale, "ABNORMAL")
    api.wait_for(lambda: sale.refunds == [("abnormal", sale.total_fen)])
    assert alarms() == ["refund_abnormal"]
    assert_still_paid(sale)
    time.travel(hours=1)
    worker.sweep()
    assert sale.refunds == [("abnormal", sale.total_fen)]
    assert sale.buyer.ask_refund(sale.no)["no"] == sale.refund_no

    success = {"resource": {"refund_status": "SUCCESS"}, "event_type": "REFUND.SUCCESS"}
    deliver(api.wechat, notice_of(api.wechat, sale.refund_no), alter=success)

    assert (sale.state, sale.refunds) == ("closed", [("succeeded", sale.total_fen)])
    assert stock(sale.sku_id) == (10, 0)
    assert sale.credit == [("accrue", sale.total_fen), ("reverse", sale.total_fen)]


def test_a_closed_refund_is_told_and_a_new_one_has_a_new_number(api: Api, worker: Worker) -> None:
    sale = under_way(api, worker)
    first = sale.refund_no
    finish(sale, "CLOSED")
    api.wait_for(lambda: sale.refunds == [("closed", sale.total_fen)])
    assert alarms() == ["refund_closed"]
    assert rows("SELECT refunding_fen FROM payments") == [(0,)]
    assert_still_paid(sale)

    api.wechat.post("/refund-mode", {"mode": "immediate"})
    again = sale.buyer.ask_refund(sale.no)
    assert (again["no"] != first, again["state"]) == (True, "requested")
    worker.run()
    sale.wait_for("closed")
    assert sale.refunds == [("closed", sale.total_fen), ("succeeded", sale.total_fen)]
    assert sorted(refunds_at_wechat(api.wechat)) == [
        ("CLOSED", sale.total_fen),
        ("SUCCESS", sale.total_fen),
    ]
    assert sale.credit == [("accrue", sale.total_fen), ("reverse", sale.total_fen)]


def test_a_refund_closed_twice_frees_its_claim_once(api: Api, worker: Worker) -> None:
    sale = under_way(api, worker)
    hold_notices(api.wechat, "refund")
    finish(sale, "CLOSED")
    notice = notice_of(api.wechat, sale.refund_no)
    assert deliver(api.wechat, notice, times=3, concurrently=True) == [204] * 3
    assert rows("SELECT refunding_fen FROM payments") == [(0,)]
    assert (sale.refunds, alarms()) == ([("closed", sale.total_fen)], ["refund_closed"])


def test_a_refund_that_nobody_asked_for_is_kept_and_told(api: Api) -> None:
    """Somebody refunds by hand in WeChat's merchant console."""
    sale = ordered(api).paid()
    payment = api.wechat.get(f"/transactions/{sale.payment_no}")
    console = {"notify_url": payment["notify_url"].replace("/payment-notices", CONSOLE)}
    api.wechat.post(f"/transactions/{sale.payment_no}/refunds", console)

    api.wait_for(lambda: outcomes() == ["applied", "refused"])

    assert alarms() == ["refund_unknown"]
    assert sale.refunds == []
    assert_still_paid(sale)


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "a fen more": ({"amount.refund": 11_981}, "refund_amount_differs"),
    "a fen less": ({"amount.refund": 11_979}, "refund_amount_differs"),
    "no amount": ({"amount": None}, "refund_amount_differs"),
    "a status unheard of": ({"refund_status": "LOST"}, "refund_status_unknown"),
    "a number unknown": ({"out_refund_no": "R261123NOBODYS"}, "refund_unknown"),
}


@pytest.mark.parametrize(("change", "alarm"), WRONG.values(), ids=WRONG)
def test_a_wrong_refund_notice_is_kept_and_told_once_and_the_true_one_settles(
    api: Api, worker: Worker, change: dict[str, Any], alarm: str
) -> None:
    sale = under_way(api, worker)
    hold_notices(api.wechat, "refund")
    finish(sale)
    notice = notice_of(api.wechat, sale.refund_no)

    assert deliver(api.wechat, notice, times=2, alter={"resource": change}) == [204, 204]

    assert (outcomes(), alarms()) == (["applied", "refused", "refused"], [alarm])
    assert sale.refunds == [("processing", sale.total_fen)]
    assert_still_paid(sale)
    deliver(api.wechat, notice)
    assert_refunded(sale)


def test_a_refund_wechat_lost_is_sent_again_with_its_number(
    api: Api, worker: Worker, time: Time
) -> None:
    """We ask about a refund under way, and WeChat says that it knows none of that number."""
    sale = under_way(api, worker)
    unknown = {"code": "RESOURCE_NOT_EXISTS", "message": "退款单不存在"}
    known_path = f"/refund/domestic/refunds/{sale.refund_no}$"
    api.wechat.post("/faults", {"match": {"path": known_path}, "status": 404, "body": unknown})
    time.travel(seconds=31)
    worker.sweep()
    assert calls(api.wechat, "/refund/domestic/refunds$") == 2
    assert refunds_at_wechat(api.wechat) == [("PROCESSING", sale.total_fen)]
    finish(sale)
    sale.wait_for("closed")
    assert_refunded(sale)
