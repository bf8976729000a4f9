"""Budgets: what a unit asks for running its systems in a year, argued by what they have brought.

The results are counted by the hub when the budget is handed in, and frozen beside the request.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction
from django.db.models import QuerySet, Sum

from yunzhang import clock
from yunzhang.gather import placing
from yunzhang.gather.models import InformationSystem, Resource
from yunzhang.oversee import indicators
from yunzhang.oversee.building import approvals, evidence, projects
from yunzhang.oversee.building.project_models import Budget, BudgetLine
from yunzhang.oversee.clouds import activity
from yunzhang.people import cases
from yunzhang.people.cases import Doing, Papers
from yunzhang.people.models import Case, Unit
from yunzhang.people.permissions import Actor, pack
from yunzhang.people.units import authority_of
from yunzhang.terms.document import decode, encode
from yunzhang.terms.faults import Fault, FaultKind, Text, refuse_if
from yunzhang.terms.project import Results, SystemResult
from yunzhang.use.models import UsageDay

PROCEDURE, PAPER = "operation_budget", "paper.operation_budget"
State = Budget.State

EMPTY = FaultKind(
    "budget.empty",
    422,
    Text("没有填写任何系统的运维经费。", "No system has an amount."),
    Text("至少填写一个系统的金额。", "Write the amount of one system at least."),
)
AMOUNT_WRONG = FaultKind(
    "budget.amount",
    422,
    Text("“{name}”的金额 {amount} 元不成立。", "{amount} yuan for {name} make no sense."),
    Text("填写大于零的整数，单位为元。", "Write a whole number of yuan above zero."),
)
SYSTEM_OUT = FaultKind(
    "budget.system",
    422,
    Text(
        "“{name}”不是本单位在用的系统，不安排运维经费。",
        "{name} is no living system of the unit: there is no money to run it.",
    ),
    Text("只填写本单位在用的系统。", "Ask for living systems of your own unit."),
)
YEAR_WRONG = FaultKind(
    "budget.year",
    422,
    Text("不能为 {year} 年申报运维预算。", "No budget is asked for {year}."),
    Text("填写今年或以后的年份。", "Give this year or a later one."),
)
THERE = FaultKind(
    "budget.there",
    409,
    Text("本单位 {year} 年的运维预算已经报送。", "The unit has handed in its budget of {year}."),
    Text("在已报送的预算中办理。", "Go on with that one."),
)


@dataclass(frozen=True)
class Wish:
    """What is asked for one system, and why."""

    system: InformationSystem
    amount_yuan: int
    reason: str = ""


def ask(
    actor: Actor, unit: Unit, year: int, wishes: Sequence[Wish], papers: Papers, *, why: str
) -> Case:
    """Hand in a unit's operation budget with its results; raises Refused with all that is wrong."""
    today = clock.today()
    with transaction.atomic():
        Unit.objects.select_for_update().get(pk=unit.pk)
        missing = cases.wanting(PROCEDURE, papers)
        refuse_if([*_faults(unit, year, wishes, today), *missing])
        budget = Budget.objects.create(
            unit=unit, year=year, asked_on=today, results=encode(results(unit, today)).decode()
        )
        BudgetLine.objects.bulk_create(
            BudgetLine(budget=budget, system=w.system, amount_yuan=w.amount_yuan, reason=w.reason)
            for w in wishes
        )
        return cases.open(
            actor,
            PROCEDURE,
            about=f"budget:{budget.pk}",
            title=f"{unit.short_name} {year} 年运维预算",
            parties={
                approvals.APPLICANT: [unit],
                approvals.AUTHORITY: [authority_of(unit)],
                approvals.APPROVERS: approvals.approvers(unit, today),
            },
            papers=papers,
            why=why,
            content={"total_yuan": sum(w.amount_yuan for w in wishes), "year": year},
        )


def results(unit: Unit, today: date) -> Results:
    """What the unit's systems and grants have brought of late, counted from the hub's records."""
    since = today - timedelta(days=pack().limit("score.window_days"))
    used = indicators.figure("approved_used", [unit], today)
    score = evidence.latest_score(unit)
    days = UsageDay.objects.filter(day__gt=since, day__lte=today)
    living = list(living_of(unit))
    return Results(
        since=since,
        until=today,
        used=used.hits,
        of=used.of,
        made=_calls(days.filter(consumer=unit)),
        given=_calls(days.filter(provider=unit)),
        score=score.total if score else None,
        period=score.period if score else "",
        systems=tuple(_systems(living, since, today)),
    )


def results_of(budget: Budget) -> Results:
    """The results as they were when the budget was handed in."""
    return decode(budget.results, Results)


def living_of(unit: Unit) -> Iterable[InformationSystem]:
    """The systems a unit may ask money for."""
    found = InformationSystem.objects.filter(unit=unit, state__in=placing.LIVING)
    return found.order_by("name")


@cases.does("budget.arranged")
def _arranged(doing: Doing) -> None:
    _turn(doing.case, State.ARRANGED)


@cases.does("budget.declined")
def _declined(doing: Doing) -> None:
    _turn(doing.case, State.DECLINED)


def _turn(case: Case, state: Budget.State) -> None:
    Budget.objects.filter(pk=case.about.partition(":")[2]).update(state=state)


def _calls(days: QuerySet[UsageDay]) -> int:
    return int(days.aggregate(sum=Sum("answered"))["sum"] or 0)


def _systems(
    living: Sequence[InformationSystem], since: date, today: date
) -> Iterator[SystemResult]:
    known = activity.lives(living)
    calls = calls_by_system([one.pk for one in living], since, today)
    for one in living:
        yield SystemResult(
            system=one.pk,
            name=one.name,
            calls=calls[one.pk],
            last=known[one.pk].last,
            silent=known[one.pk].silent(today),
        )


def calls_by_system(systems: Sequence[int], since: date, today: date) -> Counter[int]:
    """Answered calls of the data of each system within a time."""
    homes = Resource.objects.filter(table__system__in=systems)
    system_of = dict(homes.values_list("code", "table__system"))
    days = UsageDay.objects.filter(resource_code__in=list(system_of), day__gt=since, day__lte=today)
    found: Counter[int] = Counter()
    for code, answered in days.values_list("resource_code").annotate(sum=Sum("answered")):
        found[system_of[code]] += answered or 0
    return found


def _faults(unit: Unit, year: int, wishes: Sequence[Wish], today: date) -> Iterator[Fault]:
    if not today.year <= year <= projects.LAST_YEAR:
        yield YEAR_WRONG(year=year)
    if not wishes:
        yield EMPTY()
    if Budget.objects.filter(unit=unit, year=year).exclude(state=State.DECLINED).exists():
        yield THERE(year=year)
    for one in wishes:
        if one.system.unit_id != unit.pk or one.system.state not in placing.LIVING:
            yield SYSTEM_OUT(name=one.system.name)
        if one.amount_yuan <= 0:
            yield AMOUNT_WRONG(name=one.system.name, amount=one.amount_yuan)
