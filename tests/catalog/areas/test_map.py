"""The schematic map: every helped county has its tile, and whoever cannot see it can hear it."""

import csv
import re
from itertools import combinations
from xml.etree.ElementTree import Element

import pytest
from defusedxml import ElementTree
from flask.testing import FlaskClient

from backend.catalog.areas import tiles as tile_map
from backend.catalog.areas.drawing import CELL_WIDTH, GRID_COLUMNS, GRID_ROWS, WIDTH
from tests.api import Api
from tests.conftest import ROOT

SVG = "{http://www.w3.org/2000/svg}"
PLACES = tile_map.places()


def drawn(client: FlaskClient, county: str | None = None) -> Element:
    response = client.get("/v1/areas/map.svg" + (f"?county={county}" if county else ""))
    assert (response.status_code, response.mimetype) == (200, "image/svg+xml")
    return ElementTree.fromstring(response.data)


def texts(picture: Element) -> set[str]:
    return {element.text or "" for element in picture.iter(f"{SVG}text")}


def rows_of(name: str) -> list[dict[str, str]]:
    with (ROOT / "migrations" / "data" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_layout_holds_all_prefectures_and_all_helped_counties_once() -> None:
    placed = [(place.kind, place.code) for place in PLACES]
    expected = [("prefecture", row["code"]) for row in rows_of("hunan_prefectures")]
    expected += [("county", row["code"]) for row in rows_of("hunan_counties")]
    assert (len(placed), set(placed)) == (65, set(expected))


def cells(place: tile_map.Place) -> set[tuple[int, int]]:
    return {
        (column, row)
        for column in range(place.column, place.column + place.columns)
        for row in range(place.row, place.row + place.rows)
    }


@pytest.mark.parametrize("kind", ["prefecture", "county"])
def test_nothing_overlaps_and_nothing_leaves_the_grid(kind: str) -> None:
    of_kind = [place for place in PLACES if place.kind == kind]
    for one, other in combinations(of_kind, 2):
        assert not cells(one) & cells(other), (one, other)
    grid = {(column, row) for column in range(GRID_COLUMNS) for row in range(GRID_ROWS)}
    assert set().union(*map(cells, of_kind)) <= grid


def test_a_county_stands_inside_its_prefecture_below_the_name() -> None:
    prefectures = {place.code: place for place in PLACES if place.kind == "prefecture"}
    above = {row["code"]: row["prefecture_code"] for row in rows_of("hunan_counties")}
    for place in PLACES:
        if place.kind == "county":
            around = prefectures[above[place.code]]
            assert cells(place) <= cells(around), place
            assert place.row > around.row, place


def test_prefectures_stand_to_each_other_as_on_the_ground() -> None:
    """What everybody from Hunan would notice."""
    middle = {
        place.short_name: (place.column + place.columns / 2, place.row + place.rows / 2)
        for place in PLACES
        if place.kind == "prefecture"
    }
    west_to_east = (
        "湘西州-张家界 张家界-常德 常德-岳阳 怀化-娄底 邵阳-衡阳 永州-郴州 湘潭-株洲 益阳-长沙"
    )
    north_to_south = (
        "湘西州-怀化 张家界-益阳 益阳-娄底 娄底-邵阳 邵阳-永州 岳阳-长沙 长沙-湘潭 衡阳-郴州"
    )
    for axis, pairs in enumerate((west_to_east, north_to_south)):
        for pair in pairs.split():
            first, second = pair.split("-")
            assert middle[first][axis] < middle[second][axis], pair


def test_labels_fit_their_tiles_on_a_small_phone(client: FlaskClient) -> None:
    """A Chinese character is as wide as its font size, and one unit is a pixel at 340."""
    assert drawn(client).get("viewBox", "").split()[2] == str(WIDTH) == "340"
    for place in PLACES:
        size = 10.5 if len(place.short_name) > 2 else 11.5
        assert len(place.short_name) * size <= place.columns * CELL_WIDTH - 5, place


def test_the_chosen_county_stands_out_and_is_told(client: FlaskClient) -> None:
    picture = drawn(client, "430923")
    (chosen,) = [
        group
        for group in picture.iter(f"{SVG}g")
        if group.get("class") == "chosen" and group.get("data-code")
    ]
    assert chosen.get("data-code") == "430923"
    assert chosen.findtext(f"{SVG}title") == "安化县，国家级脱贫县"
    assert picture.get("role") == "img"
    assert picture.findtext(f"{SVG}title") == "湖南帮扶地区 · 安化县"
    described = picture.findtext(f"{SVG}desc") or ""
    assert "51 个帮扶县市区" in described
    assert "国家级脱贫县 40 个，省级脱贫县 11 个" in described
    assert "益阳市安化县（国家级脱贫县）" in described


def test_a_name_that_holds_its_prefecture_is_told_once(client: FlaskClient) -> None:
    described = drawn(client, "431271").findtext(f"{SVG}desc") or ""
    assert described.endswith("突出显示：怀化市洪江管理区（省级脱贫县）。")


def test_without_a_choice_it_shows_all_with_a_legend(client: FlaskClient) -> None:
    picture = drawn(client)
    assert "chosen" not in {group.get("class") for group in picture.iter(f"{SVG}g")}
    assert {"国家级脱贫县", "省级脱贫县", "安化", "湘西州", "长沙"} <= texts(picture)
    assert any("不表示实际边界" in text for text in texts(picture))


def test_a_prefecture_may_be_chosen_too(client: FlaskClient) -> None:
    picture = drawn(client, "433100")
    assert picture.findtext(f"{SVG}title") == "湖南帮扶地区 · 湘西土家族苗族自治州"
    assert len(re.findall('class="box of"', ElementTree.tostring(picture, "unicode"))) == 1


@pytest.mark.parametrize(
    ("county", "status", "code"),
    [("110101", 404, "area_not_on_map"), ("43092", 422, "invalid_input"),
     ("<svg>", 422, "invalid_input"), ("", 422, "invalid_input")],
)  # fmt: skip
def test_what_is_no_county_here_is_refused(api: Api, county: str, status: int, code: str) -> None:
    answer = api.call("GET", f"/v1/areas/map.svg?county={county}", status=status)
    assert (answer["code"], answer["field"]) == (code, "county")


def test_a_drawing_may_be_kept_for_a_day_and_is_not_sent_twice(client: FlaskClient) -> None:
    path = "/v1/areas/map.svg?county=430923"
    first = client.get(path)
    assert first.headers["Cache-Control"] == "public, max-age=86400"
    again = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    other = client.get("/v1/areas/map.svg?county=430821")
    assert other.headers["ETag"] != first.headers["ETag"]


def test_the_tiles_are_there_to_be_drawn_by_others(api: Api) -> None:
    answer = api.call("GET", "/v1/areas/map", status=200)
    assert (answer["columns"], answer["rows"], len(answer["tiles"])) == (8, 14, 65)
    (anhua,) = [tile for tile in answer["tiles"] if tile["code"] == "430923"]
    assert anhua == {
        "kind": "county",
        "code": "430923",
        "name": "安化县",
        "short_name": "安化",
        "area_class": "national",
        "prefecture_code": "430900",
        "column": 3,
        "row": 4,
        "columns": 1,
        "rows": 1,
    }
