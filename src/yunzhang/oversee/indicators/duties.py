"""Indicators of duties: reports, tasks and findings, handed in and closed in time.

Which procedures are reports, tasks or findings is said by rows of the pack (`indicator_procedure`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date

from django.db.models import CharField, Exists, OuterRef, Q, Value
from django.db.models.functions import Cast, Concat

from yunzhang.oversee.duties import handing_in
from yunzhang.oversee.indicators.clocks import kept
from yunzhang.oversee.indicators.registry import Row, Units, indicator, window
from yunzhang.people.models import Case, CaseParty, Clock
from yunzhang.people.permissions import pack
from yunzhang.terms.faults import Text


@indicator(
    "duties",
    "clock",
    formula=Text(
        "按时报送的报告 ÷（已报送的＋逾期未报的）",
        "Reports handed in on time ÷ (those handed in + those overdue)",
    ),
    source=Text("限期报告的时钟", "Clocks of the dated reports"),
    told=Text(
        "季报、年报等按政策包日期应报的报告；报送当日即停表，办公室审多久不影响。",
        "Reports of the quarter and the year; the day of handing in counts, however long the "
        "office takes to look at it.",
    ),
)
def reports_in_time(units: Units, today: date) -> Iterator[Row]:
    """Reports handed in on their day / reports that fell due."""
    yield from _in_time("reports_in_time", units, today)


@indicator(
    "duties",
    "clock",
    formula=Text(
        "按时完成的任务 ÷（已完成的＋逾期未完成的）",
        "Tasks done on time ÷ (those done + those overdue)",
    ),
    source=Text("限期任务、督办的时钟", "Clocks of dated tasks and supervised tasks"),
    told=Text(
        "政策包列出的任务和领导督办的任务；未到期的不计。",
        "Tasks of the pack and those a chief supervises; what is not yet due does not count.",
    ),
)
def tasks_in_time(units: Units, today: date) -> Iterator[Row]:
    """Tasks done on their day / tasks that fell due."""
    yield from _in_time("tasks_in_time", units, today)


@indicator(
    "duties",
    "case",
    formula=Text(
        "已整改销号的问题 ÷（已销号的＋逾期未销号的）",
        "Findings put right ÷ (those + those overdue)",
    ),
    source=Text("巡云问题整改事项", "Cases of findings of patrols"),
    told=Text(
        "巡云发现的问题整改到位没有。本地未开展巡云的没有数。",
        "Whether what a patrol found was put right. Nothing where there are no patrols.",
    ),
)
def findings_rectified(units: Units, today: date) -> Iterator[Row]:
    """Findings of patrols closed / those closed or overdue."""
    yield from closed(procedures_of("findings_rectified"), handing_in.UNIT, units, today)


def procedures_of(indicator: str) -> tuple[str, ...]:
    """The procedures whose cases an indicator counts, as the pack in force says."""
    return tuple(
        row.code for row in pack().codes_of("indicator_procedure") if row.parent == indicator
    )


def closed(
    procedures: Collection[str],
    party: str,
    units: Units,
    today: date,
    *,
    without: Collection[str] = (),
) -> Iterator[Row]:
    """Cases that are closed, and those that are open though a clock of theirs is over."""
    over = Clock.objects.filter(
        subject=Concat(Value("case:"), Cast(OuterRef("case"), CharField())),
        ended_on=None,
        rested_on=None,
        due_on__lt=today,
    )
    rows = CaseParty.objects.filter(
        Q(case__closed_on__gt=window(today)) | Q(case__closed_on=None) & Exists(over),
        case__procedure__in=procedures,
        party=party,
        unit__in=units,
    ).exclude(case__step__in=without)
    for unit, number, on in rows.values_list("unit", "case", "case__closed_on"):
        yield Row(unit, number, on is not None)


def _in_time(indicator: str, units: Units, today: date) -> Iterator[Row]:
    cases = Case.objects.filter(procedure__in=procedures_of(indicator))
    clocks = Clock.objects.filter(
        rule=handing_in.RULE, unit__in=units, reference__in=cases.values("number")
    )
    yield from kept(clocks, today)
