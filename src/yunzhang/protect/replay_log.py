"""Replay log: what there was to count is read from the whole log, so that nothing is left out.

Every fact bears a mark of each record it changed. Who reads them in order knows, at the fact that
froze a period, all records of each unit; the figures must be made of these and of no others.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from yunzhang.protect.replay_faults import (
    DISCOUNT_DIFFERS,
    DUE_DIFFERS,
    FACT_MISSING,
    LIMIT_MISSING,
    MARK_MISSING,
    RECORD_WITHHELD,
    ROW_DISAGREES,
    ROW_LEFT_OUT,
    ROW_SURPLUS,
    UNIT_LEFT_OUT,
)
from yunzhang.protect.replay_rows import SIDES
from yunzhang.protect.replay_source import Frozen, Held, Source
from yunzhang.protect.verify import Found
from yunzhang.terms.basis import Basis, BasisRow
from yunzhang.terms.document import decode
from yunzhang.terms.fact import Deed, Fact
from yunzhang.terms.faults import Refused, Text
from yunzhang.terms.population import Population, Standing
from yunzhang.terms.record import Record
from yunzhang.terms.score import Figure
from yunzhang.terms.score_rules import RULES, judged

# Deeds that cannot be done without changing a record of this kind: no mark, and one is hidden.
BEARS: Mapping[Deed, str] = {
    Deed.TABLE_REGISTERED: "table",
    Deed.ENTRY_PUBLISHED: "resource",
    Deed.TABLE_CHECKED: "verdict",
    Deed.ENTRY_APPROVED: "clock",
    Deed.DUTY_CHANGED: "clock",
    Deed.GRANT_ISSUED: "grant",
    Deed.SYSTEM_REGISTERED: "system",
    Deed.NETWORK_REGISTERED: "network",
}

# How a limit is counted, in words that read in both languages.
COUNTED_IN = {
    "working_day": "{days} 个工作日/working days",
    "calendar_day": "{days} 日/days",
    "named_day": "指定日/a named day",
    "next_workday": "指定日顺延/a named day or the working day after",
}


@dataclass
class Tally:
    """What was found to be so, for the steps to say."""

    figures: int = 0
    others: set[str] = field(default_factory=set)
    limits: dict[str, str] = field(default_factory=dict)  # how each limit is counted
    unsure: set[str] = field(default_factory=set)
    units: int = 0


@dataclass
class Owed:
    """What there must be by the facts alone: a score of every unit, a limit for every request."""

    units: set[str] = field(default_factory=set)
    requests: set[str] = field(default_factory=set)

    def note(self, fact: Fact) -> None:
        """A unit was registered, or something was applied for."""
        if fact.deed == Deed.UNIT_REGISTERED:
            self.units.add(fact.subject.partition(":")[2])
        elif fact.deed == Deed.REQUEST_APPLIED:
            self.requests.add(fact.subject)

    def hold(self, period: str, scored: frozenset[str]) -> None:
        """Every unit registered by now has its score."""
        missing = sorted(self.units - scored)
        if missing:
            raise Refused(UNIT_LEFT_OUT(period=period, unit=missing[0]))

    def limited(self, population: Population) -> None:
        """A reply to each request is owed by law, so that each ran into a limit (Art. 21)."""
        limits = {one.record.values.get("subject") for one in population.found.values()}
        missing = sorted(self.requests - limits)
        if missing:
            raise Refused(LIMIT_MISSING(subject=missing[0]))


def enumerated(
    source: Source, period: str, frozen: Iterable[Frozen], *, whole: bool
) -> Iterator[Found]:
    """The log read in order up to each freezing, and every figure held against what it gives.

    `whole`: all units of the period are replayed, so that one left out is missed.
    """
    entries, scores = source.log(), [one for one in frozen if one.held.basis]
    if entries is None:
        yield (
            Text(
                "手边没有完整的日志，未能核对是否有漏计的记录：用 --log 给出日志文件夹。",
                "The whole log is not at hand: that no record was left out is not shown. Give its "
                "folder with --log.",
            ),
            {},
        )
        return
    tally = Tally()
    _read(entries, source.records(), period, scores, tally, whole=whole)
    yield (
        Text(
            "{figures} 个指标所计的记录恰是日志截至冻结时给出的记录，不多不少；"
            "未据日志枚举的指标：{others}；已登记的单位 {units} 个。",
            "{figures} figures are made of exactly the records that the log gives by then, none "
            "left out, none put in; not enumerated: {others}; units registered: {units}.",
        ),
        {
            "figures": tally.figures,
            "others": ", ".join(sorted(tally.others)) or 0,
            "units": tally.units,
        },
    )
    yield (
        Text(
            "届满日由起算日、天数和日志中的工作日历重算一致：{limits}；"
            "日历不在日志中的 {unsure} 个。",
            "Due dates follow from start, days and the logged calendar: {limits}; {unsure} rest on "
            "a calendar that the log does not hold.",
        ),
        {"limits": _limits(tally), "unsure": len(tally.unsure)},
    )


def _read(
    entries: Iterable[bytes],
    records: Mapping[str, bytes],
    period: str,
    scores: list[Frozen],
    tally: Tally,
    *,
    whole: bool,
) -> None:
    waiting = defaultdict(list)
    for score in scores:
        waiting[decode(score.entry.body, Fact).id].append(score)
    codes = {score.held.unit for score in scores} | {""}
    before = {(score.held.unit, score.held.version): score.held for score in scores}
    population, owed = Population(), Owed()
    for place, body in enumerate(entries):
        fact = decode(body, Fact)
        owed.note(fact)
        _take(population, fact, place, records, codes)
        for score in waiting.pop(fact.id, ()):
            if score.held.version == 1 and whole:
                owed.hold(period, score.units)
                if owed.units <= codes:  # the limits of every unit were read
                    owed.limited(population)
            earlier = before.get((score.held.unit, score.held.version - 1))
            _hold(population, score.held, earlier, tally)
            tally.units = len(owed.units)
        if not waiting:
            return
    late = next(iter(waiting.values()))[0].held
    raise Refused(FACT_MISSING(period=period, version=late.version, unit=late.unit))


def _take(
    population: Population,
    fact: Fact,
    place: int,
    records: Mapping[str, bytes],
    codes: set[str],
) -> None:
    kind = BEARS.get(fact.deed)
    if kind and kind not in {mark.kind for mark in fact.marks}:
        raise Refused(MARK_MISSING(place=place, subject=fact.subject, kind=kind))
    for mark in fact.marks:
        if mark.unit not in codes:
            continue
        text = records.get(mark.digest)
        if text is None:
            raise Refused(RECORD_WITHHELD(place=place, unit=mark.unit or "—", kind=mark.kind))
        record = decode(text, Record)
        wrong = population.take(record, place)
        if wrong:
            row, found = f"clock:{record.id}", record.values["due_on"]
            raise Refused(DUE_DIFFERS(unit=record.unit, row=row, wanted=wrong.on, found=found))


def _hold(population: Population, held: Held, earlier: Held | None, tally: Tally) -> None:
    """A score's figures against the records there are; what an earlier version says stood there."""
    basis = held.basis
    assert basis is not None
    known = population.of(held.unit)
    gone = population.discounted()
    stood = {one.figure for one in earlier.basis.counted} if earlier and earlier.basis else set()
    if not stood and gone != frozenset(basis.discounted):
        differ = sorted(gone.symmetric_difference(basis.discounted))
        raise Refused(DISCOUNT_DIFFERS(unit=held.unit, rows=", ".join(differ)))
    rows = basis.by_key()
    for weighed in basis.counted:
        figure = weighed.figure
        if figure in stood:
            continue
        if figure.indicator not in RULES:
            tally.others.update({figure.indicator} if figure.held or figure.failed else ())
            continue
        own = known.get(figure.kind, {})
        for id in (*figure.held, *figure.failed):
            _agrees(held.unit, rows[figure.kind, id], own.get(id), tally)
        _complete(held.unit, basis, figure, own, gone)
        tally.figures += 1


def _agrees(unit: str, row: BasisRow, one: Standing | None, tally: Tally) -> None:
    """The row says what the log says of the record; one the log lacks is found in `_complete`."""
    if one is None:
        return
    name, told = f"{row.kind}:{row.id}", one.record.values
    if row.kind == "clock":
        if row.values.get("due_on") != told["due_on"]:
            wanted, found = told["due_on"], row.values.get("due_on")
            raise Refused(DUE_DIFFERS(unit=unit, row=name, wanted=wanted, found=found))
        if one.sure:
            how = COUNTED_IN.get(str(told["counted_in"]), "{days}").format(days=told["days"])
            tally.limits[name] = f"{told['rule']} {how} ({told['document']} {told['clause']})"
        else:
            tally.unsure.add(name)
    for field_, value in told.items():
        if row.values.get(field_) != value:
            raise Refused(ROW_DISAGREES(unit=unit, row=name, field=field_, place=one.place))


def _complete(
    unit: str, basis: Basis, figure: Figure, own: Mapping[str, Standing], gone: frozenset[str]
) -> None:
    """The figure has every record that counts, on its side, and no other."""
    wanted = {
        id: judged(figure.indicator, one.record.values, basis)
        for id, one in own.items()
        if f"{figure.kind}:{id}" not in gone
    }
    counted = {**dict.fromkeys(figure.held, True), **dict.fromkeys(figure.failed, False)}
    told = {"unit": unit, "indicator": figure.indicator}
    for id, holds in wanted.items():
        if holds is not None and counted.get(id) is not holds:
            row, place = f"{figure.kind}:{id}", own[id].place
            raise Refused(ROW_LEFT_OUT(**told, row=row, place=place, wanted=SIDES[holds]))
    for id in counted:
        if wanted.get(id) is None:
            raise Refused(ROW_SURPLUS(**told, row=f"{figure.kind}:{id}"))


def _limits(tally: Tally) -> str:
    counted = Counter(tally.limits.values())
    told = [f"{said} ×{count}" for said, count in sorted(counted.items())]
    return "; ".join(told) or "0"
