"""A workbook or a CSV as rows of cells; nothing in it is calculated, fetched or believed."""

import io
import warnings
from dataclasses import dataclass, field
from typing import Any

import structlog
from openpyxl import load_workbook
from openpyxl.styles.numbers import BUILTIN_FORMATS
from openpyxl.worksheet._reader import WorkSheetParser

from backend.catalog.sheets.cells import EMPTY, Cell, Trouble
from backend.catalog.sheets.columns import JOINED, PRODUCTS, SKUS
from backend.catalog.sheets.container import FileKind, UnreadableFile, check_parts, kind_of
from backend.catalog.sheets.delimited import read_delimited

MOST_ROWS = 20_000
MOST_COLUMNS = 60
MOST_SHEETS = 30
MOST_MERGED = 500
LARGEST_ROW_NUMBER = 1_048_576
log = structlog.get_logger()

FORMULA = Trouble(
    "公式", "单元格是公式，计算结果可能不准", "复制这些单元格，选择性粘贴为“值”后重新上传"
)


@dataclass
class Sheet:
    """A sheet's rows that hold anything, with their numbers, and its merged ranges."""

    title: str
    rows: list[tuple[int, list[Cell]]] = field(default_factory=list)
    merged: list[str] = field(default_factory=list)


def read_sheets(content: bytes) -> dict[str, Sheet]:
    """The sheets that are imported, by title. Raises `UnreadableFile` with what to do."""
    if kind_of(content) is FileKind.text:
        rows = read_delimited(content, MOST_ROWS, MOST_COLUMNS)
        return {JOINED: Sheet(JOINED, [(number, _texts(row)) for number, row in rows])}
    check_parts(content)
    try:
        # openpyxl warns of whatever it does not keep, and keeps nothing we want.
        with warnings.catch_warnings(action="ignore"):
            return _read_workbook(content)
    except UnreadableFile:
        raise
    except Exception as error:
        # A damaged file may raise anything at all from inside the library.
        log.info("workbook_unreadable", error=type(error).__name__)
        raise UnreadableFile(
            "文件内容已损坏或格式不规范，读不下去；请在 Excel 中另存为 .xlsx 后重新上传"
        ) from error


def _read_workbook(content: bytes) -> dict[str, Sheet]:
    book = load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
    try:
        titles = [sheet.title for sheet in book.worksheets]
        if len(titles) > MOST_SHEETS:
            raise UnreadableFile(f"工作簿有 {len(titles)} 个工作表，最多 {MOST_SHEETS} 个")
        wanted = {
            sheet.title.strip(): sheet
            for sheet in book.worksheets
            if sheet.title.strip() in {PRODUCTS, SKUS, JOINED}
        }
        _require(set(wanted), titles)
        return {title: _read_sheet(title, sheet) for title, sheet in wanted.items()}
    finally:
        book.close()


def _require(found: set[str], titles: list[str]) -> None:
    if found in ({JOINED}, {PRODUCTS, SKUS}):
        return
    there = "、".join(title[:31] for title in titles[:10]) or "无"
    if JOINED in found:
        raise UnreadableFile(f"工作表“{JOINED}”不能与“{PRODUCTS}”“{SKUS}”同时存在；请只保留一种")
    raise UnreadableFile(
        f"需要工作表“{PRODUCTS}”和“{SKUS}”，文件中的工作表是：{there}；"
        "请下载模板，按模板中的工作表名称填写"
    )


def _read_sheet(title: str, source: Any) -> Sheet:
    """Read with openpyxl's own parser: it tells of merged ranges, which its sheets do not."""
    book: Any = source.parent
    sheet = Sheet(title)
    with source._get_source() as part:
        parser = WorkSheetParser(
            part,
            source._shared_strings,
            data_only=False,
            epoch=book.epoch,
            date_formats=book._date_formats,
            timedelta_formats=book._timedelta_formats,
        )
        formats = NumberFormats(book._cell_styles, book._number_formats)
        seen: set[int] = set()
        for number, cells in parser.parse():
            if number in seen or number > LARGEST_ROW_NUMBER:
                raise UnreadableFile("工作表的行号有误；请在 Excel 中另存为 .xlsx 后重新上传")
            seen.add(number)
            row = _row(cells, formats)
            if row:
                sheet.rows.append((number, row))
            if len(sheet.rows) > MOST_ROWS + 1:
                raise UnreadableFile(
                    f"工作表“{title}”超过 {MOST_ROWS} 行；请分成几个文件，分次导入"
                )
        merged: Any = parser.merged_cells
        sheet.merged = [str(part.ref) for part in merged.mergeCell] if merged else []
        if len(sheet.merged) > MOST_MERGED:
            raise UnreadableFile(
                f"工作表“{title}”中有 {len(sheet.merged)} 处合并单元格；请全部取消合并后重新上传"
            )
    sheet.rows.sort(key=lambda row: row[0])
    return sheet


@dataclass(frozen=True, slots=True)
class NumberFormats:
    """Number formats by the id of a cell's style."""

    styles: Any
    own: Any

    def of(self, style_id: int) -> str:
        number = self.styles[style_id].numFmtId
        return str(self.own[number - 164] if number >= 164 else BUILTIN_FORMATS.get(number, ""))


def _row(cells: list[dict[str, Any]], formats: NumberFormats) -> list[Cell]:
    """The cells by position, up to the last that holds anything."""
    row: list[Cell] = []
    for found in cells:
        cell = _cell(found, formats)
        if cell.empty:
            continue
        if found["column"] > MOST_COLUMNS:
            raise UnreadableFile(
                f"第 {found['row']} 行超过 {MOST_COLUMNS} 列；请删除表格右侧多余的内容"
            )
        row.extend([EMPTY] * (found["column"] - len(row)))
        row[found["column"] - 1] = cell
    return row


def _cell(found: dict[str, Any], formats: NumberFormats) -> Cell:
    value, kind = found["value"], found["data_type"]
    if kind == "f":
        return Cell(FORMULA)
    if value is None:
        return EMPTY
    if kind == "e":
        return Cell(
            Trouble(str(value), f"单元格是错误值 {value}", "改正公式或直接填写数值后重新上传")
        )
    if kind == "n" and found["style_id"]:
        return Cell(value, formats.of(found["style_id"]))
    return Cell(value)


def _texts(row: list[str]) -> list[Cell]:
    return [Cell(text) if text else EMPTY for text in row]


def data_rows(sheets: dict[str, Sheet]) -> int:
    """How many rows there are to check, headings not counted."""
    return sum(max(len(sheet.rows) - 1, 0) for sheet in sheets.values())
