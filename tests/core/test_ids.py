"""Numbers and codes that leave the house."""

import re
from datetime import UTC, datetime

import pytest

from backend.core.ids import READABLE, new_number, random_code, random_token
from tests.conftest import Time

OUT_TRADE_NO = re.compile(r"[0-9A-Za-z_\-|*]{6,32}")
"""What WeChat Pay takes for `out_trade_no`."""
VISITOR_ID = re.compile(r"[0-9A-Za-z_-]{16,64}")


@pytest.mark.parametrize("prefix", ["X", "P", "R"])
def test_a_number_has_the_form_that_wechat_pay_takes(prefix: str) -> None:
    number = new_number(prefix)
    assert OUT_TRADE_NO.fullmatch(number)
    assert re.fullmatch(rf"{prefix}[0-9]{{6}}[{READABLE}]{{10}}", number)


def test_a_number_tells_the_day_in_shanghai(time: Time) -> None:
    time.freeze(datetime(2026, 3, 31, 15, 59, 59, tzinfo=UTC))
    assert new_number("X").startswith("X260331")
    time.freeze(datetime(2026, 3, 31, 16, 0, tzinfo=UTC))
    assert new_number("X").startswith("X260401")


def test_ten_thousand_numbers_of_one_day_are_all_different() -> None:
    assert len({new_number("X") for _ in range(10_000)}) == 10_000


def test_codes_hold_nothing_that_people_mix_up() -> None:
    seen = set(random_code(20_000))
    assert seen == set(READABLE)
    assert len(READABLE) == 32
    assert not seen & set("01IO")


def test_a_strangers_token_is_long_enough_to_be_unguessable() -> None:
    tokens = {random_token() for _ in range(1000)}
    assert len(tokens) == 1000
    assert all(VISITOR_ID.fullmatch(token) and len(token) >= 22 for token in tokens)
