"""The door to Arrow: rows of text as batches, and Parquet files written and read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, TypeAlias

import pyarrow as pa
import pyarrow.parquet as pq

from yunzhang.engines.bad_rows import ROW_UNDECODABLE, RowFaults
from yunzhang.terms.document import Document

Batch: TypeAlias = pa.RecordBatch
Row = list[str | None]

BROKEN = (pa.ArrowException, OSError)
"""What reading a file raises when it is not whole Parquet."""

NATIVE = b"native"


class SourceColumn(Document, frozen=True, kw_only=True):
    """One column as the source declares it; `native` is its own type name, "" when it has none."""

    name: str
    native: str = ""


def batches(
    numbered: Iterable[tuple[int, Row]],
    columns: tuple[SourceColumn, ...],
    batch_rows: int,
    faults: RowFaults,
    encoding: str = "utf-8",
) -> Iterator[Batch]:
    """Rows of text with their line numbers, as Arrow batches of at most `batch_rows` rows.

    A row that holds undecodable bytes (as lone surrogates) is rejected by itself.
    """
    form = _schema(columns)
    lines: list[int] = []
    rows: list[Row] = []
    for line, row in numbered:
        lines.append(line)
        rows.append(row)
        if len(rows) >= batch_rows:
            yield _batch(lines, rows, form, faults, encoding)
            lines, rows = [], []
    if rows:
        yield _batch(lines, rows, form, faults, encoding)


def _batch(
    lines: list[int], rows: list[Row], form: pa.Schema, faults: RowFaults, encoding: str
) -> Batch:
    try:
        return _columns(rows, form)
    except UnicodeEncodeError:
        good = []
        for line, row in zip(lines, rows, strict=True):
            if all(value is None or _encodable(value) for value in row):
                good.append(row)
            else:
                faults.reject(line, ROW_UNDECODABLE(encoding=encoding))
        return _columns(good, form)


def _columns(rows: list[Row], form: pa.Schema) -> Batch:
    values = zip(*rows, strict=True) if rows else ((),) * len(form)
    arrays = [pa.array(column, type=pa.string()) for column in values]
    return pa.RecordBatch.from_arrays(arrays, schema=form)


def _encodable(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _schema(columns: Iterable[SourceColumn]) -> pa.Schema:
    """Every column is text, so that leading zeros survive; its native type is noted beside it."""
    return pa.schema(
        [
            pa.field(column.name, pa.string(), metadata={NATIVE: column.native.encode()})
            for column in columns
        ]
    )


@contextmanager
def writing(path: Path, columns: tuple[SourceColumn, ...]) -> Iterator[Callable[[Batch], None]]:
    """A new Parquet file; the body is given what writes one batch of text into it."""
    form = _schema(columns)
    with pq.ParquetWriter(path, form, compression="zstd") as writer:
        yield writer.write_batch


def opened(path: Path) -> AbstractContextManager[Any]:
    """A Parquet file to read; raises one of BROKEN."""
    file: AbstractContextManager[Any] = pq.ParquetFile(path)
    return file


def declared(file: Any) -> tuple[SourceColumn, ...]:
    """The columns of an open file: with the type noted when gathered, else with their own."""
    return tuple(
        SourceColumn(name=field.name, native=_native(field)) for field in file.schema_arrow
    )


def _native(field: Any) -> str:
    noted = (field.metadata or {}).get(NATIVE)
    return str(field.type) if noted is None else noted.decode()


def as_text(
    file: Any, columns: tuple[SourceColumn, ...], batch_rows: int, text: Callable[[Any], str | None]
) -> Iterator[Batch]:
    """The rows of any Parquet file as text under these column names."""
    form = _schema(columns)
    for batch in file.iter_batches(batch_rows):
        arrays = [_column_as_text(column, text) for column in batch.columns]
        yield Batch.from_arrays(arrays, schema=form)


def _column_as_text(column: Any, text: Callable[[Any], str | None]) -> Any:
    """By value where Arrow's own cast would lose or decorate."""
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    plain = pa.types.is_string(column.type) or pa.types.is_integer(column.type)
    if plain or pa.types.is_large_string(column.type):
        return column.cast(pa.string())
    return pa.array([text(value) for value in column.to_pylist()], type=pa.string())
