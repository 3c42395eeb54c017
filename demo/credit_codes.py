"""Unified social credit codes (GB 32100) for invented sellers, and the check of any code.

A code has 18 places: 1–2 say what kind of body it is, 3–8 the county of registration, 9–17 the
organisation code (its last place is a check of its own), and 18 checks everything before it.
The organisation codes made here start with `DEM`. Real ones are all digits or start with `M`,
so an invented seller can't be mistaken for an existing one.
"""

from string import ascii_uppercase, digits

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
ORGANISATION_ALPHABET = digits + ascii_uppercase
ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
LENGTH = 18
DEMO_PREFIX = "DEM"

PREFIX_OF_KIND = {
    "firm": "91",
    "family_farm": "92",
    "sole_trader": "92",
    "cooperative": "93",
    "village_collective": "N2",
}


def demo_code(kind: str, county_code: str, serial: int) -> str:
    """Return the code of the demo producer number `serial` (0 to 99999) in that county."""
    return make(PREFIX_OF_KIND[kind], county_code, f"{DEMO_PREFIX}{serial:05d}")


def make(prefix: str, area_code: str, organisation_body: str) -> str:
    """Join a two-place prefix, a six-digit area and eight places of organisation code.

    Both check characters are computed; the result has 18 places.
    """
    if len(prefix) != 2 or len(area_code) != 6 or len(organisation_body) != 8:
        raise ValueError("a credit code is built from 2 + 6 + 8 characters")
    first = prefix + area_code + organisation_body + organisation_check(organisation_body)
    if not set(first) <= set(ALPHABET):
        raise ValueError(f"{first} has a character that credit codes don't use")
    return first + credit_check(first)


def organisation_check(body: str) -> str:
    """Return place 17, the check of the eight places before it."""
    values = (ORGANISATION_ALPHABET.index(character) for character in body)
    total = sum(w * v for w, v in zip(ORGANISATION_WEIGHTS, values, strict=True))
    return "0123456789X0"[11 - total % 11]


def credit_check(first: str) -> str:
    """Return place 18, the check of the seventeen places before it."""
    total = sum(pow(3, place, 31) * ALPHABET.index(c) for place, c in enumerate(first))
    return ALPHABET[(31 - total % 31) % 31]


def is_valid(code: str) -> bool:
    """Tell whether both check characters of an 18-place code are right."""
    if len(code) != LENGTH or not set(code) <= set(ALPHABET):
        return False
    return organisation_check(code[8:16]) == code[16] and credit_check(code[:17]) == code[17]
