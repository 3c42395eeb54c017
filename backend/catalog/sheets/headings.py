"""Headings are found by name, wherever they stand; what is unknown, missing or twice is told."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from openpyxl.utils import get_column_letter

from backend.catalog.sheets.cells import Cell, CellProblem, as_text
from backend.catalog.sheets.columns import IGNORED, PRODUCER_COLUMN, Column
from backend.catalog.sheets.faults import Fault
from backend.catalog.sheets.reading import Sheet

WITHIN = 5
"""Headings stand in one of the first rows; a title may stand above them."""
TEMPLATE = "下载模板，从中复制表头"


@dataclass(frozen=True)
class Headings:
    """Where each column stands: its position from 0, by the column's member."""

    sheet: Sheet
    row: int
    positions: Mapping[str, tuple[int, Column]]

    def letter(self, member: str) -> str:
        return str(get_column_letter(self.positions[member][0] + 1))

    def rows_below(self) -> Iterator[tuple[int, list[Cell]]]:
        return ((number, cells) for number, cells in self.sheet.rows if number > self.row)


def find_headings(sheet: Sheet, *groups: Sequence[Column]) -> tuple[list[Headings], list[Fault]]:
    """The columns of each group in the sheet's row of headings, and what is wrong with that row."""
    known = {_plain(column.heading): column for group in groups for column in group}
    known[_plain(PRODUCER_COLUMN.heading)] = PRODUCER_COLUMN
    number, cells = _heading_row(sheet, known)
    found: dict[str, int] = {}
    faults = []
    for position, cell in enumerate(cells):
        heading = _text(cell)
        if not heading or heading.startswith(IGNORED):
            continue
        problem = None
        if _plain(heading) not in known:
            problem = ("不认识这个列名", f"{TEMPLATE}；自己的备注列请以“备注”开头")
        elif _plain(heading) in found:
            problem = ("列名重复", "同名的列只保留一个")
        if problem:
            letter = str(get_column_letter(position + 1))
            faults.append(Fault(sheet.title, number, letter, heading[:60], heading[:60], *problem))
        else:
            found[_plain(heading)] = position
    for heading, column in known.items():
        if heading not in found and column is not PRODUCER_COLUMN:
            problem = ("缺少这一列", f"{TEMPLATE}；没有内容的列也要保留列名")
            faults.append(Fault(sheet.title, number, None, column.heading, "", *problem))
    faults.extend(_without_heading(sheet, number, cells))
    return [_headings(sheet, number, group, found) for group in groups], faults


def _headings(
    sheet: Sheet, number: int, group: Sequence[Column], found: Mapping[str, int]
) -> Headings:
    places = {
        column.member: (found[_plain(column.heading)], column)
        for column in (*group, PRODUCER_COLUMN)
        if _plain(column.heading) in found
    }
    return Headings(sheet, number, places)


def _heading_row(sheet: Sheet, known: Mapping[str, Column]) -> tuple[int, list[Cell]]:
    """Of the first rows, the one in which most cells are headings we know."""
    first = [(number, cells) for number, cells in sheet.rows[:WITHIN]]
    if not first:
        return 1, []
    return max(first, key=lambda row: sum(_plain(_text(cell)) in known for cell in row[1]))


def _without_heading(sheet: Sheet, number: int, cells: Sequence[Cell]) -> Iterator[Fault]:
    """Columns that hold something below no heading, each told once."""
    told = set()
    for row, below in sheet.rows:
        for position, cell in enumerate(below):
            nameless = position >= len(cells) or cells[position].empty
            if row > number and nameless and not cell.empty and position not in told:
                told.add(position)
                letter = str(get_column_letter(position + 1))
                yield Fault(
                    sheet.title,
                    row,
                    letter,
                    None,
                    cell.shown,
                    "这一列没有列名，却有内容",
                    "删除多余的内容，或补上列名",
                )


def _text(cell: Cell) -> str:
    try:
        return as_text(cell)
    except CellProblem:
        return cell.shown


def _plain(heading: str) -> str:
    """Blanks, full-width brackets and marks of what is required make no difference."""
    text = re.sub(r"\s+", "", unicodedata.normalize("NFKC", heading))
    return text.rstrip("*").removesuffix("(必填)").lower()
