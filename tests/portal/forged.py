"""Scores as a hub would have them that lied when it froze, to be held against its own log."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping

from yunzhang.hub.score_source import HubSource
from yunzhang.oversee.models import Score
from yunzhang.people.hub_key import sign
from yunzhang.protect.replay import replayed
from yunzhang.protect.replay_source import Entry, Told
from yunzhang.protect.verify import Found, Verdict, judged
from yunzhang.terms.basis import Basis, BasisRow, score_of
from yunzhang.terms.document import decode, digest, encode, replace
from yunzhang.terms.score import KIND

PERIOD = "2026Q4"


def replay(source: object, unit: str = "") -> Verdict:
    return judged(replayed(source, PERIOD, unit))  # type: ignore[arg-type]


def wrong(verdict: Verdict) -> tuple[str, dict[str, str]]:
    assert verdict.wrong is not None
    return verdict.wrong.code, dict(verdict.wrong.details)


class Forged:
    """A hub that lied when it froze: its digests agree with its lies, the log does not."""

    def __init__(self, basis: Basis) -> None:
        self.real = HubSource()
        self.key = self.real.key
        self.text = encode(basis)
        self.signed = sign(KIND, score_of(basis)).encode()
        self.unit = basis.unit.code

    def opening(self) -> Iterator[Found]:
        return iter(())

    def versions(self, _period: str, _unit: str) -> list[tuple[str, int]]:
        return [(self.unit, 1)]

    def texts(self, _period: str, _unit: str, _version: int) -> tuple[bytes, bytes]:
        return self.signed, self.text

    def frozen(self, period: str, unit: str, version: int) -> Entry | None:
        entry = self.real.frozen(period, unit, version)
        assert entry is not None
        content = json.dumps(
            {"digests": {unit: digest(self.signed)}, "bases": {unit: digest(self.text)}}
        )
        body = json.loads(entry.body)
        body["content_hash"] = digest(("salt" + content).encode())
        return Entry(entry.place, encode(body), Told("salt", "", content))

    def entry(self, log: str, place: str) -> Entry | None:
        return self.real.entry(log, place)

    def log(self) -> Iterable[bytes] | None:
        return self.real.log()

    def records(self) -> Mapping[str, bytes]:
        return self.real.records()


def forged(score: Score, kind: str, **values: object) -> tuple[Basis, BasisRow]:
    """The basis with a value of the first row of a kind changed, that has the value already."""
    basis = decode(score.basis, Basis)
    row = next(
        one
        for one in basis.rows
        if one.kind == kind and one.leaves and all(one.values[n] != v for n, v in values.items())
    )
    lie = replace(row, values={**row.values, **values})
    rows = tuple(lie if one is row else one for one in basis.rows)
    return replace(basis, rows=rows), row
