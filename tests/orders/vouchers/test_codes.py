"""Codes: no character that people mix up, typed freely, and a slip is told from a stranger."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.orders.vouchers.codes import (
    ALPHABET,
    VoucherCodeMistyped,
    mask_code,
    new_code,
    qr_text,
    read_code,
)

codes = st.builds(new_code)
places = st.integers(0, 11)


def mistyped(text: str) -> bool:
    try:
        read_code(text)
    except VoucherCodeMistyped:
        return True
    return False


def test_the_alphabet_has_nothing_that_people_mix_up() -> None:
    assert not set("01OIL") & set(ALPHABET)
    assert len(set(ALPHABET)) == len(ALPHABET) == 31


@given(codes)
def test_a_code_reads_as_itself_however_it_is_typed(code: str) -> None:
    assert len(code) == 12
    dashed = f"{code[:4]}-{code[4:8]}-{code[8:]}"
    for typed in (code, code.lower(), dashed, f" {dashed.lower()} ", qr_text(code)):
        assert read_code(typed) == code
    assert read_code(qr_text(code).lower()) == code


@given(codes, places, st.sampled_from(ALPHABET))
def test_one_wrong_character_is_a_slip(code: str, place: int, char: str) -> None:
    typed = code[:place] + char + code[place + 1 :]
    assert mistyped(typed) == (typed != code)


@given(codes, places, places)
def test_two_characters_that_changed_places_are_a_slip(code: str, one: int, other: int) -> None:
    typed = list(code)
    typed[one], typed[other] = typed[other], typed[one]
    assert mistyped("".join(typed)) == ("".join(typed) != code)


@given(codes, st.integers(0, 11))
def test_what_is_too_short_or_too_long_is_a_slip(code: str, length: int) -> None:
    assert mistyped(code[:length])
    assert mistyped(code + code[:1])


@pytest.mark.parametrize("typed", ["", "XB1:", "0OIL0OIL0OIL", "湘帮券", "XB2:" + "2" * 12])
def test_what_was_never_a_code_is_a_slip(typed: str) -> None:
    assert mistyped(typed)


def test_a_masked_code_keeps_four_places_to_itself() -> None:
    assert mask_code("ABCDEFGHJKMN") == "ABCD****JKMN"
