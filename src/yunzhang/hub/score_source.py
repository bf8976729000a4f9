"""Score source: what a replay reads in a running hub, its whole log recomputed first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path

from django.conf import settings

from yunzhang.oversee.models import Score
from yunzhang.people.hub_key import hub_key
from yunzhang.people.models import FactRow, RecordRow
from yunzhang.portal.protect import logs
from yunzhang.portal.scoring import score_evidence
from yunzhang.protect.keys import PublicKey
from yunzhang.protect.log_folder import LogFolder
from yunzhang.protect.replay_source import Entry
from yunzhang.protect.verify import Found, proven, whole
from yunzhang.terms.basis import HUB
from yunzhang.terms.document import digest


class HubSource:
    """Scores and bases from the database; entries from the log, never from the database."""

    @property
    def key(self) -> PublicKey:
        return hub_key().public

    def opening(self) -> Iterator[Found]:
        yield from whole(Path(settings.LEDGER) / "public", self.key.text)

    def versions(self, period: str, unit: str) -> list[tuple[str, int]]:
        held = Score.objects.filter(period=period)
        if unit:
            held = held.filter(unit__code=unit)
        return list(held.order_by("unit__code", "version").values_list("unit__code", "version"))

    def texts(self, period: str, unit: str, version: int) -> tuple[bytes, bytes]:
        row = Score.objects.get(period=period, unit__code=unit, version=version)
        return row.signed.encode(), row.basis.encode()

    def frozen(self, period: str, unit: str, version: int) -> Entry | None:
        fact = score_evidence.frozen(period, unit, version)
        return self._fact(fact) if fact else None

    def entry(self, log: str, place: str) -> Entry | None:
        if log != HUB:
            return self._receipt(log, int(place))
        fact = FactRow.objects.filter(id=place).first()
        return self._fact(fact) if fact else None

    def log(self) -> Iterable[bytes]:
        for index in range(self._log.size):
            entry = self._log.entry(index)
            assert entry is not None
            yield entry

    def records(self) -> Mapping[str, bytes]:
        return self._records

    @cached_property
    def _records(self) -> dict[str, bytes]:
        texts = RecordRow.objects.values_list("text", flat=True).iterator(chunk_size=2000)
        return {digest(text.encode()): text.encode() for text in texts}

    @cached_property
    def _log(self) -> LogFolder:
        return score_evidence.hub_log()

    def _fact(self, fact: FactRow) -> Entry | None:
        body = None if fact.index is None else self._log.entry(fact.index)
        if body is None:
            return None
        return Entry(str(fact.index), body, score_evidence.told(fact))

    def _receipt(self, name: str, index: int) -> Entry:
        log = logs.named(name)
        body = logs.leaf(log, index)
        for _step in proven(body, logs.proof(log, index), log.key.text):
            pass
        return Entry(str(index), body)
