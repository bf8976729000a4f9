"""The form of a project: what a person writes of it, read into a proposal; every fault at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from django.utils.translation import gettext

from yunzhang.gather import placing
from yunzhang.gather.models import Cloud, InformationSystem
from yunzhang.oversee.building.project_models import Project
from yunzhang.oversee.building.projects import proposal_of
from yunzhang.people.models import Unit
from yunzhang.people.permissions import pack
from yunzhang.portal import seen, typed
from yunzhang.portal.doors import Visit
from yunzhang.terms.faults import Fault, FaultKind, Refused, Text
from yunzhang.terms.project import DEPENDENCES, Anew, PreEntry, Proposal, Stand

BUILT: tuple[Any, ...] = ("cloud", "room", "network", "platform")
BLANK_ROWS = 2  # empty lines of the pre-compiled catalog that are always offered
MOST_ROWS = 200  # of one form: nobody types more, and no page holds them
APART = re.compile(r"[、，,;；\n]")
YES, NO = "yes", "no"

SYSTEM_UNKNOWN = FaultKind(
    "project.system_unknown",
    422,
    Text("没有登记名为“{name}”的系统。", "No system called {name} is on record."),
    Text(
        "每行写一个系统名称；其他单位的写“单位简称/系统名称”。",
        "One name a line; of another unit write its short name, a slash and the system.",
    ),
)
OWNER_UNKNOWN = FaultKind(
    "project.owner_unknown",
    422,
    Text("没有选定业主单位。", "The owner of construction is not chosen."),
    Text("在列表中选择。", "Choose one of the list."),
)

T = TypeVar("T")


@dataclass(frozen=True)
class Line:
    """One line of the pre-compiled catalog on the form."""

    title: str = ""
    items: str = ""
    share_type: str = ""
    update_cycle: str = ""


@dataclass(frozen=True)
class Answer:
    """What is answered to one of the four dependences."""

    on: str
    yes: str
    how: str


@dataclass(frozen=True)
class Built:
    """Whether something is built anew, and the approval of it."""

    what: str
    checked: bool
    approval: str


class _Reading:
    """Reads fields one by one and keeps what was wrong with each."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []

    def of(self, read: Callable[[], T], otherwise: T) -> T:
        try:
            return read()
        except Refused as refused:
            self.faults += refused.faults
            return otherwise


def written(request: Visit, unit: Unit) -> tuple[Unit, Proposal]:
    """The owner and the proposal as written; raises Refused with everything that means nothing."""
    reading = _Reading()
    numbers = {
        name: reading.of(lambda name=name: typed.whole(request, name), 0)  # type: ignore[misc]
        for name in ("amount_yuan", "from_year", "to_year")
    }
    cloud = reading.of(lambda: typed.record(request, "cloud"), None)
    if cloud is not None:
        seen.one(Cloud.objects.all(), pk=cloud)
    owner = _owner(request, unit)
    if owner is None:
        reading.faults.append(OWNER_UNKNOWN())
    replaces = _systems(request, "replaces", unit, reading.faults)
    extends = _systems(request, "extends", unit, reading.faults)
    if reading.faults or owner is None:
        raise Refused(*reading.faults)
    return owner, Proposal(
        name=typed.text(request, "name"),
        kind=typed.text(request, "kind"),
        money_source=typed.text(request, "money_source"),
        functions=tuple(typed.lines(request, "functions")),
        uses=tuple(typed.lines(request, "uses")),
        produces=tuple(_produced(request)),
        stands=tuple(_stands(request)),
        anew=tuple(_anew(request)),
        cloud=cloud,
        amount_yuan=numbers["amount_yuan"],
        from_year=numbers["from_year"],
        to_year=numbers["to_year"],
        replaces=replaces,
        extends=extends,
    )


def shown(request: Visit, project: Project | None, unit: Unit) -> dict[str, Any]:
    """What the form offers and holds: what was typed, else what stands on record."""
    proposal = proposal_of(project) if project else Proposal()
    numbers = (*proposal.replaces, *proposal.extends)
    names = {one.pk: _name(one, unit) for one in _all(numbers)}
    return {
        "project": project,
        "proposal": proposal,
        "unit": unit,
        "owner": project.owner.code if project else unit.code,
        "owners": [(one.code, one.name) for one in owners(unit)],
        "kinds": pack().codes_of("build_kind"),
        "sources": pack().codes_of("money_source"),
        "share_types": pack().codes_of("share_type"),
        "cycles": pack().codes_of("update_cycle"),
        "all_clouds": Cloud.objects.order_by("name"),
        "lines": _lines(request, proposal),
        "yes_no": [(YES, gettext("Yes")), (NO, gettext("No"))],
        "answers": [_answer(proposal, on) for on in DEPENDENCES],
        "built": [_built(request, proposal, what) for what in BUILT],
        "replaces": "\n".join(names[n] for n in proposal.replaces if n in names),
        "extends": "\n".join(names[n] for n in proposal.extends if n in names),
    }


def owners(unit: Unit) -> list[Unit]:
    """Who may own the construction: the unit itself, and the owners that the pack names."""
    rows = {id for rule in pack().gates for id in rule.owners}
    return [unit, *Unit.objects.filter(row__in=rows).exclude(pk=unit.pk).order_by("code")]


def _owner(request: Visit, unit: Unit) -> Unit | None:
    code = typed.text(request, "owner")
    return next((one for one in owners(unit) if one.code == code), None)


def _systems(request: Visit, name: str, unit: Unit, faults: list[Fault]) -> tuple[int, ...]:
    """The systems named in the lines: those one may see by name, others by unit and name."""
    visible = InformationSystem.objects.exclude(sensitivity=placing.SECRET)
    visible = visible | InformationSystem.objects.filter(
        seen.within(request.actor, "score.see", "unit")
    )
    found = []
    for line in typed.lines(request, name):
        short, slash, called = line.partition("/")
        rows = visible.filter(name=called if slash else line)
        rows = rows.filter(unit__short_name=short) if slash else rows.filter(unit=unit)
        one = rows.first()
        if one is None:
            faults.append(SYSTEM_UNKNOWN(name=line))
        else:
            found.append(one.pk)
    return tuple(dict.fromkeys(found))


def _produced(request: Visit) -> Iterator[PreEntry]:
    for at in range(_rows(request)):
        line = _typed_line(request, at)
        if line.title or line.items:
            items = (item.strip() for item in APART.split(line.items))
            yield PreEntry(
                title=line.title,
                items=tuple(item for item in items if item),
                share_type=line.share_type,
                update_cycle=line.update_cycle,
            )


def _rows(request: Visit) -> int:
    """How many lines of the catalog were sent."""
    at = 0
    while f"title_{at}" in request.POST and at < MOST_ROWS:
        at += 1
    return at


def _typed_line(request: Visit, at: int) -> Line:
    parts = ("title", "items", "share_type", "update_cycle")
    return Line(*(typed.text(request, f"{part}_{at}") for part in parts))


def _lines(request: Visit, proposal: Proposal) -> list[Line]:
    if "title_0" in request.typed:
        held = [_typed_line(request, at) for at in range(_rows(request))]
        held = [line for line in held if line != Line()]
    else:
        held = [
            Line(one.title, "、".join(one.items), one.share_type, one.update_cycle)
            for one in proposal.produces
        ]
    return [*held, *[Line()] * BLANK_ROWS]


def _stands(request: Visit) -> Iterator[Stand]:
    for on in DEPENDENCES:
        said = typed.text(request, f"stand_{on}")
        if said in (YES, NO):
            yield Stand(on=on, yes=said == YES, how=typed.text(request, f"how_{on}"))


def _answer(proposal: Proposal, on: Any) -> Answer:
    stand = proposal.stand(on)
    if stand is None:
        return Answer(on, "", "")
    return Answer(on, YES if stand.yes else NO, stand.how)


def _anew(request: Visit) -> Iterator[Anew]:
    for what in BUILT:
        if typed.checked(request, f"anew_{what}"):
            yield Anew(what=what, approval=typed.text(request, f"approval_{what}"))


def _built(request: Visit, proposal: Proposal, what: str) -> Built:
    if request.typed:
        typed_ = request.typed
        return Built(what, f"anew_{what}" in typed_, typed_.get(f"approval_{what}", ""))
    held = next((one for one in proposal.anew if one.what == what), None)
    return Built(what, held is not None, held.approval if held else "")


def _all(numbers: tuple[int, ...]) -> list[InformationSystem]:
    return list(InformationSystem.objects.filter(pk__in=numbers).select_related("unit"))


def _name(one: InformationSystem, unit: Unit) -> str:
    return one.name if one.unit_id == unit.pk else f"{one.unit.short_name}/{one.name}"
