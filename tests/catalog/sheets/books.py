"""Workbooks and CSVs as people make them, good ones and broken ones."""

import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from openpyxl import Workbook, load_workbook

from backend.catalog.sheets.columns import PRODUCT_COLUMNS, PRODUCTS, SKU_COLUMNS, SKUS

PRODUCT_HEADINGS = [column.heading for column in PRODUCT_COLUMNS]
SKU_HEADINGS = [column.heading for column in SKU_COLUMNS]
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

Row = dict[str, Any]


def product_row(code: str = "AH-TEA", **changes: Any) -> Row:
    row = {
        "商品编码": code,
        "商品名称": "安化千两茶饼",
        "类目": "tea 茶叶",
        "产地": "430923 安化县",
        "类型": "实物",
        "图片": "pictures/tea.webp",
        "保质期（天）": 3650,
    }
    return row | changes


def sku_row(product: str = "AH-TEA", code: str | None = None, **changes: Any) -> Row:
    row = {
        "商品编码": product,
        "规格编码": code or f"{product}-1",
        "规格": "1kg 装",
        "单位": "盒",
        "净重（克）": 1000,
        "单价（元）": 59.9,
        "市场价（元）": 69.9,
        "税率": "9%",
    }
    return row | changes


def joined_row(code: str = "AH-TEA", **changes: Any) -> Row:
    return product_row(code) | sku_row(code) | changes


def workbook(
    products: Sequence[Row] | None = None,
    skus: Sequence[Row] | None = None,
    *,
    product_headings: Sequence[str] = PRODUCT_HEADINGS,
    sku_headings: Sequence[str] = SKU_HEADINGS,
    change: Callable[[Workbook], None] | None = None,
) -> bytes:
    """A workbook as Excel would save it; `change` may spoil it before it is saved."""
    book = Workbook()
    del book[book.sheetnames[0]]
    tables = (
        (PRODUCTS, product_headings, [product_row()] if products is None else products),
        (SKUS, sku_headings, [sku_row()] if skus is None else skus),
    )
    for title, headings, rows in tables:
        sheet = book.create_sheet(title)
        sheet.append(list(headings))
        for row in rows:
            sheet.append([row.get(heading) for heading in headings])
    if change:
        change(book)
    return saved(book)


def many(products: int, skus_each: int = 1, **changes: Any) -> bytes:
    """A good workbook of many products; `changes` go into every product."""
    codes = [f"P{number:05d}" for number in range(products)]
    return workbook(
        [product_row(code, **changes) for code in codes],
        [sku_row(code, f"{code}-{k}") for code in codes for k in range(skus_each)],
    )


def saved(book: Workbook) -> bytes:
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def opened(content: bytes) -> Workbook:
    return load_workbook(io.BytesIO(content))


def csv_of(rows: Sequence[Row], separator: str = ",") -> str:
    headings = [*PRODUCT_HEADINGS, *SKU_HEADINGS[1:]]
    lines = [headings, *([str(row.get(h) or "") for h in headings] for row in rows)]
    return "\r\n".join(separator.join(line) for line in lines)


def repacked(content: bytes, parts: Mapping[str, bytes | None]) -> bytes:
    """A workbook with some of its parts replaced, added, or left out (`None`)."""
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            if name not in parts:
                new.writestr(name, old.read(name))
        for name, part in parts.items():
            if part is not None:
                new.writestr(name, part)
    return target.getvalue()


def part_of(content: bytes, name: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.read(name)
