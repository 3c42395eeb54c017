"""What kind of file was sent, and whether it may be opened at all: decided before any parsing.

An XLSX is a ZIP, and a ZIP of a few kilobytes can unpack to gigabytes. Python's `zipfile` never
unpacks more of an entry than its directory declares, so limits on what is declared bind.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from enum import StrEnum

from backend.core.errors import DomainError

LARGEST_FILE = 20 * 1024 * 1024
MOST_ENTRIES = 1_000
LARGEST_UNPACKED = 200 * 1024 * 1024
LARGEST_STRINGS = 64 * 1024 * 1024
LARGEST_OTHER = 8 * 1024 * 1024
"""Styles, the workbook's own part and the like."""
HIGHEST_RATIO = 200
RATIO_COUNTS_FROM = 1024 * 1024
MOST_ROW_ELEMENTS = 200_000
"""Rows in the XML, with those that only carry a format."""
MOST_CELL_ELEMENTS = 20_000 * 60
_CHUNK = 1024 * 1024

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_COMPRESSIONS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
_NESTED = re.compile(r"\.(zip|xlsx|xlsm|xlsb|xls|jar|7z|rar|gz|tar)$", re.IGNORECASE)
_ROW = re.compile(rb"<(?:\w+:)?row[\s/>]")
_CELL = re.compile(rb"<(?:\w+:)?c[\s/>]")
_STRING = re.compile(rb"<(?:\w+:)?si[\s/>]")
_DECLARATION = re.compile(rb"<!(?:DOCTYPE|ENTITY)")


class UnreadableFile(DomainError):
    """`message` says what is wrong with the file and what to do."""

    code = "unreadable_file"
    status = 422
    message = "文件无法读取"


class FileKind(StrEnum):
    workbook = "xlsx"
    text = "csv"


def kind_of(content: bytes) -> FileKind:
    """Whether the bytes are a workbook that may be opened, or text that may be a CSV.

    Judged by content, never by the file's name. Raises `UnreadableFile` for everything else.
    """
    if not content.strip(b"\x00 \r\n\t"):
        raise UnreadableFile("文件是空的，请填写模板后重新上传")
    if content.startswith(_OLE):
        raise UnreadableFile(
            "这是旧版 .xls 文件或加了密码的文件；请在 Excel 中取消密码，另存为 .xlsx 后重新上传"
        )
    if content.startswith(b"PK"):
        _check_workbook(content)
        return FileKind.workbook
    if content.startswith((b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"Rar!", b"7z\xbc\xaf")):
        raise UnreadableFile("这不是表格文件；请上传按模板填写的 .xlsx 文件")
    return FileKind.text


def _check_workbook(content: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _check_directory(archive)
    except (zipfile.BadZipFile, zlib.error, ValueError, OSError, RuntimeError, EOFError) as error:
        raise UnreadableFile("文件已损坏，打不开；请在 Excel 中重新另存为 .xlsx 后上传") from error


def _check_directory(archive: zipfile.ZipFile) -> None:
    """The directory of the ZIP alone: nothing is unpacked here."""
    entries = archive.infolist()
    names = {entry.filename for entry in entries}
    if len(entries) > MOST_ENTRIES or len(names) != len(entries):
        raise UnreadableFile("文件结构异常（内部文件过多或重名），已拒绝打开；请用模板重新制作")
    if any(entry.flag_bits & 0x1 for entry in entries):
        raise UnreadableFile("文件加了密码；请取消密码后重新上传")
    if any(entry.compress_type not in _COMPRESSIONS for entry in entries):
        raise UnreadableFile("文件使用了不支持的压缩方式；请在 Excel 中另存为 .xlsx 后上传")
    if any(_NESTED.search(name) for name in names):
        raise UnreadableFile("文件中嵌有别的文件或压缩包；请删除嵌入的对象后重新上传")
    if "xl/vbaProject.bin" in names:
        raise UnreadableFile("文件带有宏（.xlsm）；请另存为不带宏的 .xlsx 后上传")
    if "xl/workbook.bin" in names:
        raise UnreadableFile("这是 .xlsb 文件；请在 Excel 中另存为 .xlsx 后上传")
    if "xl/workbook.xml" not in names:
        raise UnreadableFile("这不是 Excel 工作簿；请上传按模板填写的 .xlsx 文件")
    _check_sizes(entries)


def _check_sizes(entries: list[zipfile.ZipInfo]) -> None:
    too_much = sum(entry.file_size for entry in entries) > LARGEST_UNPACKED
    for entry in entries:
        ratio = entry.file_size / max(entry.compress_size, 1)
        too_much |= entry.file_size > RATIO_COUNTS_FROM and ratio > HIGHEST_RATIO
        too_much |= entry.file_size > _largest(entry.filename)
    if too_much:
        raise UnreadableFile("文件解压后过大，已拒绝打开；请删除多余的内容，或分成几个文件上传")


def _largest(name: str) -> int:
    if name.startswith("xl/worksheets/"):
        return LARGEST_UNPACKED
    if name == "xl/sharedStrings.xml":
        return LARGEST_STRINGS
    # Pictures may lie in the workbook; they are never opened.
    return LARGEST_UNPACKED if name.startswith("xl/media/") else LARGEST_OTHER


def check_parts(content: bytes) -> None:
    """Unpack sheets and strings piece by piece and count, before a parser builds anything.

    Raises `UnreadableFile` for more rows, cells or strings than are read, for XML that declares
    entities, and for an entry that is damaged or longer than declared.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for entry in archive.infolist():
                if entry.filename.endswith((".xml", ".rels")):
                    _check_part(archive, entry)
    except (zipfile.BadZipFile, zlib.error, ValueError, OSError, RuntimeError, EOFError) as error:
        raise UnreadableFile("文件已损坏，打不开；请在 Excel 中重新另存为 .xlsx 后上传") from error


def _check_part(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    is_sheet = entry.filename.startswith("xl/worksheets/")
    is_strings = entry.filename == "xl/sharedStrings.xml"
    rows = cells = strings = 0
    for piece in _pieces(archive, entry):
        if _DECLARATION.search(piece):
            raise UnreadableFile("文件含有不安全的 XML 声明，已拒绝打开；请用模板重新制作")
        rows += len(_ROW.findall(piece)) if is_sheet else 0
        cells += len(_CELL.findall(piece)) if is_sheet else 0
        strings += len(_STRING.findall(piece)) if is_strings else 0
        if rows > MOST_ROW_ELEMENTS or cells > MOST_CELL_ELEMENTS or strings > MOST_CELL_ELEMENTS:
            raise UnreadableFile("表格过大；请删除空白区域的格式和多余的行列，或分成几个文件上传")


def _pieces(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    """The entry in pieces that end before a tag begins, so that no tag is cut in two."""
    unpacked, rest = 0, b""
    with archive.open(entry) as part:
        while chunk := part.read(_CHUNK):
            unpacked += len(chunk)
            if unpacked > entry.file_size:
                raise UnreadableFile("文件解压后超过其声明的大小，已拒绝打开")
            whole, last_tag, beginning = (rest + chunk).rpartition(b"<")
            yield whole
            rest = (last_tag + beginning)[-_CHUNK:]
    yield rest
