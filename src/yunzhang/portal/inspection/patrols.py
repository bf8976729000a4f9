"""Patrols: planned and unannounced, how each sample was drawn, what was seen, what is mended."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _
from django.views.decorators.http import require_GET

from yunzhang import clock
from yunzhang.oversee.duties import tasks
from yunzhang.oversee.inspection import findings, patrols, sealing, teams
from yunzhang.oversee.inspection.findings import Seen
from yunzhang.oversee.inspection.patrol_models import Mark, Patrol, Sampled, Team
from yunzhang.oversee.inspection.sealing import PatrolForm
from yunzhang.oversee.inspection.teams import TeamForm
from yunzhang.people import cases
from yunzhang.people.hub_key import hub_key
from yunzhang.people.models import Person, Unit
from yunzhang.people.permissions import may
from yunzhang.portal import seen, typed
from yunzhang.portal.doors import Visit, do, door
from yunzhang.portal.duties import tasks as task_pages
from yunzhang.portal.duties.tasks import Line
from yunzhang.portal.history import told
from yunzhang.portal.inspection import patrol_lists
from yunzhang.portal.inspection.patrol_lists import Drawn
from yunzhang.portal.listed import Listed, answer
from yunzhang.portal.listing import Column, Filter, Kind, Listing, of_states
from yunzhang.portal.templatetags.said import coded, said

BEGUN = (Patrol.State.BEGUN, Patrol.State.CLOSED)
KINDS = {"yes": _("Unannounced"), "no": _("Announced")}

PATROLS = Listing(
    "patrols",
    _("Patrols"),
    (
        Column(
            "title",
            _("Patrol"),
            lambda row: row.title,
            order="title",
            found=("title",),
            link=lambda row: reverse("patrol", args=[row.pk]),
            note=lambda row: coded(row.checklist, sealing.CHECKLISTS),
        ),
        Column("kind", _("Way"), lambda row: gettext(KINDS["yes" if row.unannounced else "no"])),
        Column("state", _("State"), lambda row: row.state, Kind.STATE, "state", states="patrol"),
        Column("begins", _("Begins"), lambda row: row.begins_on, Kind.DAY, "begins_on"),
        Column("drawn", _("Sample"), lambda row: row.drawn_lines, Kind.NUMBER, "drawn_lines"),
        Column("wrong", _("Found wrong"), lambda row: row.wrong, Kind.NUMBER, "wrong"),
        Column("team", _("Team"), lambda row: row.team and row.team.name, order="team__name"),
        Column("closed", _("Closed"), lambda row: row.closed_on, Kind.DAY, "closed_on", on="file"),
    ),
    (
        _("No patrol here"),
        _("The office seals a list, the log draws from it, and the patrol begins on its day."),
    ),
    order=("-begins_on", "-pk"),
    filters=(
        of_states("patrol", _("State")),
        Filter(
            "unannounced",
            _("Way"),
            lambda value: Q(unannounced=value == "yes"),
            lambda _rows: [(value, gettext(words)) for value, words in KINDS.items()],
        ),
    ),
    hint=_("Title"),
)
TEAMS = Listing(
    "teams",
    _("Inspection teams"),
    (
        Column(
            "name",
            _("Team"),
            lambda row: row.name,
            order="name",
            found=("name", "members__full_name", "serves__name"),
            link=lambda row: reverse("team", args=[row.pk]),
        ),
        Column("members", _("Members"), lambda row: _names(row.members.all())),
        Column("serves", _("Units it looks after"), lambda row: _names(row.serves.all())),
        Column("since", _("Since"), lambda row: row.since, Kind.DAY, "since"),
        Column("ended", _("Dissolved"), lambda row: row.ended_on, Kind.DAY, "ended_on"),
    ),
    (_("No team"), _("The office sets teams up; each looks after units of its own.")),
    order=("ended_on", "name"),
    prefix="t-",
    hint=_("Team, member or unit"),
)


@door("desk.see")
def patrol_list(request: Visit) -> HttpResponseBase:
    if request.method == "POST":
        return do(request, {"plan": _plan, "team": _set_up})
    found = patrols.visible(request.actor).annotate(
        drawn_lines=Count("sample", distinct=True),
        wrong=Count("sample__marks", filter=~Q(sample__marks__case=""), distinct=True),
    )
    held = Team.objects.prefetch_related("members", "serves").distinct()
    plans = may(request.actor, "patrol.plan")
    context = {"plans": plans, **(_offered() if plans else {})}
    return answer(
        request,
        "portal/patrols.html",
        context,
        patrols=Listed(request, PATROLS, found),
        teams=Listed(request, TEAMS, held),
    )


@door("desk.see")
def patrol(request: Visit, number: int) -> HttpResponseBase:
    found = _one(request, number)
    if request.method == "POST":
        deeds = {"draw": _draw, "begin": _begin, "close": _close, "give": _give}
        return do(request, deeds, found)
    goes = patrols.patrolling(request.actor, found)
    own = seen.units(request.actor, "desk.see")
    lines = found.sample.select_related("unit").order_by("place")
    if not goes and own is not None and found.planned_by != request.actor.person:
        # A unit sees its own part of the sample; whom else they look at is not its business.
        lines = lines.filter(unit__in=own)
    rows, frame = patrol_lists.drawn(lines, found), patrols.frame_of(found)
    context = {
        "patrol": found,
        "frame": frame,
        "of": sealing.OF[frame.of],
        "drawing": patrols.drawing_of(found) if found.drawn else None,
        "patrollers": found.patrollers.order_by("pk"),
        "items": len(sealing.items(found)),
        "goes": goes,
        "draws": found.state == Patrol.State.SEALED and may(request.actor, "patrol.plan"),
        "due": clock.now() >= found.draw_at and clock.today() >= (frame.outside_on or date.min),
        "key": hub_key().public.text,
        "history": told(patrols.subject_of(found), patrols.sealed_subject(found)),
        **_task(request, found, rows),
    }
    return answer(
        request,
        "portal/patrol.html",
        context,
        sample=Listed(request, patrol_lists.SAMPLE, rows),
        found=Listed(request, patrol_lists.FOUND, patrol_lists.found(found, own)),
        given=Listed(request, patrol_lists.GIVEN, _given(found)),
    )


@door("desk.see")
def sampled(request: Visit, number: int, place: int) -> HttpResponse:
    """One that was drawn: the checklist item by item, as the patrollers fill it in."""
    found = _one(request, number)
    line = seen.one(_lines(request, found), place=place)
    if request.method == "POST":
        return do(request, {"mark": _mark}, line)
    marks = findings.latest(found)
    context = {
        "patrol": found,
        "line": line,
        "rows": [(row, marks.get((line.pk, row.code))) for row in sealing.items(found)],
        "acts": found.state == Patrol.State.BEGUN and patrols.patrolling(request.actor, found),
        "outcomes": [(one.value, one.value) for one in Mark.Outcome],
        "next": _lines(request, found).filter(place__gt=place).order_by("place").first(),
    }
    return render(request, "portal/sampled.html", context)


@require_GET
@door("desk.see")
def sample_file(request: Visit, number: int) -> HttpResponse:
    """The sealed list and the signed drawing, for `yunzhang verify sample`."""
    found = _one(request, number)
    if not found.drawn:
        raise Http404
    body = f'{{"drawing":{found.drawn},"frame":{found.frame}}}'
    kept = {"Content-Disposition": f'attachment; filename="sample-{found.pk}.json"'}
    return HttpResponse(body, content_type="application/json", headers=kept)


@door("desk.see")
def team(request: Visit, number: int) -> HttpResponse:
    found = seen.one(Team.objects.select_related("unit"), pk=number)
    if request.method == "POST":
        return do(request, {"change": _change, "dissolve": _dissolve}, found)
    changes = may(request.actor, "patrol.plan", found.unit) and found.ended_on is None
    context = {
        "team": found,
        "members": found.members.order_by("pk"),
        "serves": found.serves.all(),
        "patrols": patrols.visible(request.actor).filter(team=found),
        "changes": changes,
        "history": told(f"team:{found.pk}"),
        **(_offered() if changes else {}),
    }
    return render(request, "portal/team.html", context)


def _one(request: Visit, number: int) -> Patrol:
    """The patrol, where it exists for this reader; what is to be a surprise does not."""
    return seen.one(patrols.visible(request.actor), pk=number)


def _lines(request: Visit, found: Patrol) -> QuerySet[Sampled]:
    lines = found.sample.select_related("unit", "patrol__unit")
    own = seen.units(request.actor, "desk.see")
    goes = patrols.patrolling(request.actor, found)
    return lines if goes or own is None else lines.filter(unit__in=own)


def _given(found: Patrol) -> list[Line]:
    """The tasks that were given because of it."""
    held = cases.about(patrols.subject_of(found)).filter(procedure=tasks.PROCEDURE)
    return task_pages.lines(list(held.prefetch_related("parties__unit")))


def _task(request: Visit, found: Patrol, rows: Sequence[Drawn]) -> dict[str, Any]:
    """The form of a task, filled in with the unit that has most to mend."""
    if found.state not in BEGUN or not tasks.may_give(request.actor):
        return {"gives": False}
    worst = max(rows, key=lambda row: row.wrong, default=None)
    return {
        "gives": True,
        "units": task_pages.offered(request)["units"],
        "task_lead": str(worst.line.unit_id) if worst else "",
        "task_why": gettext("Found on the patrol “%(title)s”") % {"title": found.title},
    }


def _offered() -> dict[str, Any]:
    """What the forms offer."""
    persons = Person.objects.filter(is_active=True, posts__isnull=False).distinct()
    return {
        "outsides": [(row.code, said(row)) for row in sealing.outsides()],
        "checklists": [(row.code, said(row)) for row in sealing.checklists()],
        "ofs": [(id, said(words)) for id, words in sealing.OF.items()],
        "units": [(str(unit.pk), unit.name) for unit in Unit.objects.all()],
        "persons": [(str(one.pk), one.full_name) for one in persons.order_by("full_name")],
        "running": [(str(one.pk), one.name) for one in Team.objects.filter(ended_on=None)],
    }


def _plan(request: Visit) -> str:
    chosen = typed.record(request, "team")
    form = PatrolForm(
        title=typed.text(request, "title"),
        unannounced=typed.checked(request, "unannounced"),
        of=typed.text(request, "of"),
        size=typed.whole(request, "size"),
        scope=_units(request, "scope"),
        checklist=typed.text(request, "checklist"),
        draw_at=typed.moment(request, "draw_at"),
        begins_on=typed.day(request, "begins_on"),
        patrollers=_persons(request, "patrollers"),
        team=seen.one(Team.objects.filter(ended_on=None), pk=chosen) if chosen else None,
        outside=typed.text(request, "outside"),
    )
    home = seen.home(request.actor, "patrol.plan")
    made = patrols.plan(request.actor, home, form, why=typed.why(request))
    return reverse("patrol", args=[made.pk])


def _set_up(request: Visit) -> str:
    home = seen.home(request.actor, "patrol.plan")
    made = teams.set_up(request.actor, home, _team(request), clock.today(), why=typed.why(request))
    return reverse("team", args=[made.pk])


def _change(request: Visit, found: Team) -> None:
    teams.change(request.actor, found, _team(request), clock.today(), why=typed.why(request))


def _dissolve(request: Visit, found: Team) -> None:
    teams.dissolve(request.actor, found, clock.today(), why=typed.why(request))


def _draw(request: Visit, found: Patrol) -> None:
    patrols.draw(
        request.actor,
        found,
        why=gettext("The moment of the drawing has come"),
        outside=typed.text(request, "outside"),
        source=typed.text(request, "outside_source"),
    )


def _give(request: Visit, found: Patrol) -> str:
    """A task because of the patrol; whoever gives it need not be one of those who go."""
    if found.state not in BEGUN:
        raise Http404
    form = task_pages.form(request, tasks.PATROL)
    given = replace(form, about=patrols.subject_of(found))
    return reverse("case", args=[tasks.give(request.actor, given, why=typed.why(request)).number])


def _begin(request: Visit, found: Patrol) -> None:
    patrols.begin(request.actor, found, why=typed.why(request))


def _close(request: Visit, found: Patrol) -> None:
    patrols.close(
        request.actor, found, typed.text(request, "report"), why=gettext("The patrol is over")
    )


def _mark(request: Visit, line: Sampled) -> None:
    noted = Seen(
        outcome=typed.text(request, "outcome"),
        text=typed.text(request, "seen"),
        evidence=typed.paper(request, "evidence"),
        due_on=typed.day_or_none(request, "due_on"),
    )
    item = typed.text(request, "item")
    findings.mark(request.actor, line, item, noted, why=gettext("Seen on the patrol"))


def _team(request: Visit) -> TeamForm:
    return TeamForm(
        typed.text(request, "name"), _persons(request, "members"), _units(request, "serves")
    )


def _units(request: Visit, name: str) -> list[Unit]:
    return list(Unit.objects.filter(pk__in=typed.records(request, name)))


def _persons(request: Visit, name: str) -> list[Person]:
    return list(Person.objects.filter(pk__in=typed.records(request, name), is_active=True))


def _names(rows: Iterable[Any]) -> str:
    return gettext(", ").join(str(row) for row in rows)
