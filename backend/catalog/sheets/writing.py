"""Workbooks are written row by row, and no text in them is ever calculated.

Every text is written as a text: its cell says `inlineStr`, and where it begins like a formula it
carries `quotePrefix` besides, so that editing the cell does not make a formula of it either.
"""

import re
from collections.abc import Mapping, Sequence
from copy import copy
from decimal import Decimal
from typing import IO, Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from backend.catalog.sheets.columns import (
    EXPLANATIONS,
    KINDS,
    LISTS,
    PRODUCER_COLUMN,
    PRODUCT_COLUMNS,
    PRODUCTS,
    SKU_COLUMNS,
    SKUS,
    TAX_CLASSES,
    UNITS,
    Column,
    References,
    named,
)
from backend.catalog.sheets.reading import MOST_ROWS

LONGEST_TEXT = 32_767
"""Characters that a cell holds."""
_FORMULA_BEGINS = ("=", "+", "-", "@", "\t", "\r")
_NOT_XML = re.compile("[\ud800-\udfff\ufffe\uffff]")
_LIKE_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")


class Styles:
    """The few looks that cells have, made once for a workbook."""

    def __init__(self, sheet: Any) -> None:
        self._sheet = sheet
        self.heading = self._style(
            font=Font(bold=True), fill=PatternFill("solid", fgColor="FFE2EFDA")
        )
        self.wrong = self._style(fill=PatternFill("solid", fgColor="FFFFC7CE"))
        self.wrapped = self._style(alignment=Alignment(wrap_text=True, vertical="top"))
        self.text = self._style(number_format="@")
        self.quoted = self._style(number_format="@", quotePrefix=True)
        self.money = self._style(number_format="0.00")
        self.number = self._style()

    def _style(self, **looks: Any) -> Any:
        cell: Any = WriteOnlyCell(self._sheet)
        for name, look in looks.items():
            setattr(cell, name, look)
        return copy(cell._style)


def cell_of(sheet: Any, value: Any, styles: Styles, style: Any = None) -> Any:
    """A cell for `append`. Texts stay texts, whatever they begin with."""
    if isinstance(value, str):
        return _text_cell(sheet, value, styles, style)
    cell: Any = WriteOnlyCell(sheet, value)
    if style is not None:
        cell._style = style
    return cell


def _text_cell(sheet: Any, value: str, styles: Styles, style: Any) -> Any:
    text = _NOT_XML.sub("\ufffd", ILLEGAL_CHARACTERS_RE.sub("", value))
    text = _LIKE_ESCAPED.sub("_x005F_", text)[:LONGEST_TEXT]
    cell: Any = WriteOnlyCell(sheet, text)
    cell.data_type = "s"
    if text.startswith(_FORMULA_BEGINS):
        if style is None or style is styles.text:
            cell._style = styles.quoted
        else:
            cell._style = style
            cell.quotePrefix = True
    else:
        cell._style = styles.text if style is None else style
    return cell


class CatalogueWriter:
    """A catalogue as a workbook: products and SKUs side by side, one product at a time."""

    def __init__(self, references: References, *, with_producer: bool = False) -> None:
        self._book = Workbook(write_only=True)
        self._references = references
        extra = (PRODUCER_COLUMN,) if with_producer else ()
        self._product_columns = (*extra, *PRODUCT_COLUMNS)
        self._sku_columns = (*extra, *SKU_COLUMNS)
        code_lists: Any = self._book.create_sheet(LISTS)
        self._styles = Styles(code_lists)
        lists = _lists_of(references)
        self._products = self._data_sheet(PRODUCTS, self._product_columns, lists, 0)
        self._skus = self._data_sheet(SKUS, self._sku_columns, lists, 1)
        _write_explanations(self._book, self._styles)
        _write_lists(code_lists, self._styles, lists)

    def write(self, content: Mapping[str, Any], producer: str = "") -> None:
        """Append a product (`ProductVersion.content`) and its SKUs. `producer`: code and name."""
        owner = {"producer": producer}
        self._append(self._products, self._product_columns, {**content, **owner})
        for sku in content["skus"]:
            self._append(
                self._skus, self._sku_columns, {**sku, **owner, "product": content["code"]}
            )

    def save(self, target: IO[bytes]) -> None:
        self._book.save(target)

    def _append(self, sheet: Any, columns: Sequence[Column], values: Mapping[str, Any]) -> None:
        styles = self._styles
        row: list[Any] = []
        for column in columns:
            value = column.writes(values.get(column.member), self._references)
            if value is None or value == "":
                row.append(None)
            elif isinstance(value, str):
                row.append(_text_cell(sheet, value, styles, None))
            elif isinstance(value, Decimal):
                row.append(cell_of(sheet, value, styles, styles.money))
            else:
                row.append(value)
        sheet.append(row)

    def _data_sheet(
        self,
        title: str,
        columns: Sequence[Column],
        lists: Mapping[str, Sequence[str]],
        position: int,
    ) -> Any:
        sheet: Any = self._book.create_sheet(title, position)
        sheet.freeze_panes = "A2"
        for number, column in enumerate(columns, start=1):
            letter = get_column_letter(number)
            dimension = sheet.column_dimensions[letter]
            dimension.width = column.width
            dimension.number_format = column.number_format
            _offer_choices(sheet, letter, column, lists)
        sheet.append(
            [
                cell_of(
                    sheet,
                    column.heading + ("*" if column.required else ""),
                    self._styles,
                    self._styles.heading,
                )
                for column in columns
            ]
        )
        return sheet


def _offer_choices(
    sheet: Any, letter: str, column: Column, lists: Mapping[str, Sequence[str]]
) -> None:
    """A drop-down: fixed words are insisted on, of codes another way of writing is let pass."""
    if column.choices:
        offered = DataValidation("list", f'"{",".join(column.choices)}"', allow_blank=True)
    elif column.listed_in and lists[column.listed_in]:
        place = get_column_letter(list(lists).index(column.listed_in) + 1)
        last = len(lists[column.listed_in]) + 1
        offered = DataValidation("list", f"{LISTS}!${place}$2:${place}${last}", allow_blank=True)
        offered.errorStyle = "warning"
    else:
        return
    offered.showErrorMessage = True
    offered.error = f"请从下拉列表中选择“{column.heading}”"
    offered.add(f"{letter}2:{letter}{MOST_ROWS + 1}")
    sheet.data_validations.append(offered)


def _lists_of(references: References) -> dict[str, list[str]]:
    """What the sheet of codes offers, by heading."""
    tables = {
        "类目": references.categories,
        "产地": references.counties,
        "运费模板": references.freight_templates,
    }
    lists = {name: [named(code, table) for code in table] for name, table in tables.items()}
    return lists | {"类型": list(KINDS), "单位": list(UNITS), "税率": list(TAX_CLASSES)}


def _write_lists(sheet: Any, styles: Styles, lists: Mapping[str, Sequence[str]]) -> None:
    sheet.freeze_panes = "A2"
    for number in range(1, len(lists) + 1):
        sheet.column_dimensions[get_column_letter(number)].width = 28
    sheet.append([cell_of(sheet, heading, styles, styles.heading) for heading in lists])
    for place in range(max(len(words) for words in lists.values())):
        sheet.append(
            [
                cell_of(sheet, words[place], styles) if place < len(words) else None
                for words in lists.values()
            ]
        )


_ADVICE = (
    "带 * 的列必填。列的先后可以变，列名不能改；不需要的内容留空，但要保留列名。",
    "同一商品编码再次导入会修改该商品；内容没有变化则不作任何改动。",
    "“规格”表要列出商品的全部规格：没有列出的规格在新版本上架后停售。",
    "不要合并单元格，不要写公式；编码列保持“文本”格式。",
    "自己的备注列请以“备注”开头，导入时忽略。",
    f"CSV 文件把“{PRODUCTS}”和“{SKUS}”的列放在同一张表里，一个规格一行，编码用 UTF-8 或 GBK。",
)


def _write_explanations(book: Workbook, styles: Styles) -> None:
    sheet: Any = book.create_sheet(EXPLANATIONS, 2)
    for letter, width in zip("ABCDE", (10, 24, 8, 60, 30), strict=True):
        sheet.column_dimensions[letter].width = width
    for advice in _ADVICE:
        sheet.append([cell_of(sheet, advice, styles)])
    sheet.append([])
    headings = ("工作表", "列名", "必填", "怎么填", "示例")
    sheet.append([cell_of(sheet, heading, styles, styles.heading) for heading in headings])
    for title, columns in ((PRODUCTS, PRODUCT_COLUMNS), (SKUS, SKU_COLUMNS)):
        for column in columns:
            explained = column.explained
            if column.choices:
                explained += f"（{'、'.join(column.choices)}）"
            row = (title, column.heading, "是" if column.required else "", explained)
            sheet.append(
                [
                    *(cell_of(sheet, text, styles, styles.wrapped) for text in row),
                    cell_of(sheet, column.example, styles),
                ]
            )
