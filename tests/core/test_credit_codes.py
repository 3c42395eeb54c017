"""A credit code is checked as GB 32100 says, and a person is told what is wrong with theirs."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from backend.core.credit_codes import ALPHABET, BODIES, LENGTH, is_valid, what_is_wrong
from demo.credit_codes import make

KNOWN = ["91110000600037341L", "N2433122MF0000005D", "81430000MC0000004F"]

codes = st.builds(
    make,
    st.sampled_from(sorted(BODIES)),
    st.text("0123456789", min_size=6, max_size=6),
    st.text(ALPHABET, min_size=8, max_size=8),
)
places = st.integers(0, LENGTH - 1)


@pytest.mark.parametrize("code", KNOWN)
def test_known_codes_are_valid(code: str) -> None:
    assert is_valid(code)
    assert what_is_wrong(code) is None


@given(codes)
def test_a_code_made_by_the_rule_is_valid(code: str) -> None:
    assert is_valid(code)


@given(codes, places, st.characters(max_codepoint=0x2FFF))
def test_any_one_wrong_character_is_found(code: str, place: int, other: str) -> None:
    assume(other != code[place])
    assert not is_valid(code[:place] + other + code[place + 1 :])


@given(codes, places, st.sampled_from(ALPHABET))
def test_any_one_wrong_character_of_the_alphabet_is_found(
    code: str, place: int, other: str
) -> None:
    assume(other != code[place])
    assert not is_valid(code[:place] + other + code[place + 1 :])


def swapped(code: str, first: int, second: int) -> str:
    characters = list(code)
    characters[first], characters[second] = code[second], code[first]
    return "".join(characters)


@given(codes, places, places)
def test_two_characters_that_changed_places_are_found(code: str, first: int, second: int) -> None:
    """All but the first and the last: both weigh one in the standard's sum."""
    assume(code[first] != code[second] and {first, second} != {0, LENGTH - 1})
    assert not is_valid(swapped(code, first, second))


@given(codes)
def test_the_standard_cannot_tell_the_first_from_the_last(code: str) -> None:
    assert is_valid(swapped(code, 0, LENGTH - 1))


@given(st.text(max_size=40))
def test_whatever_is_typed_gets_an_answer(text: str) -> None:
    assert (what_is_wrong(text) is None) == is_valid(text)


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("", "18 位，现为 0 位"),
        ("91110000600037341", "18 位，现为 17 位"),
        ("91110000600037341LL", "18 位，现为 19 位"),
        ("9111000060003734IL", "第 17 位不能是“I”"),
        ("911100006000373４1L", "第 16 位不能是“４”"),
        ("91110000600037341l", "第 18 位不能是“l”"),
        ("91110000600037342L", "第 9 至 17 位"),
        ("91110000600037351L", "第 9 至 17 位"),
        ("91120000600037341L", "第 18 位校验码不符"),
        ("91110000600037341K", "第 18 位校验码不符"),
    ],
)
def test_it_is_said_what_is_wrong(code: str, told: str) -> None:
    assert told in str(what_is_wrong(code))
