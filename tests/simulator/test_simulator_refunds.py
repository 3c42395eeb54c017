"""Refunds: accepted, paid back, abnormal, closed, refused, judged by wechatpayv3."""

from typing import Any

import pytest

from simulator.testing import Receiver, RunningSimulator


def test_a_refund_is_accepted_then_paid_and_told(merchant: Any, receiver: Receiver) -> None:
    merchant.paid("order-0101", 1000)
    status, accepted = merchant.try_refund("refund-1", 300, "order-0101", 1000, reason="缺货")
    assert (status, accepted["status"]) == (200, "PROCESSING")

    notice = receiver.wait(2)[1]
    assert notice["event_type"] == "REFUND.SUCCESS"
    assert notice["resource"]["refund_status"] == "SUCCESS"
    assert notice["resource"]["amount"]["refund"] == 300
    _, done = merchant.call("query_refund", "refund-1")
    assert (done["status"], done["refund_id"]) == ("SUCCESS", accepted["refund_id"])
    assert merchant.call("query", out_trade_no="order-0101")[1]["trade_state"] == "REFUND"


def test_the_same_refund_is_paid_once(merchant: Any) -> None:
    merchant.paid("order-0102", 1000)
    _, first = merchant.try_refund("refund-2", 300, "order-0102", 1000)
    _, again = merchant.try_refund("refund-2", 300, "order-0102", 1000)
    assert again["refund_id"] == first["refund_id"]
    status, refusal = merchant.try_refund("refund-2", 301, "order-0102", 1000)
    assert (status, refusal["code"]) == (400, "INVALID_REQUEST")


def test_no_more_comes_back_than_was_paid(merchant: Any) -> None:
    merchant.paid("order-0103", 1000)
    assert merchant.try_refund("refund-3a", 600, "order-0103", 1000)[0] == 200
    assert merchant.try_refund("refund-3b", 401, "order-0103", 1000)[0] == 400
    assert merchant.try_refund("refund-3c", 400, "order-0103", 999)[0] == 400
    assert merchant.try_refund("refund-3d", 400, "order-0103", 1000)[0] == 200


def test_only_what_was_paid_comes_back(merchant: Any) -> None:
    merchant.order("order-0104")
    assert merchant.try_refund("refund-4", 100, "order-0104")[0] == 400
    status, refusal = merchant.try_refund("refund-4", 100, "order-none")
    assert (status, refusal["code"]) == (404, "RESOURCE_NOT_EXISTS")


def test_by_hand_a_refund_waits_for_its_result(
    simulator: RunningSimulator, merchant: Any, receiver: Receiver
) -> None:
    simulator.post("/refund-mode", {"mode": "manual"})
    merchant.paid("order-0105")
    merchant.try_refund("refund-5", 100, "order-0105")
    assert merchant.call("query_refund", "refund-5")[1]["status"] == "PROCESSING"

    simulator.post("/refunds/refund-5/result", {"status": "CLOSED"})

    assert receiver.wait(2)[1]["event_type"] == "REFUND.CLOSED"
    assert merchant.call("query_refund", "refund-5")[1]["status"] == "CLOSED"
    assert merchant.try_refund("refund-5b", 100, "order-0105")[0] == 200


def test_an_empty_account_refuses_for_a_while(simulator: RunningSimulator, merchant: Any) -> None:
    simulator.post("/refund-mode", {"mode": "not_enough", "times": 1})
    merchant.paid("order-0106")
    status, refusal = merchant.try_refund("refund-6", 100, "order-0106")
    assert (status, refusal["code"]) == (403, "NOT_ENOUGH")
    assert merchant.try_refund("refund-6", 100, "order-0106")[0] == 200


def test_an_abnormal_refund_is_repaired(
    simulator: RunningSimulator, merchant: Any, receiver: Receiver
) -> None:
    simulator.post("/refund-mode", {"mode": "abnormal", "times": 1})
    merchant.paid("order-0107")
    _, accepted = merchant.try_refund("refund-7", 100, "order-0107")
    assert receiver.wait(2)[1]["event_type"] == "REFUND.ABNORMAL"

    status, repaired = merchant.call(
        "abnormal_refund",
        accepted["refund_id"],
        "refund-7",
        "USER_BANK_CARD",
        bank_type="ICBC_DEBIT",
        bank_account="6222020000000000",
        real_name="张三",
    )

    assert (status, repaired["status"]) == (200, "PROCESSING")
    assert receiver.wait(3)[2]["event_type"] == "REFUND.SUCCESS"
    assert merchant.call("query_refund", "refund-7")[1]["status"] == "SUCCESS"


def test_a_healthy_refund_is_not_repaired(merchant: Any) -> None:
    merchant.paid("order-0108")
    _, accepted = merchant.try_refund("refund-8", 100, "order-0108")
    status, refusal = merchant.call(
        "abnormal_refund", accepted["refund_id"], "refund-8", "MERCHANT_BANK_CARD"
    )
    assert (status, refusal["code"]) == (400, "INVALID_REQUEST")


def test_a_person_refunds_in_the_console(simulator: RunningSimulator, merchant: Any) -> None:
    merchant.paid("order-0109", 500)
    done = simulator.post("/transactions/order-0109/refunds", {"refund": 200})
    assert (done["status"], done["source"], done["refund"]) == ("SUCCESS", "console", 200)
    shown = simulator.get("/transactions/order-0109")
    assert (shown["trade_state"], shown["refunded"]) == ("REFUND", 200)
    assert merchant.try_refund("refund-9", 301, "order-0109", 500)[0] == 400


@pytest.mark.parametrize(
    "changes", [{"out_refund_no": "有中文"}, {"reason": "长" * 81}, {"notify_url": "nowhere"}]
)
def test_a_bad_refund_is_refused(merchant: Any, changes: dict[str, Any]) -> None:
    merchant.paid("order-0110")
    amount = {"refund": 100, "total": 100, "currency": "CNY"}
    given = {"out_refund_no": "refund-10", "amount": amount, "out_trade_no": "order-0110"}
    status, refusal = merchant.call("refund", **(given | changes))
    assert (status, refusal["code"]) == (400, "PARAM_ERROR")
