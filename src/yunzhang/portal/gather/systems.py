"""Where systems run: the list of all one may see, and a system with its plans, drills and cases."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from yunzhang import clock
from yunzhang.gather import placing
from yunzhang.gather.models import Cloud, InformationSystem, Network
from yunzhang.gather.placing import Placing
from yunzhang.oversee.clouds import activity, drills, logins, plans, zombies
from yunzhang.oversee.clouds.activity import Life
from yunzhang.oversee.clouds.plans import Plan, Subject
from yunzhang.oversee.clouds.register_models import SystemLogin
from yunzhang.people import cases
from yunzhang.people.models import Unit
from yunzhang.people.permissions import may, pack
from yunzhang.portal import history, seen, typed
from yunzhang.portal.doors import Visit, do, door
from yunzhang.portal.listed import Listed, answer
from yunzhang.portal.listing import Choices, Column, Filter, Kind, Listing, Mark
from yunzhang.portal.share.services import begins
from yunzhang.portal.states import STATES, Tone
from yunzhang.portal.templatetags.said import coded
from yunzhang.terms.faults import FaultKind, Refused, Text

NEEDED_UNKNOWN = FaultKind(
    "place.needed_unknown",
    422,
    Text("没有登记名为“{name}”的系统。", "No system called {name} is on record."),
    Text(
        "每行写一个系统名称；其他单位的写“单位简称/系统名称”。",
        "One name a line; of another unit write its short name, a slash and the system.",
    ),
)


@dataclass(frozen=True)
class Line:
    """A system on the list, with the last day it showed life."""

    system: InformationSystem
    last: date | None
    silent: bool
    reported: bool  # lives by nothing but log-ins its unit reports

    @property
    def unit(self) -> str:
        return self.system.unit.short_name

    @property
    def cloud(self) -> str:
        return self.system.cloud.name if self.system.cloud else ""

    @property
    def network(self) -> str:
        return self.system.network.name if self.system.network else ""

    @property
    def name(self) -> str:
        return self.system.name

    @property
    def state(self) -> str:
        return self.system.state

    @property
    def protection(self) -> str:
        return coded(self.system.protection, "protection") if self.system.protection else ""


def _marks(row: Line) -> list[Mark]:
    found = []
    if row.silent:
        found.append(Mark(gettext("No sign of life"), Tone.BAD))
    if row.reported:
        found.append(Mark(gettext("Log-ins reported alone"), Tone.WARN))
    if row.system.vertical:
        found.append(Mark(gettext("A ministry's")))
    if row.system.platform:
        found.append(Mark(gettext("Data platform"), Tone.BUSY))
    return found


def _of(attribute: str) -> Any:
    return lambda rows: sorted({(v, v) for row in rows if (v := getattr(row, attribute))})


STANDINGS = {
    "silent": lambda row: row.silent,
    "reported": lambda row: row.reported,
    "off": lambda row: not row.cloud and row.state in placing.LIVING,
    "on": lambda row: bool(row.cloud),
    "living": lambda row: row.state in placing.LIVING,
    "out": lambda row: row.state not in placing.LIVING,
}


def _standings(_rows: Any) -> Choices:
    return [
        ("silent", gettext("No sign of life")),
        ("reported", gettext("Log-ins reported alone")),
        ("off", gettext("On no cloud")),
        ("on", gettext("On a cloud")),
        ("living", gettext("systems in use")),
        ("out", gettext("merged or shut down")),
    ]


RUNNING = Listing(
    "running",
    _("Where systems run"),
    (
        Column(
            "name",
            _("System"),
            lambda row: row.name,
            order="name",
            found=("name", "unit", "cloud"),
            link=lambda row: reverse("system", args=[row.system.pk]),
            marks=_marks,
        ),
        Column("unit", _("Unit"), lambda row: row.unit, order="unit"),
        Column("cloud", _("Cloud"), lambda row: row.cloud, order="cloud"),
        Column("network", _("Network"), lambda row: row.network, order="network"),
        Column("protection", _("Protection"), lambda row: row.protection, order="protection"),
        Column("state", _("State"), lambda row: row.state, Kind.STATE, "state", states="running"),
        Column("last", _("Last sign of life"), lambda row: row.last, Kind.DAY, "last"),
        Column("users", _("Who works with it"), lambda row: row.system.users, on="file"),
        Column(
            "sensitivity",
            _("Sensitivity"),
            lambda row: coded(row.system.sensitivity, "sensitivity"),
            on="file",
        ),
        Column("built", _("Built on"), lambda row: row.system.built_on, Kind.DAY, on="file"),
        Column("recovery", _("Recovery place"), lambda row: row.system.recovery_place, on="file"),
    ),
    (_("No system yet"), _("Units register their systems on the page of systems and tables.")),
    filters=(
        Filter("standing", _("Which ones"), STANDINGS.get, _standings),
        Filter(
            "state",
            _("State"),
            lambda value: lambda row: row.state == value,
            lambda _rows: [
                (id, gettext(STATES["running"][id][0])) for id in InformationSystem.State.values
            ],
        ),
        Filter("unit", _("Unit"), lambda value: lambda row: row.unit == value, _of("unit"), 2),
        Filter("cloud", _("Cloud"), lambda value: lambda row: row.cloud == value, _of("cloud")),
    ),
    hint=_("System, unit or cloud"),
)


@door("score.see")
def running(request: Visit) -> HttpResponseBase:
    found = list(_systems(request).order_by("unit", "name"))
    today, known = clock.today(), activity.lives(found)
    lines = [_line(one, known[one.pk], today) for one in found]
    living = [line for line in lines if line.state in placing.LIVING]
    context = {
        "living": len(living),
        "on": sum(bool(line.cloud) for line in living),
        "out": len(lines) - len(living),
        "silent": sum(line.silent for line in lines),
        "days": pack().limit("system.zombie_days"),
    }
    return answer(request, "portal/running.html", context, systems=Listed(request, RUNNING, lines))


def _line(one: InformationSystem, life: Life, today: date) -> Line:
    living = one.state in placing.LIVING
    return Line(one, life.last, living and life.silent(today), living and life.said_only(today))


@door("score.see")
def system(request: Visit, number: int) -> HttpResponse:
    found = seen.one(_systems(request), pk=number)
    if request.method == "POST":
        deeds = {"place": _place, "plan": plan_typed, "drill": _drill, "idle": _idle}
        return do(request, {**deeds, "login": _login}, found)
    return render(request, "portal/system.html", _told(request, found))


def plan_typed(request: Visit, of: Subject) -> str:
    """Propose what was written into the form of plans."""
    cloud, into = (typed.record(request, name) for name in ("cloud", "into"))
    plan = Plan(
        typed.text(request, "kind"),
        typed.day(request, "by"),
        seen.one(Cloud.objects.all(), pk=cloud) if cloud else None,
        seen.one(InformationSystem.objects.filter(unit=of.unit), pk=into) if into else None,
    )
    text = typed.paper(request, "plan")
    case = plans.propose(request.actor, of, plan, text, why=text.text or text.file_name)
    return reverse("case", args=[case.number])


def _systems(request: Visit) -> QuerySet[InformationSystem]:
    own = seen.within(request.actor, "score.see", "unit")
    return InformationSystem.objects.filter(own).select_related(
        "unit", "cloud", "network", "merged_into", "owner"
    )


def _told(request: Visit, found: InformationSystem) -> dict[str, Any]:
    living = found.state in placing.LIVING
    plan = plans.running(found)
    changes = living and may(request.actor, "system.register", found.unit)
    proposes = living and plan is None and begins(request.actor, plans.PROCEDURE, found.unit)
    idle = living and found.cloud is not None and not zombies.open_about(found, zombies.IDLE)
    return {
        "system": found,
        "signs": activity.signs(found),
        "login": SystemLogin.objects.filter(system=found).first(),
        "silent": bool(activity.silent([found], clock.today())),
        "tables": found.tables.order_by("name"),
        "needs": found.needs.select_related("unit").order_by("name"),
        "needed_by": found.needed_by.select_related("unit").order_by("name"),
        "took_in": found.took_in.order_by("name"),
        "drills": found.drills.order_by("-held_on", "-pk"),
        "cases": cases.about(f"system:{found.pk}"),
        "changes": changes,
        "drill_may": living and may(request.actor, "cloud.register", found.unit),
        "plans": [(id, plans.KINDS[id]) for id in plans.kinds_of(found)] if proposes else [],
        "idle": idle and begins(request.actor, zombies.IDLE, found.unit),
        "needs_lines": "\n".join(_needed_line(one, found) for one in found.needs.all()),
        "history": history.told(f"system:{found.pk}"),
        **(_offered(found) if changes or proposes else {}),
    }


def _offered(found: InformationSystem) -> Mapping[str, Any]:
    others = InformationSystem.objects.filter(unit=found.unit, state__in=placing.LIVING)
    return {
        "all_clouds": Cloud.objects.order_by("name"),
        "own_networks": Network.objects.filter(unit=found.unit).order_by("name"),
        "others": others.exclude(pk=found.pk).order_by("name"),
        "protections": pack().codes_of("protection"),
        "sensitivities": pack().codes_of("sensitivity"),
        "build_kinds": pack().codes_of("build_kind"),
        "all_units": Unit.objects.order_by("name"),
    }


def _needed_line(one: InformationSystem, of: InformationSystem) -> str:
    return one.name if one.unit_id == of.unit_id else f"{one.unit.short_name}/{one.name}"


def _needed(request: Visit, of: InformationSystem) -> tuple[InformationSystem, ...]:
    """The systems named in the lines; raises everything that names none."""
    found, unknown = [], []
    for line in typed.lines(request, "needs"):
        unit, slash, name = line.partition("/")
        rows = InformationSystem.objects.filter(name=name if slash else line)
        rows = rows.filter(unit__short_name=unit) if slash else rows.filter(unit=of.unit)
        one = rows.first()
        if one is None:
            unknown.append(NEEDED_UNKNOWN(name=line))
        else:
            found.append(one)
    if unknown:
        raise Refused(*unknown)
    return tuple(found)


def _place(request: Visit, found: InformationSystem) -> None:
    cloud, network = (typed.record(request, name) for name in ("cloud", "network"))
    told = Placing(
        users=typed.text(request, "users"),
        cloud=seen.one(Cloud.objects.all(), pk=cloud) if cloud else None,
        network=seen.one(Network.objects.filter(unit=found.unit), pk=network) if network else None,
        protection=typed.text(request, "protection"),
        sensitivity=typed.text(request, "sensitivity"),
        vertical=typed.checked(request, "vertical"),
        platform=typed.checked(request, "platform"),
        approval=typed.text(request, "approval"),
        built_on=typed.day_or_none(request, "built_on"),
        needs=_needed(request, found),
        recovery_place=typed.text(request, "recovery_place"),
        build_kind=typed.text(request, "build_kind"),
        owner=_owner(request),
        livelihood=typed.checked(request, "livelihood"),
        interface=typed.text(request, "interface"),
    )
    placing.place(request.actor, found, told, clock.today(), why=typed.why(request))


def _owner(request: Visit) -> Unit | None:
    """Who had it built, where that is not its own unit."""
    number = typed.record(request, "owner")
    return seen.one(Unit.objects.all(), pk=number) if number else None


def _drill(request: Visit, found: InformationSystem) -> None:
    drills.record(
        request.actor,
        found,
        typed.day(request, "held_on"),
        clock.today(),
        passed=typed.checked(request, "passed"),
        result=typed.text(request, "result"),
        why=gettext("A recovery drill was held"),
    )


def _login(request: Visit, found: InformationSystem) -> None:
    last_on, people = typed.day(request, "last_on"), typed.record(request, "people")
    logins.report(request.actor, found, last_on, people, why=typed.why(request))


def _idle(request: Visit, found: InformationSystem) -> str:
    report = typed.paper(request, "report")
    why = report.text or report.file_name
    case = zombies.report_idle(request.actor, found, report, why=why)
    return reverse("case", args=[case.number])
