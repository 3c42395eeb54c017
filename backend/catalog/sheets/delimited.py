"""CSV: the encoding and the separator are found out, not asked for."""

import csv
import io
from collections.abc import Iterator

from backend.catalog.sheets.container import UnreadableFile

SEPARATORS = ",\t;"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_EXCEL = "或在 Excel 中另存为 .xlsx 后上传"


def read_delimited(
    content: bytes, most_rows: int, most_columns: int
) -> Iterator[tuple[int, list[str]]]:
    """Rows that hold anything, with their line numbers. Raises `UnreadableFile`."""
    text = _decode(content)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text), strict=True)
    found = 0
    try:
        for number, row in enumerate(reader, start=1):
            while row and not row[-1].strip():
                row.pop()
            if not row:
                continue
            found += 1
            if found > most_rows + 1:
                raise UnreadableFile(f"CSV 超过 {most_rows} 行；请分成几个文件，分次导入")
            if len(row) > most_columns:
                raise UnreadableFile(f"CSV 第 {number} 行超过 {most_columns} 列；请检查分隔符")
            yield number, row
    except csv.Error as error:
        raise UnreadableFile(
            f"CSV 第 {reader.line_num} 行的引号或分隔符有误；请改正，{_EXCEL}"
        ) from error


def _decode(content: bytes) -> str:
    """UTF-8 with or without a mark, UTF-16 with a mark (Excel's "Unicode text"), or GB 18030."""
    encodings = ("utf-16",) if content.startswith(_UTF16) else ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise UnreadableFile(f"文件不是文本，也不是 Excel 工作簿；CSV 请存为 UTF-8 编码，{_EXCEL}")


def _separator(text: str) -> str:
    """The one that parts the headings most often."""
    headings = next((line for line in text.splitlines() if line.strip()), "")
    return max(SEPARATORS, key=headings.count)
