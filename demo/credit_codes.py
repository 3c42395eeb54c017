"""Unified social credit codes for invented sellers, with the checks of `backend.core.credit_codes`.

The organisation codes made here start with `DEM`. Real ones are all digits or start with `M`,
so an invented seller can't be mistaken for an existing one.
"""

from backend.core.credit_codes import ALPHABET, credit_check, organisation_check

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
