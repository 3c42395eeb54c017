"""While somebody types: categories, places and names, by characters, pinyin and initials."""

from tests.api import Api
from tests.catalog.search.shelf import address, fill, suggestions
from tests.factories import ProducerFactory, ProductFactory


def test_groups_that_begin_so_come_before_names(api: Api) -> None:
    fill()
    assert suggestions(api, "黑") == [
        ("category", "黑茶"),
        ("product", "安化黑茶千两饼"),
        ("product", "天尖篓装"),
    ]
    assert suggestions(api, "安化")[:2] == [("county", "安化县"), ("product", "安化黑茶千两饼")]
    assert suggestions(api, "益阳")[0] == ("prefecture", "益阳市")


def test_pinyin_and_initials_do_as_well(api: Api) -> None:
    fill()
    for typed in ("heich", "heicha", "hc"):
        assert suggestions(api, typed)[:2] == [
            ("category", "黑茶"),
            ("product", "安化黑茶千两饼"),
        ], typed
    assert suggestions(api, "fengh") == [("county", "凤凰县"), ("product", "重阳糕")]


def test_only_what_has_products_is_suggested(api: Api) -> None:
    fill()
    assert suggestions(api, "平江") == []


def test_a_name_is_suggested_once_and_ten_at_most(api: Api) -> None:
    maker = ProducerFactory(name="桐木岭农场")
    for name in ("黑茶", "黑茶", *(f"黑茶{number}号" for number in range(12))):
        ProductFactory(name=name, producer_id=maker.id)
    found = suggestions(api, "黑茶")
    assert len(found) == 10
    assert len(set(found)) == 10


def test_nothing_to_suggest_for_is_refused(api: Api) -> None:
    problem = api.call("GET", "/v1/search-suggestions", status=422)
    assert (problem["code"], problem["field"]) == ("invalid_input", "q")
    problem = api.call("GET", f"/v1/search-suggestions?{address('')}", status=422)
    assert (problem["code"], problem["field"]) == ("invalid_input", "q")
