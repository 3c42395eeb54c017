"""Expiry: told once, by state, however long the worker stood still."""

from tests.api import Api
from tests.conftest import Worker
from tests.orders.test_any_sequence import rows
from tests.orders.vouchers.scenes import end_in, trip


def test_what_is_past_its_time_expires_once_and_nothing_else(api: Api, worker: Worker) -> None:
    old, used, young = trip(api, quantity=2), trip(api), trip(api)
    used.redeem()
    for each in (old, used):
        end_in(each.order_no, days=-20)
    for _ in range(2):
        worker.sweep()
    assert (old.states, used.states, young.states) == (["expired"] * 2, ["used"], ["active"])
    told = "SELECT count(*), min(by_kind) FROM voucher_events WHERE step = 'expire'"
    assert rows(told) == [(2, "system")]


def test_a_buyer_sees_it_expired_before_any_job_has_come_by(api: Api) -> None:
    bought = trip(api)
    end_in(bought.order_no, days=0)
    assert bought.vouchers[0]["state"] == "expired"
    for state, expected in (("expired", bought.codes), ("active", [])):
        shown = bought.buyer.get(f"/v1/vouchers?state={state}")["items"]
        assert [voucher["code"] for voucher in shown] == expected
