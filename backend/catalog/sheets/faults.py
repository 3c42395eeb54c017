"""What is wrong with a file, as data: where, what, and what to do about it."""

from collections.abc import Sequence
from dataclasses import dataclass

from backend.catalog.sheets.container import UnreadableFile


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong. `row` and `column` (a letter) are `None` for a whole sheet."""

    sheet: str
    row: int | None
    column: str | None
    heading: str | None
    value: str
    message: str
    remedy: str
    product_code: str | None = None


class WrongHeadings(UnreadableFile):
    """The columns are not the ones we know; `faults` names each."""

    message = "表头与模板不一致；请按错误列表改正，或重新下载模板填写"

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__()
        self.faults = list(faults)
