"""A buyer cancels their own order while it is unpaid, once; the goods are free again."""

from tests.api import Api
from tests.conftest import Worker
from tests.orders.test_any_sequence import (
    assert_credit_follows_orders,
    assert_every_payment_is_one_paid_order_or_one_full_refund,
    rows,
)
from tests.payments.books import movements, stock
from tests.payments.scenes import deliver, notice_of, ordered
from tests.racing import at_once


def test_a_cancelled_order_gives_its_goods_back_and_says_who_and_why(api: Api) -> None:
    sale = ordered(api, stock=10, quantity=2)
    path = f"/v1/orders/{sale.no}/cancellation"

    order = sale.buyer.post(path, {"reason": "买错了"})

    assert order["state"] == "cancelled"
    last = order["events"][-1]
    assert (last["step"], last["from_state"], last["to_state"]) == (
        "cancel",
        "pending_payment",
        "cancelled",
    )
    (event,) = rows("SELECT by_kind, by_user_id, reason FROM order_events WHERE step = 'cancel'")
    assert tuple(event) == ("buyer", sale.buyer.id, "买错了")
    assert (stock(sale.sku_id), movements(sale.sku_id)) == ((10, 0), ["reserve", "release"])


def test_somebody_else_s_order_is_not_found(api: Api) -> None:
    sale = ordered(api)
    stranger = api.log_in()
    assert stranger.get(f"/v1/orders/{sale.no}", 404)["code"] == "order_not_found"
    assert stranger.cancel(sale.no, status=404)["code"] == "order_not_found"
    assert stranger.start_paying(sale.no, status=404)["code"] == "order_not_found"
    assert stranger.ask_refund(sale.no, status=404)["code"] == "order_not_found"
    assert (sale.state, sale.steps) == ("pending_payment", ["place"])


def test_cancelling_twice_is_refused_and_gives_nothing_back_twice(api: Api) -> None:
    sale = ordered(api)
    sale.buyer.cancel(sale.no)
    refusal = sale.buyer.cancel(sale.no, status=409)
    assert (refusal["code"], refusal["state"]) == ("order_step_not_possible", "cancelled")
    assert (sale.steps, stock(sale.sku_id)) == (["place", "cancel"], (10, 0))


def test_cancelling_many_times_at_once_is_cancelling_once(api: Api) -> None:
    sale = ordered(api)
    answers = at_once(lambda _: sale.buyer.cancel(sale.no, status=None), range(6))
    codes = sorted(answer.get("code", "cancelled") for answer in answers)
    assert codes == ["cancelled"] + ["order_step_not_possible"] * 5
    assert (sale.steps, stock(sale.sku_id)) == (["place", "cancel"], (10, 0))


def test_a_paid_order_cannot_be_cancelled(api: Api) -> None:
    sale = ordered(api).paid()
    refusal = sale.buyer.cancel(sale.no, status=409)
    assert (refusal["code"], refusal["state"]) == ("order_step_not_possible", "paid")
    assert (sale.steps, stock(sale.sku_id)) == (["place", "pay"], (10, 2))


def test_cancelled_and_paid_at_the_same_moment_is_one_or_the_other(
    api: Api, worker: Worker
) -> None:
    sales = [ordered(api, stock=10, quantity=2) for _ in range(5)]
    notices = [notice_of(api.wechat, sale.pay_unheard()) for sale in sales]

    def act(given: tuple[str, int]) -> None:
        act, i = given
        if act == "cancel":
            sales[i].buyer.cancel(sales[i].no, status=None)
        else:
            deliver(api.wechat, notices[i])

    at_once(act, [(act, i) for i in range(len(sales)) for act in ("cancel", "notice")])
    worker.run()
    api.wait_for(lambda: not rows("SELECT 1 FROM refunds WHERE state <> 'succeeded'"))

    for sale in sales:
        found = (sale.state, sale.refunds, stock(sale.sku_id), [kind for kind, _ in sale.credit])
        assert found in (
            ("paid", [], (10, 2), ["accrue"]),
            ("cancelled", [("succeeded", sale.total_fen)], (10, 0), []),
        )
    assert_credit_follows_orders()
    assert_every_payment_is_one_paid_order_or_one_full_refund(api)
