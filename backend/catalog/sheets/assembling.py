"""Rows become products: each cell read under its heading, SKUs found by their product's code."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from openpyxl.utils import range_boundaries

from backend.catalog.sheets.cells import EMPTY, Cell, CellProblem
from backend.catalog.sheets.columns import (
    JOINED,
    PRODUCER_COLUMN,
    PRODUCT_COLUMNS,
    PRODUCTS,
    SKU_COLUMNS,
    SKUS,
    References,
)
from backend.catalog.sheets.faults import Fault, WrongHeadings
from backend.catalog.sheets.headings import Headings, find_headings
from backend.catalog.sheets.reading import LARGEST_ROW_NUMBER, Sheet

Progress = Callable[[int], None]
"""Told how many rows are done."""


@dataclass
class Place:
    """A row, and what was read from it under the headings of a product or of a SKU."""

    headings: Headings
    row: int
    cells: Sequence[Cell]
    values: dict[str, Any] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    @property
    def sheet(self) -> str:
        return self.headings.sheet.title

    @property
    def product_code(self) -> str | None:
        code = self.values.get("product", self.values.get("code"))
        return None if code is None else str(code)[:60]

    def cell(self, member: str) -> Cell:
        position = self.headings.positions[member][0]
        return self.cells[position] if position < len(self.cells) else EMPTY

    def blame(self, member: str | None, message: str, remedy: str | None = None) -> None:
        """Keep a fault of this row, at the column of `member` where there is one."""
        letter, heading, value = None, None, ""
        if member is not None and member in self.headings.positions:
            column = self.headings.positions[member][1]
            letter, heading = self.headings.letter(member), column.heading
            value, remedy = self.cell(member).shown, remedy or f"按要求填写：{column.explained}"
        self.faults.append(
            Fault(
                self.sheet,
                self.row,
                letter,
                heading,
                value,
                message,
                remedy or "按“说明”改正这一行",
                self.product_code,
            )
        )

    def blamed(self, member: str) -> bool:
        """Whether the cell of `member` has been told to be wrong already."""
        if member not in self.headings.positions:
            return False
        letter = self.headings.letter(member)
        return any(fault.column == letter for fault in self.faults)


@dataclass
class Candidate:
    """A product as the file has it: its own row and those of its SKUs."""

    code: str
    place: Place
    skus: list[Place] = field(default_factory=list)

    @property
    def faults(self) -> list[Fault]:
        return [*self.place.faults, *(fault for sku in self.skus for fault in sku.faults)]


@dataclass
class Assembled:
    """What a file holds: products in its order, and rows that belong to none of them."""

    candidates: list[Candidate]
    strays: list[Place]


def assemble(sheets: Mapping[str, Sheet], references: References, progress: Progress) -> Assembled:
    """Read every cell under its heading and put products together.

    What is wrong with a row is kept with the row. Raises `WrongHeadings`.
    """
    count = _Count(progress)
    if JOINED in sheets:
        products, skus = _read_joined(sheets[JOINED], references, count)
    else:
        (product_headings,), wrong = find_headings(sheets[PRODUCTS], PRODUCT_COLUMNS)
        (sku_headings,), also_wrong = find_headings(sheets[SKUS], SKU_COLUMNS)
        if wrong or also_wrong:
            raise WrongHeadings([*wrong, *also_wrong])
        products = _read_rows(product_headings, references, count)
        skus = _read_rows(sku_headings, references, count)
    _blame_merged(sheets, [*products, *skus])
    return _join(products, skus)


class _Count:
    """Counts rows and tells of every two hundredth."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._done = 0

    def one_more(self) -> None:
        self._done += 1
        if self._done % 200 == 0:
            self._progress(self._done)


def _read_rows(headings: Headings, references: References, count: _Count) -> list[Place]:
    places = []
    for number, cells in headings.rows_below():
        places.append(_read_row(headings, number, cells, references))
        count.one_more()
    return places


def _read_row(
    headings: Headings, number: int, cells: Sequence[Cell], references: References
) -> Place:
    place = Place(headings, number, cells)
    for member, (_, column) in headings.positions.items():
        cell = place.cell(member)
        try:
            value = None if cell.empty else column.reads(cell, references)
        except CellProblem as problem:
            place.blame(member, problem.message, problem.remedy)
            continue
        if value is not None:
            place.values[member] = value
        elif column.required:
            place.blame(member, f"“{column.heading}”未填写")
    return place


def _read_joined(
    sheet: Sheet, references: References, count: _Count
) -> tuple[list[Place], list[Place]]:
    """One row a SKU: the first row of a product describes it, later ones may leave that out."""
    (product_headings, sku_headings), wrong = find_headings(sheet, PRODUCT_COLUMNS, SKU_COLUMNS)
    if wrong:
        raise WrongHeadings(wrong)
    products: dict[str, Place] = {}
    skus = []
    for number, cells in product_headings.rows_below():
        sku = _read_row(sku_headings, number, cells, references)
        skus.append(sku)
        code = sku.values.get("product")
        if code is not None and code in products:
            _compare(products[code], sku, _read_row(product_headings, number, cells, references))
        elif code is not None:
            products[code] = _read_row(product_headings, number, cells, references)
        count.one_more()
    return list(products.values()), skus


def _compare(first: Place, sku: Place, again: Place) -> None:
    """What a later row says of the product must be what the first one said, or nothing."""
    for member, (_, column) in again.headings.positions.items():
        if column is PRODUCER_COLUMN or again.cell(member).empty:
            continue
        if again.values.get(member) != first.values.get(member):
            letter = again.headings.letter(member)
            sku.faults.append(
                Fault(
                    sku.sheet,
                    sku.row,
                    letter,
                    column.heading,
                    again.cell(member).shown,
                    f"与同一商品第 {first.row} 行的“{column.heading}”不一致",
                    "同一商品各行的商品内容要相同，或只在第一行填写",
                    sku.product_code,
                )
            )


def _join(products: Sequence[Place], skus: Sequence[Place]) -> Assembled:
    """Give each SKU to its product; what fits nowhere strays."""
    found: dict[str, Candidate] = {}
    strays = []
    for place in products:
        code = place.values.get("code")
        if code is None:
            strays.append(place)
        elif code in found:
            first = found[code]
            place.blame("code", f"商品编码与第 {first.place.row} 行重复", "每个商品只占一行")
            first.place.blame("code", f"商品编码与第 {place.row} 行重复", "每个商品只占一行")
            strays.append(place)
        else:
            found[code] = Candidate(code, place)
    _give(found, skus, strays)
    for candidate in found.values():
        if not candidate.skus:
            candidate.place.blame("code", "这个商品没有规格", f"在“{SKUS}”表中至少填写一行")
    return Assembled(list(found.values()), strays)


def _give(found: dict[str, Candidate], skus: Sequence[Place], strays: list[Place]) -> None:
    seen: dict[str, Place] = {}
    for place in skus:
        code = place.values.get("code")
        if code is not None and code in seen:
            place.blame("code", f"规格编码与第 {seen[code].row} 行重复", "规格编码全平台唯一")
        elif code is not None:
            seen[code] = place
        owner = found.get(place.values.get("product", ""))
        if owner is not None:
            owner.skus.append(place)
            continue
        strays.append(place)
        if "product" in place.values:
            place.blame(
                "product", f"“{PRODUCTS}”表中没有这个商品编码", f"先在“{PRODUCTS}”表中填写这个商品"
            )


def _blame_merged(sheets: Mapping[str, Sheet], places: Sequence[Place]) -> None:
    """Only the first cell of a merged range holds its value: no row in it can be trusted."""
    ranges = {
        title: [(text, _rows_of(text)) for text in sheet.merged] for title, sheet in sheets.items()
    }
    if not any(ranges.values()):
        return
    for place in places:
        for text, (first, last) in ranges[place.sheet]:
            if first <= place.row <= last:
                place.blame(
                    None,
                    f"这一行在合并单元格 {text} 中",
                    f"取消合并 {text}，在每一行填写完整的内容",
                )


def _rows_of(text: str) -> tuple[int, int]:
    """The first and last row of a range such as `A2:B5`; whole columns reach to the end."""
    _, first, _, last = range_boundaries(text)
    return first or 1, last or LARGEST_ROW_NUMBER
