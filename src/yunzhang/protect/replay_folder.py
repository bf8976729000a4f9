"""Replay folder: a score's evidence as files, each log entry with its proof; no hub is asked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path

from yunzhang.protect.keys import PublicKey
from yunzhang.protect.log_folder import LogFolder
from yunzhang.protect.replay_source import Entry, Told
from yunzhang.protect.verify import Found, proven, whole
from yunzhang.terms.basis import HUB
from yunzhang.terms.document import decode, digest
from yunzhang.terms.fact import Deed, Fact
from yunzhang.terms.faults import Text

# How a package names its files; what an address may not be, no name holds.
SCORE = re.compile(r"(?P<period>[\w-]+)\.(?P<unit>\w+)\.(?P<version>[0-9]+)\.json")
PLAIN = re.compile(r"[\w-]+")
RECORDS = "records.jsonl"  # the records of a unit, one a line, as facts bear marks of them


def score_file(period: str, unit: str, version: int) -> str:
    """Where a package holds a signed score."""
    return f"scores/{period}.{unit}.{version}.json"


def basis_file(period: str, unit: str, version: int) -> str:
    """Where a package holds the basis of a score."""
    return f"bases/{period}.{unit}.{version}.json"


def entry_file(log: str, place: str) -> str:
    """Where a package holds an entry of a log, without its ending."""
    return f"facts/{place}" if log == HUB else f"receipts/{log}/{place}"


class Folder:
    """An evidence package, unpacked; `log` is a copy of the hub's whole log, as it is served.

    `key` is compared by the reader with a copy from elsewhere.
    """

    def __init__(self, folder: Path, key: str = "", log: Path | None = None) -> None:
        self.folder = folder
        self.log_folder = log / "public" if log and (log / "public").is_dir() else log
        self.key = PublicKey.parse(key or self._text("hub.key").strip())

    def opening(self) -> Iterator[Found]:
        yield (
            Text(
                "证据包以公钥 {key} 核验；请与从别处取得的公钥核对。",
                "The package is checked with the key {key}; compare it with a copy from elsewhere.",
            ),
            {"key": self.key.text},
        )
        if self.log_folder:
            yield from whole(self.log_folder, self.key.text)

    def versions(self, period: str, unit: str) -> list[tuple[str, int]]:
        found = [SCORE.fullmatch(path.name) for path in (self.folder / "scores").glob("*.json")]
        return sorted(
            (one["unit"], int(one["version"]))
            for one in found
            if one and one["period"] == period and unit in ("", one["unit"])
        )

    def texts(self, period: str, unit: str, version: int) -> tuple[bytes, bytes]:
        basis = self.folder / basis_file(period, unit, version)
        signed = (self.folder / score_file(period, unit, version)).read_bytes()
        return signed, basis.read_bytes() if basis.exists() else b""

    def frozen(self, period: str, unit: str, version: int) -> Entry | None:
        deed = Deed.SCORE_FROZEN if version == 1 else Deed.SCORE_CORRECTED
        subject = f"score:{period}" if version == 1 else f"score:{period}/{unit}/{version}"
        for path in sorted((self.folder / "facts").glob("*.json")):
            if path.name.endswith(".told.json"):
                continue
            fact = decode(path.read_bytes(), Fact)
            if (fact.deed, fact.subject) == (deed, subject):
                return self.entry(HUB, path.stem)
        return None

    def entry(self, log: str, place: str) -> Entry | None:
        if not PLAIN.fullmatch(place) or not PLAIN.fullmatch(log):
            return None
        stem = entry_file(log, place)
        path = self.folder / f"{stem}.json"
        if not path.exists():
            return None
        body = path.read_bytes()
        key = self.key.text if log == HUB else self._text(f"nodes/{log}.key").strip()
        for _step in proven(body, self._text(f"{stem}.proof"), key):
            pass
        told = self.folder / f"{stem}.told.json"
        return Entry(place, body, decode(told.read_bytes(), Told) if told.exists() else None)

    def log(self) -> Iterable[bytes] | None:
        return self._entries(self.log_folder) if self.log_folder else None

    def records(self) -> Mapping[str, bytes]:
        return self._records

    def _entries(self, place: Path) -> Iterator[bytes]:
        log = LogFolder(place, self.key)
        for index in range(log.size):
            entry = log.entry(index)
            assert entry is not None
            yield entry

    @cached_property
    def _records(self) -> dict[str, bytes]:
        path = self.folder / RECORDS
        lines = path.read_bytes().splitlines() if path.exists() else []
        return {digest(line): line for line in lines}

    def _text(self, name: str) -> str:
        # A byte that is no UTF-8 cannot be part of what was signed; it is found there.
        return (self.folder / name).read_bytes().decode(errors="replace")
