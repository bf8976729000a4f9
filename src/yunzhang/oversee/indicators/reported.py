"""Reported numbers: what a unit says of itself where the hub cannot count; marked, with evidence.

An indicator that the pack names and the hub does not count may be reported. The authority draws
some for a check by a seed that anyone can repeat; one that fails it is refuted and counts no more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from functools import partial
from hashlib import sha256

from yunzhang import clock
from yunzhang.oversee.indicators.registry import INDICATORS, Indicator, Row, Units
from yunzhang.people import cases
from yunzhang.people.cases import Paper
from yunzhang.people.models import Case, CaseParty, Unit
from yunzhang.people.permissions import Actor, pack
from yunzhang.people.units import authority_of
from yunzhang.terms.document import Document, decode, plain
from yunzhang.terms.faults import Fault, FaultKind, Text, refuse_if
from yunzhang.terms.pack_rows import IndicatorRule
from yunzhang.terms.score import Measure

PROCEDURE, UNIT = "reported_number", "unit"
EVIDENCE, RESULT = "paper.evidence", "paper.check_result"
STANDING, CHECKED, REFUTED = "standing", "checked", "refuted"
COUNTS = (STANDING, CHECKED)  # the steps in which a number counts

NOT_REPORTABLE = FaultKind(
    "reported.counted",
    422,
    Text("“{indicator}”由枢纽统计，不能自报。", "{indicator} is counted by the hub, not reported."),
    Text("选择政策包中没有统计口径的指标。", "Choose an indicator that the hub does not count."),
)
NUMBER_WRONG = FaultKind(
    "reported.number",
    422,
    Text("数值应是不小于 0 的整数。", "The number must be 0 or more."),
    Text("填写实际数量。", "Write how many there are."),
)
OF_WRONG = FaultKind(
    "reported.of",
    422,
    Text("总数应大于 0，且不小于达到的数量。", "The total must be above 0 and hold the number."),
    Text("写明在多少项中达到了多少项。", "Write how many there are of how many."),
)
DAY_AHEAD = FaultKind(
    "reported.day",
    422,
    Text("{day} 还没有到。", "{day} is still to come."),
    Text("填写数据截止的日期。", "Give the day the number is of."),
)


class Number(Document, frozen=True, kw_only=True):
    """What the case keeps: how many, of how many (0 for a plain count), as of which day."""

    hits: int
    of: int
    as_of: date


def reportable() -> list[IndicatorRule]:
    """The pack's indicators that the hub does not count."""
    return [rule for rule in pack().indicators if rule.id not in INDICATORS]


def report(
    actor: Actor, unit: Unit, indicator: str, number: Number, evidence: Paper | str, *, why: str
) -> Case:
    """Report a number with its evidence; raises Refused with everything that is wrong."""
    papers = {EVIDENCE: evidence}
    refuse_if([*_faults(indicator, number), *cases.wanting(PROCEDURE, papers)])
    rule = next(row for row in reportable() if row.id == indicator)
    return cases.open(
        actor,
        PROCEDURE,
        about=f"indicator:{indicator}",
        title=f"{rule.zh}（{number.as_of}）",
        parties={UNIT: [unit], "authority": [authority_of(unit)]},
        papers=papers,
        why=why,
        content=plain(number),
    )


def check(actor: Actor, case: Case, result: Paper | str, *, held: bool, why: str) -> Case:
    """Say what a check found; a number that does not hold is refuted and counts no more."""
    move = "holds" if held else "refute"
    return cases.move(actor, case, move, papers={RESULT: result}, why=why)


def number_of(case: Case) -> Number:
    """What a case reports."""
    return decode(case.content, Number)


def drawn(seed: str) -> list[Case]:
    """The numbers to be checked: of those that stand, the pack's part of them, drawn by a seed.

    The order is that of SHA-256 over seed and case number: whoever knows the seed draws the same.
    """
    standing = Case.objects.filter(procedure=PROCEDURE, step=STANDING)
    found = sorted(standing, key=lambda case: sha256(f"{seed}:{case.number}".encode()).hexdigest())
    return found[: -(-len(found) * pack().limit("reported.check_percent") // 100)]


def indicator_of(rule: IndicatorRule) -> Indicator:
    """How a reported indicator is told: the latest number of each unit that was not refuted."""
    counted = {row.unit for row in pack().targets if row.indicator == rule.id} == {"count"}
    measure: Measure = "count" if counted else "percent"
    return Indicator(
        rule.id,
        "reported",
        "case",
        partial(_rows, rule.id),
        Text("单位自报的数", "As units report it"),
        Text(
            "单位自报，附佐证；主管部门抽查，不实的剔除",
            "Units themselves, with evidence; spot checks strike out what does not hold",
        ),
        Text(
            "枢纽没有可统计的记录，只能由单位填报，因此处处标明“自报”，不进入评分。每个单位取截止日期最近的一个数。",
            "The hub has no records to count: units report it, it is marked so everywhere and "
            "enters no score. Of each unit the number of the latest day counts.",
        ),
        measure,
        reported=True,
    )


def _rows(indicator: str, units: Units, today: date) -> Iterator[Row]:
    latest: dict[int, tuple[date, int, Number]] = {}
    parties = CaseParty.objects.filter(
        party=UNIT,
        unit__in=units,
        case__procedure=PROCEDURE,
        case__about=f"indicator:{indicator}",
        case__step__in=COUNTS,
    )
    for unit, case, content in parties.values_list("unit", "case", "case__content"):
        number = decode(content, Number)
        newest = latest.get(unit, (date.min, 0, number))
        if number.as_of <= today and (number.as_of, case) > newest[:2]:
            latest[unit] = (number.as_of, case, number)
    for unit, (_day, case, number) in latest.items():
        yield Row(unit, case, amount=number.hits)
        if number.of > number.hits:
            yield Row(unit, case, False, number.of - number.hits)


def _faults(indicator: str, number: Number) -> Iterable[Fault]:
    rule = next((row for row in reportable() if row.id == indicator), None)
    if rule is None:
        yield NOT_REPORTABLE(indicator=indicator)
        return
    if number.hits < 0:
        yield NUMBER_WRONG()
    if indicator_of(rule).measure == "percent" and not 0 < max(number.of, 0) >= number.hits:
        yield OF_WRONG()
    if number.as_of > clock.today():
        yield DAY_AHEAD(day=number.as_of)
