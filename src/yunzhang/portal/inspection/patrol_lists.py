"""Patrol lists: who was drawn with what was seen, and what is to be mended with its limit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from yunzhang import clock
from yunzhang.oversee.duties.handing_in import UNIT
from yunzhang.oversee.inspection import findings, sealing
from yunzhang.oversee.inspection.patrol_models import Mark, Patrol, Sampled
from yunzhang.people.models import Case, CaseParty, Clock
from yunzhang.portal.cited import place
from yunzhang.portal.duties.tasks import TASKS
from yunzhang.portal.listing import Choices, Column, Filter, Kind, Listing
from yunzhang.portal.states import STATES


@dataclass(frozen=True)
class Drawn:
    """One that was drawn, with how many of its items were right, wrong and not yet looked at."""

    line: Sampled
    name: str
    unit: str
    right: int
    wrong: int
    left: int


@dataclass(frozen=True)
class Finding:
    """What was found wrong: its case, its clause, its day, and how it stands."""

    case: Case
    title: str
    unit: str
    seen: str
    state: str
    clause: str
    due: date | None
    provisional: bool


def drawn(lines: Iterable[Sampled], patrol: Patrol) -> list[Drawn]:
    """Each line with its marks counted, in the order of the drawing."""
    items, marks = len(sealing.items(patrol)), findings.latest(patrol)
    held: dict[int, Counter[str]] = {}
    for (number, _item), one in marks.items():
        held.setdefault(number, Counter())[one.outcome] += 1
    rows = []
    for line in lines:
        counts = held.get(line.pk, Counter())
        right, wrong = counts[Mark.Outcome.RIGHT], counts[Mark.Outcome.WRONG]
        left = items - counts.total()
        rows.append(Drawn(line, line.name, line.unit.short_name, right, wrong, left))
    return rows


def found(patrol: Patrol, own: frozenset[int] | None) -> list[Finding]:
    """What was found wrong, as far as the reader's units are concerned in it."""
    held = findings.of(patrol)
    parties: dict[int, list[CaseParty]] = {}
    for row in CaseParty.objects.filter(case__in=held).select_related("unit"):
        parties.setdefault(row.case_id, []).append(row)
    if own is not None:
        held = [one for one in held if any(row.unit_id in own for row in parties[one.pk])]
    subjects = [f"case:{case.pk}" for case in held]
    limits = {row.subject: row for row in Clock.objects.filter(subject__in=subjects).order_by("pk")}
    seen = dict(Mark.objects.filter(sampled__patrol=patrol).values_list("case", "seen"))
    return [
        Finding(
            case,
            case.title,
            gettext(", ").join(
                row.unit.short_name for row in parties[case.pk] if row.party == UNIT
            ),
            seen.get(case.number, ""),
            _stands(case, limits.get(f"case:{case.pk}")),
            place(limit) if limit else "",
            limit.due_on if limit else None,
            bool(limit and limit.provisional),
        )
        for case in held
        for limit in (limits.get(f"case:{case.pk}"),)
    ]


def _stands(case: Case, limit: Clock | None) -> str:
    if case.closed_on:
        return "done"
    if limit is not None and limit.rested_on is None and limit.due_on < clock.today():
        return "late"
    return "handed_in" if limit is not None and limit.rested_on else "open"


def _units(rows: Iterable[Drawn | Finding]) -> Choices:
    return [(one, one) for one in sorted({row.unit for row in rows})]


def _states(rows: Iterable[Finding]) -> Choices:
    there = {row.state for row in rows}
    return [(id, gettext(words)) for id, (words, _tone) in STATES["duty"].items() if id in there]


SAMPLE = Listing(
    "sample",
    _("Who was drawn"),
    (
        Column("place", _("Place"), lambda row: row.line.place, Kind.NUMBER, on="file"),
        Column(
            "name",
            _("Drawn"),
            lambda row: row.name,
            order="name",
            found=("name", "unit"),
            link=lambda row: reverse("sampled", args=[row.line.patrol_id, row.line.place]),
        ),
        Column("unit", _("Unit"), lambda row: row.unit, order="unit"),
        Column("right", _("Right"), lambda row: row.right, Kind.NUMBER, "right"),
        Column(
            "wrong",
            _("Wrong"),
            lambda row: row.wrong,
            Kind.NUMBER,
            "wrong",
            tone=lambda row: "bad" if row.wrong else "",
        ),
        Column("left", _("Not looked at"), lambda row: row.left, Kind.NUMBER, "left"),
    ),
    (_("None of your units was drawn."), _("Whom else a patrol looks at is not shown here.")),
    filters=(
        Filter("unit", _("Unit"), lambda value: lambda row: row.unit == value, _units, least=2),
    ),
    prefix="s-",
    hint=_("Name or unit"),
)
FOUND = Listing(
    "found",
    _("What is to be mended"),
    (
        Column(
            "title",
            _("Finding"),
            lambda row: row.title,
            order="title",
            found=("title", "unit", "seen"),
            link=lambda row: reverse("case", args=[row.case.number]),
            note=lambda row: f"{row.case.number} · {row.clause}",
        ),
        Column("number", _("Case number"), lambda row: row.case.number, Kind.CODE, on="file"),
        Column("clause", _("Law"), lambda row: row.clause, on="file"),
        Column("seen", _("What was seen"), lambda row: row.seen, on="file"),
        Column("unit", _("Unit"), lambda row: row.unit, order="unit"),
        Column(
            "state", _("State"), lambda row: row.state, Kind.STATE, order="state", states="duty"
        ),
        Column(
            "due",
            _("Due"),
            lambda row: row.due,
            Kind.DAY,
            "due",
            note=lambda row: gettext("provisional") if row.provisional else "",
        ),
        Column("closed", _("Closed"), lambda row: row.case.closed_on, Kind.DAY, on="file"),
    ),
    (
        _("Nothing was found wrong so far."),
        _("What the patrol finds wrong stands here with its day."),
    ),
    filters=(
        Filter("state", _("State"), lambda value: lambda row: row.state == value, _states, least=2),
        Filter("unit", _("Unit"), lambda value: lambda row: row.unit == value, _units, least=2),
    ),
    prefix="f-",
    hint=_("Finding, unit or words"),
)
# Tasks that were given because of the patrol, as the list of all tasks shows them.
GIVEN = replace(TASKS, name="given", title=_("Tasks given"), prefix="k-", search=False, filters=())
