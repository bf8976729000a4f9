"""Figures of a period: counted from facts, limits, cases and calls, of one unit or of all.

Nobody types a figure: each keeps the rows it was counted from, and can be counted again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import F, Q, QuerySet

from yunzhang import clock
from yunzhang.oversee.duties import campaign, tasks
from yunzhang.people.models import Case, Clock, FactRow, Unit
from yunzhang.share import corrections
from yunzhang.terms.counted import Counted, Report
from yunzhang.terms.fact import Deed
from yunzhang.terms.faults import Text
from yunzhang.use.models import UsageDay

TASKS = ("task", "supervision", "rectification", tasks.PROCEDURE)
REPORTS = ("report", campaign.PROCEDURE)


@dataclass(frozen=True)
class Span:
    """Of whom, and from when to when, both days included."""

    unit: Unit | None
    since: date
    until: date

    @property
    def moments(self) -> tuple[datetime, datetime]:
        """The span as moments by the clock of Beijing, the end excluded."""
        start = datetime.combine(self.since, time(), clock.BEIJING)
        return start, datetime.combine(self.until + timedelta(days=1), time(), clock.BEIJING)


Rows = tuple[int, tuple[str, ...]]  # the number, and the ids of the rows


@dataclass(frozen=True)
class Rule:
    """One figure: its words, what its rows are, and how they are found."""

    id: str
    said: Text
    kind: str
    count: Callable[[Span], Rows]


def facts_of(*deeds: Deed) -> Callable[[Span], Rows]:
    """The deeds of these kinds on the unit's affairs."""

    def count(span: Span) -> Rows:
        start, end = span.moments
        found = FactRow.objects.filter(deed__in=deeds, at__gte=start, at__lt=end)
        return _ids(_own(found, span, "unit").order_by("number").values_list("number", flat=True))

    return count


def limits_kept(span: Span) -> Rows:
    """Limits due in the period that ended or rested in time."""
    kept = Q(rested_on__isnull=False, rested_on__lte=F("due_on")) | Q(ended_on__lte=F("due_on"))
    return _limits(span, kept)


def limits_missed(span: Span) -> Rows:
    """Limits due in the period that were over before anybody acted."""
    kept = Q(rested_on__isnull=False, rested_on__lte=F("due_on"))
    over = Q(ended_on__gt=F("due_on")) | Q(ended_on=None, due_on__lt=clock.today())
    return _limits(span, ~kept & over)


def cases_closed(*procedures: str, party: str) -> Callable[[Span], Rows]:
    """Cases of these procedures that were closed in the period, the unit taking this part."""

    def count(span: Span) -> Rows:
        found = Case.objects.filter(
            procedure__in=procedures, closed_on__gte=span.since, closed_on__lte=span.until
        )
        if span.unit is not None:
            found = found.filter(parties__party=party, parties__unit=span.unit)
        return _ids(found.order_by("pk").values_list("pk", flat=True).distinct())

    return count


def calls(field: str) -> Callable[[Span], Rows]:
    """Calls answered on the unit's grants, day by day: given as a provider, made as a consumer."""

    def count(span: Span) -> Rows:
        found = UsageDay.objects.filter(
            day__gte=span.since, day__lte=span.until, answered__gt=F("discounted")
        )
        own = _own(found, span, field).order_by("pk")
        rows = list(own.values_list("pk", F("answered") - F("discounted")))
        return sum(n for _pk, n in rows), tuple(str(pk) for pk, _n in rows)

    return count


RULES: tuple[Rule, ...] = (
    Rule("kept", Text("按期办结的时限", "limits kept"), "clock", limits_kept),
    Rule("missed", Text("逾期的时限", "limits missed"), "clock", limits_missed),
    Rule(
        "published",
        Text("发布或更新的目录条目", "catalog entries published or renewed"),
        "fact",
        facts_of(Deed.ENTRY_PUBLISHED),
    ),
    Rule(
        "drift",
        Text("目录与数据不符", "drifts of the catalog"),
        "fact",
        facts_of(Deed.DRIFT_MARKED),
    ),
    Rule("gathered", Text("数据归集", "tables gathered"), "fact", facts_of(Deed.TABLE_GATHERED)),
    Rule(
        "answered",
        Text("答复的共享申请", "requests answered"),
        "fact",
        facts_of(Deed.REQUEST_AGREED, Deed.REQUEST_REFUSED),
    ),
    Rule("granted", Text("签发的授权", "grants issued"), "fact", facts_of(Deed.GRANT_ISSUED)),
    Rule(
        "corrected",
        Text("办结的校核", "verifications closed"),
        "case",
        cases_closed(corrections.PROCEDURE, party="provider"),
    ),
    Rule("served", Text("提供的数据调用", "calls served"), "usage", calls("provider")),
    Rule("called", Text("使用的数据调用", "calls made"), "usage", calls("consumer")),
    Rule(
        "tasks",
        Text("办结的任务和整改", "tasks and rectifications closed"),
        "case",
        cases_closed(*TASKS, party="unit"),
    ),
    Rule(
        "reports",
        Text("受理的报告", "reports accepted"),
        "case",
        cases_closed(*REPORTS, party="unit"),
    ),
)


def report(span: Span) -> Report:
    """Every figure of the span, with its rows."""
    return Report(
        unit=span.unit.code if span.unit else "",
        since=span.since,
        until=span.until,
        figures=tuple(_counted(span)),
    )


def again(kept: Report) -> Report:
    """The same figures counted again today, from the records as they stand."""
    unit = Unit.objects.get(code=kept.unit) if kept.unit else None
    return report(Span(unit, kept.since, kept.until))


def sentences(made: Report) -> str:
    """The figures as a first draft, for whoever writes the report."""
    head = f"{made.since:%Y年%-m月%-d日}至{made.until:%Y年%-m月%-d日}："
    return head + "；".join(f"{one.zh} {one.n}" for one in made.figures) + "。"


def _counted(span: Span) -> Iterator[Counted]:
    for rule in RULES:
        n, rows = rule.count(span)
        said = rule.said
        yield Counted(id=rule.id, zh=said.zh, en=said.en, n=n, kind=rule.kind, rows=rows)


def _limits(span: Span, condition: Q) -> Rows:
    found = Clock.objects.filter(condition, due_on__gte=span.since, due_on__lte=span.until)
    return _ids(_own(found, span, "unit").order_by("pk").values_list("pk", flat=True))


def _own(found: QuerySet[Any], span: Span, field: str) -> QuerySet[Any]:
    return found if span.unit is None else found.filter(**{field: span.unit})


def _ids(numbers: QuerySet[Any]) -> Rows:
    rows = tuple(str(number) for number in numbers)
    return len(rows), rows
