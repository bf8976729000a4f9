"""Meetings: who called and who came, what was heard, the minutes, and the tasks they decided on."""

from __future__ import annotations

from django.db.models import Count, Q
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_noop as _

from yunzhang.oversee.duties import meetings, tasks
from yunzhang.oversee.duties.meeting_models import Meeting
from yunzhang.oversee.duties.meetings import MeetingForm
from yunzhang.people.models import Unit
from yunzhang.people.permissions import may
from yunzhang.portal import seen, typed
from yunzhang.portal.doors import Visit, do, door
from yunzhang.portal.duties import tasks as task_pages
from yunzhang.portal.history import told
from yunzhang.portal.listed import Listed, answer
from yunzhang.portal.listing import Column, Filter, Kind, Listing

MEETINGS = Listing(
    "meetings",
    _("Meetings"),
    (
        Column(
            "title",
            _("Meeting"),
            lambda row: row.title,
            order="title",
            found=("title", "called_by", "minutes"),
            link=lambda row: reverse("meeting", args=[row.pk]),
        ),
        Column("held", _("Held on"), lambda row: row.held_on, Kind.DAY, "held_on"),
        Column("called", _("Called by"), lambda row: row.called_by, order="called_by"),
        Column("present", _("Came"), lambda row: row.came, Kind.NUMBER, "came"),
        Column("absent", _("Absent"), lambda row: row.missed, Kind.NUMBER, "missed"),
        Column("heard", _("Reports heard"), lambda row: row.reports, Kind.NUMBER, "reports"),
        Column("unit", _("Recorded by"), lambda row: row.unit.short_name, order="unit__short_name"),
    ),
    (
        _("No meeting on record"),
        _("Record one with its minutes; each decision becomes a task with its day."),
    ),
    order=("-held_on", "-pk"),
    filters=(
        Filter(
            "year",
            _("Year"),
            lambda value: Q(held_on__year=value),
            lambda rows: [
                (str(year), str(year))
                for year in sorted({day.year for day in rows.values_list("held_on", flat=True)})
            ],
        ),
    ),
    hint=_("Meeting, chief or minutes"),
)


@door("desk.see")
def meeting_list(request: Visit) -> HttpResponseBase:
    if request.method == "POST":
        return do(request, {"record": _record})
    found = meetings.of_units(seen.units(request.actor, "desk.see")).annotate(
        came=Count("present", distinct=True),
        missed=Count("absent", distinct=True),
        reports=Count("heard", distinct=True),
    )
    context = {
        "records": may(request.actor, "meeting.record"),
        "units": [(str(unit.pk), unit.name) for unit in Unit.objects.all()],
    }
    listed = Listed(request, MEETINGS, found)
    return answer(request, "portal/meetings.html", context, meetings=listed)


@door("desk.see")
def meeting(request: Visit, number: int) -> HttpResponse:
    found = _one(request, number)
    if request.method == "POST":
        return do(request, {"give": _decide}, found)
    context = {
        "meeting": found,
        "present": found.present.all(),
        "absent": found.absent.all(),
        "heard": found.heard.select_related("unit").order_by("pk"),
        "lines": task_pages.lines(meetings.decisions(found)),
        "decides": tasks.may_give(request.actor) and may(request.actor, "meeting.record"),
        "history": told(meetings.subject_of(found)),
        **task_pages.offered(request),
    }
    return render(request, "portal/meeting.html", context)


@door("desk.see")
def minutes_file(request: Visit, number: int) -> HttpResponse:
    """The minutes as a file: always to be saved, never shown as a page of ours."""
    found = _one(request, number)
    if not found.file:
        raise Http404
    response = HttpResponse(bytes(found.file), content_type="application/octet-stream")
    response.headers["Content-Disposition"] = f'attachment; filename="minutes-{found.pk}"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _one(request: Visit, number: int) -> Meeting:
    return seen.one(meetings.of_units(seen.units(request.actor, "desk.see")), pk=number)


def _record(request: Visit) -> str:
    form = MeetingForm(
        title=typed.text(request, "title"),
        held_on=typed.day(request, "held_on"),
        called_by=typed.text(request, "called_by"),
        present=_units(request, "present"),
        absent=_units(request, "absent"),
        heard=task_pages.parts(typed.lines(request, "heard")),
        minutes=typed.paper(request, "minutes"),
    )
    home = seen.home(request.actor, "meeting.record")
    made = meetings.record(request.actor, home, form, why=typed.why(request))
    return reverse("meeting", args=[made.pk])


def _decide(request: Visit, found: Meeting) -> str:
    form = task_pages.form(request, tasks.MEETING)
    case = meetings.decide(request.actor, found, form, why=typed.why(request))
    return reverse("case", args=[case.number])


def _units(request: Visit, name: str) -> list[Unit]:
    return list(Unit.objects.filter(pk__in=typed.records(request, name)))
