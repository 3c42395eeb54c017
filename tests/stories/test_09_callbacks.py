"""Story 9. One notice three times, out of order with the refund's, a wrong amount, a stranger."""

from typing import Any

import pytest
from sqlalchemy import text

from backend.core.database import db
from tests.api import Api, Person
from tests.conftest import Worker
from tests.factories import SkuFactory, competitor

pytestmark = pytest.mark.slow


def test_the_same_notice_three_times_at_once_is_one_payment_and_one_credit_line(
    gunicorn_api: Api,
) -> None:
    seller, buyer, order = _referred_order(gunicorn_api)
    gunicorn_api.wechat.post("/notice-faults", {"action": "hold", "kind": "transaction"})
    payment_no = _pay_silently(gunicorn_api, buyer, order)
    notice = _notice_of(gunicorn_api, payment_no)

    sent = {"times": 3, "concurrently": True}
    answered = gunicorn_api.wechat.post(f"/notices/{notice}/delivery", sent)

    assert answered["statuses"] == [204, 204, 204]
    assert buyer.order(order["no"])["state"] == "paid"
    assert _rows("SELECT outcome FROM provider_notices ORDER BY outcome") == [
        "applied",
        "repeated",
        "repeated",
    ]
    assert _rows("SELECT kind FROM credit_transfers") == ["accrue"]
    assert seller.credit()["pending_fen"] == order["goods_fen"]


def test_a_payment_notice_that_comes_after_the_refund_s_changes_nothing(
    gunicorn_api: Api, worker: Worker
) -> None:
    seller, buyer, order = _referred_order(gunicorn_api)
    gunicorn_api.wechat.post("/notice-faults", {"action": "hold", "kind": "transaction"})
    payment_no = _pay_silently(gunicorn_api, buyer, order)
    _make_due("payments")
    worker.sweep()
    assert buyer.order(order["no"])["state"] == "paid"

    buyer.ask_refund(order["no"])
    worker.run()
    gunicorn_api.wait_for(lambda: buyer.order(order["no"])["state"] == "closed")
    released = gunicorn_api.wechat.post("/notices/release")["released"]

    assert [(notice["subject"], notice["status"]) for notice in released] == [(payment_no, 204)]
    assert buyer.order(order["no"])["state"] == "closed"
    assert [event["step"] for event in buyer.order(order["no"])["events"]] == [
        "place",
        "pay",
        "close",
    ]
    assert _rows("SELECT kind FROM credit_transfers ORDER BY id") == ["accrue", "reverse"]
    assert seller.credit()["pending_fen"] == 0
    assert _rows("SELECT count(*) FROM refunds WHERE state = 'succeeded'") == [1]


def test_an_amount_wrong_by_one_fen_is_kept_and_raises_an_alarm(gunicorn_api: Api) -> None:
    seller, buyer, order = _referred_order(gunicorn_api)
    gunicorn_api.wechat.post("/notice-faults", {"action": "hold", "kind": "transaction"})
    payment_no = _pay_silently(gunicorn_api, buyer, order)
    wrong = {"resource": {"amount.total": order["total_fen"] - 1}}

    notice = _notice_of(gunicorn_api, payment_no)
    gunicorn_api.wechat.post(f"/notices/{notice}/delivery", {"alter": wrong})

    assert buyer.order(order["no"])["state"] == "pending_payment"
    assert _rows("SELECT kind FROM alarms") == ["payment_amount_differs"]
    assert _rows("SELECT outcome FROM provider_notices") == ["refused"]
    assert seller.credit()["pending_fen"] == 0

    gunicorn_api.wechat.post("/notices/release")
    assert buyer.order(order["no"])["state"] == "paid"
    assert seller.credit()["pending_fen"] == order["goods_fen"]


def test_a_payment_of_an_unknown_order_is_kept_and_raises_an_alarm(
    gunicorn_api: Api, gunicorn: str
) -> None:
    resource = {
        "appid": gunicorn_api.wechat.credentials.appid,
        "mchid": gunicorn_api.wechat.credentials.mchid,
        "out_trade_no": "P261123NOBODYSORDER",
        "transaction_id": "4200000000000000000000000001",
        "trade_state": "SUCCESS",
        "success_time": "2026-11-23T10:00:00+08:00",
        "amount": {"total": 100, "currency": "CNY"},
    }
    forged = {
        "kind": "transaction",
        "notify_url": f"{gunicorn}/v1/wechat/payment-notices",
        "resource": resource,
    }

    assert gunicorn_api.wechat.post("/notices", forged)["statuses"] == [204]

    assert _rows("SELECT kind FROM alarms") == ["payment_unknown"]
    assert _rows("SELECT count(*) FROM payments") == [0]
    assert _rows("SELECT count(*) FROM credit_transfers") == [0]


def _referred_order(api: Api) -> tuple[Person, Person, Any]:
    sku = SkuFactory(price_fen=5990)
    seller = competitor(api)
    buyer = api.log_in(visitor_id=api.visit(seller.make_link()))
    return seller, buyer, buyer.place((sku.id, 2))


def _pay_silently(api: Api, buyer: Person, order: Any) -> str:
    """Pay while WeChat holds its notice back; our number of the payment."""
    assert api.confirm_in_wechat(buyer.start_paying(order["no"]), buyer.openid).endswith(":ok")
    return api.payment_no(buyer.openid)


def _notice_of(api: Api, payment_no: str) -> str:
    """The id of the notice that WeChat holds back."""
    held = f"/notices?subject={payment_no}"
    return str(api.wait_for(lambda: api.wechat.get(held)["notices"])[0]["id"])


def _make_due(table: str) -> None:
    """The time at which WeChat is asked has come."""
    db.session.execute(text(f"UPDATE {table} SET next_query_at = now() - interval '1 second'"))
    db.session.commit()


def _rows(query: str) -> list[Any]:
    db.session.rollback()
    return list(db.session.execute(text(query)).scalars())
