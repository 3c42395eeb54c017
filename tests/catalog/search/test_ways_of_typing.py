"""However a product is typed, it is found: characters, pinyin, initials, slips, other scripts."""

from collections.abc import Iterable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend import Service
from backend.catalog.search.facets import count_facets
from backend.catalog.search.filters import Filters
from backend.catalog.search.finding import find
from backend.catalog.search.nearness import distance
from backend.catalog.search.spelling import normalise
from backend.catalog.search.wishes import known, read_wish, readings
from backend.core.database import transaction
from tests.api import Api
from tests.catalog.search.shelf import (
    address,
    category,
    facets,
    fill,
    learn,
    names,
    search,
    suggestions,
)
from tests.factories import ProducerFactory, ProductFactory

MODEST = settings(
    deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


TEA = [
    "安化黑茶千两饼",
    "黑茶",
    "黑",
    "千两",
    "heicha",
    "HEICHA",
    "heich",
    "hei'cha",
    "hc",
    "ahhc",
    "anhuaheicha",
    "ＨｅｉＣｈａ",
    "黒茶",
    "安化hc",
    "qianliang",
    "千两饼 安化",
    "hei cha",
    "hēi chá",
    "安化 heicha",
    "黑茶　安化",
]

ELSEWHERE = {
    "腊肉": "柴火腊肉",
    "臘肉": "柴火腊肉",
    "larou": "柴火腊肉",
    "lr": "柴火腊肉",
    "熏制": "柴火腊肉",
    "绿茶": "碣滩绿茶",
    "lvcha": "碣滩绿茶",
    "lucha": "碣滩绿茶",
    "lücha": "碣滩绿茶",
    "沅陵": "碣滩绿茶",
    "huaihua": "碣滩绿茶",
    "chongyang": "重阳糕",
    "凤凰": "重阳糕",
    "fenghuang": "重阳糕",
    "天尖": "天尖篓装",
    "谷雨": "天尖篓装",
}


def first(api: Api, typed: Iterable[str]) -> dict[str, str | None]:
    """By what was typed, the first product found."""
    return {each: next(iter(names(api, each)), None) for each in typed}


def test_the_tea_is_found_first(api: Api) -> None:
    fill()
    assert first(api, TEA) == dict.fromkeys(TEA, "安化黑茶千两饼")


def test_county_category_and_script_do_not_matter(api: Api) -> None:
    fill()
    assert first(api, ELSEWHERE) == ELSEWHERE


@pytest.mark.parametrize(
    ("typed", "expected", "told"),
    [
        ("heicah", "安化黑茶千两饼", "黑茶"),
        ("hecha", "安化黑茶千两饼", "黑茶"),
        ("anhau", "安化黑茶千两饼", "安化"),
        ("安华", "安化黑茶千两饼", "安化"),
        ("嘿茶", "安化黑茶千两饼", "黑茶"),
        ("辣肉", "柴火腊肉", "腊肉"),
        ("laruo", "柴火腊肉", "腊肉"),
        ("chongynag", "重阳糕", "重阳"),
    ],
)
def test_a_slip_is_forgiven_and_told(api: Api, typed: str, expected: str, told: str) -> None:
    fill()
    assert names(api, typed)[0] == expected
    assert facets(api, typed)["searched_as"] == told


def test_one_wrong_character_of_three_or_more_is_forgiven(api: Api) -> None:
    fill()
    assert names(api, "千万荼饼") == []
    assert names(api, "黑荼千两") == ["安化黑茶千两饼"]


def test_what_is_written_right_is_not_corrected(api: Api) -> None:
    fill()
    assert facets(api, "黑茶")["searched_as"] is None
    assert facets(api, "heicha")["searched_as"] is None


@pytest.mark.parametrize("typed", ["安化县腊肉", "绥宁腊肉", "suininglarou", "绥宁县柴火肉"])
def test_words_that_were_run_together_are_told_apart(api: Api, typed: str) -> None:
    fill()
    expected = [] if typed == "安化县腊肉" else ["柴火腊肉"]
    assert names(api, typed)[:1] == expected


@pytest.mark.parametrize("typed", ["梓坪溪", "zipingxi", "zpx", "安化梓坪溪黑茶有限公司"])
def test_a_producer_is_found_by_its_name(api: Api, typed: str) -> None:
    made = fill()
    found = {int(card["id"]) for card in search(api, typed)["items"]}
    assert found == {made["安化黑茶千两饼"], made["天尖篓装"]}


def test_all_words_must_fit(api: Api) -> None:
    fill()
    assert names(api, "黑茶 天尖") == ["天尖篓装"]
    assert names(api, "腊肉 安化") == []


def test_one_letter_begins_a_name(api: Api) -> None:
    fill()
    assert set(names(api, "c")) == {"柴火腊肉", "重阳糕", "碣滩绿茶"}, "or its category: 茶叶"
    assert names(api, "t") == ["天尖篓装"]
    assert names(api, "x") == []


def test_better_places_for_a_word_come_first(api: Api) -> None:
    """Name begins with it, name, category, place, producer, what else is said."""
    category("tea", "茶叶")
    category("bamboo", "竹器")
    category("other", "杂货")
    plain = ProducerFactory(name="桐木岭农场")
    maker = ProducerFactory(name="竹山农场")
    placed = {
        "said": ProductFactory(
            name="蜂蜜", category_code="other", subtitle="竹林里的", producer_id=plain.id
        ),
        "producer": ProductFactory(name="土鸡", category_code="other", producer_id=maker.id),
        "category": ProductFactory(name="篮子", category_code="bamboo", producer_id=plain.id),
        "name": ProductFactory(name="手编竹席", category_code="other", producer_id=plain.id),
        "begins": ProductFactory(name="竹席", category_code="other", producer_id=plain.id),
    }
    learn()
    assert names(api, "竹") == [placed[at].name for at in reversed(placed)]


def test_a_county_stands_between_category_and_producer(api: Api) -> None:
    category("gift", "凤凰礼品")
    category("other", "杂货")
    maker = ProducerFactory(name="凤凰古城农场")
    plain = ProducerFactory(name="桐木岭农场")
    ProductFactory(name="糖", category_code="other", producer_id=maker.id, county_code="430923")
    ProductFactory(name="酒", category_code="other", producer_id=plain.id, county_code="433123")
    ProductFactory(name="盒", category_code="gift", producer_id=plain.id, county_code="430923")
    learn()
    assert names(api, "凤凰") == ["盒", "酒", "糖"]


def test_what_says_nothing_finds_nothing(api: Api) -> None:
    fill()
    for typed in ("%", "%%_", "'", "';--", "\\", "*", ":*", "&|!()", "<->", "🍵", "！！", "-"):
        assert search(api, typed) == {"items": [], "next_cursor": None}, typed
        assert facets(api, typed)["total"] == 0, typed


def test_hostile_or_endless_input_is_answered(api: Api) -> None:
    fill()
    for typed in ("黑' | '茶", "茶:*", "heicha' & 'x", "o" * 100, "茶" * 100, "啊 " * 49, "𠮷野家"):
        assert search(api, typed)["next_cursor"] is None, typed
        facets(api, typed)
        suggestions(api, typed)


@MODEST
@given(st.text(min_size=1, max_size=100).filter(str.strip))
def test_any_text_at_all_is_a_query_that_postgresql_understands(
    service: Service, text: str
) -> None:
    with service.app_context(), transaction():
        find(text, Filters(), None, 20, None)
        count_facets(text, Filters(category="tea", price_from_fen=1))


def test_a_wildcard_means_nothing(api: Api) -> None:
    fill()
    assert names(api, "腊%") == ["柴火腊肉"]
    assert names(api, "腊_") == ["柴火腊肉"]


@pytest.mark.parametrize("typed", ["茶" * 101, "", "  ", "\x00"])
def test_too_much_or_nothing_is_refused(api: Api, typed: str) -> None:
    problem = api.call("GET", f"/v1/products?{address(typed)}", status=422)
    assert (problem["code"], problem["field"]) == ("invalid_input", "q")


def test_letters_are_cut_into_syllables() -> None:
    assert readings("heicha") == (("hei", "cha"),)
    assert readings("heich") == (("hei", "ch"),)
    assert {("xian",), ("xi", "an")} <= set(readings("xian"))
    assert readings("hc") == ()
    assert len(known()) > 390


@pytest.mark.parametrize(
    ("one", "other", "slips"),
    [("heicha", "heicha", 0), ("heicah", "heicha", 1), ("hecha", "heicha", 1), ("", "ab", 2),
     ("larou", "larua", 2), ("abcd", "badc", 2)],
)  # fmt: skip
def test_slips_are_counted(one: str, other: str, slips: int) -> None:
    assert distance(one, other) == distance(other, one) == slips


def test_text_is_compared_in_one_spelling() -> None:
    assert normalise("臘肉　ＨēiＣｈá Xi'an lǜ") == "腊肉 heicha xian lu"
    assert [word.text for word in read_wish("安化hc 5斤(黑茶)")] == [
        "安化",
        "hc",
        "5",
        "斤",
        "黑茶",
    ]
