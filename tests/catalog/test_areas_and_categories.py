"""Areas and categories: Hunan's prefectures, the counties that are helped, what is sold."""

from collections import Counter

from tests.api import Api
from tests.factories import CategoryFactory


def test_hunan_has_fourteen_prefectures_and_fifty_one_counties_that_are_helped(api: Api) -> None:
    prefectures = api.call("GET", "/v1/areas", status=200)["items"]
    counties = [county for each in prefectures for county in each["counties"]]
    assert len({each["code"] for each in prefectures}) == len(prefectures) == 14
    assert len({county["code"] for county in counties}) == len(counties) == 51
    assert Counter(county["area_class"] for county in counties) == {
        "national": 40,
        "provincial": 11,
    }


def test_changsha_and_xiangtan_have_no_such_county(api: Api) -> None:
    prefectures = api.call("GET", "/v1/areas", status=200)["items"]
    without = [each["code"] for each in prefectures if not each["counties"]]
    assert without == ["430100", "430300"]


def test_every_county_lies_in_the_prefecture_that_its_code_names(api: Api) -> None:
    for prefecture in api.call("GET", "/v1/areas", status=200)["items"]:
        codes = [county["code"] for county in prefecture["counties"]]
        assert codes == sorted(codes)
        assert all(code[:4] == prefecture["code"][:4] for code in codes)


def test_places_that_are_easily_mistaken_are_right(api: Api) -> None:
    found = {
        county["code"]: (prefecture["code"], county["area_class"])
        for prefecture in api.call("GET", "/v1/areas", status=200)["items"]
        for county in prefecture["counties"]
    }
    assert found["430923"] == ("430900", "national")
    assert found["430426"] == ("430400", "provincial")
    assert found["431271"] == ("431200", "provincial")
    assert {prefecture for prefecture, _ in found.values()} >= {"433100"}


def test_categories_come_in_the_order_in_which_they_are_shown(api: Api) -> None:
    CategoryFactory(code="fruit", name="水果", sort=2)
    CategoryFactory(code="tea", name="茶叶", sort=1)
    CategoryFactory(code="dark_tea", name="黑茶", sort=3, parent_code="tea")
    assert api.call("GET", "/v1/categories", status=200)["items"] == [
        {"code": "tea", "name": "茶叶", "parent_code": None},
        {"code": "fruit", "name": "水果", "parent_code": None},
        {"code": "dark_tea", "name": "黑茶", "parent_code": "tea"},
    ]
