"""One cell becomes one value, exactly, or a sentence that says what to do.

Numbers are read through `Decimal` with the fifteen digits that Excel keeps: 19.99 is 1999 fen.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Final

LONGEST_EXACT = 15
"""Digits of a number that Excel keeps; the rest it turns into zeros."""
MOST_LISTED = 500
TIERS_EXAMPLE = "10:54.90;50:49.90"
_SCIENTIFIC = re.compile(r"[0-9](\.[0-9]+)?[eE]\+?[0-9]{1,3}")
_ESCAPED_CR = re.compile(r"\r\n?|_x000[dD]_\n?")
_ESCAPED = re.compile(r"_x005F_(?=x[0-9A-Fa-f]{4}_)")
_PARTS = re.compile(r"[;；、\n]+")
_UNITS = re.compile(r"^(?:¥|￥|rmb)|(?:元|块|克|g|天|小时|个|件|%)$", re.IGNORECASE)


class CellProblem(Exception):
    """A cell that cannot be read: what is wrong, and what to do about it. Both in Chinese."""

    def __init__(self, message: str, remedy: str) -> None:
        self.message = message
        self.remedy = remedy
        super().__init__(message)


@dataclass(frozen=True)
class Trouble:
    """A cell whose content may not be believed: a formula, or the error of one."""

    shown: str
    message: str
    remedy: str


Raw = str | int | float | bool | datetime | date | time | timedelta | Trouble | None
"""What a sheet holds; a CSV holds texts only."""


@dataclass(frozen=True, slots=True)
class Cell:
    """The value of a cell and the number format under which people see it."""

    value: Raw = None
    number_format: str = ""

    @property
    def empty(self) -> bool:
        return self.value is None or (isinstance(self.value, str) and not self.value.strip())

    @property
    def shown(self) -> str:
        """The value as a person would recognise it, cut short."""
        value = self.value
        if isinstance(value, Trouble):
            return value.shown[:100]
        return "" if value is None else str(value)[:100]

    @property
    def written(self) -> str | int | float | None:
        """The value to write back; what is neither text nor number as the text it shows."""
        value = self.value
        if value is None or isinstance(value, bool) or not isinstance(value, str | int | float):
            return self.shown or None
        return value


EMPTY: Final = Cell()


def as_text(cell: Cell) -> str:
    """Free text. A number typed into a text column is taken as it is written."""
    value = _trusted(cell)
    if isinstance(value, str):
        return _ESCAPED.sub("_", _ESCAPED_CR.sub("\n", value)).strip()
    if isinstance(value, int | float):
        return _plain(_decimal_of(value))
    return ""


def as_code(cell: Cell) -> str:
    """A code. Refused where Excel has made a number of it and lost digits, or a date."""
    value = _trusted(cell)
    if isinstance(value, str):
        text = _fullwidth_to_plain(value).strip()
        if _SCIENTIFIC.fullmatch(text):
            raise _lost_digits(text)
        return text
    if value is None:
        return ""
    number = _decimal_of(value)
    if number != number.to_integral_value() or number < 0:
        raise CellProblem(
            f"编码被当成了数字 {_plain(number)}", "把这一列的单元格格式设为“文本”，再重新填写编码"
        )
    digits = _plain(number)
    if len(digits) > LONGEST_EXACT:
        raise _lost_digits(f"{value:.2E}")
    zeros = cell.number_format if re.fullmatch(r"0{2,30}", cell.number_format) else ""
    return digits.zfill(len(zeros))


def as_fen(cell: Cell) -> int | None:
    """Yuan with at most two decimals as whole fen; `None` for an empty cell."""
    number = as_number(cell)
    if number is None:
        return None
    fen = number * 100
    if fen != fen.to_integral_value():
        raise CellProblem(f"金额 {_plain(number)} 超过两位小数", "以元为单位，最多保留两位小数")
    return int(fen)


def as_whole(cell: Cell) -> int | None:
    """A whole number; `None` for an empty cell. A percentage cell of 66 % gives 66."""
    number = as_number(cell)
    if number is None:
        return None
    if number != number.to_integral_value():
        raise CellProblem(f"“{_plain(number)}”不是整数", "填写整数，不带小数")
    return int(number)


def as_number(cell: Cell) -> Decimal | None:
    """A number as people write it: full-width digits, commas of thousands, a unit at the end."""
    value = _trusted(cell)
    if value is None:
        return None
    if isinstance(value, str):
        return _read_number(value)
    number = _decimal_of(value)
    return number * 100 if "%" in cell.number_format else number


def as_flag(cell: Cell) -> bool | None:
    """是 or 否; `None` for an empty cell."""
    if isinstance(cell.value, bool):
        return cell.value
    text = as_text(cell).lower()
    if not text:
        return None
    if text in {"是", "y", "yes", "true", "1", "√"}:
        return True
    if text in {"否", "n", "no", "false", "0", "×"}:
        return False
    raise CellProblem(f"“{text[:20]}”看不懂", "填写“是”或“否”")


def as_choice(cell: Cell, words: Mapping[str, str]) -> str | None:
    """The stored word for what is shown (`words`: shown → stored); either may be written."""
    if isinstance(cell.value, int | float) and "%" in cell.number_format:
        text = f"{as_whole(cell)}%"
    else:
        text = _fullwidth_to_plain(as_text(cell)).strip()
    if not text:
        return None
    if text in words:
        return words[text]
    if text in words.values():
        return text
    raise CellProblem(f"“{text[:20]}”不在可选范围内", f"从下拉列表中选择：{'、'.join(words)}")


def as_list(cell: Cell) -> list[str]:
    """Several texts in one cell, parted by semicolons or line breaks."""
    parts = [part.strip() for part in _PARTS.split(as_text(cell))]
    found = [part for part in parts if part]
    if len(found) > MOST_LISTED:
        raise CellProblem(f"一格中有 {len(found)} 项", f"最多填写 {MOST_LISTED} 项")
    return found


def as_tiers(cell: Cell) -> list[dict[str, int]]:
    """`10:54.90;50:49.90` as price tiers in fen, in the order written."""
    if isinstance(cell.value, time | timedelta):
        raise CellProblem(
            "阶梯价被 Excel 当成了时间", f"把单元格格式设为“文本”，再重新填写，如 {TIERS_EXAMPLE}"
        )
    tiers = []
    for part in re.split(r"[;；\n]+", as_text(cell)):
        if not part.strip():
            continue
        quantity, colon, price = _fullwidth_to_plain(part).partition(":")
        if not colon:
            raise CellProblem(
                f"“{part[:30]}”不是阶梯价", "写成 起购数量:单价，如 10:54.90;50:49.90"
            )
        from_quantity, fen = as_whole(Cell(quantity)), as_fen(Cell(price))
        if from_quantity is None or fen is None:
            raise CellProblem(f"“{part[:30]}”不完整", "写成 起购数量:单价，如 10:54.90;50:49.90")
        tiers.append({"from_quantity": from_quantity, "price_fen": fen})
    return tiers


def _trusted(cell: Cell) -> str | int | float | None:
    """The value, where it is a text or a number that means what it shows."""
    value = cell.value
    if isinstance(value, Trouble):
        raise CellProblem(value.message, value.remedy)
    if isinstance(value, bool):
        raise CellProblem("单元格是逻辑值 TRUE/FALSE", "把单元格格式设为“文本”，再重新填写")
    if isinstance(value, datetime | date | time | timedelta):
        raise CellProblem(
            f"单元格被 Excel 当成了日期或时间（{cell.shown}）",
            "把单元格格式设为“文本”（数字列设为“常规”），再重新填写",
        )
    return value


def _decimal_of(value: int | float | str) -> Decimal:
    """Excel keeps fifteen digits: 0.30000000000000004 is shown as, and was meant as, 0.3."""
    if isinstance(value, float):
        number = Decimal(f"{value:.{LONGEST_EXACT}g}")
        if not number.is_finite():
            raise CellProblem("单元格不是有效的数字", "重新填写这个数字")
        return number
    return Decimal(value)


def _read_number(text: str) -> Decimal | None:
    plain = _fullwidth_to_plain(text)
    plain = re.sub(r"\s+", "", plain)
    if not plain:
        return None
    plain = _UNITS.sub("", _UNITS.sub("", plain))
    if re.fullmatch(r"[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]*)?", plain):
        plain = plain.replace(",", "")
    if not re.fullmatch(r"[+-]?([0-9]{1,18})(\.[0-9]{0,10})?", plain):
        raise CellProblem(f"“{text.strip()[:30]}”不是数字", "只填数字，如 54.90，不要写文字或公式")
    try:
        return Decimal(plain)
    except InvalidOperation:
        raise CellProblem(f"“{text.strip()[:30]}”不是数字", "只填数字，如 54.90") from None


def _lost_digits(shown: str) -> CellProblem:
    return CellProblem(
        f"编码被 Excel 当成了数字（{shown}），15 位以后的数字已经丢失",
        "把这一列的单元格格式设为“文本”，再重新填写完整的编码",
    )


def _fullwidth_to_plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text)


def _plain(number: Decimal) -> str:
    """Without exponent and without zeros behind the point."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
