"""The demo data is complete, sound and as rich as a demo needs; broken data is refused readably."""

import csv
import shutil
from collections import Counter
from pathlib import Path

import pytest

from demo import dataset
from demo.errors import DemoDataError
from demo.records import Dataset


@pytest.fixture(scope="module")
def data() -> Dataset:
    return dataset.read()


def test_there_is_enough_of_everything(data: Dataset) -> None:
    assert len(data.producers) >= 36
    assert len({each.county_code for each in data.producers}) >= 34
    assert len(data.products) >= 80
    assert len(data.skus) >= 210
    assert len(data.teams) >= 8
    assert len(data.competitors) >= 20
    assert Counter(each.kind for each in data.schools) == {"college": 3, "enterprise": 1}
    assert sum(each.kind == "service" for each in data.products) >= 6


def test_every_prefecture_with_such_counties_is_present(data: Dataset) -> None:
    prefecture_of = {each.code: each.prefecture_code for each in data.counties}
    present = {prefecture_of[each.county_code] for each in data.producers}
    assert present == set(prefecture_of.values())


def test_national_and_provincial_counties_are_mixed(data: Dataset) -> None:
    class_of = {each.code: each.county_class for each in data.counties}
    classes = Counter(class_of[each.county_code] for each in data.producers)
    assert classes["national"] > classes["provincial"] >= 1
    assert Counter(class_of.values()) == {"national": 40, "provincial": 11}


def test_some_goods_come_from_elsewhere_than_their_producer(data: Dataset) -> None:
    home = {each.code: each.county_code for each in data.producers}
    elsewhere = [p for p in data.products if p.origin_county_code != home[p.producer_code]]
    assert 2 <= len(elsewhere) <= 6


def test_every_kind_and_settlement_mode_occurs(data: Dataset) -> None:
    assert {each.kind for each in data.producers} == {
        "firm",
        "cooperative",
        "village_collective",
        "family_farm",
        "sole_trader",
    }
    assert {each.settlement_mode for each in data.producers} == {"resale", "profit_sharing"}
    assert {each.tax_class for each in data.skus} == {"exempt", "rate6", "rate9", "rate13"}
    assert {each.unit for each in data.skus} >= {"piece", "box", "kg"}


def test_sending_is_charged_in_every_way(data: Dataset) -> None:
    assert {each.charged_by for each in data.freight} == {"piece", "weight"}
    assert any(each.free_from_fen == 9900 for each in data.freight)
    assert any(each.free_from_fen is None for each in data.freight)
    assert any("650000" in (each.not_sent_to or "") for each in data.freight if each.fresh_only)
    assert len({each.producer_code for each in data.freight}) < len(data.producers)


def test_references_resolve(data: Dataset) -> None:
    products = {each.code for each in data.products}
    producers = {each.code for each in data.producers}
    categories = {each.code for each in data.categories}
    counties = {each.code for each in data.counties}
    assert {each.product_code for each in data.skus} == products
    assert {each.producer_code for each in data.products} == producers
    assert {each.category_code for each in data.products} <= categories
    assert {each.origin_county_code for each in data.products} <= counties
    assert {each.product_code for each in data.recognitions} <= products
    people = {each.code for each in data.competitors}
    assert {each.competitor_code for each in data.referral_links} == people


def test_prices_are_whole_fen_and_not_above_the_market(data: Dataset) -> None:
    for sku in data.skus:
        assert type(sku.price_fen) is int
        assert 0 < sku.price_fen <= sku.market_price_fen <= 2 * sku.price_fen, sku.code
        assert sku.stock > 0


def test_only_growers_selling_their_own_harvest_are_exempt(data: Dataset) -> None:
    producers = {each.code: each for each in data.producers}
    products = {each.code: each for each in data.products}
    for sku in data.skus:
        if sku.tax_class == "exempt":
            producer = producers[products[sku.product_code].producer_code]
            assert producer.kind in ("cooperative", "village_collective", "family_farm")
            assert producer.settlement_mode == "profit_sharing"


def test_most_recognitions_are_valid_through_2027(data: Dataset) -> None:
    statuses = Counter(each.status for each in data.recognitions)
    assert statuses["valid"] > 10 * (statuses["lapsed"] + statuses["revoked"]) / 2
    assert statuses["lapsed"] and statuses["revoked"]
    valid = [each for each in data.recognitions if each.status == "valid"]
    assert all(each.valid_to.isoformat() >= "2027-12-31" for each in valid)


def test_each_team_has_one_captain_and_one_to_seven_people(data: Dataset) -> None:
    for team in data.teams:
        members = data.members_of(team)
        assert 1 <= len(members) <= 7
        assert [each.captain for each in members].count(True) == 1


def test_texts_are_written_one_by_one(data: Dataset) -> None:
    descriptions = [each.description for each in data.products]
    assert len(set(descriptions)) == len(descriptions)
    assert all(3 <= text.count("。") <= 5 for text in descriptions)
    assert len({each.story for each in data.producers}) == len(data.producers)
    assert all(2 <= each.story.count("。") <= 3 for each in data.producers)


def test_everything_wrong_is_told_at_once(tmp_path: Path) -> None:
    shutil.copytree(dataset.DATA, tmp_path, dirs_exist_ok=True)
    _change(tmp_path / "products.csv", "fuzhuan", "producer_code", "nobody")
    _change(tmp_path / "producers.csv", "wuao", "credit_code", "93430225DEM0000300")
    _change(tmp_path / "producers.csv", "mipan", "county_code", "430100")
    path = tmp_path / "freight.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("540000 650000", "549999 650000"))
    with pytest.raises(DemoDataError) as refused:
        dataset.read(tmp_path)
    told = str(refused.value)
    assert "fuzhuan names producer nobody" in told
    assert "credit code 93430225DEM0000300 is not valid" in told
    assert "mipan names county 430100" in told
    assert "freight wuao 黄桃冷链: 549999 is not a province" in told


def test_an_unreadable_cell_is_told_with_its_place(tmp_path: Path) -> None:
    shutil.copytree(dataset.DATA, tmp_path, dirs_exist_ok=True)
    _change(tmp_path / "skus.csv", "fuzhuan-1", "price_fen", "68.00")
    (tmp_path / "tracks.csv").unlink()
    with pytest.raises(DemoDataError) as refused:
        dataset.read(tmp_path)
    assert "skus.csv:2: price_fen: '68.00' is not a whole number" in refused.value.problems
    assert "tracks.csv: the file is missing" in refused.value.problems


def test_a_file_listed_twice_is_told(tmp_path: Path) -> None:
    shutil.copytree(dataset.DATA, tmp_path, dirs_exist_ok=True)
    path = tmp_path / "teams.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([*lines, lines[1]]) + "\n", encoding="utf-8")
    with pytest.raises(DemoDataError, match="team xx-shanhuo occurs 2 times"):
        dataset.read(tmp_path)


def _change(path: Path, code: str, column: str, value: str) -> None:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    next(row for row in rows if row["code"] == code)[column] = value
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
