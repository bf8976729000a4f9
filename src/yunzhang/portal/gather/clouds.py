"""Clouds: the rates counted from the registers beside their targets, and the clouds themselves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from yunzhang import clock
from yunzhang.gather import clouds
from yunzhang.gather.clouds import CloudForm
from yunzhang.gather.models import Cloud
from yunzhang.oversee.clouds import drills, rates
from yunzhang.oversee.clouds.rates import Measured
from yunzhang.oversee.clouds.register_models import ServiceBought
from yunzhang.people.models import Unit
from yunzhang.people.permissions import may, pack
from yunzhang.portal import history, seen, typed
from yunzhang.portal.doors import Visit, do, door
from yunzhang.portal.listed import Listed, answer
from yunzhang.portal.listing import Column, Filter, Kind, Listing, of_units
from yunzhang.portal.scoring.indicators import standing
from yunzhang.portal.templatetags.said import coded
from yunzhang.terms.pack_rows import Target
from yunzhang.terms.score import Figure

CLOUDS = Listing(
    "clouds",
    _("Clouds"),
    (
        Column(
            "name",
            _("Cloud"),
            lambda row: row.name,
            order="name",
            found=("name", "vendor", "service", "unit__name"),
            link=lambda row: reverse("cloud", args=[row.pk]),
        ),
        Column(
            "level",
            _("Level"),
            lambda row: coded(row.level, "cloud_level"),
            order="level",
            note=lambda row: row.trade,
        ),
        Column("trade", _("Trade"), lambda row: row.trade, on="file"),
        Column("unit", _("Unit"), lambda row: row.unit.short_name, order="unit__short_name"),
        Column(
            "parent", _("Led by"), lambda row: row.parent and row.parent.name, order="parent__name"
        ),
        Column(
            "vendor",
            _("Vendor"),
            lambda row: row.vendor,
            order="vendor",
            note=lambda row: row.service,
        ),
        Column("service", _("Service bought"), lambda row: row.service, on="file"),
        Column("systems", _("Systems"), lambda row: row.held, Kind.NUMBER, "held"),
        Column("recovery", _("Recovery place"), lambda row: row.recovery_place, on="file"),
    ),
    (_("No cloud yet"), _("Register the clouds there are, the largest first.")),
    order=("level", "name"),
    filters=(
        Filter(
            "level",
            _("Level"),
            lambda value: Q(level=value),
            lambda _rows: [(row.code, coded(row.code, "cloud_level")) for row in _levels()],
        ),
        of_units("unit", _("Unit"), "unit"),
    ),
    hint=_("Cloud, vendor or unit"),
)


@dataclass(frozen=True)
class Shown:
    """A rate on the page: of all units, of one's own, and its targets with their outcome."""

    all: Measured
    own: Figure | None
    targets: tuple[tuple[Target, str], ...]


@door("score.see")
def cloud_list(request: Visit) -> HttpResponseBase:
    if request.method == "POST":
        return do(request, {"register": _register})
    found = _clouds().annotate(held=Count("systems"))
    context = {
        "rates": _shown(request, clock.today()),
        "registers": may(request.actor, "cloud.register"),
        "home": request.actor.unit,
        "counts": _counts(),
        **_offered(),
    }
    return answer(request, "portal/clouds.html", context, clouds=Listed(request, CLOUDS, found))


@door("score.see")
def cloud(request: Visit, number: int) -> HttpResponse:
    found = seen.one(_clouds(), pk=number)
    if request.method == "POST":
        return do(request, {"change": _change, "drill": _drill}, found)
    own = seen.within(request.actor, "score.see", "unit")
    bought_for = own & Q(cloud=found)
    context = {
        "cloud": found,
        "leading": clouds.leading(found),
        "led": found.led.order_by("name"),
        "systems": found.systems.select_related("unit").order_by("unit", "name"),
        "drills": found.drills.order_by("-held_on", "-pk"),
        "bought": ServiceBought.objects.filter(bought_for).select_related("unit"),
        "changes": may(request.actor, "cloud.register", found.unit),
        "history": history.told(f"cloud:{found.pk}"),
        **_offered(),
    }
    return render(request, "portal/cloud.html", context)


def _clouds() -> QuerySet[Cloud]:
    return Cloud.objects.select_related("unit", "parent")


def _levels() -> Sequence[Any]:
    return pack().codes_of("cloud_level")


def _counts() -> list[tuple[Any, int]]:
    """How many clouds of each level there are: the 1+N+14 at a glance."""
    held = Counter(Cloud.objects.values_list("level", flat=True))
    return [(row, held[row.code]) for row in _levels() if held[row.code]]


def _offered() -> dict[str, Any]:
    return {"levels": _levels(), "all_clouds": Cloud.objects.order_by("name")}


def _shown(request: Visit, today: date) -> list[Shown]:
    own, found = request.actor.unit, rates.measured(Unit.objects.all(), today)
    return [
        Shown(one, one.parts.get(own.pk) if own else None, _targets(one, today)) for one in found
    ]


def _targets(one: Measured, today: date) -> tuple[tuple[Target, str], ...]:
    """The targets of a rate, each with how it stands today."""
    return tuple((target, standing(one, target, today)) for target in one.targets)


def _form(request: Visit) -> CloudForm:
    parent = typed.record(request, "parent")
    return CloudForm(
        name=typed.text(request, "name"),
        level=typed.text(request, "level"),
        built_on=typed.day(request, "built_on"),
        parent=seen.one(_clouds(), pk=parent) if parent else None,
        vendor=typed.text(request, "vendor"),
        service=typed.text(request, "service"),
        recovery_place=typed.text(request, "recovery_place"),
        approval=typed.text(request, "approval"),
        trade=typed.text(request, "trade"),
    )


def _register(request: Visit) -> str:
    unit = seen.home(request.actor, "cloud.register")
    made = clouds.register(request.actor, unit, _form(request), why=typed.why(request))
    return reverse("cloud", args=[made.pk])


def _change(request: Visit, found: Cloud) -> None:
    clouds.change(request.actor, found, _form(request), why=typed.why(request))


def _drill(request: Visit, found: Cloud) -> None:
    drills.record(
        request.actor,
        found,
        typed.day(request, "held_on"),
        clock.today(),
        passed=typed.checked(request, "passed"),
        result=typed.text(request, "result"),
        why=gettext("A recovery drill was held"),
    )
