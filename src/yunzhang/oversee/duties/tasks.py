"""Tasks given: by a meeting, by a chief, for a pain point; a lead, parts, a day, proof, closure.

Their day runs as that of any dated duty, so that what is late stands under key supervision.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from yunzhang import clock
from yunzhang.oversee.duties import handing_in, reach
from yunzhang.oversee.duties.handing_in import DUTY, UNIT
from yunzhang.people import cases, courses, notices
from yunzhang.people.cases import Doing
from yunzhang.people.models import Case, Turn, Unit
from yunzhang.people.permissions import Actor, pack
from yunzhang.terms import procedures
from yunzhang.terms.document import decode, encode
from yunzhang.terms.faults import Fault, FaultKind, Refused, Text, refuse_if

PROCEDURE, ORDER, OFFICE = "instructed_task", "paper.order", "office"
SOURCES = "task_source"
INSTRUCTION, PAIN_POINT = "instruction", "pain_point"
MEETING, PATROL = "meeting", "patrol"

TITLE_MISSING = FaultKind(
    "task.title_missing",
    422,
    Text("没有写任务名称。", "The task has no title."),
    Text("填写名称。", "Give it a title."),
)
LEAD_MISSING = FaultKind(
    "task.lead_missing",
    422,
    Text("没有选择牵头单位。", "No lead unit is chosen."),
    Text("选择牵头单位。", "Choose the unit that leads."),
)
LEAD_TWICE = FaultKind(
    "task.lead_twice",
    422,
    Text("“{unit}”重复：牵头单位和每个责任单位只写一次。", "{unit} is named twice."),
    Text("删去重复的单位。", "Name each unit once."),
)
DAY_OVER = FaultKind(
    "task.day_over",
    422,
    Text("{day} 已过，不能作为期限。", "{day} is over and cannot be a due date."),
    Text("填写今天或以后的日期。", "Give today or a later day."),
)
SOURCE_UNKNOWN = FaultKind(
    "task.source_unknown",
    422,
    Text("没有选择任务来源。", "Where the task comes from is not chosen."),
    Text("从列出的来源中选择。", "Choose one of those offered."),
)
PARTS_OPEN = FaultKind(
    "task.parts_open",
    409,
    Text("{units}还没有报送分工完成情况。", "{units} have not reported their parts yet."),
    Text("催办，或说明理由先行报送。", "Urge them, or report without them and say why."),
)
NO_OFFICE = FaultKind(
    "task.no_office",
    403,
    Text("您的岗位不能交办任务。", "Your post gives no tasks."),
    Text("由云长、云长办或主管部门交办。", "A chief, the office or the authority gives them."),
)


@dataclass(frozen=True)
class Part:
    """What one unit has to do of a task."""

    unit: Unit
    text: str


@dataclass(frozen=True)
class TaskForm:
    """A task as it is given: `parts` are those of the duty units beside the lead."""

    title: str
    order: str
    lead: Unit | None
    due_on: date
    source: str
    parts: Sequence[Part] = ()
    about: str = ""  # the meeting or patrol it comes from
    document: str = ""
    clause: str = ""


def give(actor: Actor, form: TaskForm, *, why: str) -> Case:
    """Give a task; raises Refused with everything that is wrong."""
    papers = {ORDER: form.order}
    if not may_give(actor):
        raise Refused(NO_OFFICE())
    named = _named(form)
    far = reach.faults(actor, _roles(), named)
    refuse_if([*_faults(form), *far, *cases.wanting(PROCEDURE, papers)])
    assert form.lead is not None
    seat = reach.seat(actor, _roles(), named)
    assert seat is not None
    cite = courses.of(PROCEDURE).cite
    return cases.open(
        actor,
        PROCEDURE,
        about=form.about or f"task:{form.source}",
        title=form.title.strip(),
        parties={
            OFFICE: [seat],
            UNIT: [form.lead],
            DUTY: [part.unit for part in form.parts],
        },
        papers=papers,
        why=why,
        content={
            "due_on": str(form.due_on),
            "document": form.document or cite.document,
            "clause": form.clause or cite.clause,
            "others": [],
            "source": form.source,
            "parts": [[part.unit.code, part.text] for part in form.parts],
            "parts_done": {},
        },
    )


def may_give(actor: Actor) -> bool:
    """Whether the actor holds a post that gives tasks."""
    return bool(_roles() & {post.role for post in actor.posts})


def takers(actor: Actor) -> QuerySet[Unit]:
    """The units the actor may give tasks to."""
    return Unit.objects.filter(reach.of(actor, _roles()))


def source_of(case: Case) -> str:
    """Where a task comes from."""
    return str(decode(case.content, dict).get("source", ""))


def parts_of(case: Case) -> list[tuple[Unit, str, str]]:
    """(unit, what it has to do, the day it reported it done or "") of each part."""
    told = decode(case.content, dict)
    units = {unit.code: unit for unit in _duty(case)}
    done = told.get("parts_done", {})
    return [(units[code], text, done.get(code, "")) for code, text in told.get("parts", ())]


@cases.does("task.given")
def _begin(doing: Doing) -> None:
    """The day runs from now on; every duty unit has its turn beside the lead."""
    handing_in.begin(doing)
    _share_turn(doing.case)
    title = doing.case.title
    said = Text(f"请完成本单位分工：{title}", f"Your part of a task: {title}")
    subject, number = cases.subject_of(doing.case), doing.case.number
    for unit in _duty(doing.case):
        key = f"{subject}:part:{unit.pk}"
        notices.tell_unit(unit, _workers(doing.case), key, notices.TOLD, subject, number, said)


@cases.does("task.went_on")
def _go_on(doing: Doing) -> None:
    handing_in.keep_clock(doing)
    _share_turn(doing.case)


@cases.does("task.part")
def _part(doing: Doing) -> None:
    """A duty unit has done its part; the unit is that of the move."""
    row = doing.case.moves.order_by("-pk").select_related("unit").first()
    own = {unit.pk for unit in _duty(doing.case)}
    if row is not None and row.unit is not None and row.unit.pk in own:
        content = decode(doing.case.content, dict)
        content["parts_done"] = {**content.get("parts_done", {}), row.unit.code: _today()}
        doing.case.content = encode(content).decode()
        doing.case.save(update_fields=["content"])
    _go_on(doing)


@cases.does("task.handed_in")
def _hand_in(doing: Doing) -> None:
    left = [unit.short_name for unit, _text, done in parts_of(doing.case) if not done]
    if left:
        raise Refused(PARTS_OPEN(units="、".join(left)))
    handing_in.hand_in(doing)


@cases.does("task.returned")
def _return(doing: Doing) -> None:
    """Sent back: the same day is owed again, and the parts that are missing stay open."""
    handing_in.give_back(doing)
    _share_turn(doing.case)


def _share_turn(case: Case) -> None:
    """The duty units whose part is missing act beside the lead, on the same day."""
    subject = cases.subject_of(case)
    model = Turn.objects.filter(subject=subject).order_by("pk").first()
    if model is None:
        return
    left = [unit for unit, _text, done in parts_of(case) if not done]
    for role in _workers(case):
        for unit in left:
            fields = {"procedure": model.procedure, "step": model.step, "title": model.title}
            Turn.objects.get_or_create(
                subject=subject,
                role=role,
                unit=unit,
                defaults={
                    **fields,
                    "reference": model.reference,
                    "deed_zh": "报送本单位分工完成情况",
                    "deed_en": "Report the unit's own part done",
                    "other": model.other,
                    "clock": model.clock,
                    "since": clock.today(),
                },
            )


def _workers(case: Case) -> tuple[str, ...]:
    return procedures.step_of(cases.course_of(case), "work").who


def _duty(case: Case) -> list[Unit]:
    return [row.unit for row in case.parties.filter(party=DUTY).select_related("unit")]


def _today() -> str:
    return clock.today().isoformat()


def _roles() -> set[str]:
    """The roles that give tasks by the pack."""
    known = (row for row in pack().procedures if row.id == PROCEDURE)
    return {role for row in known for role in procedures.first(row).who}


def _named(form: TaskForm) -> list[Unit]:
    return [part.unit for part in form.parts] + ([form.lead] if form.lead else [])


def _faults(form: TaskForm) -> Iterator[Fault]:
    if not form.title.strip():
        yield TITLE_MISSING()
    if form.lead is None:
        yield LEAD_MISSING()
    if form.due_on < clock.today():
        yield DAY_OVER(day=form.due_on)
    if form.source not in {row.code for row in pack().codes_of(SOURCES)}:
        yield SOURCE_UNKNOWN()
    named = _named(form)
    for unit in {one.pk: one for one in named}.values():
        if sum(one.pk == unit.pk for one in named) > 1:
            yield LEAD_TWICE(unit=unit.short_name)
