"""Credit codes are checked here by a second, independent reading of GB 32100."""

import pytest

from backend.core.credit_codes import is_valid
from demo import credit_codes, dataset

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)


def stands(code: str) -> bool:
    """Check an 18-place code with the weights of the standard written out."""
    total = sum(ALPHABET.index(c) * w for c, w in zip(code[:17], WEIGHTS, strict=True))
    return (total + ALPHABET.index(code[17])) % 31 == 0 and organisation_stands(code[8:17])


def organisation_stands(code: str) -> bool:
    """Check a nine-place organisation code, X standing for ten."""
    weights = (3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(c, 36) * w for c, w in zip(code[:8], weights, strict=True))
    check = 10 if code[8] == "X" else int(code[8])
    return (total + check) % 11 == 0


@pytest.mark.parametrize("code", ["91110000600037341L", "N2433122MF0000005D", "81430000MC0000004F"])
def test_known_codes_are_valid(code: str) -> None:
    assert stands(code)
    assert is_valid(code)


def test_every_producer_has_a_valid_code_of_its_kind_and_county() -> None:
    prefixes = {
        "firm": "91",
        "family_farm": "92",
        "sole_trader": "92",
        "cooperative": "93",
        "village_collective": "N2",
    }
    for producer in dataset.read().producers:
        assert stands(producer.credit_code), producer.code
        assert producer.credit_code[:2] == prefixes[producer.kind]
        assert producer.credit_code[2:8] == producer.county_code


def test_new_codes_are_valid_and_differ() -> None:
    codes = {credit_codes.demo_code("firm", "430923", serial) for serial in range(500)}
    assert len(codes) == 500
    assert all(stands(code) for code in codes)


def test_any_changed_place_is_noticed() -> None:
    code = "91110000600037341L"
    for place, character in enumerate(code):
        other = "7" if character != "7" else "5"
        assert not is_valid(code[:place] + other + code[place + 1 :])


@pytest.mark.parametrize("code", ["", "91110000600037341", "91110000600037341I"])
def test_what_is_no_code_at_all_is_not_valid(code: str) -> None:
    assert not is_valid(code)


@pytest.mark.parametrize("body", ["DEMO0001", "DEM1"])
def test_an_impossible_body_is_refused(body: str) -> None:
    with pytest.raises(ValueError):
        credit_codes.make("91", "430923", body)
