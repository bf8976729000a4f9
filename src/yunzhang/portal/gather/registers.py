"""Registers beside clouds and networks: services bought, internet exits, equipment of rooms."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from yunzhang import clock
from yunzhang.gather.models import Cloud
from yunzhang.oversee.clouds import equipment, exits, purchases
from yunzhang.oversee.clouds.register_models import InternetExit, RoomItem, ServiceBought
from yunzhang.oversee.models import DataRoom
from yunzhang.people.permissions import may
from yunzhang.portal import history, seen, typed
from yunzhang.portal.doors import Visit, do, door
from yunzhang.portal.listed import Listed, answer
from yunzhang.portal.listing import Choices, Column, Filter, Kind, Listing, Mark, of_units
from yunzhang.portal.states import STATES, Tone

REGISTER = "cloud.register"


def _vendors(rows: QuerySet[ServiceBought]) -> Choices:
    names = rows.order_by("vendor").values_list("vendor", flat=True).distinct()
    return [(name, name) for name in names]


def _over(row: ServiceBought) -> list[Mark]:
    over = row.until is not None and row.until < clock.today()
    return [Mark(gettext("Over"), Tone.WARN)] if over else []


def _running(value: str) -> Q | None:
    going = Q(until=None) | Q(until__gte=clock.today())
    return {"running": going, "over": ~going}.get(value)


def _spells(_rows: object) -> Choices:
    return [("running", gettext("Running")), ("over", gettext("Over"))]


SERVICES = Listing(
    "services",
    _("Vendors and services"),
    (
        Column(
            "vendor",
            _("Vendor"),
            lambda row: row.vendor,
            order="vendor",
            found=("vendor", "service", "contract", "unit__name"),
        ),
        Column("service", _("Service bought"), lambda row: row.service, order="service"),
        Column("unit", _("Unit"), lambda row: row.unit.short_name, order="unit__short_name"),
        Column(
            "cloud",
            _("Cloud"),
            lambda row: row.cloud and row.cloud.name,
            order="cloud__name",
            link=lambda row: reverse("cloud", args=[row.cloud_id]) if row.cloud_id else "",
        ),
        Column("contract", _("Contract"), lambda row: row.contract, Kind.CODE),
        Column("since", _("From"), lambda row: row.since, Kind.DAY, "since"),
        Column("until", _("Until"), lambda row: row.until, Kind.DAY, "until", marks=_over),
        Column("yuan", _("Yuan"), lambda row: row.yuan, Kind.NUMBER, "yuan"),
    ),
    (_("No purchase yet"), _("Put on record what your unit buys of cloud vendors, or import it.")),
    order=("vendor", "unit__code", "-since"),
    filters=(
        Filter("vendor", _("Vendor"), lambda value: Q(vendor=value), _vendors, least=2),
        Filter("spell", _("Running"), _running, _spells),
        of_units("unit", _("Unit"), "unit"),
    ),
    hint=_("Vendor, service, contract or unit"),
)
EXITS = Listing(
    "exits",
    _("Internet exits"),
    (
        Column(
            "name",
            _("Exit"),
            lambda row: row.name,
            order="name",
            found=("name", "carrier", "unit__name"),
            link=lambda row: reverse("exit", args=[row.pk]),
        ),
        Column("unit", _("Unit"), lambda row: row.unit.short_name, order="unit__short_name"),
        Column("carrier", _("Carrier"), lambda row: row.carrier, order="carrier"),
        Column("megabits", _("Megabits"), lambda row: row.megabits, Kind.NUMBER, "megabits"),
        Column("state", _("State"), lambda row: row.state, Kind.STATE, "state", states="running"),
        Column(
            "since", _("In this state since"), lambda row: row.state_since, Kind.DAY, "state_since"
        ),
        Column("built", _("Opened on"), lambda row: row.built_on, Kind.DAY, "built_on"),
    ),
    (_("No exit yet"), _("Register the ways your unit has out to the internet, or import them.")),
    order=("unit", "name"),
    filters=(
        Filter("exit_state", _("State"), lambda value: Q(state=value), lambda _rows: _states()),
    ),
    prefix="x_",
    hint=_("Exit, carrier or unit"),
)
EQUIPMENT = Listing(
    "equipment",
    _("Equipment"),
    (
        Column("name", _("Equipment"), lambda row: row.name, order="name", found=("name",)),
        Column("count", _("How many"), lambda row: row.count, Kind.NUMBER, "count"),
        Column("in", _("Put in on"), lambda row: row.put_in_on, Kind.DAY, "put_in_on"),
        Column("out", _("Taken out on"), lambda row: row.taken_out_on, Kind.DAY, "taken_out_on"),
        Column("approval", _("Number of the approval"), lambda row: row.approval, on="file"),
    ),
    (_("No equipment yet"), _("Enter what stands in the room, or import it.")),
    order=("taken_out_on", "put_in_on", "pk"),
    hint=_("Name of the equipment"),
)


def _states() -> Choices:
    return [(value, gettext(STATES["running"][value][0])) for value in InternetExit.State.values]


@door("score.see")
def services(request: Visit) -> HttpResponseBase:
    if request.method == "POST":
        return do(request, {"buy": _buy})
    own = seen.within(request.actor, "score.see", "unit")
    found = ServiceBought.objects.filter(own).select_related("unit", "cloud")
    context = {
        "vendors": found.order_by().values("vendor").distinct().count(),
        "going": found.filter(_running("running") or Q()).count(),
        "registers": may(request.actor, REGISTER),
        "all_clouds": Cloud.objects.order_by("name"),
    }
    return answer(
        request, "portal/services_bought.html", context, services=Listed(request, SERVICES, found)
    )


@door("score.see")
def exit_page(request: Visit, number: int) -> HttpResponse:
    found = seen.one(exits_of(request), pk=number)
    if request.method == "POST":
        return do(request, {"change": _change_exit}, found)
    context = {
        "row": found,
        "kind": "exit",
        "title": gettext("Internet exit"),
        "states": _states() if may(request.actor, REGISTER, found.unit) else [],
        "history": history.told(f"exit:{found.pk}"),
    }
    return render(request, "portal/place.html", context)


def exits_of(request: Visit) -> QuerySet[InternetExit]:
    """The exits this person may see."""
    own = seen.within(request.actor, "score.see", "unit")
    return InternetExit.objects.filter(own).select_related("unit")


def of_room(request: Visit, room: DataRoom) -> dict[str, Any]:
    """What stands in a room, and whether this person may change it."""
    items = room.items.all()
    return {
        "equipment": Listed(request, EQUIPMENT, items),
        "standing": items.filter(taken_out_on=None).order_by("put_in_on", "pk"),
        "fills": may(request.actor, REGISTER, room.unit),
    }


def register_exit(request: Visit) -> str:
    """A way out to the internet, as typed."""
    row = InternetExit(
        unit=seen.home(request.actor, REGISTER),
        name=typed.text(request, "name"),
        carrier=typed.text(request, "carrier"),
        megabits=typed.record(request, "megabits"),
        built_on=typed.day(request, "built_on"),
    )
    made = exits.register(request.actor, row, why=typed.why(request))
    return reverse("exit", args=[made.pk])


def put_in(request: Visit, room: DataRoom) -> None:
    """Equipment put into a room, as typed."""
    item = RoomItem(
        room=room,
        name=typed.text(request, "name"),
        count=typed.whole(request, "count"),
        put_in_on=typed.day(request, "put_in_on"),
        approval=typed.text(request, "approval"),
    )
    equipment.put_in(request.actor, item, why=typed.why(request))


def take_out(request: Visit, room: DataRoom) -> None:
    """Equipment taken out of a room."""
    item = seen.one(room.items.select_related("room__unit"), pk=typed.record(request, "item"))
    day = typed.day(request, "taken_out_on")
    equipment.take_out(request.actor, item, day, why=typed.why(request))


def _buy(request: Visit) -> None:
    cloud = typed.record(request, "cloud")
    row = ServiceBought(
        unit=seen.home(request.actor, REGISTER),
        vendor=typed.text(request, "vendor"),
        service=typed.text(request, "service"),
        cloud=seen.one(Cloud.objects.all(), pk=cloud) if cloud else None,
        contract=typed.text(request, "contract"),
        since=typed.day(request, "since"),
        until=typed.day_or_none(request, "until"),
        yuan=typed.record(request, "yuan"),
    )
    purchases.register(request.actor, row, why=typed.why(request))


def _change_exit(request: Visit, found: InternetExit) -> None:
    state, since = typed.text(request, "state"), typed.day(request, "since")
    exits.change(request.actor, found, state, since, why=typed.why(request))


urlpatterns = [
    path("services-bought", services, name="services_bought"),
    path("exits/<int:number>", exit_page, name="exit"),
]
