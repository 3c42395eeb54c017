"""Codes of areas: their shape, the provinces there are, and what areas are called."""

import pytest

from backend import Service
from backend.catalog.areas.codes import PROVINCES, is_area_code, names_of, strange_in_hunan


def test_there_are_34_provinces() -> None:
    assert len(PROVINCES) == len(set(PROVINCES.values())) == 34
    assert all(is_area_code(f"{code}0000") for code in PROVINCES)


@pytest.mark.parametrize("code", ["430000", "430900", "430923", "431271", "429004", "710000"])
def test_provinces_prefectures_and_counties_are_areas(code: str) -> None:
    assert is_area_code(code)


@pytest.mark.parametrize(
    "code", ["", "43", "43092", "4309230", "990000", "000000", "430023", "４３０９２３", "43092x"]
)
def test_anything_else_is_not(code: str) -> None:
    assert not is_area_code(code)


def test_hunan_has_its_fourteen_prefectures_and_no_others(app: Service) -> None:
    assert strange_in_hunan(["430000", "430100", "433101", "430104", "431271", "440399"]) == set()
    assert strange_in_hunan(["431400", "432501", "430000", "449900"]) == {"431400", "432501"}


def test_areas_are_called_as_people_call_them(app: Service) -> None:
    assert names_of(["430000", "430900", "430923", "440300", "430104"]) == {
        "430000": "湖南省",
        "430900": "益阳市",
        "430923": "安化县",
        "440300": "广东省 440300",
        "430104": "湖南省 430104",
    }
    assert names_of([]) == {}
