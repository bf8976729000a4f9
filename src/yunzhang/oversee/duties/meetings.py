"""Meetings of the chiefs: on record with who came and what was heard; decisions become tasks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from yunzhang import clock
from yunzhang.oversee.duties import tasks
from yunzhang.oversee.duties.meeting_models import Heard, Meeting
from yunzhang.oversee.duties.tasks import Part, TaskForm
from yunzhang.people import cases
from yunzhang.people.act import act
from yunzhang.people.cases import FILE_LARGE, Paper
from yunzhang.people.models import Case, Unit
from yunzhang.people.permissions import Actor, pack
from yunzhang.terms.fact import Deed
from yunzhang.terms.faults import Fault, FaultKind, Text, refuse_if

TITLE_MISSING = FaultKind(
    "meeting.title_missing",
    422,
    Text("没有写会议名称或召集人。", "The meeting's title or who called it is missing."),
    Text("两项都要填写。", "Give both."),
)
DAY_AHEAD = FaultKind(
    "meeting.day_ahead",
    422,
    Text("{day} 还没有到，会后再记录。", "{day} is still to come: record it afterwards."),
    Text("填写会议召开的日期。", "Give the day it was held on."),
)
NOBODY = FaultKind(
    "meeting.nobody",
    422,
    Text("没有选择到会单位。", "No unit that came is chosen."),
    Text("选择到会单位。", "Choose the units that came."),
)
BOTH = FaultKind(
    "meeting.both",
    422,
    Text("“{unit}”不能既到会又缺席。", "{unit} cannot have come and been absent."),
    Text("只选一项。", "Choose one of the two."),
)
HEARD_ABSENT = FaultKind(
    "meeting.heard_absent",
    422,
    Text("“{unit}”没有到会，不能汇报。", "{unit} did not come and cannot have reported."),
    Text("改正到会单位或汇报单位。", "Correct who came or who reported."),
)
MINUTES_MISSING = FaultKind(
    "meeting.minutes_missing",
    422,
    Text("没有会议纪要。", "There are no minutes."),
    Text("写入纪要，或上传文件。", "Write the minutes, or add them as a file."),
)


@dataclass(frozen=True)
class MeetingForm:
    """A meeting as it is written down afterwards."""

    title: str
    held_on: date
    called_by: str
    present: Sequence[Unit]
    absent: Sequence[Unit]
    heard: Sequence[Part]
    minutes: Paper


def record(actor: Actor, unit: Unit, form: MeetingForm, *, why: str) -> Meeting:
    """Put a meeting on record; raises Refused with everything that is wrong."""
    with act(actor, Deed.MEETING_RECORDED, unit=unit, why=why) as deeds:
        refuse_if(_faults(form))
        assert actor.person is not None
        meeting = Meeting.objects.create(
            unit=unit,
            title=form.title.strip(),
            held_on=form.held_on,
            called_by=form.called_by.strip(),
            minutes=form.minutes.text,
            file_name=form.minutes.file_name,
            file=form.minutes.file or None,
            digest=form.minutes.digest,
            recorded_by=actor.person,
        )
        meeting.present.set(form.present)
        meeting.absent.set(form.absent)
        Heard.objects.bulk_create(
            Heard(meeting=meeting, unit=one.unit, text=one.text) for one in form.heard
        )
        deeds.subject = subject_of(meeting)
        deeds.content.update(held_on=str(form.held_on), minutes=meeting.digest)
    return meeting


def decide(actor: Actor, meeting: Meeting, form: TaskForm, *, why: str) -> Case:
    """A decision of the minutes becomes a task, under the meeting it comes from."""
    given = TaskForm(
        title=form.title,
        order=form.order,
        lead=form.lead,
        due_on=form.due_on,
        source=tasks.MEETING,
        parts=form.parts,
        about=subject_of(meeting),
        document=meeting.title[:100],
        clause=meeting.held_on.isoformat(),
    )
    return tasks.give(actor, given, why=why)


def decisions(meeting: Meeting) -> list[Case]:
    """The tasks the meeting decided on, the newest first."""
    return list(cases.about(subject_of(meeting)))


def subject_of(meeting: Meeting) -> str:
    """How facts and cases name a meeting."""
    return f"meeting:{meeting.pk}"


def of_units(units: frozenset[int] | None) -> QuerySet[Meeting]:
    """The meetings these units were to come to or keep; all for None."""
    found = Meeting.objects.select_related("unit")
    if units is None:
        return found
    theirs = Q(unit__in=units) | Q(present__in=units) | Q(absent__in=units)
    return found.filter(theirs).distinct()


def _faults(form: MeetingForm) -> Iterator[Fault]:
    if not (form.title.strip() and form.called_by.strip()):
        yield TITLE_MISSING()
    if form.held_on > clock.today():
        yield DAY_AHEAD(day=form.held_on)
    yield from _attendance(form)
    if form.minutes.empty:
        yield MINUTES_MISSING()
    limit = pack().limit("case.file_bytes")
    if len(form.minutes.file) > limit:
        yield FILE_LARGE(name=form.minutes.file_name, limit=limit)


def _attendance(form: MeetingForm) -> Iterator[Fault]:
    if not form.present:
        yield NOBODY()
    present = {unit.pk for unit in form.present}
    for unit in form.absent:
        if unit.pk in present:
            yield BOTH(unit=unit.short_name)
    for one in form.heard:
        if one.unit.pk not in present:
            yield HEARD_ABSENT(unit=one.unit.short_name)
