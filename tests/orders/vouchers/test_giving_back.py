"""Giving back what is unused: money, stock and credit for just that part, once."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend.catalog.products.models import Sku
from backend.core.database import db, transaction
from backend.orders import county_sales
from backend.orders.sales import recount_sales
from tests.api import Api
from tests.conftest import Worker, empty
from tests.factories import SkuFactory, change, staff
from tests.orders.test_any_sequence import rows
from tests.orders.vouchers.scenes import UNKNOWN, Trip, end_in, trip
from tests.payments.books import alarms, count, stock
from tests.payments.scenes import calls, refunds_at_wechat
from tests.racing import at_once

REFUND_PATH = "/refund/domestic/refunds$"


def finish(api: Api, status: str = "SUCCESS") -> None:
    """WeChat is done with the newest refund."""
    (no,) = rows("SELECT no FROM refunds ORDER BY id DESC LIMIT 1")[0]
    api.wechat.post(f"/refunds/{no}/result", {"status": status})


def arrive(api: Api, worker: Worker, *trips: Trip) -> None:
    """Every refund asked for is sent and carried out."""
    worker.run()
    for each in trips:
        api.wait_for(lambda each=each: {state for state, _ in each.refunds} == {"succeeded"})


def test_one_of_three_goes_back_and_the_order_goes_on(api: Api, worker: Worker) -> None:
    bought = trip(api, quantity=3)
    asked = bought.give_back(bought.codes[1])
    assert (asked["amount_fen"], asked["requested_by"]) == (9900, "buyer")
    assert bought.states == ["active", "refunding", "active"]
    assert (bought.promised, bought.credit) == (3, 29_700)

    arrive(api, worker, bought)

    assert bought.states == ["active", "refunded", "active"]
    assert (bought.state, bought.promised, bought.credit) == ("paid", 2, 19_800)
    assert stock(bought.sku_id) == (100, 2)
    shown = bought.vouchers[1]
    assert (shown["persons_refunded"], shown["persons_left"]) == (1, 0)
    assert bought.redeem(bought.codes[1], status=409)["code"] == "voucher_given_back"
    bought.redeem(bought.codes[0])


def test_what_nobody_used_of_a_voucher_goes_back(api: Api, worker: Worker) -> None:
    bought = trip(api, persons=3, price_fen=10_000)
    bought.redeem(persons=1)
    (voucher,) = bought.vouchers
    assert voucher["refundable_fen"] == 6667
    assert bought.give_back()["amount_fen"] == 6667
    arrive(api, worker, bought)
    counts = "persons_used, persons_refunding, persons_refunded"
    assert rows(f"SELECT state, {counts} FROM vouchers") == [("refunded", 1, 0, 2)]
    assert (bought.state, bought.credit) == ("paid", 3333)
    assert bought.promised == 1, "somebody has used this unit"
    assert bought.give_back(status=409)["code"] == "voucher_nothing_unused"


def test_all_vouchers_back_one_by_one_close_the_order(api: Api, worker: Worker) -> None:
    bought = trip(api, quantity=3)
    for number, code in enumerate(bought.codes, start=1):
        bought.give_back(code)
        arrive(api, worker, bought)
        assert (bought.promised, bought.credit) == (3 - number, 9900 * (3 - number))
    assert (bought.state, bought.states) == ("closed", ["refunded"] * 3)
    assert stock(bought.sku_id) == (100, 0)
    assert sum(amount for _, amount in refunds_at_wechat(api.wechat)) == 29_700


def test_goods_beside_vouchers_stay_promised_until_the_end(api: Api, worker: Worker) -> None:
    tea = SkuFactory(price_fen=5000)
    bought = trip(api, quantity=2, others=((tea.id, 4),))
    bought.give_back()
    arrive(api, worker, bought)
    assert (bought.state, bought.promised, stock(tea.id)) == ("paid", 0, (100, 4))
    assert bought.credit == 20_000
    refusal = bought.buyer.ask_refund(bought.order_no, status=409)
    assert refusal["code"] == "vouchers_begun"


def test_the_whole_order_back_takes_its_vouchers_along(api: Api, worker: Worker) -> None:
    tea = SkuFactory(price_fen=5000)
    bought = trip(api, quantity=2, others=((tea.id, 4),))
    first = bought.buyer.ask_refund(bought.order_no)
    again = bought.buyer.ask_refund(bought.order_no)
    assert (first["no"], first["amount_fen"]) == (again["no"], 39_800)
    assert bought.states == ["refunding"] * 2
    assert bought.redeem(status=409)["code"] == "voucher_given_back"
    assert bought.give_back(status=409)["code"] == "voucher_nothing_unused"
    arrive(api, worker, bought)
    bought_states = (bought.state, bought.states, bought.credit)
    assert bought_states == ("closed", ["refunded"] * 2, 0)
    assert (bought.promised, stock(tea.id)) == (0, (100, 0))


@pytest.mark.parametrize("who", ["buyer", "operator"])
def test_an_order_of_which_something_was_redeemed_does_not_go_back_whole(
    api: Api, who: str
) -> None:
    bought = trip(api, quantity=2)
    bought.redeem()
    if who == "buyer":
        refusal = bought.buyer.ask_refund(bought.order_no, status=409)
    else:
        path = f"/v1/operator/orders/{bought.order_no}/refunds"
        refusal = staff(api).post(path, {"reason": "协商"}, 409)
    assert refusal["code"] == "vouchers_begun"
    assert bought.states == ["used", "active"]
    assert count("refunds") == 0


def test_a_refund_that_wechat_closed_gives_the_vouchers_back_to_the_buyer(
    api: Api, worker: Worker
) -> None:
    api.wechat.post("/refund-mode", {"mode": "manual"})
    bought = trip(api, persons=2)
    key = "refund-key-1"
    first = bought.give_back(key=key)
    worker.run()
    finish(api, "CLOSED")
    api.wait_for(lambda: bought.refunds == [("closed", 9900)])
    assert (bought.states, alarms()) == (["active"], ["refund_closed"])
    assert rows("SELECT persons_refunding, persons_refunded FROM vouchers") == [(0, 0)]
    assert (bought.promised, bought.credit) == (1, 9900)
    assert bought.give_back(key=key)["no"] == first["no"], "the key still means that refund"

    assert bought.redeem(persons=1)["persons_left"] == 1
    assert bought.give_back()["amount_fen"] == 4950
    worker.run()
    finish(api)
    api.wait_for(lambda: bought.states == ["refunded"])
    assert (bought.state, bought.credit) == ("paid", 4950)


def test_a_whole_refund_that_wechat_closed_revives_every_voucher(api: Api, worker: Worker) -> None:
    api.wechat.post("/refund-mode", {"mode": "manual"})
    bought = trip(api, quantity=2)
    bought.buyer.ask_refund(bought.order_no)
    worker.run()
    finish(api, "CLOSED")
    api.wait_for(lambda: bought.states == ["active"] * 2)
    bought.redeem()


def test_the_same_key_asks_once(api: Api, worker: Worker) -> None:
    bought = trip(api, quantity=2)
    answers = at_once(lambda _: bought.give_back(key="one-wish-only"), range(4))
    assert len({answer["no"] for answer in answers}) == 1
    assert bought.refunds == [("requested", 19_800)]
    arrive(api, worker, bought)
    assert bought.give_back(key="one-wish-only")["state"] == "succeeded"
    assert calls(api.wechat, REFUND_PATH) == 1


def test_wishes_at_once_with_keys_of_their_own_share_the_vouchers(api: Api) -> None:
    bought = trip(api, quantity=2)
    answers = at_once(lambda _: bought.give_back(status=None), range(4))
    assert (
        sorted(one.get("code", "asked") for one in answers)
        == ["asked"] + ["voucher_nothing_unused"] * 3
    )
    assert rows("SELECT refunding_fen FROM payments") == [(19_800,)]


@pytest.mark.slow
@pytest.mark.parametrize("persons", [1, 1, 3, 3])
def test_a_scan_and_a_refund_at_once_never_both_have_a_person(
    api: Api, worker: Worker, persons: int
) -> None:
    bought = trip(api, persons=persons, price_fen=10_000)
    acts = [
        lambda: bought.redeem(persons=1, status=None),
        lambda: bought.give_back(status=None),
        lambda: bought.redeem(persons=1, status=None),
        lambda: bought.buyer.ask_refund(bought.order_no, status=None),
    ]
    at_once(lambda act: act(), acts)
    worker.run()
    api.wait_for(lambda: not rows("SELECT 1 FROM refunds WHERE state <> 'succeeded'"))
    used, back = rows("SELECT persons_used, persons_refunded FROM vouchers")[0]
    assert used + back <= persons
    consumed = rows("SELECT coalesce(sum(value_fen), 0) FROM voucher_redemptions")[0][0]
    refunded = rows("SELECT coalesce(sum(amount_fen), 0) FROM refunds")[0][0]
    left = persons - used - back
    assert consumed + refunded == 10_000 if left == 0 else refunded == 0
    assert bought.credit == 10_000 - refunded


def test_a_voucher_past_its_time_goes_back_for_a_month(api: Api, worker: Worker) -> None:
    bought = trip(api, quantity=2)
    end_in(bought.order_no, days=-29.9)
    worker.sweep()
    assert bought.states == ["expired"] * 2
    assert bought.vouchers[0]["refundable_fen"] == 9900
    bought.give_back(bought.codes[0])
    arrive(api, worker, bought)
    assert bought.states == ["refunded", "expired"]
    end_in(bought.order_no, days=-30.1)
    late = bought.give_back(status=409)
    assert (late["code"], bought.vouchers[1]["refundable_fen"]) == ("voucher_refund_too_late", 0)


def test_a_whole_order_past_all_time_goes_back_only_by_staff(api: Api) -> None:
    bought = trip(api)
    end_in(bought.order_no, days=-31)
    refusal = bought.buyer.ask_refund(bought.order_no, status=409)
    assert refusal["code"] == "voucher_refund_too_late"
    path = f"/v1/operator/orders/{bought.order_no}/refunds"
    assert staff(api).post(path, {"reason": "协商"})["amount_fen"] == 9900


def test_vouchers_are_named_rightly_or_nothing_happens(api: Api) -> None:
    bought, other = trip(api, quantity=2), trip(api)
    bought.redeem()
    for codes, status, code in (
        ([other.codes[0]], 404, "voucher_not_found"),
        ([UNKNOWN], 404, "voucher_not_found"),
        (["A" * 12], 422, "voucher_code_mistyped"),
        (bought.codes, 409, "voucher_nothing_unused"),
    ):
        refusal = bought.give_back(*codes, status=status)
        assert (refusal["code"], refusal["field"]) == (code, "codes")
    assert (count("refunds"), bought.states) == (0, ["used", "active"])
    twice = bought.give_back(bought.codes[1], bought.codes[1].lower())
    assert twice["amount_fen"] == 9900


def test_an_unpaid_order_and_one_of_goods_have_nothing_to_give_back(api: Api) -> None:
    buyer = api.log_in()
    no = buyer.place((SkuFactory().id, 1))["no"]
    bought = Trip(buyer, buyer, 0, 0, no)
    assert bought.give_back(status=409)["code"] == "voucher_nothing_unused"
    buyer.pay(no)
    assert bought.give_back(status=409)["code"] == "voucher_nothing_unused"


@settings(
    deadline=None,
    max_examples=12,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    wanted=st.tuples(st.integers(1, 3), st.integers(1, 4), st.integers(4, 30_000)),
    acts=st.lists(
        st.tuples(st.sampled_from(["redeem", "give_back"]), st.integers(0, 2), st.integers(1, 3)),
        max_size=7,
    ),
)
def test_in_any_order_money_stock_and_credit_agree(
    api: Api, worker: Worker, database_url: str, wanted: tuple[int, int, int], acts: list[Any]
) -> None:
    api.wechat.post("/reset")
    empty(database_url)
    quantity, persons, price = wanted
    bought = trip(api, quantity=quantity, persons=persons, price_fen=price)
    for kind, number, people in acts:
        code = bought.codes[number % quantity]
        if kind == "redeem":
            bought.redeem(code, people, status=None)
        else:
            bought.give_back(code, status=None)
            if bought.refunds:
                arrive(api, worker, bought)
    vouchers = {"no": bought.order_no}
    query = "SELECT id FROM orders WHERE no = :no"
    value, worth, whole = rows(
        f"""SELECT (SELECT coalesce(sum(value_fen), 0) FROM voucher_redemptions r
                     JOIN vouchers v ON v.id = r.voucher_id WHERE v.order_id = ({query})),
                   coalesce(sum(paid_fen) FILTER (WHERE persons_used = 0
                                                    AND persons_refunded = 0), 0),
                   count(*) FILTER (WHERE persons_refunded = persons)
              FROM vouchers WHERE order_id = ({query})""",
        **vouchers,
    )[0]
    begun = rows(
        f"""SELECT coalesce(sum(paid_fen - round(paid_fen::numeric * persons_used / persons)), 0)
              FROM vouchers WHERE order_id = ({query})
               AND persons_used BETWEEN 1 AND persons - 1 AND persons_refunded = 0""",
        **vouchers,
    )[0][0]
    refunded = sum(amount for _, amount in bought.refunds)
    assert value + worth + begun + refunded == quantity * price
    assert all(amount > 0 for _, amount in bought.refunds)
    assert bought.credit == quantity * price - refunded
    assert bought.promised == quantity - whole
    assert bought.state == ("closed" if refunded == quantity * price else "paid")


def test_what_went_back_counts_in_no_figure_of_sales(api: Api, worker: Worker) -> None:
    bought = trip(api, quantity=3)
    with transaction():
        recount_sales()
        county_sales.recompute()
    bought.give_back(bought.codes[1])
    arrive(api, worker, bought)
    with transaction():
        recount_sales()
        county_sales.recompute()
    assert rows("SELECT quantity, amount_fen FROM product_sales") == [(2, 19_800)]
    assert rows("SELECT amount_fen, orders FROM county_sales WHERE orders > 0") == [(19_800, 1)]
    assert bought.credit == 19_800, "the same as the ledger says"


def test_what_went_back_leaves_room_under_a_purchase_limit(api: Api, worker: Worker) -> None:
    bought = trip(api, quantity=2)
    change(db.session.get_one(Sku, bought.sku_id), purchase_limit=2)
    assert bought.buyer.quote((bought.sku_id, 1), status=409)["code"] == "above_purchase_limit"
    bought.give_back(bought.codes[0])
    arrive(api, worker, bought)
    assert bought.buyer.quote((bought.sku_id, 1))["total_fen"] == 9900
    assert bought.buyer.quote((bought.sku_id, 2), status=409)["code"] == "above_purchase_limit"
