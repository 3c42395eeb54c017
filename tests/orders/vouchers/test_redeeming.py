"""Redeeming on site: once, by the right supplier, in time, person by person."""

import pytest

from backend.core.cache import Cache, cache
from tests.api import Api
from tests.conftest import Time
from tests.factories import producer_person
from tests.orders.test_any_sequence import rows
from tests.orders.vouchers.scenes import UNKNOWN, end_in, trip
from tests.payments.books import count
from tests.racing import at_once


def test_a_code_lets_its_people_in_once(api: Api) -> None:
    bought = trip(api)
    done = bought.redeem()
    assert (done["persons"], done["persons_left"], done["value_fen"]) == (1, 0, 9900)
    assert bought.codes[0] not in str(done)
    refusal = bought.redeem(status=409)
    assert (refusal["code"], refusal["redeemed_at"]) == ("voucher_used", done["at"][:19] + "+08:00")
    assert bought.states == ["used"]
    assert count("voucher_redemptions") == 1
    assert rows("SELECT step, by_kind FROM voucher_events ORDER BY id") == [
        ("issue", "wechat"),
        ("use_up", "producer"),
    ]


@pytest.mark.parametrize("how", ["lower", "dashed", "scanned"])
def test_a_code_is_read_however_it_comes(api: Api, how: str) -> None:
    bought = trip(api)
    code = bought.codes[0]
    dashed = f" {code[:4]}-{code[4:8]} {code[8:]}".lower()
    typed = {"lower": code.lower(), "dashed": dashed, "scanned": f"XB1:{code}"}[how]
    assert bought.look(typed)["persons_left"] == 1
    assert bought.redeem(typed)["persons_left"] == 0


@pytest.mark.slow
@pytest.mark.parametrize("_", range(3))
def test_of_two_phones_that_scan_together_one_lets_in(api: Api, _: int) -> None:
    bought = trip(api)
    second = producer_person(api, bought.producer_id)
    answers = at_once(lambda who: bought.redeem(status=None, by=who), [bought.gate, second] * 3)
    assert sorted(answer.get("code", "in") for answer in answers) == ["in"] + ["voucher_used"] * 5
    assert all(answer["redeemed_at"] for answer in answers if "code" in answer)
    assert rows("SELECT persons_used, state FROM vouchers") == [(1, "used")]
    assert count("voucher_redemptions") == 1


@pytest.mark.slow
def test_phones_that_share_a_large_voucher_never_let_in_too_many(api: Api) -> None:
    bought = trip(api, persons=10, price_fen=10_001)
    answers = at_once(lambda _: bought.redeem(persons=3, status=None), range(6))
    refused = [answer for answer in answers if "code" in answer]
    assert {answer["code"] for answer in refused} == {"voucher_persons_short"}
    assert len(refused) == 3
    assert rows("SELECT persons_used, state FROM vouchers") == [(9, "active")]
    done = bought.redeem(persons=1)
    values = rows("SELECT sum(value_fen) FROM voucher_redemptions")
    assert (done["persons_left"], values) == (0, [(10_001,)])


def test_the_same_key_shows_the_same_redemption(api: Api) -> None:
    bought = trip(api, persons=3)
    first = bought.redeem(key="phone-1-scan-1")
    again = at_once(lambda _: bought.redeem(key="phone-1-scan-1"), range(3))
    assert again == [first] * 3
    bought.redeem(persons=2)
    assert bought.redeem(key="phone-1-scan-1") == first
    other = bought.redeem(persons=2, key="phone-1-scan-1", status=422)
    assert other["code"] == "idempotency_key_used_otherwise"
    assert count("voucher_redemptions") == 2


def test_two_people_of_the_supplier_may_use_the_same_key(api: Api) -> None:
    bought = trip(api, persons=2)
    second = producer_person(api, bought.producer_id)
    bought.redeem(key="key-of-both")
    assert bought.redeem(key="key-of-both", by=second)["persons_left"] == 0


def test_a_voucher_for_several_is_redeemed_in_parts(api: Api) -> None:
    bought = trip(api, persons=3, price_fen=10_000)
    assert bought.redeem(persons=2)["persons_left"] == 1
    short = bought.redeem(persons=2, status=409)
    assert (short["code"], short["persons_left"]) == ("voucher_persons_short", 1)
    shown = bought.look()
    assert (shown["state"], shown["persons_left"]) == ("active", 1)
    assert shown["last_redeemed_at"] is not None
    bought.redeem(persons=1)
    assert [value for (value,) in rows("SELECT value_fen FROM voucher_redemptions")] == [6667, 3333]


def test_the_supplier_looks_first_and_sees_the_buyer_masked(api: Api) -> None:
    shown = trip(api, persons=2).look()
    assert (shown["product_name"], shown["spec"]) == ("梅山古寨门票", "双人票")
    assert (shown["persons"], shown["persons_left"], shown["state"]) == (2, 2, "active")
    assert (shown["buyer"], shown["last_redeemed_at"]) == ("王**", None)
    assert "code" not in shown


def test_the_voucher_of_another_supplier_does_not_exist(api: Api) -> None:
    mine, other = trip(api), trip(api)
    assert mine.look(other.codes[0], status=404)["code"] == "voucher_not_found"
    assert mine.redeem(other.codes[0], status=404)["code"] == "voucher_not_found"
    path = f"/v1/producers/{other.producer_id}/vouchers/{other.codes[0]}"
    assert mine.gate.get(path, 404)["code"] == "not_found"
    assert mine.redeem(by=other.gate, status=404)["code"] == "not_found"
    assert count("voucher_redemptions") == 0


def test_nobody_redeems_after_the_last_day(api: Api, time: Time) -> None:
    bought = trip(api, days=3)
    end_in(bought.order_no, days=1)
    time.travel(days=1)
    refusal = bought.redeem(status=409)
    assert (refusal["code"], refusal["valid_to"]) == (
        "voucher_expired",
        bought.look()["valid_to"][:19] + "+08:00",
    )
    assert bought.look()["state"] == "expired"
    assert rows("SELECT persons_used FROM vouchers") == [(0,)]


def test_a_slip_is_told_from_an_unknown_code_and_does_not_count(api: Api) -> None:
    bought = trip(api)
    for _ in range(25):
        slip = bought.redeem("A" * 12, status=422)
    assert (slip["code"], slip["field"]) == ("voucher_code_mistyped", "code")
    assert bought.redeem(UNKNOWN, status=404)["code"] == "voucher_not_found"
    bought.redeem()


def test_whoever_guesses_codes_has_to_wait(api: Api) -> None:
    bought = trip(api)
    colleague = producer_person(api, bought.producer_id)
    for _ in range(10):
        bought.redeem(UNKNOWN, status=404)
        bought.look(UNKNOWN, status=404)
    assert bought.redeem(UNKNOWN, status=429)["code"] == "too_many_unknown_codes"
    assert bought.redeem(status=429)["code"] == "too_many_unknown_codes"
    assert bought.look(status=429)["code"] == "too_many_unknown_codes"
    bought.redeem(by=colleague)


def test_without_valkey_nobody_has_to_wait(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:

    bought = trip(api)
    gone = Cache("redis://127.0.0.1:1/0")
    monkeypatch.setattr(cache(), "_client", gone._client)
    for _ in range(22):
        bought.redeem(UNKNOWN, status=404)
    bought.redeem()


def test_a_day_adds_up_whatever_the_page_shows(api: Api, time: Time) -> None:
    bought = trip(api, quantity=2, persons=3, price_fen=10_000)
    bought.redeem(persons=1)
    bought.redeem(persons=2)
    bought.redeem(bought.codes[1], persons=1)
    path = f"/v1/producers/{bought.producer_id}/redemptions"
    page = bought.gate.get(f"{path}?limit=2")
    assert (page["redemptions"], page["persons"], page["value_fen"]) == (3, 4, 13_333)
    rest = bought.gate.get(f"{path}?limit=2&cursor={page['next_cursor']}")
    assert [one["persons"] for one in page["items"] + rest["items"]] == [1, 2, 1]
    assert rest["next_cursor"] is None
    time.travel(days=1)
    assert bought.gate.get(path)["redemptions"] == 0
    assert bought.gate.get(f"{path}?day={page['day']}")["persons"] == 4
    assert trip(api).gate.get(path, 404)["code"] == "not_found"


def test_a_buyer_is_no_supplier(api: Api) -> None:
    bought = trip(api)
    assert bought.redeem(by=bought.buyer, status=403)["code"] == "not_allowed"
