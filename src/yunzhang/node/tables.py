"""The tables a node serves: the current version of each, exchanged when it is loaded anew."""

from __future__ import annotations

from pathlib import Path

from yunzhang.node.fetch import Fetcher
from yunzhang.node.store import TABLE_MISSING, current, open_table, tables
from yunzhang.terms.faults import Fault, Refused
from yunzhang.terms.pack import Pack


class Tables:
    """Open tables by name."""

    def __init__(self, store: Path, pack: Pack) -> None:
        self._store = store
        self._pack = pack
        self._open: dict[str, Fetcher] = {}
        self.faults: tuple[Fault, ...] = ()

    def find(self, table: str) -> Fetcher:
        """The fetcher of a table; raises `table.missing`."""
        fetcher = self._open.get(table)
        if fetcher is None:
            raise Refused(TABLE_MISSING(table=table))
        return fetcher

    def refresh(self) -> None:
        """Open what was loaded since; a broken table is listed, the others are served."""
        faults: list[Fault] = []
        for table in tables(self._store):
            try:
                self._renew(table)
            except Refused as error:
                faults += error.faults
        self.faults = tuple(faults)

    @property
    def versions(self) -> dict[str, tuple[str, int]]:
        """Table name to version and number of rows."""
        return {
            name: (fetcher.table.version, fetcher.table.about.rows)
            for name, fetcher in self._open.items()
        }

    def close(self) -> None:
        """Let go of all tables."""
        for fetcher in self._open.values():
            fetcher.close()
        self._open.clear()

    def _renew(self, table: str) -> None:
        former = self._open.get(table)
        if former and former.table.version == current(self._store, table):
            return
        self._open[table] = Fetcher(open_table(self._store, table), self._pack)
        if former:
            former.close()
