"""What WeChat tells and does not fit what we asked for: kept as refused, told once, not applied."""

from typing import Any

import pytest

from tests.api import Api
from tests.orders.test_any_sequence import rows
from tests.payments.books import alarms, count, outcomes, stock
from tests.payments.scenes import Sale, deliver, notice_of, ordered

ANOTHER = "4200000000202611239999999999"
WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "a fen less": ({"amount.total": 11_979}, "payment_amount_differs"),
    "a fen more": ({"amount.total": 11_981}, "payment_amount_differs"),
    "yuan for fen": ({"amount.total": 119}, "payment_amount_differs"),
    "no amount": ({"amount": None}, "payment_amount_differs"),
    "another currency": ({"amount.currency": "USD"}, "payment_currency_differs"),
    "another app": ({"appid": "wx0000000000000000"}, "payment_app_differs"),
    "another merchant": ({"mchid": "1900000000"}, "payment_merchant_differs"),
    "no transaction": ({"transaction_id": None}, "payment_without_transaction"),
    "a number unknown": ({"out_trade_no": "P261123NOBODYSORDER"}, "payment_unknown"),
}


@pytest.mark.parametrize(("change", "alarm"), WRONG.values(), ids=WRONG)
def test_a_wrong_notice_is_kept_and_told_once_and_the_true_one_is_applied(
    api: Api, change: dict[str, Any], alarm: str
) -> None:
    sale = ordered(api)
    notice = notice_of(api.wechat, sale.pay_unheard())

    assert deliver(api.wechat, notice, times=2, alter={"resource": change}) == [204, 204]

    assert (sale.state, sale.payments, sale.credit) == ("pending_payment", ["prepaid"], [])
    assert (outcomes(), alarms()) == (["refused", "refused"], [alarm])
    (kept, _) = rows("SELECT content, event_type FROM provider_notices")
    for path, value in change.items():
        told: Any = kept.content
        for name in path.split("."):
            told = told.get(name)
        assert told == value
    assert "payer" not in kept.content

    assert deliver(api.wechat, notice) == [204]
    assert (sale.state, sale.payments, sale.steps) == ("paid", ["succeeded"], ["place", "pay"])
    assert len(alarms()) == 1


def test_a_second_transaction_for_a_payment_is_refused(api: Api) -> None:
    sale = ordered(api)
    notice = notice_of(api.wechat, sale.pay_unheard())
    deliver(api.wechat, notice)
    before = rows("SELECT p::text FROM payments p")

    for _ in range(2):
        deliver(api.wechat, notice, alter={"resource": {"transaction_id": ANOTHER}})

    assert rows("SELECT p::text FROM payments p") == before
    assert (outcomes(), alarms()) == (
        ["applied", "refused", "refused"],
        ["payment_with_second_transaction"],
    )
    assert (sale.state, sale.refunds) == ("paid", [])


def test_the_same_transaction_with_another_amount_afterwards_is_refused(api: Api) -> None:
    sale = ordered(api)
    notice = notice_of(api.wechat, sale.pay_unheard())
    deliver(api.wechat, notice)
    deliver(api.wechat, notice, alter={"resource": {"amount.total": 1}})
    assert (outcomes(), alarms()) == (["applied", "refused"], ["payment_amount_differs"])
    assert sale.credit == [("accrue", sale.total_fen)]


def test_one_transaction_does_not_pay_two_payments(api: Api) -> None:
    first, second = ordered(api), ordered(api)
    told = notice_of(api.wechat, first.pay_unheard())
    deliver(api.wechat, told)
    (transaction_id,) = rows("SELECT transaction_id FROM payments WHERE state = 'succeeded'")[0]

    notice = notice_of(api.wechat, second.pay_unheard())
    deliver(api.wechat, notice, alter={"resource": {"transaction_id": transaction_id}})

    assert (second.state, second.payments) == ("pending_payment", ["prepaid"])
    assert alarms() == ["transaction_of_another_payment"]
    deliver(api.wechat, notice)
    assert (first.state, second.state) == ("paid", "paid")


@pytest.mark.parametrize("state", ["NOTPAY", "USERPAYING", "PAYERROR", "CLOSED", ""])
def test_what_is_not_paid_is_not_applied(api: Api, state: str) -> None:
    sale = ordered(api)
    notice = notice_of(api.wechat, sale.pay_unheard())
    assert deliver(api.wechat, notice, alter={"resource": {"trade_state": state}}) == [204]
    assert (sale.state, sale.payments, alarms()) == ("pending_payment", ["prepaid"], [])


def test_a_forged_notice_leaves_no_trace(api: Api) -> None:
    sale = ordered(api)
    notice = notice_of(api.wechat, sale.pay_unheard())
    for corrupt in ({"signature": True}, {"signtest": True}, {"timestamp_offset": -301}):
        assert deliver(api.wechat, notice, alter={"corrupt": corrupt}) == [401]
    assert (sale.state, count("provider_notices"), alarms()) == ("pending_payment", 0, [])


def test_a_notice_twenty_times_at_once_is_one_payment(api: Api) -> None:
    sale: Sale = ordered(api)
    notice = notice_of(api.wechat, sale.pay_unheard())
    assert deliver(api.wechat, notice, times=20, concurrently=True) == [204] * 20
    assert outcomes() == ["applied"] + ["repeated"] * 19
    assert (sale.state, sale.steps) == ("paid", ["place", "pay"])
    assert (sale.credit, stock(sale.sku_id)) == ([("accrue", sale.total_fen)], (10, 2))
    assert (sale.refunds, alarms()) == ([], [])
