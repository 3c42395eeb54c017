"""The rows as they were sent, wrong cells in red, and what to do in a column behind them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import IO, Any

from openpyxl import Workbook
from openpyxl.utils import get_column_letter

from backend.catalog.sheets.columns import PROBLEMS
from backend.catalog.sheets.reading import Sheet
from backend.catalog.sheets.writing import Styles, cell_of


@dataclass
class Problem:
    """What is wrong with one row: the letters of its wrong columns, and sentences."""

    letters: set[str] = field(default_factory=set)
    sentences: list[str] = field(default_factory=list)


def write_marked(
    target: IO[bytes], sheets: Mapping[str, Sheet], problems: Mapping[tuple[str, int], Problem]
) -> None:
    """Write a workbook that can be mended and sent again; rows keep their numbers.

    `problems` by sheet and row. The column of problems is not read when it comes back.
    """
    book = Workbook(write_only=True)
    for title, sheet in sheets.items():
        made: Any = book.create_sheet(title)
        _write(made, sheet, problems, Styles(made))
    book.save(target)


def _write(
    made: Any, sheet: Sheet, problems: Mapping[tuple[str, int], Problem], styles: Styles
) -> None:
    made.freeze_panes = "A2"
    width = max((len(cells) for _, cells in sheet.rows), default=0)
    made.column_dimensions[get_column_letter(width + 1)].width = 60
    next_row = 1
    for number, cells in sheet.rows:
        while next_row < number:
            made.append([])
            next_row += 1
        next_row += 1
        problem = problems.get((sheet.title, number), Problem())
        row: list[Any] = []
        for position, cell in enumerate(cells, start=1):
            wrong = get_column_letter(position) in problem.letters
            look = styles.wrong if wrong else None
            shown = None if cell.empty and not wrong else cell.written
            row.append(cell_of(made, shown, styles, look) if shown is not None or wrong else None)
        row.extend([None] * (width - len(row)))
        text = "；".join(problem.sentences)
        if number == sheet.rows[0][0] and not text:
            text = PROBLEMS
        made.append([*row, cell_of(made, text, styles, styles.wrong) if text else None])
