"""What is written out comes back unchanged, whatever the texts are, and nothing is calculated."""

import io
import zipfile
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend.catalog.products.content import ProductContentIn
from backend.catalog.sheets.assembling import assemble
from backend.catalog.sheets.checking import said_at
from backend.catalog.sheets.columns import References
from backend.catalog.sheets.reading import read_sheets
from backend.catalog.sheets.writing import CatalogueWriter
from tests.api import Api
from tests.catalog.products.contents import sku_said
from tests.catalog.sheets.books import opened
from tests.catalog.sheets.desk import Desk, versions
from tests.factories import ProducerFactory, ProductFactory, SkuFactory, staff
from tests.test_world import send

REFERENCES = References(
    categories={"tea": "茶叶"}, counties={"430923": "安化县"}, freight_templates={"7": "包邮 全国"}
)
NASTY = [
    "=cmd|' /C calc'!A0",
    "=1+1",
    "+86 731",
    "-5 度冷藏",
    "@SUM(A1)",
    "'=quoted",
    '"双引号", 逗号; 分号',
    "第一行\n第二行",
    "制表\t符",
    "007",
    "1.23E+15",
    "TRUE",
    "#REF!",
    "_x0041_ 不是 A",
    "😀👩‍🌾 生僻字𠮷",
    "<b>&amp;</b>",
    "2026-11-24",
]
PRINTABLE = st.characters(blacklist_categories=["Cs", "Cc"], blacklist_characters="\ufffe\uffff")
TEXTS = st.one_of(st.sampled_from(NASTY), st.text(PRINTABLE, min_size=1, max_size=40))


def odd(**changes: Any) -> Any:
    """A content with odd texts and numbers, as the schema hands it on."""
    body = {
        "code": "007",
        "category_code": "tea",
        "county_code": "430923",
        "kind": "goods",
        "name": "=cmd()",
        "skus": [sku_said("00123")],
    }
    return ProductContentIn().load(body | changes)


def written(*contents: dict[str, Any]) -> bytes:
    writer = CatalogueWriter(REFERENCES)
    for each in contents:
        writer.write(each)
    target = io.BytesIO()
    writer.save(target)
    return target.getvalue()


def read_back(book: bytes) -> list[dict[str, Any]]:
    assembled = assemble(read_sheets(book), REFERENCES, lambda done: None)
    assert assembled.strays == []
    found = []
    for candidate in assembled.candidates:
        assert candidate.faults == []
        body = said_at(candidate.place) | {"skus": [said_at(sku) for sku in candidate.skus]}
        found.append(ProductContentIn().load(body))
    return found


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    texts=st.lists(TEXTS.filter(str.strip), min_size=4, max_size=4),
    price=st.integers(1, 100_000_000),
    market=st.none() | st.integers(1, 100_000_000),
    tiers=st.lists(st.tuples(st.integers(2, 10**6), st.integers(1, 10**8)), max_size=3),
    months=st.lists(st.integers(1, 12), max_size=12),
    flags=st.tuples(st.booleans(), st.booleans()),
    percent=st.none() | st.integers(1, 100),
    template=st.sampled_from([None, "7"]),
)
def test_what_was_written_is_read_as_it_was(
    *,
    texts: list[str],
    price: int,
    market: int | None,
    tiers: list[tuple[int, int]],
    months: list[int],
    flags: tuple[bool, bool],
    percent: int | None,
    template: str | None,
) -> None:
    name, description, storage, spec = texts
    sku = sku_said(
        "00123",
        spec=spec,
        price_fen=price,
        market_price_fen=market,
        price_tiers=[{"from_quantity": q, "price_fen": p} for q, p in tiers],
    )
    said = odd(
        name=name,
        description=description,
        storage=storage,
        season_months=months,
        fresh=flags[0],
        no_return=flags[1],
        shelf_life_left_percent=percent,
        freight_template_id=template,
        sale_areas=["430000", "110000"],
        skus=[sku],
    )
    assert read_back(written(said)) == [said]


def test_nasty_texts_come_back_and_are_texts_in_the_file() -> None:
    contents = [
        odd(
            code=f"N{number}", name=text, description=text, skus=[sku_said(f"N{number}", spec=text)]
        )
        for number, text in enumerate(NASTY)
    ]
    book = written(*contents)
    assert read_back(book) == contents
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        for name in archive.namelist():
            if name.startswith("xl/worksheets/"):
                assert b"<f>" not in archive.read(name), "no cell is a formula"
    for sheet in opened(book).worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f"
                if isinstance(cell.value, str) and cell.value.startswith(("=", "+", "-", "@")):
                    assert cell.quotePrefix, cell.coordinate


def test_the_template_offers_choices_keeps_codes_texts_and_explains(desk: Desk) -> None:
    path = f"/v1/producers/{desk.producer_id}/catalogue-template.xlsx"
    book = opened(desk.download(path))
    assert book.sheetnames == ["商品", "规格", "说明", "代码表"]
    sheet = book["规格"]
    assert sheet.freeze_panes == "A2"
    assert sheet["B1"].value == "规格编码*"
    assert sheet.column_dimensions["B"].number_format == "@"
    offered = {str(each.sqref): each.formula1 for each in sheet.data_validations.dataValidation}
    assert offered["D2:D20001"] == '"件,盒,千克,克"'
    product_lists = {e.formula1 for e in book["商品"].data_validations.dataValidation}
    assert any(formula.startswith("代码表!$A$2") for formula in product_lists)
    counties = {cell.value for cell in book["代码表"]["B"]}
    assert "430923 安化县" in counties
    explained = {row[1].value for row in book["说明"].iter_rows(min_row=8)}
    assert {"阶梯价", "商品编码"} <= explained


def test_an_export_sent_back_changes_nothing(desk: Desk) -> None:
    skus = [SkuFactory(product_id=ProductFactory(producer_id=desk.producer_id).id)]
    SkuFactory(product_id=skus[0].product_id, price_tiers=[{"from_quantity": 9, "price_fen": 5}])
    ProductFactory()
    before = [(version.id, version.state) for version in versions()]
    found = desk.check(desk.exported())
    assert (found["state"], desk.errors(found["no"])) == ("checked", [])
    assert (found["products_unchanged"], found["products_new"]) == (1, 0)
    desk.apply(found["no"])
    desk.worker.run()
    assert [(version.id, version.state) for version in versions()] == before


def test_an_operator_exports_everybody_or_some(desk: Desk, api: Api) -> None:
    person = staff(api)
    mine = SkuFactory(product_id=ProductFactory(producer_id=desk.producer_id).id)
    other = SkuFactory()

    def codes(query: str = "") -> set[Any]:
        headers = {"Authorization": f"Bearer {person.token}"}
        answer = send(desk.app, "GET", f"/v1/operator/catalogue.xlsx{query}", headers=headers)
        assert answer.status_code == 200, answer.text
        rows = opened(answer.data)["规格"].iter_rows(min_row=2, values_only=True)
        return {row[2] for row in rows}

    assert codes() == {mine.code, other.code}
    assert codes(f"?producer={desk.producer_id}") == {mine.code}
    assert codes("?category=tea&county=430923&state=listed") == {mine.code, other.code}
    assert codes("?state=delisted") == set()


def test_rows_of_another_producer_are_not_imported(desk: Desk, api: Api) -> None:
    SkuFactory(product_id=ProductFactory(producer_id=desk.producer_id).id)
    SkuFactory(product_id=ProductFactory(producer_id=ProducerFactory().id).id)
    headers = {"Authorization": f"Bearer {staff(api).token}"}
    everybody = send(desk.app, "GET", "/v1/operator/catalogue.xlsx", headers=headers).data
    found = desk.check(everybody)
    assert (found["products_unchanged"], found["products_bad"]) == (1, 1)
    told = [(error["sheet"], error["heading"]) for error in desk.errors(found["no"])]
    assert ("商品", "帮扶主体") in told
    assert ("规格", "帮扶主体") in told
