"""Grids of a file: Excel, CSV or the tables of a Word document, read whole and within limits.

What people upload is not trusted: a packed file is weighed before it is opened.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from yunzhang import packs
from yunzhang.engines import source_csv, source_excel, word
from yunzhang.engines.bad_rows import RowFaults
from yunzhang.terms.faults import FaultKind, Refused, Text
from yunzhang.terms.grids import Grid

FILE_UNREADABLE = FaultKind(
    "import.file_unreadable",
    422,
    Text("文件 {file} 已损坏或不是表格，读不出来。", "The file {file} is broken or no table."),
    Text(
        "用 Excel 或 WPS 打开确认后，另存为 .xlsx 或 CSV 再上传。",
        "Open it in a spreadsheet program, save it as .xlsx or CSV and upload that.",
    ),
)
FILE_OLD = FaultKind(
    "import.file_old",
    422,
    Text(
        "文件 {file} 是旧版 .xls/.doc 格式，或者设有打开密码。",
        "The file {file} is of the old .xls or .doc format, or locked by a password.",
    ),
    Text("去掉密码，另存为 .xlsx 后上传。", "Take the password off and save it as .xlsx."),
)
FILE_LARGE = FaultKind(
    "import.file_large",
    413,
    Text("文件 {file} 超过 {most} MB 的上限。", "The file {file} is larger than {most} MB."),
    Text("拆成几个文件分别导入。", "Split it and import the parts."),
)
FILE_BLOATED = FaultKind(
    "import.file_bloated",
    422,
    Text(
        "文件 {file} 解压后超过 {most} MB，或内容异常，未打开。",
        "The file {file} unpacks to more than {most} MB or holds strange parts; it was not opened.",
    ),
    Text(
        "把数据复制到一个新的工作簿后再上传。",
        "Copy the data into a new workbook and upload that.",
    ),
)
ROWS_MANY = FaultKind(
    "import.rows_many",
    422,
    Text("工作表“{sheet}”超过 {most} 行。", "The sheet “{sheet}” has more than {most} rows."),
    Text("拆成几个文件分别导入。", "Split it and import the parts."),
)
FILE_EMPTY = FaultKind(
    "import.file_empty",
    422,
    Text("文件 {file} 中没有内容。", "The file {file} is empty."),
    Text("核对后重新上传。", "Check it and upload it again."),
)
LINES_LOST = FaultKind(
    "import.lines_lost",
    422,
    Text(
        "文件 {file} 有 {count} 行读不出来，第一处在第 {line} 行：{reason_zh}",
        "{count} lines of {file} could not be read, the first is line {line}: {reason_en}",
    ),
    Text("改正这些行后重新上传。", "Correct these lines and upload it again."),
)

MEGABYTE = 1 << 20
PACKED, OLD = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
BROKEN = (*source_excel.BROKEN, csv.Error, UnicodeError, OSError)


def read(path: Path, name: str = "") -> tuple[Grid, ...]:
    """The sheets of a file; refused in words when it is broken, too large or of an old format."""
    name = name or path.name
    limit = packs.read("national").limit
    if path.stat().st_size > limit("import.file_bytes"):
        raise Refused(FILE_LARGE(file=name, most=limit("import.file_bytes") // MEGABYTE))
    with path.open("rb") as file:
        signature = file.read(4)
    if signature == OLD:
        raise Refused(FILE_OLD(file=name))
    try:
        grids = _packed(path, name) if signature == PACKED else (_csv(path, name),)
    except BROKEN as error:
        raise Refused(FILE_UNREADABLE(file=name)) from error
    most = limit("import.rows")
    many = [ROWS_MANY(sheet=each.name, most=most) for each in grids if _last(each) > most]
    if many:
        raise Refused(*many)
    if not any(each.rows for each in grids):
        raise Refused(FILE_EMPTY(file=name))
    return grids


def _packed(path: Path, name: str) -> tuple[Grid, ...]:
    limit = packs.read("national").limit
    with ZipFile(path) as archive:
        parts = archive.infolist()
        most = limit("import.unpacked_bytes")
        # A part never unpacks to more than it says here: the zip reader stops there.
        if sum(part.file_size for part in parts) > most or any(_declares(archive)):
            raise Refused(FILE_BLOATED(file=name, most=most // MEGABYTE))
        if word.PART in archive.namelist():
            return word.tables(archive)
        if "xl/workbook.xml" not in archive.namelist():
            raise BadZipFile
    return source_excel.grids(path, limit("import.rows"), limit("import.columns"))


def _declares(archive: ZipFile) -> Iterator[bool]:
    """Whether a part declares a document type: Office never does; an entity bomb must."""
    for part in archive.infolist():
        if part.filename.endswith((".xml", ".rels")):
            with archive.open(part) as source:
                before = b""
                while chunk := source.read(MEGABYTE):
                    # Without its zero bytes UTF-16 spells these words as UTF-8 does.
                    text = before + chunk.replace(b"\0", b"")
                    yield b"<!DOCTYPE" in text or b"<!ENTITY" in text
                    before = text[-10:]


def _csv(path: Path, name: str) -> Grid:
    limit = packs.read("national").limit
    seen = source_csv.survey(path)
    if seen.has_nul:
        raise Refused(FILE_UNREADABLE(file=name))
    faults = RowFaults(1)
    csv.field_size_limit(limit("engines.field_characters"))
    errors = "strict" if seen.clean else "replace"
    with path.open(encoding=seen.encoding, newline="", errors=errors) as stream:
        delimiter = source_csv.find_delimiter(stream, limit("engines.delimiter_lines"))
        records = source_csv.Records(stream, delimiter, limit("engines.record_lines"), faults)
        drawn = []
        for line, record in records:
            if any(cell.strip() for cell in record):
                drawn.append((line, tuple(record[: limit("import.columns")])))
            if line > limit("import.rows"):
                break
    if faults.rejected:
        first = faults.sample[0]
        lost = LINES_LOST(
            file=name,
            count=faults.rejected,
            line=first.line,
            reason_zh=first.zh,
            reason_en=first.en,
        )
        raise Refused(lost)
    return Grid(Path(name).stem, tuple(drawn))


def _last(grid: Grid) -> int:
    return grid.rows[-1][0] if grid.rows else 0
