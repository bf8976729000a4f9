"""Tasks: what was given by whom, who leads and who takes part, by when, and how it stands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.http import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from yunzhang import clock
from yunzhang.oversee.duties import handing_in, tasks
from yunzhang.oversee.duties.tasks import Part, TaskForm
from yunzhang.people import cases, clocks
from yunzhang.people.models import Case, Clock, Unit
from yunzhang.people.permissions import pack
from yunzhang.portal import seen, typed
from yunzhang.portal.doors import Visit, do, door
from yunzhang.portal.left import left_words
from yunzhang.portal.listed import Listed, answer
from yunzhang.portal.listing import Choices, Column, Filter, Kind, Listing
from yunzhang.portal.people.cases import visible
from yunzhang.portal.states import STATES
from yunzhang.portal.templatetags.said import coded
from yunzhang.terms.faults import FaultKind, Refused, Text, refuse_if

YEAR = timedelta(days=366)
# Every procedure whose cases are tasks, and what they are called by where they come from.
OTHERS = {
    "task": _("Document"),
    "supervision": _("Supervision by a chief"),
    "rectification": _("Rectification"),
}

UNIT_UNKNOWN = FaultKind(
    "task.unit_unknown",
    422,
    Text("没有登记名为“{name}”的单位。", "No unit called {name} is registered."),
    Text("每行写作“单位简称：分工”。", "Write each line as “unit: its part”."),
)


@dataclass(frozen=True)
class Line:
    """One task as the list shows it."""

    title: str
    number: str
    source: str
    lead: str
    duty: tuple[str, ...]
    on: date | None
    state: str
    left: int | None
    closed: date | None

    @property
    def order(self) -> tuple[int, int]:
        """What is late first, then by its day; what is done comes last."""
        place = {"late": 0, "open": 1, "handed_in": 2}.get(self.state, 3)
        return place, (self.on.toordinal() if self.on else 0) * (-1 if place == 3 else 1)

    @property
    def wait(self) -> str:
        """Working days left or late."""
        if self.left is None or self.on is None or self.state in ("done", "handed_in"):
            return ""
        return left_words(self.on, self.left, clock.today())


def _sources(rows: Any) -> Choices:
    return [(one, one) for one in sorted({row.source for row in rows})]


def _leads(rows: Any) -> Choices:
    return [(one, one) for one in sorted({row.lead for row in rows})]


def _states(_rows: Any) -> Choices:
    every = [(id, gettext(words)) for id, (words, _tone) in STATES["duty"].items()]
    return [*every, ("soon", gettext("Due soon"))]


def _of_state(value: str) -> Callable[[Line], bool]:
    """Lines of this state; "soon" are those open whose day is near."""
    if value != "soon":
        return lambda line: line.state == value
    until = clock.today() + timedelta(days=pack().limit("dated.ahead_days"))
    return lambda line: line.state == "open" and line.on is not None and line.on <= until


TASKS = Listing(
    "tasks",
    _("Tasks"),
    (
        Column(
            "title",
            _("Task"),
            lambda line: line.title,
            order="title",
            found=("title", "number"),
            link=lambda line: reverse("case", args=[line.number]),
            note=lambda line: f"{line.number} · {line.source}",
        ),
        Column("number", _("Case number"), lambda line: line.number, Kind.CODE, on="file"),
        Column("source", _("Where it comes from"), lambda line: line.source, on="file"),
        Column("lead", _("Lead unit"), lambda line: line.lead, order="lead", found=("lead",)),
        Column("duty", _("Units taking part"), lambda line: gettext(", ").join(line.duty)),
        Column("on", _("Due"), lambda line: line.on, Kind.DAY, order="on"),
        Column(
            "state",
            _("State"),
            lambda line: line.state,
            Kind.STATE,
            order="state",
            states="duty",
            note=lambda line: line.wait,
        ),
        Column("closed", _("Closed"), lambda line: line.closed, Kind.DAY, on="file"),
    ),
    (
        _("No task"),
        _("Tasks stand here once a meeting, a chief, a patrol or a text gives them."),
    ),
    filters=(
        Filter("state", _("State"), _of_state, _states),
        Filter(
            "source",
            _("Where it comes from"),
            lambda value: lambda line: line.source == value,
            _sources,
        ),
        Filter("lead", _("Lead unit"), lambda value: lambda line: line.lead == value, _leads),
    ),
    hint=_("Task, number or unit"),
)


@door("desk.see")
def task_list(request: Visit) -> HttpResponseBase:
    if request.method == "POST":
        return do(request, {"give": _give})
    procedures = (tasks.PROCEDURE, *OTHERS)
    rows = visible(request).filter(procedure__in=procedures).distinct()
    return _answer(request, lines(list(rows.prefetch_related("parties__unit"))), "")


@door("desk.see")
def pain_points(request: Visit) -> HttpResponseBase:
    """百项堵点: the register of what annoys people, each with its owner, its day and its end."""
    if request.method == "POST":
        return do(request, {"give": _give})
    about = f"task:{tasks.PAIN_POINT}"
    rows = visible(request).filter(procedure=tasks.PROCEDURE, about=about).distinct()
    held = lines(list(rows.prefetch_related("parties__unit")))
    return _answer(request, held, tasks.PAIN_POINT)


def _answer(request: Visit, held: list[Line], source: str) -> HttpResponseBase:
    counts = {state: sum(one.state == state for one in held) for state in STATES["duty"]}
    context = {
        "page": reverse("pain_points" if source else "tasks"),
        "source": source,
        "given_as": source or tasks.INSTRUCTION,
        "counts": counts,
        "soon": sum(map(_of_state("soon"), held)),
        "ahead": pack().limit("dated.ahead_days"),
        "gives": tasks.may_give(request.actor),
        **offered(request),
    }
    listed = Listed(request, TASKS, sorted(held, key=lambda one: one.order))
    return answer(request, "portal/tasks.html", context, tasks=listed)


def offered(request: Visit) -> dict[str, Any]:
    """What a form that gives a task offers: the units this person may give one to."""
    return {"units": [(str(unit.pk), unit.name) for unit in tasks.takers(request.actor)]}


def lines(held: list[Case]) -> list[Line]:
    """Each case as a line, with its limit."""
    today = clock.today()
    subjects = [cases.subject_of(case) for case in held]
    rows = Clock.objects.filter(rule=handing_in.RULE, subject__in=subjects).order_by("pk")
    limits = {row.subject: row for row in rows}
    return [_line(case, limits.get(cases.subject_of(case)), today) for case in held]


def _line(case: Case, limit: Clock | None, today: date) -> Line:
    named: dict[str, list[str]] = {}
    for row in case.parties.all():
        named.setdefault(row.party, []).append(row.unit.short_name)
    code = tasks.source_of(case)
    return Line(
        title=case.title,
        number=case.number,
        source=coded(code, tasks.SOURCES) if code else gettext(OTHERS.get(case.procedure, "")),
        lead=gettext(", ").join(named.get(handing_in.UNIT, ())),
        duty=tuple(named.get(handing_in.DUTY, ())),
        on=limit.due_on if limit else None,
        state=_state(case, limit, today),
        left=clocks.left(limit, today) if limit and not limit.ended_on else None,
        closed=case.closed_on,
    )


def _state(case: Case, limit: Clock | None, today: date) -> str:
    if case.closed_on is not None:
        return "done"
    if limit is not None and limit.rested_on is not None:
        return "handed_in"
    return "late" if limit is not None and limit.due_on < today else "open"


def form(request: Visit, source: str) -> TaskForm:
    """The task as it was typed; raises with every unit that nobody registered."""
    lead = typed.record(request, "lead")
    return TaskForm(
        title=typed.text(request, "title"),
        order=typed.text(request, "order"),
        lead=seen.one(Unit.objects.all(), pk=lead) if lead else None,
        due_on=typed.day(request, "due_on"),
        source=source,
        parts=parts(typed.lines(request, "parts")),
    )


def parts(written: list[str]) -> list[Part]:
    """Lines such as “民政厅：提供名录” as parts; raises with every name nobody knows."""
    known = {unit.short_name: unit for unit in Unit.objects.all()}
    known |= {unit.name: unit for unit in Unit.objects.all()}
    found = [(line.replace(":", "：", 1).partition("：")) for line in written]
    refuse_if(
        UNIT_UNKNOWN(name=name.strip()) for name, _c, _t in found if name.strip() not in known
    )
    return [Part(known[name.strip()], text.strip()) for name, _colon, text in found]


def _give(request: Visit) -> str:
    source = typed.text(request, "source")
    if source not in (tasks.PAIN_POINT, tasks.INSTRUCTION):
        raise Refused(tasks.SOURCE_UNKNOWN())
    case = tasks.give(request.actor, form(request, source), why=typed.why(request))
    return reverse("case", args=[case.number])
