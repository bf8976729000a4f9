"""Dated duties: what the documents want by a day, of whom, and a case for each when it comes near.

Days come from rows of the pack (terms/dates.py); docs/decisions/dates.md says which prevails.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from yunzhang import clock
from yunzhang.oversee.duties import handing_in
from yunzhang.people import cases, clocks, courses, notices
from yunzhang.people.models import Case, CaseParty, Clock, Notice, Person, Post, Unit
from yunzhang.people.permissions import Actor, pack
from yunzhang.terms import procedures
from yunzhang.terms.dates import report_dates, task_dates
from yunzhang.terms.document import decode
from yunzhang.terms.faults import FaultKind, Refused, Text
from yunzhang.terms.pack import Pack
from yunzhang.terms.pack_rows import Citation, DueDate, ReportRule, Target, Task

RULE, UNIT, DUTY = handing_in.RULE, handing_in.UNIT, handing_in.DUTY

log = logging.getLogger(__name__)

DUTY_UNKNOWN = FaultKind(
    "dated.unknown",
    404,
    Text("政策包没有“{id}”这项任务或报告。", "The pack in force has no task or report {id}."),
    Text("在限期任务页选择。", "Choose one on the page of dated duties."),
)
DAY_OVER = FaultKind(
    "dated.day_over",
    422,
    Text("{day} 已过，不能作为期限。", "{day} is over and cannot be a due date."),
    Text("填写今天或以后的日期。", "Give today or a later day."),
)
OPEN_ALREADY = FaultKind(
    "dated.open_already",
    409,
    Text("“{title_zh}”{day}一期已为全部涉及单位立项。", "“{title_en}” of {day} is open already."),
    Text("在限期任务页查看，或另定期限。", "See the page of dated duties, or set another day."),
)
NOBODY_CONCERNED = FaultKind(
    "dated.nobody",
    409,
    Text("没有登记“{title_zh}”涉及的单位。", "No unit that “{title_en}” concerns is registered."),
    Text(
        "在单位页登记，并注明单位类别和政策包中的名称。",
        "Register it on the page of units, with its kind and the pack's name for it.",
    ),
)


@dataclass(frozen=True)
class Dated:
    """One duty of the pack on one of its days; without a day where the text sets none.

    `others`: the other days its texts set. `begins`: in effect from its day, hence never late.
    """

    table: str  # tasks, reports or targets
    row: Task | ReportRule | Target
    on: date | None
    cite: Citation
    others: tuple[DueDate, ...] = ()
    begins: bool = False
    moves_on: bool = False  # the row says that a day on a holiday moves on

    @property
    def subject(self) -> str:
        """What its cases are about; a duty on a day is opened once under it."""
        return f"dated:{self.table}:{self.row.id}:{self.on}"

    @property
    def opens(self) -> bool:
        """Whether somebody has to hand something in."""
        return self.on is not None and not self.begins and not isinstance(self.row, Target)


def due_between(pack: Pack, since: date, until: date) -> list[Dated]:
    """Every duty of the pack with a day within these two, the earliest first."""
    reports = (
        Dated("reports", row, day, row.cite, moves_on=row.next_workday)
        for row in pack.reports
        for day in report_dates(row, since, until)
    )
    found = [one for one in fixed(pack) if one.on is not None and since <= one.on <= until]
    return sorted([*found, *reports], key=lambda one: (one.on or date.max, one.table, one.row.id))


def fixed(pack: Pack) -> list[Dated]:
    """The tasks and targets that have their one day, however long ago."""
    tasks = (one for row in pack.tasks for one in _of_task(row) if one.on is not None)
    return [*tasks, *(Dated("targets", row, row.by, row.cite) for row in pack.targets)]


def undated(pack: Pack) -> list[Dated]:
    """The tasks and reports to which no text gives a day."""
    tasks = (one for row in pack.tasks for one in _of_task(row) if one.on is None)
    reports = (Dated("reports", r, None, r.cite) for r in pack.reports if r.cycle == "irregular")
    return [*reports, *tasks]


def units_of(duty: Dated) -> list[Unit]:
    """The units that owe it: a task's leaders or else its duty units, a report's kinds of units."""
    table, *named = _named(duty)
    return _of_kinds(named) if table == "unit_kinds" else units_named(named)


def units_named(ids: Iterable[str]) -> list[Unit]:
    """The units registered under these rows of the pack, and every unit a row of many names."""
    wanted = set(ids)
    found = {unit.pk: unit for unit in Unit.objects.filter(row__in=wanted)}
    for row in pack().units:
        if row.id in wanted and row.many:
            alike = [one for one in _of_kinds((row.kind,)) if row.tier in ("", one.tier)]
            found.update({unit.pk: unit for unit in alike})
    return sorted(found.values(), key=lambda unit: unit.code)


def open_due(today: date, since: date) -> list[Case]:
    """Open what falls due from `since` on and is near enough, once for every unit concerned.

    The worker's daily verb: `since` is the first day it was not done for.
    """
    until = today + timedelta(days=pack().limit("dated.ahead_days"))
    found = []
    for duty in due_between(pack(), since, until):
        try:
            found += _opened(cases.WORKER, duty, "期限临近，按政策包立项") if duty.opens else []
        except Refused:
            # A row whose procedure cannot begin must not keep the others from being opened.
            log.exception("%s could not be opened and will be tried again", duty.subject)
    return found


def open_now(actor: Actor, table: str, id: str, on: date, *, why: str) -> list[Case]:
    """Open a duty by hand for a day the office sets: one without a day in its text, above all.

    Raises Refused without such a row, without a unit it concerns, for a day that is over, and
    where it is open for all of them already.
    """
    rows: tuple[Task | ReportRule, ...] = pack().tasks if table == "tasks" else pack().reports
    row = next((row for row in rows if row.id == id), None)
    if row is None:
        raise Refused(DUTY_UNKNOWN(id=id))
    if on < clock.today():
        raise Refused(DAY_OVER(day=on))
    duty = Dated(table, row, on, row.cite)
    if not units_of(duty):
        raise Refused(NOBODY_CONCERNED(title_zh=row.zh, title_en=row.en))
    found = _opened(actor, duty, why)
    if not found:
        raise Refused(OPEN_ALREADY(title_zh=row.zh, title_en=row.en, day=on))
    return found


def supervised(today: date) -> QuerySet[Clock]:
    """重点督查: the dated duties that are late today; each leaves when it is handed in."""
    return clocks.overdue(today).filter(rule=RULE)


def tell_supervised(today: date) -> int:
    """Tell the head of chiefs and the office of each duty that came onto the list, once.

    The head is whoever answers to no other chief (`above` of the pack's roles).
    """
    answering = {below for role in pack().roles for below in role.above}
    heads = [role.id for role in pack().roles if role.above and role.id not in answering]
    office = procedures.first(courses.of("report")).who
    persons = notices.seated([(role, None) for role in (*heads, *office)], today)
    late = list(supervised(today).select_related("unit"))
    told = _told_of(persons, late)
    for one in late:
        if all((person.pk, one.pk) in told for person in persons):
            continue
        title = Case.objects.get(number=one.reference).title
        said = Text(
            f"列入重点督查：{one.unit.short_name}“{title}”（{one.due_on} 到期）",
            f"Under key supervision: {one.unit.short_name}, {title} (due on {one.due_on})",
        )
        notices.tell(persons, _key(one), notices.ESCALATED, one.subject, one.reference, said)
    return len(late)


def _key(one: Clock) -> str:
    return f"supervised:{one.pk}"


def _told_of(persons: Iterable[Person], late: Iterable[Clock]) -> set[tuple[int, int]]:
    """Who was told of which of these already: one query a day, not one for each."""
    keys = {_key(one): one.pk for one in late}
    rows = Notice.objects.filter(person__in=list(persons), key__in=keys)
    return {(person, keys[key]) for person, key in rows.values_list("person", "key")}


def opened(duties: Iterable[Dated]) -> QuerySet[Case]:
    """The cases opened for these duties."""
    subjects = [duty.subject for duty in duties]
    return Case.objects.filter(about__in=subjects).order_by("pk")


def title(duty: Dated) -> str:
    """What a case for the duty is called: its row, and of a report the time it is of."""
    on, row = duty.on, duty.row
    return f"{row.zh}（{_period(on, row)}）" if on and isinstance(row, ReportRule) else row.zh


def other_days(case: Case) -> str:
    """The other days that the texts set for what the case is about, each with its place."""
    told = decode(case.content, dict)
    others = [each for each in told.get("others", ()) if each[0] != told.get("due_on")]
    return ", ".join(f"{on} ({clause})" for on, _document, clause in others)


def concerned(duties: Iterable[Dated]) -> dict[str, list[Unit]]:
    """The units that owe each of these duties, by its subject; no group is looked up twice."""
    known: dict[tuple[str, ...], list[Unit]] = {}
    found = {}
    for duty in duties:
        named = _named(duty)
        if named not in known:
            known[named] = units_of(duty)
        found[duty.subject] = known[named]
    return found


def _named(duty: Dated) -> tuple[str, ...]:
    """Whom the row names: the table of the pack and the ids in it."""
    if isinstance(duty.row, ReportRule):
        return ("unit_kinds", *duty.row.who)
    if isinstance(duty.row, Task):
        return ("units", *(duty.row.lead or duty.row.duty))
    return ("units", *duty.row.units)


def _of_task(row: Task) -> Iterator[Dated]:
    dates = task_dates(row)
    if dates.deadline is not None:
        last = dates.deadline
        yield Dated("tasks", row, last.on, last.cite, dates.others, moves_on=last.next_workday)
    elif dates.begins is not None:
        yield Dated("tasks", row, dates.begins.on, dates.begins.cite, begins=True)
    else:
        yield Dated("tasks", row, None, row.cite)


def _of_kinds(kinds: Iterable[str]) -> list[Unit]:
    """Units of these kinds; a kind with a role is every unit where somebody holds it today."""
    wanted = set(kinds)
    found = Q(kind__in=wanted)
    # A unit registered without a kind is what Order 809 Art. 2 speaks of: a department.
    if "department" in wanted:
        found |= Q(kind="", is_authority=False)
    if "sharing_authority" in wanted:
        found |= Q(is_authority=True)
    held = [row.role for row in pack().unit_kinds if row.id in wanted and row.role]
    today = clock.today()
    posts = Post.objects.filter(
        Q(to_date=None) | Q(to_date__gte=today), role__in=held, from_date__lte=today
    )
    return list(Unit.objects.filter(found | Q(pk__in=posts.values("unit"))))


def _opened(actor: Actor, duty: Dated, why: str) -> list[Case]:
    """A case for every unit that owes the duty and has none yet."""
    found, owing = [], CaseParty.objects.filter(party=UNIT, case__about=duty.subject)
    known = set(owing.values_list("unit", flat=True))
    for unit in units_of(duty):
        if unit.pk in known:
            continue
        with transaction.atomic():
            # Locked: two workers, or a worker and the office, must not open it twice.
            Unit.objects.select_for_update().get(pk=unit.pk)
            if not owing.filter(unit=unit).exists():
                found.append(_open(actor, duty, unit, why))
    return found


def _open(actor: Actor, duty: Dated, unit: Unit, why: str) -> Case:
    row = duty.row
    usual = "task" if isinstance(row, Task) else "report"
    procedure = ("" if isinstance(row, Target) else row.procedure) or usual
    others = [one for one in _helping(duty) if one.pk != unit.pk]
    return cases.open(
        actor,
        procedure,
        about=duty.subject,
        title=title(duty),
        parties={UNIT: [unit], DUTY: others, handing_in.RECIPIENT: _recipients(duty)},
        why=why,
        content={
            "due_on": str(duty.on),
            "moves_on": duty.moves_on,
            "document": duty.cite.document,
            "clause": duty.cite.clause,
            "others": [[str(o.on), o.cite.document, o.cite.clause] for o in duty.others],
        },
    )


def _helping(duty: Dated) -> list[Unit]:
    """A task's duty units beside its leaders: they see the case, and the leader reports."""
    row = duty.row
    return units_named(row.duty) if isinstance(row, Task) and row.lead else []


def _recipients(duty: Dated) -> list[Unit]:
    """The units a report goes to by its text: they see it, and are told when it is handed in."""
    return units_named(duty.row.to) if isinstance(duty.row, ReportRule) else []


def _period(on: date, row: ReportRule) -> str:
    """The time a report is of."""
    if row.cycle == "quarter":
        return f"{on.year}年第{(on.month + 2) // 3}季度"
    return f"{on.year}年{on.month}月" if row.cycle == "month" else f"{on.year}年"
