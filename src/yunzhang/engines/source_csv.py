"""CSV: any encoding and delimiter in use here; a bad row is listed and never ends the load."""

from __future__ import annotations

import codecs
import csv
import os
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TextIO

from yunzhang import packs
from yunzhang.engines.bad_rows import (
    ROW_FIELDS,
    ROW_NUL,
    ROW_QUOTE,
    ROW_TOO_LONG,
    RowFaults,
    name_columns,
)
from yunzhang.engines.parquet import Batch, Row, SourceColumn, batches
from yunzhang.engines.readings import SOURCE_EMPTY, Reading
from yunzhang.terms.faults import FaultKind, Refused

DELIMITERS = (",", "\t", ";", "|")
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
CHUNK = 1 << 20


@dataclass(frozen=True)
class Bytes:
    """What the whole file showed: its encoding, whether all of it decodes, whether it has NULs."""

    encoding: str
    clean: bool
    has_nul: bool


def read(path: Path, batch_rows: int) -> Reading:
    """Open one CSV file. An empty field is null, quoted or not; a blank line is no row.

    Raises Refused when the file has no header.
    """
    pack = packs.read("national")
    seen = survey(path)
    faults = RowFaults(pack.limit("engines.row_faults_kept"))
    csv.field_size_limit(pack.limit("engines.field_characters"))
    stream = path.open(
        encoding=seen.encoding, newline="", errors="strict" if seen.clean else "surrogateescape"
    )
    delimiter = find_delimiter(stream, pack.limit("engines.delimiter_lines"))
    records = Records(stream, delimiter, pack.limit("engines.record_lines"), faults)
    header = next(iter(records), None)
    if header is None:
        raise Refused(SOURCE_EMPTY(source=path.name))
    names, repairs = name_columns(header[1])
    columns = tuple(SourceColumn(name=name) for name in names)
    rows = _rows(records, len(columns), faults, has_nul=seen.has_nul)
    size = max(path.stat().st_size, 1)
    return Reading(
        columns,
        _closing(stream, batches(rows, columns, batch_rows, faults, seen.encoding)),
        faults,
        repairs,
        seen.encoding,
        lambda: min(_offset(stream, size) / size, 1.0),
    )


def survey(path: Path) -> Bytes:
    """Read the whole file once: UTF-8 if all of it is, else GB18030 if all of it is.

    When neither holds, the one with fewer undecodable places; those rows are then listed.
    """
    mark = path.open("rb").read(4)
    for signature, name in MARKS:
        if mark.startswith(signature):
            return Bytes(name, _strict(path, name), name != "utf-16" and _holds_nul(path))
    has_nul = _holds_nul(path)
    for name in ("utf-8", "gb18030"):
        if _strict(path, name):
            return Bytes(name, True, has_nul)
    return Bytes(min(("utf-8", "gb18030"), key=lambda name: _bad(path, name)), False, has_nul)


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as stream:
        while chunk := stream.read(CHUNK):
            yield chunk


def _strict(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for chunk in _chunks(path):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _bad(path: Path, encoding: str) -> int:
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    return sum(decoder.decode(chunk).count("\ufffd") for chunk in _chunks(path))


def _holds_nul(path: Path) -> bool:
    return any(b"\0" in chunk for chunk in _chunks(path))


def find_delimiter(stream: TextIO, lines: int) -> str:
    """The delimiter under which the first lines agree best; a comma when nothing tells.

    Leaves the stream at its start.
    """
    sample = list(islice(stream, lines))
    stream.seek(0)
    return max(DELIMITERS, key=lambda mark: _agreement(sample, mark))


def _agreement(sample: list[str], delimiter: str) -> tuple[bool, float]:
    widths: list[int] = []
    with suppress(csv.Error):  # a sample may end within a quote, or hold a field beyond all limits
        widths.extend(map(len, csv.reader(sample, delimiter=delimiter)))
    widths = [width for width in widths if width]
    if not widths or widths[0] == 1:
        return False, 0.0
    return True, widths.count(widths[0]) / len(widths)


class Records:
    """The records of a CSV stream with the line each begins at, resuming after a bad quote.

    A quote that is never closed would swallow the rest of the file: a record may span at most
    `limit` lines, and reading goes on at the line after the one where the bad record began.
    """

    def __init__(self, stream: TextIO, delimiter: str, limit: int, faults: RowFaults) -> None:
        self._stream = stream
        self._delimiter = delimiter
        self._limit = limit
        self._faults = faults
        self._again: deque[str] = deque()
        self._record: list[str] = []
        self._line = 1

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        reader = csv.reader(self._lines(), delimiter=self._delimiter, strict=True)
        while True:
            try:
                for record in reader:
                    line = self._begin_next()
                    if record:
                        yield line, record
                return
            except csv.Error as error:
                kind = ROW_TOO_LONG if "field limit" in str(error) else ROW_QUOTE
                self._resume(kind)
                reader = csv.reader(self._lines(), delimiter=self._delimiter, strict=True)

    def _lines(self) -> Iterator[str]:
        while len(self._record) < self._limit:
            line = self._again.popleft() if self._again else self._stream.readline()
            if not line:
                return
            self._record.append(line)
            yield line

    def _begin_next(self) -> int:
        line = self._line
        self._line += len(self._record)
        self._record.clear()
        return line

    def _resume(self, kind: FaultKind) -> None:
        self._faults.reject(self._line, kind())
        self._again.extendleft(reversed(self._record[1:]))
        self._record.clear()
        self._line += 1


def _rows(
    records: Iterable[tuple[int, list[str]]], width: int, faults: RowFaults, *, has_nul: bool
) -> Iterator[tuple[int, Row]]:
    for line, record in records:
        if len(record) != width:
            faults.reject(line, ROW_FIELDS(expected=width, actual=len(record)))
        elif has_nul and any("\0" in value for value in record):
            faults.reject(line, ROW_NUL())
        else:
            yield line, [value or None for value in record]


def _closing(stream: TextIO, drawn: Iterator[Batch]) -> Iterator[Batch]:
    with stream:
        yield from drawn


def _offset(stream: TextIO, size: int) -> int:
    return size if stream.closed else os.lseek(stream.fileno(), 0, os.SEEK_CUR)
