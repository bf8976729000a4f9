"""Sealing: what is settled before a patrol, and the list its sample will be drawn from."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from yunzhang import clock
from yunzhang.gather import placing
from yunzhang.gather.models import EntryVersion, InformationSystem
from yunzhang.oversee.inspection.patrol_models import Patrol, Team
from yunzhang.people.models import Person, Unit
from yunzhang.people.permissions import pack
from yunzhang.terms.document import to_second
from yunzhang.terms.faults import Fault, FaultKind, Text
from yunzhang.terms.pack_rows import CodeRow
from yunzhang.terms.sample import Frame, Line

CHECKLISTS, ITEMS, OUTSIDE = "patrol_checklist", "patrol_item", "patrol_outside"
OF = {
    "unit": Text("单位", "units"),
    "system": Text("信息系统", "information systems"),
    "entry": Text("目录条目", "catalog entries"),
}
SALT_BYTES = 16

TITLE_MISSING = FaultKind(
    "patrol.title_missing",
    422,
    Text("没有写巡云的名称。", "The patrol has no title."),
    Text("填写名称。", "Give it a title."),
)
NOBODY = FaultKind(
    "patrol.nobody",
    422,
    Text("没有选择巡查人员或督查服务组。", "Neither persons nor a team to patrol are chosen."),
    Text("选择一个组，或至少一名人员。", "Choose a team, or one person at least."),
)
SCOPE_EMPTY = FaultKind(
    "patrol.scope_empty",
    422,
    Text("所选范围内没有可抽取的对象。", "There is nothing to draw from in this scope."),
    Text("选择有登记对象的单位。", "Choose units that have something on record."),
)
LIST_LONG = FaultKind(
    "patrol.list_long",
    422,
    Text("名单有 {lines} 项，最多 {most} 项。", "The list has {lines} lines, {most} at most."),
    Text("缩小范围。", "Narrow the scope."),
)
SIZE_WRONG = FaultKind(
    "patrol.size_wrong",
    422,
    Text("抽取数量应在 1 至 {most} 之间。", "Between 1 and {most} can be drawn."),
    Text("改正抽取数量。", "Correct the number."),
)
CHECKLIST_UNKNOWN = FaultKind(
    "patrol.checklist_unknown",
    422,
    Text("政策包没有检查清单“{checklist}”。", "The pack has no checklist {checklist}."),
    Text("从列出的清单中选择。", "Choose one of those offered."),
)
OUTSIDE_UNKNOWN = FaultKind(
    "patrol.outside_unknown",
    422,
    Text("政策包没有外部公布值“{outside}”。", "The pack names no value from outside {outside}."),
    Text("从列出的公布值中选择，或不用外部值。", "Choose one of those offered, or none."),
)
DRAW_PAST = FaultKind(
    "patrol.draw_past",
    422,
    Text("抽签时刻必须在封存之后。", "The drawing must come after the list is sealed."),
    Text("填写将来的时刻。", "Give a moment still to come."),
)
BEGINS_EARLY = FaultKind(
    "patrol.begins_early",
    422,
    Text("巡云不能早于抽签开始。", "A patrol cannot begin before its drawing."),
    Text("推迟开始日期，或提前抽签。", "Begin later, or draw earlier."),
)


@dataclass(frozen=True)
class PatrolForm:
    """What is settled before a patrol: who, where, how many of what, drawn when, by which list."""

    title: str
    unannounced: bool
    of: str
    size: int
    scope: Sequence[Unit]
    checklist: str
    draw_at: datetime
    begins_on: date
    patrollers: Sequence[Person] = ()
    team: Team | None = None
    outside: str = ""  # the value from outside that goes into the seed, if any


def checklists() -> tuple[CodeRow, ...]:
    """The checklists of the pack in force."""
    return pack().codes_of(CHECKLISTS)


def outsides() -> tuple[CodeRow, ...]:
    """The values from outside that a drawing may wait for."""
    return pack().codes_of(OUTSIDE)


def drawn_from(form: PatrolForm) -> date:
    """The first day the drawing can be done: that of the value from outside, where one is named.

    It is published on a later day than the root's: whoever could add facts until the root
    pleases must stop before anybody knows the value.
    """
    day = form.draw_at.astimezone(clock.BEIJING).date()
    return day + timedelta(days=pack().limit("patrol.outside_days") if form.outside else 0)


def items(patrol: Patrol) -> tuple[CodeRow, ...]:
    """What is looked at on this patrol, each with its clause."""
    return pack().codes_of(ITEMS, patrol.checklist)


def lines_of(form: PatrolForm) -> Iterator[Line]:
    """What may be drawn, in a fixed order: the drawing sorts it anew."""
    units = sorted(form.scope, key=lambda unit: unit.code)
    if form.of == "unit":
        yield from (Line(f"unit:{unit.code}", unit.name, unit.code) for unit in units)
    if form.of == "system":
        living = InformationSystem.objects.filter(unit__in=units, state__in=placing.LIVING)
        for system in living.select_related("unit").order_by("pk"):
            yield Line(f"system:{system.pk}", system.name, system.unit.code)
    if form.of == "entry":
        live = EntryVersion.objects.filter(
            resource__unit__in=units, state=EntryVersion.State.PUBLISHED
        )
        for entry in live.select_related("resource__unit").order_by("resource__code"):
            yield Line(f"entry:{entry.resource.code}", entry.title, entry.resource.unit.code)


def frame(form: PatrolForm, lines: tuple[Line, ...]) -> Frame:
    return Frame(
        title=form.title.strip(),
        of=form.of,
        checklist=form.checklist,
        begins_on=form.begins_on,
        draw_at=to_second(form.draw_at),
        size=form.size,
        lines=lines,
        salt=secrets.token_hex(SALT_BYTES),
        outside=form.outside,
        outside_on=drawn_from(form) if form.outside else None,
    )


def faults(form: PatrolForm, lines: Sequence[Line], now: datetime) -> Iterator[Fault]:
    if not form.title.strip():
        yield TITLE_MISSING()
    if not persons_of(form):
        yield NOBODY()
    yield from _amount(form.size, len(lines))
    if form.checklist not in {row.code for row in checklists()}:
        yield CHECKLIST_UNKNOWN(checklist=form.checklist)
    if form.draw_at <= now:
        yield DRAW_PAST()
    if form.outside and form.outside not in {row.code for row in outsides()}:
        yield OUTSIDE_UNKNOWN(outside=form.outside)
    if form.begins_on < drawn_from(form):
        yield BEGINS_EARLY()


def _amount(size: int, lines: int) -> Iterator[Fault]:
    most = pack().limit("patrol.list_most")
    if not lines:
        yield SCOPE_EMPTY()
    elif lines > most:
        yield LIST_LONG(lines=lines, most=most)
    largest = min(lines or 1, pack().limit("patrol.sample_most"))
    if not 1 <= size <= largest:
        yield SIZE_WRONG(most=largest)


def persons_of(form: PatrolForm) -> list[Person]:
    """Those named and those of the team, each once."""
    team = list(form.team.members.order_by("pk")) if form.team else []
    return list({person.pk: person for person in (*form.patrollers, *team)}.values())
