"""Paying yields vouchers: one a unit, once whatever arrives, valid through the last day."""

import re
from datetime import UTC, datetime

import pytest

from backend.orders.vouchers.issuing import valid_until
from tests.api import Api
from tests.conftest import Time
from tests.factories import SkuFactory, staff
from tests.orders.test_any_sequence import rows
from tests.orders.vouchers.scenes import service, trip
from tests.payments.books import count
from tests.payments.scenes import deliver, hold_notices, notice_of


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def test_each_unit_of_a_service_is_a_voucher_with_a_code_of_its_own(api: Api) -> None:
    bought = trip(api, quantity=3, persons=2, price_fen=19_800)
    first = bought.vouchers[0]
    assert len(set(bought.codes)) == 3
    assert [voucher["unit_no"] for voucher in bought.vouchers] == [1, 2, 3]
    assert (first["persons"], first["persons_left"], first["paid_fen"]) == (2, 2, 19_800)
    assert (first["state"], first["order_no"]) == ("active", bought.order_no)
    assert first["qr_text"] == f"XB1:{first['code']}"
    assert rows("SELECT step, by_kind FROM voucher_events") == [("issue", "wechat")] * 3


def test_an_order_that_is_not_paid_has_no_vouchers_and_goods_have_none(api: Api) -> None:
    buyer = api.log_in()
    unpaid = buyer.place((service().id, 1))["no"]
    assert buyer.get(f"/v1/orders/{unpaid}/vouchers")["items"] == []
    goods = buyer.place((SkuFactory().id, 1))["no"]
    buyer.pay(goods)
    assert count("vouchers") == 0
    frozen = rows("SELECT voucher_persons, voucher_days FROM order_lines ORDER BY id")
    assert frozen == [(1, 180), (None, None)]


def test_the_payment_notice_three_times_at_once_issues_once(api: Api) -> None:
    buyer = api.log_in()
    no = buyer.place((service().id, 2))["no"]
    hold_notices(api.wechat, "transaction")
    api.confirm_in_wechat(buyer.start_paying(no), buyer.openid)
    notice = notice_of(api.wechat, api.payment_no(buyer.openid))
    assert deliver(api.wechat, notice, times=3, concurrently=True) == [204] * 3
    assert deliver(api.wechat, notice, times=2) == [204] * 2
    assert count("vouchers") == 2
    assert count("voucher_events") == 2


def test_money_for_a_cancelled_order_yields_no_vouchers(api: Api) -> None:
    buyer = api.log_in()
    no = buyer.place((service().id, 1))["no"]
    parameters = buyer.start_paying(no)
    buyer.cancel(no)
    api.confirm_in_wechat(parameters, buyer.openid)
    api.wait_for(lambda: count("refunds") == 1)
    assert count("vouchers") == 0


@pytest.mark.parametrize(
    ("paid", "days", "ends"),
    [
        ("2026-11-24T00:00:00+08:00", 1, "2026-11-25T00:00:00+08:00"),
        ("2026-11-24T23:59:59+08:00", 1, "2026-11-25T00:00:00+08:00"),
        ("2026-11-24T15:59:59+00:00", 2, "2026-11-26T00:00:00+08:00"),
        ("2026-11-24T16:00:00+00:00", 2, "2026-11-27T00:00:00+08:00"),
        ("2028-02-28T12:00:00+08:00", 2, "2028-03-01T00:00:00+08:00"),
        ("2026-12-31T12:00:00+08:00", 365, "2027-12-31T00:00:00+08:00"),
    ],
)
def test_validity_ends_with_the_last_day_in_shanghai(paid: str, days: int, ends: str) -> None:
    assert valid_until(at(paid), days) == at(ends)


def test_a_voucher_is_valid_from_payment_to_midnight(api: Api, time: Time) -> None:
    time.freeze(at("2026-11-24T20:00:00+08:00"))
    (voucher,) = trip(api, days=3).vouchers
    assert voucher["valid_from"] == "2026-11-24T20:00:00+08:00"
    assert voucher["valid_to"] == "2026-11-27T00:00:00+08:00"


def test_the_caller_sees_only_own_vouchers_by_state_and_page(api: Api) -> None:
    bought, other = trip(api, quantity=3), trip(api)
    bought.redeem(bought.codes[0])
    mine = bought.buyer.get("/v1/vouchers")["items"]
    assert [voucher["code"] for voucher in mine] == bought.codes[::-1]
    used = bought.buyer.get("/v1/vouchers?state=used")["items"]
    assert [voucher["code"] for voucher in used] == bought.codes[:1]
    page = bought.buyer.get("/v1/vouchers?state=active&limit=1")
    rest = bought.buyer.get(f"/v1/vouchers?state=active&limit=1&cursor={page['next_cursor']}")
    assert [one["items"][0]["code"] for one in (page, rest)] == [bought.codes[2], bought.codes[1]]
    assert rest["next_cursor"] is None
    path = f"/v1/orders/{bought.order_no}/vouchers"
    assert other.buyer.get(path, status=404)["code"] == "order_not_found"
    first = bought.buyer.get(f"{path}?limit=2")
    second = bought.buyer.get(f"{path}?limit=2&cursor={first['next_cursor']}")
    shown = [voucher["code"] for voucher in first["items"] + second["items"]]
    assert shown == bought.codes


def test_staff_see_codes_masked_and_are_noted(api: Api) -> None:
    bought = trip(api)
    text = str(staff(api).get(f"/v1/operator/orders/{bought.order_no}/vouchers"))
    assert bought.codes[0] not in text
    assert re.search(rf"{bought.codes[0][:4]}\*{{4}}{bought.codes[0][-4:]}", text)
    assert rows("SELECT subject FROM audit_entries WHERE action = 'inspect_vouchers'") == [
        (f"order:{bought.order_no}",)
    ]
