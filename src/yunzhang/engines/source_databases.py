"""Databases: a table read in one stream over one connection, and never written to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any

from yunzhang import packs
from yunzhang.engines.bad_rows import RowFaults, name_columns
from yunzhang.engines.parquet import Batch, SourceColumn, batches
from yunzhang.engines.readings import (
    SOURCE_ADDRESS,
    SOURCE_LOST,
    SOURCE_UNREACHABLE,
    TABLE_UNKNOWN,
    Reading,
    SourceSpec,
    text,
)
from yunzhang.terms.faults import FaultKind, Refused

SQLSTATE_LENGTH = 5


@dataclass(frozen=True)
class Opened:
    """A table's declared columns, and the stream of its rows while the connection stands."""

    names: tuple[str, ...]
    natives: tuple[str, ...]
    rows: Callable[[], Iterator[Iterable[Any]]]


@dataclass(frozen=True)
class Database:
    """What tells one database from another here: its errors, and what failing to open it means.

    Drivers quote accounts, addresses and values in their messages, so of an error only its
    name and number are ever passed on.
    """

    failures: tuple[type[Exception], ...]
    unreached: FaultKind = SOURCE_UNREACHABLE

    @contextmanager
    def reached(self, spec: SourceSpec) -> Iterator[None]:
        """Turns the driver's failure to connect or look around into a refusal."""
        try:
            yield
        except self.failures as error:
            raise Refused(self.unreached(source=spec.public, reason=_reason(error))) from None

    def reading(
        self, spec: SourceSpec, held: AbstractContextManager[Opened], batch_rows: int
    ) -> Reading:
        """Hold the connection from now until the last batch is drawn or the reading fails."""
        with self.reached(spec):
            opened = held.__enter__()
            try:
                stream = opened.rows()
            except self.failures:
                self._release(held)
                raise
        names, repairs = name_columns(opened.names)
        columns = tuple(
            SourceColumn(name=name, native=native)
            for name, native in zip(names, opened.natives, strict=True)
        )
        faults = RowFaults(packs.read("national").limit("engines.row_faults_kept"))
        rows = ((number, [text(v) for v in row]) for number, row in enumerate(stream, 1))
        drawn = batches(rows, columns, batch_rows, faults)
        return Reading(columns, self._drawn(held, drawn), faults, repairs)

    def _drawn(
        self, held: AbstractContextManager[Opened], drawn: Iterator[Batch]
    ) -> Iterator[Batch]:
        rows = 0
        try:
            for batch in drawn:
                rows += batch.num_rows
                yield batch
        except self.failures as error:
            raise Refused(SOURCE_LOST(rows=rows, reason=_reason(error))) from None
        finally:
            self._release(held)

    def _release(self, held: AbstractContextManager[Opened]) -> None:
        try:
            held.__exit__(None, None, None)
        except self.failures:
            return  # a connection that is already gone needs no closing


def known(table: str, among: Iterable[str]) -> str:
    """The table's name, if the database itself lists it: nothing else is put into a statement."""
    if table not in among:
        raise Refused(TABLE_UNKNOWN(table=table))
    return table


def wait_seconds() -> int:
    """How long a source may keep us waiting for a connection or for the next rows."""
    return packs.read("national").limit("engines.source_wait_seconds")


def check_address(spec: SourceSpec, schemes: tuple[str, ...]) -> None:
    """Refuse an address of another scheme: key=value forms could not be shown without secrets."""
    if not spec.public.startswith(schemes):
        raise Refused(SOURCE_ADDRESS(scheme=schemes[0]))


def _reason(error: Exception) -> str:
    """The name of the error and its number, never its words."""
    number = getattr(error, "sqlstate", None) or next(iter(error.args), None)
    state = isinstance(number, str) and len(number) == SQLSTATE_LENGTH
    return (
        f"{type(error).__name__} {number}"
        if state or isinstance(number, int)
        else type(error).__name__
    )
