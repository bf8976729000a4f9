"""My desk: by the posts one holds, what waits, what is late, how one's unit stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from yunzhang import clock
from yunzhang.oversee.duties import supervision
from yunzhang.oversee.duties.supervision import Concern
from yunzhang.people import calendar
from yunzhang.people.models import Clock, Turn
from yunzhang.people.permissions import Actor, may, pack
from yunzhang.people.workdays import work_calendar
from yunzhang.portal import lines, seen, typed
from yunzhang.portal.cited import place
from yunzhang.portal.doors import Visit, do, door
from yunzhang.portal.lines import Line
from yunzhang.portal.people import affairs, waiting
from yunzhang.portal.people.course_words import procedure_names
from yunzhang.portal.seats import chief_desk
from yunzhang.portal.share import parcels
from yunzhang.portal.templatetags.said import clock_name, said
from yunzhang.share import disposals
from yunzhang.terms.deadlines import WorkCalendar, working_days_left
from yunzhang.terms.faults import Fault

Lines = dict[str, list[Line]]


@dataclass(frozen=True)
class Limit:
    """A running limit as the desk shows it, with whose turn it is."""

    item: str  # what the button that presses for it names
    clock: Clock | None
    days: int | None
    name: str
    title: str
    who: str
    owner: str
    address: str
    case: str
    cite: str


@door("desk.see")
def desk(request: Visit) -> HttpResponse:
    if request.method == "POST":
        deeds = {"supervise": _supervise, "over": _over, "sign": chief_desk.sign}
        return do(request, deeds)
    # The calendar is asked for once: every days left of the page is counted with it.
    actor, today, work = request.actor, clock.today(), work_calendar()
    groups = waiting.groups(actor, today, work, request.GET.get("of", ""))
    chief = affairs.answers(actor)
    own = chief_desk.branches(actor, today) if chief else ()
    found = lines.read([*affairs.branches(actor, today, work), *own])
    running = [_limit(line, today, work) for line in _running(found)]
    context = {
        "groups": groups,
        "tasks_total": sum(group.total for group in groups),
        "running": running[: pack().limit("desk.lines")],
        "running_total": lines.total(found, "running") + lines.total(found, "resting"),
        "late": lines.total(found, "late"),
        "drifts": lines.total(found, "drift"),
        "failing": lines.total(found, "verdict"),
        "standing": _standing(found),
        "red": _red(found, running) if chief else (),
        "chief": chief,
        "presses": supervision.may_order(actor),
        "oversees": seen.units(actor, "desk.see") is None,
        "warnings": _warnings(actor, found, today, work),
        **(chief_desk.shown(found, today, work) if chief else {}),
        **_consumer(actor, found, today, work),
        **_auditor(actor, found),
    }
    return render(request, "portal/desk.html", context)


def _running(found: Lines) -> list[Line]:
    due = sorted(found.get("running", ()), key=lambda line: (line.due or date.max, line.pk))
    return [*due, *sorted(found.get("resting", ()), key=lambda line: line.due or date.max)]


def _limit(line: Line, today: date, work: WorkCalendar) -> Limit:
    assert line.due is not None
    held = Clock(
        rule=line.note,
        document=line.document,
        clause=line.clause,
        due_on=line.due,
        rested_on=line.due if line.place else None,
        provisional=bool(line.of),
    )
    return Limit(
        item=f"clock:{line.pk}",
        clock=held,
        days=working_days_left(today, line.due, work),
        name=clock_name(line.note),
        title=line.title or line.reference,
        who=line.who,
        owner=line.owner,
        address=waiting.address(line.subject, line.reference),
        case=line.case,
        cite=place(line),
    )


def _red(found: Lines, running: list[Limit]) -> list[Limit]:
    """What is wrong in the units one answers for, the worst first: late, nearly so, wrong data."""
    warn, most = pack().limit("clock.warn_days"), pack().limit("desk.red")
    near = [one for one in running if _pressing(one, warn)]
    wrong = [
        Limit(
            item=f"turn:{line.pk}",
            clock=None,
            days=None,
            name=line.note,
            title=line.title,
            who=line.who,
            owner=line.owner,
            address=waiting.address(line.subject, line.reference),
            case=line.case,
            cite=place(affairs.article(step)),
        )
        for step in affairs.WRONG
        for line in found.get(step, ())
    ]
    return [*near, *wrong][:most]


def _pressing(one: Limit, warn: int) -> bool:
    resting = one.clock is not None and one.clock.rested_on is not None
    return not resting and one.days is not None and one.days <= warn


def _standing(found: Lines) -> dict[str, Any] | None:
    """The last score of the actor's unit, its place among all, and how it came there."""
    past = sorted(found.get("score", ()), key=lambda line: (line.at, int(line.pk)))
    if not past:
        return None
    last, totals = past[-1], [line.figure or 0.0 for line in past]
    return {
        "period": last.reference,
        "unit": last.title,
        "who": last.who,
        "total": last.figure,
        "place": last.place,
        "of": last.of,
        "change": totals[-1] - totals[-2] if len(totals) > 1 else None,
        "trend": parcels.trend(totals),
        "periods": [line.reference for line in past],
    }


def _warnings(actor: Actor, found: Lines, today: date, work: WorkCalendar) -> list[Fault]:
    """A year without its notice: for whoever enters it, and wherever it makes a limit uncertain."""
    waiting_for = lines.total(found, "provisional")
    if not (waiting_for or may(actor, "calendar.change")):
        return []
    years = calendar.unpublished(today, None, work)[:1]
    return [calendar.YEAR_UNPUBLISHED(year=year, clocks=waiting_for) for year in years]


def _consumer(actor: Actor, found: Lines, today: date, work: WorkCalendar) -> dict[str, Any]:
    """The way of the unit's requests, its grants to give back, what it asked of others."""
    if not may(actor, "request.draft"):
        return {}
    sent = sorted(found.get("parcel", ()), key=lambda line: -int(line.pk))
    return {
        "consumer": True,
        "parcels": [parcels.parcel(line, today, work) for line in sent],
        "parcels_total": lines.total(found, "parcel"),
        "unused": sorted(found.get("unused", ()), key=lambda line: str(line.at)),
        "unused_total": lines.total(found, "unused"),
        "expiring": sorted(found.get("expiring", ()), key=lambda line: str(line.at)),
        "expiring_total": lines.total(found, "expiring"),
        "asked": [_asked(line) for line in found.get("asked", ())],
        "asked_total": lines.total(found, "asked"),
    }


def _asked(line: Line) -> tuple[Line, str, str]:
    """A case, its procedure and its step in words."""
    procedure, _slash, step = line.note.partition("/")
    rows = (row for row in pack().procedures if row.id == procedure)
    steps = {one.id: said(one) for row in rows for one in row.steps}
    return line, procedure_names().get(procedure, procedure), steps.get(step, step)


def _auditor(actor: Actor, found: Lines) -> dict[str, Any]:
    if not may(actor, "ledger.verify"):
        return {}
    kinds = ("suspended", "misuse", "refused_batch")
    return {"auditor": True, **{kind: lines.total(found, kind) for kind in kinds}}


def _supervise(request: Visit) -> str:
    concern = concern_of(request.actor, typed.text(request, "item"))
    due_on, why = typed.day(request, "due_on"), typed.why(request)
    case = supervision.order(request.actor, concern, due_on, why=why)
    return reverse("case", args=[case.number])


def concern_of(actor: Actor, item: str) -> Concern:
    """The red item whose button was pressed; 404 when it is none of the actor's units."""
    kind, _colon, number = item.partition(":")
    place = typed.place(number)
    if kind == "clock":
        own = seen.within(actor, "request.see", "unit")
        held = seen.one(Clock.objects.filter(own, ended_on=None).select_related("unit"), pk=place)
        turn = Turn.objects.filter(subject=held.subject).order_by("pk").first()
        title = turn.title if turn else held.reference or held.subject
        return Concern(held.subject, title, held.unit, held.document, held.clause)
    own = seen.within(actor, "quality.see", "unit")
    wrong = Turn.objects.filter(own, step__in=affairs.WRONG).select_related("unit")
    found = seen.one(wrong, pk=place)
    if found.unit is None:
        raise Http404
    cite = affairs.article(found.step)
    return Concern(found.subject, found.title, found.unit, cite.document, cite.clause)


def _over(request: Visit) -> str:
    """A grant the unit no longer needs goes back: its end, and the disposal of the data."""
    own = seen.within(request.actor, "request.draft", "consumer")
    grant = seen.one(seen.grants(request.actor).filter(own), pk=typed.text(request, "grant"))
    case = disposals.begin(request.actor, grant, why=typed.why(request))
    return reverse("case", args=[case.number])
