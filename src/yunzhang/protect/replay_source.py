"""Replay source: what a replay reads, wherever it is kept: scores, bases, log entries, records."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from yunzhang.protect.keys import PublicKey
from yunzhang.protect.replay_faults import TOLD_DIFFERS
from yunzhang.protect.verify import Found
from yunzhang.terms.basis import Basis
from yunzhang.terms.document import Document, decode, digest
from yunzhang.terms.fact import Fact
from yunzhang.terms.faults import Refused
from yunzhang.terms.score import ScoreDocument


class Told(Document, frozen=True):
    """The texts a fact digests, with their salt."""

    salt: str
    why: str
    content: str


@dataclass(frozen=True)
class Entry:
    """An entry seen to be in its log; `told` is what the hub kept of a fact."""

    place: str
    body: bytes
    told: Told | None = None


class Source(Protocol):
    """Where scores, bases and proven log entries come from."""

    @property
    def key(self) -> PublicKey: ...

    def opening(self) -> Iterator[Found]: ...

    def versions(self, period: str, unit: str) -> list[tuple[str, int]]: ...

    def texts(self, period: str, unit: str, version: int) -> tuple[bytes, bytes]: ...

    def frozen(self, period: str, unit: str, version: int) -> Entry | None: ...

    def entry(self, log: str, place: str) -> Entry | None: ...

    def log(self) -> Iterable[bytes] | None:
        """Every entry of the hub's log, recomputed by `opening`; None where it is not at hand."""

    def records(self) -> Mapping[str, bytes]:
        """The records at hand that facts bear marks of, by digest."""


@dataclass(frozen=True)
class Held:
    """One signed score with its basis (None: frozen before bases were kept)."""

    unit: str
    version: int
    signed: bytes
    document: ScoreDocument
    text: bytes
    basis: Basis | None


@dataclass(frozen=True)
class Frozen:
    """A score with the fact that froze or corrected it, and the units that fact names."""

    held: Held
    entry: Entry
    units: frozenset[str]


def content_of(entry: Entry) -> dict[str, Any] | None:
    """What a fact was about, once it is seen to be what the fact digests."""
    if entry.told is None:
        return None
    fact, told = decode(entry.body, Fact), entry.told
    if digest((told.salt + told.content).encode()) != fact.content_hash:
        raise Refused(TOLD_DIFFERS(place=entry.place))
    return decode(told.content, dict[str, Any])
