"""Dated duties: what the documents want by which day, of whom, and how each stands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Q
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from yunzhang import clock
from yunzhang.oversee.duties import campaign, dated, handing_in
from yunzhang.oversee.duties.dated import Dated
from yunzhang.people import cases, clocks, courses
from yunzhang.people.models import Case, Clock
from yunzhang.people.permissions import Actor, pack
from yunzhang.portal import seen, typed
from yunzhang.portal.cited import place
from yunzhang.portal.doors import Visit, do, door
from yunzhang.portal.language import spoken
from yunzhang.portal.left import left_words
from yunzhang.portal.listed import Listed, answer
from yunzhang.portal.listing import Choices, Column, Filter, Kind, Listing
from yunzhang.portal.people.cases import visible
from yunzhang.portal.states import STATES
from yunzhang.portal.templatetags.said import said
from yunzhang.terms import procedures

YEAR = timedelta(days=366)
KINDS = {"tasks": _("Task"), "reports": _("Report"), "targets": _("Target")}
SHORT = 3  # so many units a line names


@dataclass(frozen=True)
class Line:
    """One duty of one unit, or one that no case stands for."""

    on: date | None
    table: str
    title: str
    units: tuple[str, ...]
    state: str
    source: str
    others: str = ""
    address: str = ""
    left: int | None = None
    opens_on: date | None = None

    @property
    def unit(self) -> str:
        """The unit, or the first few and how many there are."""
        more = len(self.units) - SHORT
        named = gettext(", ").join(self.units[:SHORT])
        return (
            gettext("%(units)s and %(n)s more") % {"units": named, "n": more} if more > 0 else named
        )

    @property
    def order(self) -> tuple[int, int]:
        """What is late first, then what comes, then what is over, the latest of it first."""
        day = self.on.toordinal() if self.on else 0
        if self.state == "late":
            return 0, day
        ahead = self.state in ("open", "handed_in") or day >= clock.today().toordinal()
        return (1, day) if ahead else (2, -day)

    @property
    def wait(self) -> str:
        """Working days left or late, or when it will be opened."""
        if self.opens_on is not None:
            return gettext("opens on %(day)s") % {"day": self.opens_on}
        if self.left is None or self.on is None:
            return ""
        return left_words(self.on, self.left, clock.today())

    @property
    def small(self) -> str:
        """What kind of duty, its clause, and the other days where the texts disagree."""
        parts = [gettext(KINDS[self.table]), self.source]
        if self.others:
            parts.append(gettext("another place says %(days)s") % {"days": self.others})
        return " · ".join(parts)


def _states(_rows: Any) -> Choices:
    every = [(id, gettext(words)) for id, (words, _tone) in STATES["duty"].items()]
    return [*every, ("soon", gettext("Due soon"))]


def _of_state(value: str) -> Callable[[Line], bool]:
    """Lines of this state; "soon" are those open whose day is near."""
    if value != "soon":
        return lambda line: line.state == value
    until = clock.today() + timedelta(days=pack().limit("dated.ahead_days"))
    return lambda line: line.state == "open" and line.on is not None and line.on <= until


def _units(rows: Any) -> Choices:
    named = sorted({unit for row in rows for unit in row.units})
    return [(unit, unit) for unit in named]


def _years(rows: Any) -> Choices:
    years = sorted({row.on.year for row in rows if row.on}, reverse=True)
    return [(str(year), str(year)) for year in years]


LIST = Listing(
    "duties",
    _("Dated duties"),
    (
        Column("on", _("Due"), lambda line: line.on, Kind.DAY, order="on"),
        Column(
            "title",
            _("Duty"),
            lambda line: line.title,
            order="title",
            found=("title",),
            link=lambda line: line.address,
            note=lambda line: line.small,
        ),
        Column("kind", _("Kind of duty"), lambda line: gettext(KINDS[line.table]), on="file"),
        Column("unit", _("Unit"), lambda line: line.unit, order="unit", found=("unit",)),
        Column(
            "state",
            _("State"),
            lambda line: line.state,
            Kind.STATE,
            order="state",
            states="duty",
            note=lambda line: line.wait,
        ),
        Column("source", _("Clause"), lambda line: line.source, on="file"),
        Column("others", _("Other days in the texts"), lambda line: line.others, on="file"),
        Column("left", _("Working days left"), lambda line: line.left, Kind.NUMBER, on="file"),
    ),
    (
        _("No dated duty"),
        _("The pack in force sets no day; tasks, reports and targets of a local pack stand here."),
    ),
    filters=(
        Filter("state", _("State"), _of_state, _states),
        Filter(
            "kind",
            _("Kind of duty"),
            lambda value: lambda line: line.table == value,
            lambda _rows: [(id, gettext(words)) for id, words in KINDS.items()],
        ),
        Filter("unit", _("Unit"), lambda value: lambda line: value in line.units, _units),
        Filter(
            "year",
            _("Year"),
            lambda value: lambda line: line.on is not None and str(line.on.year) == value,
            _years,
        ),
    ),
    hint=_("Duty, unit or clause"),
)


@door("desk.see")
def duties(request: Visit) -> HttpResponseBase:
    if request.method == "POST":
        return do(request, {"open": _open})
    today = clock.today()
    lines = sorted(
        [*_of_cases(request, today), *_of_pack(request.actor, today)], key=lambda line: line.order
    )
    undated = dated.undated(pack())
    context = {
        "late": sum(line.state == "late" for line in lines),
        "soon": sum(map(_of_state("soon"), lines)),
        "handed_in": sum(line.state == "handed_in" for line in lines),
        "done": sum(line.state == "done" for line in lines),
        "ahead": pack().limit("dated.ahead_days"),
        "undated": undated,
        "rows": _by_hand(undated, today),
        "opens": _may_open(request.actor),
    }
    return answer(request, "portal/duties.html", context, duties=Listed(request, LIST, lines))


@door("desk.see")
def entries(request: Visit, number: str) -> HttpResponse:
    """A unit's yearly campaign: every published entry, confirmed, updated or still open."""
    case = seen.one(visible(request), number=number, procedure=campaign.PROCEDURE)
    if request.method == "POST":
        return do(request, {"confirm": _confirm}, case)
    context = {
        "case": case,
        "entries": campaign.entries(case),
        "confirmed": campaign.confirmed(case),
        "updated": campaign.updated(case),
        "left": len(campaign.unconfirmed(case)),
        "year": campaign.year(case),
        "acts": "confirm" in {move.id for move in cases.moves_for(request.actor, case)},
    }
    return render(request, "portal/campaign.html", context)


def _open(request: Visit) -> None:
    table, _colon, id = typed.text(request, "duty").partition(":")
    on = typed.day(request, "on")
    dated.open_now(request.actor, table, id, on, why=typed.why(request))


def _confirm(request: Visit, case: Case) -> None:
    codes = request.POST.getlist("code")
    campaign.confirm(request.actor, case, codes, why=typed.why(request))


def _by_hand(undated: list[Dated], today: date) -> Choices:
    """What the office may set a day for: what has none, and tasks whose day is past."""
    past = [one for one in dated.fixed(pack()) if one.opens and one.on and one.on < today]
    return [(f"{one.table}:{one.row.id}", said(one.row)) for one in (*undated, *past)]


def _may_open(actor: Actor) -> bool:
    """Whether the actor holds a post that opens duties by hand."""
    first = procedures.first(courses.of("report"))
    return any(post.role in first.who for post in actor.posts)


def _of_cases(request: Visit, today: date) -> list[Line]:
    """A line for every case opened for a duty: all that are open, and those of the last year."""
    recent = Q(closed_on=None) | Q(closed_on__gte=today - YEAR)
    found = visible(request).filter(recent, about__startswith="dated:")
    held = list(found.distinct().prefetch_related("parties__unit"))
    subjects = [cases.subject_of(case) for case in held]
    # Sent back after its day, a duty has a missed clock and the one that runs: the last counts.
    rows = Clock.objects.filter(rule=handing_in.RULE, subject__in=subjects).order_by("pk")
    running = {row.subject: row for row in rows}
    return [_of_case(case, running.get(cases.subject_of(case)), today) for case in held]


def _of_case(case: Case, running: Clock | None, today: date) -> Line:
    _word, table, _id, on = case.about.split(":", 3)
    owing = [row.unit.short_name for row in case.parties.all() if row.party == handing_in.UNIT]
    left = clocks.left(running, today) if running and not running.ended_on else None
    route = "campaign" if case.procedure == campaign.PROCEDURE and not case.closed_on else "case"
    return Line(
        on=running.due_on if running else date.fromisoformat(on),
        table=table,
        title=case.title,
        units=tuple(owing),
        state=_state(case, running, today),
        source=place(running) if running else "",
        others=dated.other_days(case),
        address=reverse(route, args=[case.number]),
        left=None if running and running.rested_on else left,
    )


def _state(case: Case, running: Clock | None, today: date) -> str:
    if case.closed_on is not None:
        return "done"
    if running is not None and running.rested_on is not None:
        return "handed_in"
    return "late" if running is not None and running.due_on < today else "open"


def _of_pack(actor: Actor, today: date) -> list[Line]:
    """A line for every duty of the pack that no case stands for, and that concerns the actor."""
    own = seen.units(actor, "desk.see")
    ahead = timedelta(days=pack().limit("dated.ahead_days"))
    # A report that was due is its case; tasks and targets have their one day, however long ago.
    coming = dated.due_between(pack(), today, today + YEAR)
    there = [*dated.fixed(pack()), *(one for one in coming if one.table == "reports")]
    opened = set(dated.opened(there).values_list("about", flat=True))
    concerned = dated.concerned(there)
    lines = []
    for one in there:
        units = concerned[one.subject]
        theirs = [unit for unit in units if own is None or unit.pk in own]
        everyones = own is None or (one.table == "targets" and not units)
        if one.subject not in opened and (theirs or everyones):
            lines.append(_of_duty(one, tuple(unit.short_name for unit in theirs), today, ahead))
    return lines


def _of_duty(one: Dated, units: tuple[str, ...], today: date, ahead: timedelta) -> Line:
    assert one.on is not None
    coming = one.opens and one.on >= today
    state = "target" if one.table == "targets" else "in_effect" if one.begins else "before"
    if coming:
        state = "coming" if units else "nobody"
    return Line(
        on=one.on,
        table=one.table,
        title=dated.title(one) if coming and spoken() != "en" else said(one.row),
        units=units,
        state=state,
        source=place(one.cite),
        others=", ".join(
            f"{other.on} ({other.cite.clause})" for other in one.others if other.on != one.on
        ),
        opens_on=max(one.on - ahead, today) if state == "coming" else None,
    )
