"""Notices: delivered, retried, repeated, altered, forged, held, lost; opened by wechatpayv3."""

from typing import Any

import pytest

from simulator.testing import Receiver, RunningSimulator, wait_for


def notice_of(simulator: RunningSimulator, subject: str) -> Any:
    """The one notice about a number."""
    (notice,) = simulator.get(f"/notices?subject={subject}")["notices"]
    return notice


def delivered(simulator: RunningSimulator, subject: str) -> Any:
    """The notice about a number, once it is delivered."""
    wait_for(lambda: notice_of(simulator, subject)["state"] == "delivered")
    return notice_of(simulator, subject)


def test_a_refused_notice_comes_again(
    simulator: RunningSimulator, merchant: Any, receiver: Receiver
) -> None:
    receiver.statuses = [500, 503]
    merchant.paid("order-0301")
    notice = delivered(simulator, "order-0301")
    assert [attempt["status"] for attempt in notice["attempts"]] == [500, 503, 204]
    assert len({opened["id"] for opened in receiver.opened}) == 1


def test_a_receiver_out_of_reach_is_tried_again(simulator: RunningSimulator, merchant: Any) -> None:
    merchant.order("order-0302", notify_url="http://127.0.0.1:9/notify")
    simulator.post("/transactions/order-0302/payment")
    wait_for(lambda: len(notice_of(simulator, "order-0302")["attempts"]) >= 2)
    assert notice_of(simulator, "order-0302")["attempts"][0]["status"] is None


def test_a_notice_is_sent_again_on_request(
    simulator: RunningSimulator, merchant: Any, receiver: Receiver
) -> None:
    merchant.paid("order-0303")
    notice = delivered(simulator, "order-0303")
    path = f"/notices/{notice['id']}/delivery"
    assert simulator.post(path)["statuses"] == [204]
    assert simulator.post(path, {"times": 2})["statuses"] == [204, 204]
    assert simulator.post(path, {"times": 3, "concurrently": True})["statuses"] == [204] * 3
    assert len(receiver.opened) == 7


def test_an_altered_notice_is_sealed_properly(
    simulator: RunningSimulator, merchant: Any, receiver: Receiver
) -> None:
    merchant.paid("order-0304")
    notice = delivered(simulator, "order-0304")
    resource = {"amount.total": 1, "amount": {"currency": "USD"}, "mchid": "16", "attach": None}
    answer = simulator.post(
        f"/notices/{notice['id']}/delivery",
        {"alter": {"resource": resource, "event_type": "TRANSACTION.OTHER"}},
    )
    assert answer["statuses"] == [204]
    altered = receiver.opened[-1]
    assert altered["event_type"] == "TRANSACTION.OTHER"
    assert altered["resource"]["amount"]["total"] == 1
    assert altered["resource"]["amount"]["currency"] == "USD"
    assert altered["resource"]["mchid"] == "16"
    assert "attach" not in altered["resource"]
    assert notice_of(simulator, "order-0304")["attempts"][-1]["altered"] is True


@pytest.mark.parametrize(
    "corrupt", [{"signature": True}, {"ciphertext": True}, {"serial": "ABCD"}, {"signtest": True}]
)
def test_a_corrupt_notice_does_not_open(
    simulator: RunningSimulator, merchant: Any, receiver: Receiver, corrupt: dict[str, Any]
) -> None:
    merchant.paid("order-0305")
    notice = delivered(simulator, "order-0305")
    path = f"/notices/{notice['id']}/delivery"
    assert simulator.post(path, {"alter": {"corrupt": corrupt}})["statuses"] == [401]
    assert len(receiver.opened) == 1


def test_an_old_notice_is_signed_properly(
    simulator: RunningSimulator, merchant: Any, receiver: Receiver
) -> None:
    merchant.paid("order-0306")
    notice = delivered(simulator, "order-0306")
    body = {"alter": {"corrupt": {"timestamp_offset": -600}}}
    assert simulator.post(f"/notices/{notice['id']}/delivery", body)["statuses"] == [204]


@pytest.mark.parametrize("kind", ["transaction", "refund"])
def test_a_forged_notice_opens(
    simulator: RunningSimulator, merchant: Any, receiver: Receiver, kind: str
) -> None:
    body = {"kind": kind, "notify_url": receiver.url, "resource": {"out_trade_no": "nobody"}}
    assert simulator.post("/notices", body)["statuses"] == [204]
    assert receiver.opened[0]["resource"] == {"out_trade_no": "nobody"}
    assert receiver.opened[0]["event_type"] == f"{kind.upper()}.SUCCESS"


def test_held_notices_come_in_the_order_asked_for(
    simulator: RunningSimulator, merchant: Any, receiver: Receiver
) -> None:
    simulator.post("/notice-faults", {"action": "hold", "times": 3})
    numbers = ["order-0307", "order-0308", "order-0309"]
    for number in numbers:
        merchant.paid(number)
        assert notice_of(simulator, number)["state"] == "held"
    released = simulator.post("/notices/release", {"order": "lifo"})["released"]
    assert [one["subject"] for one in released] == numbers[::-1]
    assert [one["status"] for one in released] == [204] * 3
    arrived = [one["resource"]["out_trade_no"] for one in receiver.opened]
    assert arrived == numbers[::-1]


def test_a_dropped_notice_never_comes(
    simulator: RunningSimulator, merchant: Any, receiver: Receiver
) -> None:
    simulator.post("/notice-faults", {"action": "drop", "kind": "transaction"})
    merchant.paid("order-0310")
    merchant.paid("order-0311")
    delivered(simulator, "order-0311")
    dropped = notice_of(simulator, "order-0310")
    assert (dropped["state"], dropped["attempts"]) == ("dropped", [])


def test_a_delayed_notice_comes_late(
    simulator: RunningSimulator, merchant: Any, receiver: Receiver
) -> None:
    simulator.post("/notice-faults", {"action": "delay", "delay_ms": 250})
    merchant.paid("order-0312")
    assert receiver.opened == []
    receiver.wait()


@pytest.mark.parametrize("concurrently", [False, True])
def test_a_repeated_notice_comes_several_times(
    simulator: RunningSimulator, merchant: Any, receiver: Receiver, concurrently: bool
) -> None:
    fault = {"action": "repeat", "repeat": 3, "concurrently": concurrently}
    simulator.post("/notice-faults", fault)
    merchant.paid("order-0313")
    assert len(delivered(simulator, "order-0313")["attempts"]) == 3
    assert len(receiver.opened) == 3


def test_a_corrupt_first_delivery_is_made_good(
    simulator: RunningSimulator, merchant: Any, receiver: Receiver
) -> None:
    simulator.post("/notice-faults", {"action": "corrupt", "kind": "transaction"})
    merchant.paid("order-0314")
    notice = delivered(simulator, "order-0314")
    assert [attempt["status"] for attempt in notice["attempts"]] == [401, 204]
    assert simulator.get("/notice-faults")["faults"][0]["hits"] == 1
    assert simulator.delete("/notice-faults")["removed"] == 1


def test_a_wrong_amount_is_in_the_notice_and_the_query(
    simulator: RunningSimulator, merchant: Any, receiver: Receiver
) -> None:
    merchant.order("order-0315", 1000)
    simulator.post("/transactions/order-0315/payment", {"total": 1})
    assert receiver.wait()[0]["resource"]["amount"]["total"] == 1
    _, known = merchant.call("query", out_trade_no="order-0315")
    assert known["amount"]["total"] == 1
