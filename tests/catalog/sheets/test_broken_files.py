"""Every kind of broken file is refused or explained; none is believed, and none breaks anything."""

import io
import time
import zipfile
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from openpyxl import Workbook
from openpyxl.utils import get_column_letter

from tests.catalog.sheets.books import (
    PRODUCT_HEADINGS,
    SKU_HEADINGS,
    csv_of,
    joined_row,
    many,
    opened,
    part_of,
    product_row,
    repacked,
    sku_row,
    workbook,
)
from tests.catalog.sheets.desk import Desk, versions

SHEET = "xl/worksheets/sheet1.xml"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def zipped(parts: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return target.getvalue()


def encrypted() -> bytes:
    """The directory says of every entry that it is encrypted."""
    content = bytearray(workbook())
    at = content.find(b"PK\x01\x02")
    while at >= 0:
        content[at + 8] |= 1
        at = content.find(b"PK\x01\x02", at + 4)
    return bytes(content)


REFUSED_AT_ONCE: dict[str, tuple[Callable[[], bytes], str]] = {
    "nothing": (lambda: b"", "空"),
    "an old .xls": (lambda: OLE + b"\x00" * 2000, "另存为 .xlsx"),
    "a password": (lambda: OLE + b"EncryptedPackage" * 100, "密码"),
    "an encrypted zip": (encrypted, "密码"),
    "macros": (lambda: repacked(workbook(), {"xl/vbaProject.bin": b"x"}), "宏"),
    "an .xlsb": (lambda: zipped({"xl/workbook.bin": b"x"}), "xlsb"),
    "a zip of something else": (lambda: zipped({"letter.txt": b"hello"}), "不是 Excel"),
    "a zip in a zip": (lambda: repacked(workbook(), {"xl/a.zip": zipped({"a": b"a"})}), "嵌"),
    "too many entries": (lambda: zipped({f"e{n}": b"" for n in range(1500)}), "过多"),
    "a torn file": (lambda: workbook()[:2000], "损坏"),
    "a PDF": (lambda: b"%PDF-1.7 ...", "不是表格"),
    "a zip bomb": (lambda: repacked(workbook(), {SHEET: b"<row/>" * 10_000_000}), "解压后过大"),
    "a bomb of strings": (
        lambda: repacked(workbook(), {"xl/sharedStrings.xml": b"<si><t/></si>" * 6_000_000}),
        "解压后过大",
    ),
}


@pytest.mark.parametrize("kind", REFUSED_AT_ONCE)
def test_what_cannot_be_a_sheet_is_refused_before_it_is_opened(desk: Desk, kind: str) -> None:
    make, said = REFUSED_AT_ONCE[kind]
    refusal = desk.refused(make())
    assert refusal["code"] == "unreadable_file"
    assert said in refusal["title"]


def test_fifty_megabytes_are_refused_quickly(desk: Desk) -> None:
    content = b"PK" + b"\x00" * (50 * 1024 * 1024)
    began = time.monotonic()
    assert desk.refused(content, 413)["code"] == "too_large"
    assert time.monotonic() - began < 5


def test_a_little_too_much_is_too_large_as_well(desk: Desk) -> None:
    refusal = desk.refused(b"PK" + b"\x00" * (20 * 1024 * 1024), 413)
    assert "20 MB" in refusal["title"]


def test_another_content_type_is_refused(desk: Desk) -> None:
    assert desk.refused(b"{}", 415, content_type="application/json")["code"] == (
        "unsupported_media_type"
    )


def with_declaration() -> bytes:
    sheet = part_of(workbook(), SHEET)
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'
    return repacked(workbook(), {SHEET: bomb + sheet})


def lying_about_its_size() -> bytes:
    """A stored sheet whose entry says that it is shorter than it is."""
    content = bytearray(workbook())
    with zipfile.ZipFile(io.BytesIO(bytes(content))) as archive:
        size = archive.getinfo(SHEET).file_size
    at = content.rfind(SHEET.encode()) - 46
    content[at + 24 : at + 28] = (size // 2).to_bytes(4, "little")
    return bytes(content)


def rows_without_end() -> bytes:
    rows = b"".join(b'<row r="%d"/>' % number for number in range(1, 250_000))
    sheet = b"<worksheet><sheetData>" + rows + b"</sheetData></worksheet>"
    return repacked(workbook(), {SHEET: sheet})


def torn_csv() -> bytes:
    return (csv_of([joined_row()]) + '\r\n"x').encode()


def endless_csv() -> bytes:
    return ("a,b\n" + "1,2\n" * 20_100).encode()


def with_title_only(title: str) -> Callable[[Workbook], None]:
    def change(book: Workbook) -> None:
        book["商品"].title = title

    return change


FAILED: dict[str, tuple[Callable[[], bytes], str]] = {
    "wrong sheet": (lambda: workbook(change=with_title_only("Sheet1")), "Sheet1"),
    "an entity bomb": (with_declaration, "XML"),
    "a size that lies": (lying_about_its_size, "损坏"),
    "XML cut short": (
        lambda: repacked(workbook(), {SHEET: part_of(workbook(), SHEET)[:-200]}),
        "损坏",
    ),
    "rows without end": (rows_without_end, "过大"),
    "nothing below the headings": (lambda: workbook([], []), "没有内容"),
    "too many columns": (
        lambda: workbook(change=lambda book: book["规格"].cell(2, 70, "x")),
        "60 列",
    ),
    "text that is none": (lambda: b"\x00\x01\x02binary\xff" * 50, "不是文本"),
    "a CSV with a torn quote": (torn_csv, "引号"),
    "too many rows": (endless_csv, "20000 行"),
}


@pytest.mark.parametrize("kind", FAILED)
def test_what_cannot_be_read_fails_with_a_sentence(desk: Desk, kind: str) -> None:
    make, said = FAILED[kind]
    found = desk.check(make())
    assert found["state"] == "failed"
    assert said in found["failure"]
    assert versions() == []
    assert desk.apply(found["no"], "good_rows", status=409)["code"] == "step_not_possible"


def test_sheets_that_are_missing_are_named_with_those_that_are_there(desk: Desk) -> None:
    failure = desk.check(workbook(change=with_title_only("商品表")))["failure"]
    for name in ("商品”", "规格", "商品表"):
        assert name in failure


def test_headings_are_told_if_unknown_missing_or_double(desk: Desk) -> None:
    headings = ["规格编码" if h == "箱规" else h for h in SKU_HEADINGS]
    headings = ["市场价格" if h == "市场价（元）" else h for h in headings]
    found = desk.check(workbook(sku_headings=headings))
    assert found["state"] == "failed"
    told = {(error["heading"], error["message"]) for error in desk.errors(found["no"])}
    assert told == {
        ("规格编码", "列名重复"),
        ("市场价格", "不认识这个列名"),
        ("箱规", "缺少这一列"),
        ("市场价（元）", "缺少这一列"),
    }
    marked = opened(desk.marked(found["no"]))
    assert "市场价格" in str(marked["规格"].cell(1, len(headings) + 1).value)


def test_headings_may_stand_in_any_order_below_a_title_with_notes_beside(desk: Desk) -> None:
    def change(book: Workbook) -> None:
        for sheet in book.worksheets:
            sheet.insert_rows(1)
            sheet["A1"] = "2026 年秋季商品"
            sheet.merge_cells("A1:E1")
            sheet.cell(2, sheet.max_column + 1, "备注（自用）")
            sheet.cell(3, sheet.max_column, "找老王确认")

    starred = [f" {heading} *" for heading in reversed(PRODUCT_HEADINGS)]
    rows = [{f" {heading} *": value for heading, value in product_row().items()}]
    found = desk.check(workbook(rows, product_headings=starred, change=change))
    assert (found["state"], desk.errors(found["no"])) == ("checked", [])


def wrong_cell(desk: Desk, heading: str, value: object, number_format: str = "") -> dict[str, str]:
    """The one error of a file in which one SKU's cell is wrong."""

    def change(book: Workbook) -> None:
        cell = book["规格"].cell(2, SKU_HEADINGS.index(heading) + 1)
        cell.value = value
        if number_format:
            cell.number_format = number_format

    found = desk.check(workbook(change=change))
    assert found["state"] == "checked", found["failure"]
    errors = [error for error in desk.errors(found["no"]) if error["sheet"] == "规格"]
    assert len(errors) == 1, errors
    letter = get_column_letter(SKU_HEADINGS.index(heading) + 1)
    assert (errors[0]["row"], errors[0]["column"]) == (2, letter)
    assert errors[0]["heading"] == heading
    return errors[0]


@pytest.mark.parametrize(
    ("heading", "value", "number_format", "said", "remedy"),
    [
        ("单价（元）", "=19.9*3", "", "公式", "值"),
        ("单价（元）", "#REF!", "", "错误值", "改正"),
        ("单价（元）", True, "", "逻辑值", "文本"),
        ("单价（元）", "面议", "", "不是数字", "只填数字"),
        ("单价（元）", 19.999, "", "两位小数", "两位小数"),
        ("单价（元）", date(2026, 5, 1), "", "日期", "常规"),
        ("单价（元）", -5, "", "应在", "两位小数"),
        ("单价（元）", 1e12, "", "应在", "两位小数"),
        ("规格编码", 1.2345678901234567e18, "", "15 位以后", "文本"),
        ("规格编码", "1.23E+15", "", "15 位以后", "文本"),
        ("规格编码", date(2026, 11, 1), "", "日期", "文本"),
        ("规格编码", 12.5, "", "数字", "文本"),
        ("规格编码", "编码一", "", "字母", "字母"),
        ("净重（克）", 1.5, "", "不是整数", "整数"),
        ("净重（克）", "一斤", "", "不是数字", "只填数字"),
        ("净重（克）", None, "", "净重", "整数"),
        ("阶梯价", timedelta(hours=10, minutes=54), "", "时间", "文本"),
        ("阶梯价", "10", "", "不是阶梯价", "10:54.90"),
        ("阶梯价", "10:69.90", "", "逐级降低", "递减"),
        ("单位", "桶", "", "可选范围", "下拉列表"),
        ("税率", 0.06, "0%", "税率", "免税"),
        ("规格", None, "", "未填写", "60"),
    ],
)
def test_a_wrong_cell_is_named_with_what_to_do(
    desk: Desk, *, heading: str, value: object, number_format: str, said: str, remedy: str
) -> None:
    error = wrong_cell(desk, heading, value, number_format)
    assert said in error["message"], error
    assert remedy in error["remedy"], error


@pytest.mark.parametrize(
    ("heading", "value", "number_format", "member", "read"),
    [
        ("单价（元）", 19.99, "", "price_fen", 1999),
        ("单价（元）", 0.1 + 0.2, "", "price_fen", 30),
        ("单价（元）", 1.1 * 3, "", "price_fen", 330),
        ("单价（元）", " １９．９９元 ", "", "price_fen", 1999),
        ("单价（元）", "￥1,234.50", "", "price_fen", 123450),
        ("单价（元）", "1，234.5", "", "price_fen", 123450),
        ("净重（克）", "1000克", "", "net_weight_g", 1000),
        ("净重（克）", 1000.0, "", "net_weight_g", 1000),
        ("规格编码", 123, "00000", "code", "00123"),
        ("规格编码", 430923, "", "code", "430923"),
        ("规格编码", "  ＡＨ-1 ", "", "code", "AH-1"),
        ("税率", 0.13, "0%", "tax_class", "rate13"),
        ("税率", "９％", "", "tax_class", "rate9"),
        ("规格", 500, "", "spec", "500"),
        ("规格", "=cmd()", "@", "spec", "=cmd()"),
        ("阶梯价", "10：54.9；50：49.9元", "", "price_tiers", None),
    ],
)
def test_what_people_write_is_read_as_they_mean_it(
    desk: Desk, *, heading: str, value: object, number_format: str, member: str, read: object
) -> None:
    def change(book: Workbook) -> None:
        cell = book["规格"].cell(2, SKU_HEADINGS.index(heading) + 1)
        cell.value = value
        if number_format == "@":
            cell.data_type = "s"
        elif number_format:
            cell.number_format = number_format

    skus = [sku_row(**{"单价（元）": 59.9, "市场价（元）": None})]
    desk.bring_in(workbook(skus=skus, change=change))
    (version,) = versions()
    expected = [
        {"from_quantity": 10, "price_fen": 5490},
        {"from_quantity": 50, "price_fen": 4990},
    ]
    assert version.content["skus"][0][member] == (expected if read is None else read)


def test_merged_cells_are_refused_by_their_range(desk: Desk) -> None:
    def merge(book: Workbook) -> None:
        book["规格"].merge_cells("A2:A3")

    file = workbook(skus=[sku_row(code="A"), sku_row(code="B")], change=merge)
    found = desk.check(file)
    errors = [error for error in desk.errors(found["no"]) if "A2:A3" in error["message"]]
    assert [(error["sheet"], error["row"]) for error in errors] == [("规格", 2), ("规格", 3)]
    assert "取消合并" in errors[0]["remedy"]


def test_empty_rows_and_columns_do_not_count(desk: Desk) -> None:
    def change(book: Workbook) -> None:
        sheet = book["规格"]
        sheet.cell(500, 3, "  ")
        sheet.cell(3, 40, "")
        for row in range(600, 700):
            sheet.cell(row, 2).number_format = "@"

    found = desk.check(workbook(change=change))
    assert (found["rows_total"], found["errors_total"]) == (2, 0)


def test_rows_that_do_not_fit_together_are_told(desk: Desk) -> None:
    file = workbook(
        [product_row("A"), product_row("A"), product_row("B"), product_row("C")],
        [sku_row("A"), sku_row("B"), sku_row("B", "A-1"), sku_row("D")],
    )
    found = desk.check(file)
    told = [(e["sheet"], e["row"], e["message"].split("，")[0]) for e in desk.errors(found["no"])]
    assert told == [
        ("商品", 2, "商品编码与第 3 行重复"),
        ("商品", 3, "商品编码与第 2 行重复"),
        ("商品", 5, "这个商品没有规格"),
        ("规格", 4, "规格编码与第 2 行重复"),
        ("规格", 5, "“商品”表中没有这个商品编码"),
    ]


def test_the_marked_file_can_be_mended_and_sent_again(desk: Desk) -> None:
    file = workbook(skus=[sku_row(**{"单价（元）": "很便宜"})])
    found = desk.check(file)
    book = opened(desk.marked(found["no"]))
    column = SKU_HEADINGS.index("单价（元）") + 1
    wrong = book["规格"].cell(2, column)
    assert (wrong.value, wrong.fill.fgColor.rgb) == ("很便宜", "FFFFC7CE")
    assert "不是数字" in str(book["规格"].cell(2, len(SKU_HEADINGS) + 1).value)
    wrong.value = 59.9
    target = io.BytesIO()
    book.save(target)
    done = desk.bring_in(target.getvalue())
    assert (done["state"], done["errors_total"]) == ("applied", 0)


def test_many_errors_are_paged_in_the_order_of_the_file(desk: Desk) -> None:
    found = desk.check(many(150, 图片="不是图片"))
    errors = desk.errors(found["no"])
    assert [error["row"] for error in errors] == list(range(2, 152))
    assert (found["bad_rows"], found["products_bad"]) == (150, 150)
