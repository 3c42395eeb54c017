"""Which areas cover which: provinces, prefectures, counties, and everywhere."""

import pytest

from backend.catalog.areas.matching import covers, narrowest


@pytest.mark.parametrize(
    ("area_codes", "area_code", "covered"),
    [
        ([], "430923", True),
        (["430923"], "430923", True),
        (["430923"], "430922", False),
        (["430923"], "430900", False),
        (["430900"], "430923", True),
        (["430900"], "430900", True),
        (["430900"], "431023", False),
        (["430900"], "430000", False),
        (["430000"], "433130", True),
        (["430000"], "430000", True),
        (["430000"], "440923", False),
        (["440000", "430900"], "430923", True),
        (["710000"], "710000", True),
    ],
)
def test_an_area_covers_itself_and_what_lies_below(
    area_codes: list[str], area_code: str, covered: bool
) -> None:
    assert covers(area_codes, area_code) is covered


@pytest.mark.parametrize(
    ("area_codes", "found"),
    [
        (["430000", "430923", "430900"], "430923"),
        (["430900", "430000"], "430900"),
        (["430000", "430922"], "430000"),
        (["110000", "430922"], None),
        ([], None),
    ],
)
def test_of_several_the_narrowest_is_found(area_codes: list[str], found: str | None) -> None:
    assert narrowest(area_codes, "430923") == found
