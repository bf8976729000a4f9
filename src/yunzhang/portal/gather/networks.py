"""Networks, machine rooms and the extranet: what there is, and what has become of it."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from yunzhang import clock
from yunzhang.gather import networks
from yunzhang.gather.models import Network
from yunzhang.oversee.clouds import exits, extranet, plans, rooms
from yunzhang.oversee.models import DataRoom
from yunzhang.people import cases
from yunzhang.people.models import Unit
from yunzhang.people.permissions import may
from yunzhang.portal import history, seen, typed
from yunzhang.portal.doors import Visit, do, door
from yunzhang.portal.gather import registers
from yunzhang.portal.gather.systems import plan_typed
from yunzhang.portal.listed import Listed, answer
from yunzhang.portal.listing import Choices, Column, Filter, Kind, Listing, Mark, of_units
from yunzhang.portal.share.services import begins
from yunzhang.portal.states import STATES
from yunzhang.portal.templatetags.said import coded


def states(values: list[str]) -> Choices:
    """These states of what runs, in words."""
    return [(value, gettext(STATES["running"][value][0])) for value in values]


def _secret(row: Network) -> list[Mark]:
    return [Mark(gettext("Secret"))] if row.secret else []


NETWORKS = Listing(
    "networks",
    _("Dedicated networks"),
    (
        Column(
            "name",
            _("Network"),
            lambda row: row.name,
            order="name",
            found=("name", "unit__name"),
            link=lambda row: reverse("network", args=[row.pk]),
            marks=_secret,
        ),
        Column("unit", _("Unit"), lambda row: row.unit.short_name, order="unit__short_name"),
        Column("state", _("State"), lambda row: row.state, Kind.STATE, "state", states="running"),
        Column(
            "since", _("In this state since"), lambda row: row.state_since, Kind.DAY, "state_since"
        ),
        Column("built", _("Built on"), lambda row: row.built_on, Kind.DAY, "built_on"),
        Column("approval", _("Number of the approval"), lambda row: row.approval, on="file"),
    ),
    (_("No network yet"), _("Register the dedicated networks your unit runs.")),
    order=("unit", "name"),
    filters=(
        Filter(
            "state",
            _("State"),
            lambda value: Q(state=value),
            lambda _rows: states(Network.State.values),
        ),
        of_units("unit", _("Unit"), "unit"),
    ),
    hint=_("Network or unit"),
)
ROOMS = Listing(
    "rooms",
    _("Machine rooms"),
    (
        Column(
            "name",
            _("Room"),
            lambda row: row.name,
            order="name",
            found=("name", "unit__name", "division"),
            link=lambda row: reverse("room", args=[row.pk]),
        ),
        Column("unit", _("Unit"), lambda row: row.unit.short_name, order="unit__short_name"),
        Column("division", _("Division"), lambda row: row.division, Kind.CODE, "division"),
        Column("state", _("State"), lambda row: row.state, Kind.STATE, "state", states="running"),
        Column(
            "since", _("In this state since"), lambda row: row.state_since, Kind.DAY, "state_since"
        ),
        Column("built", _("Built on"), lambda row: row.built_on, Kind.DAY, "built_on"),
    ),
    (_("No room yet"), _("Register the machine rooms your unit has.")),
    order=("unit", "name"),
    filters=(
        Filter(
            "room_state",
            _("State"),
            lambda value: Q(state=value),
            lambda _rows: states(DataRoom.State.values),
        ),
    ),
    prefix="r_",
    hint=_("Room, unit or division code"),
)
CONNECTED = {"yes": Q(extranet__isnull=False), "no": Q(extranet=None)}
EXTRANET = Listing(
    "extranet",
    _("Extranet"),
    (
        Column("unit", _("Unit"), lambda row: row.name, order="name", found=("name", "short_name")),
        Column("tier", _("Tier"), lambda row: coded(row.tier, "tier"), order="tier"),
        Column(
            "since",
            _("Connected since"),
            lambda row: row.extranet.since if hasattr(row, "extranet") else None,
            Kind.DAY,
            "extranet__since",
        ),
        Column(
            "mobile",
            _("Mobile access since"),
            lambda row: row.extranet.mobile_since if hasattr(row, "extranet") else None,
            Kind.DAY,
            "extranet__mobile_since",
        ),
    ),
    (_("No unit yet"), _("Units are registered by the sharing authority.")),
    order=("tier", "code"),
    filters=(
        Filter(
            "connected",
            _("Connected"),
            CONNECTED.get,
            lambda _rows: [("yes", gettext("Connected")), ("no", gettext("Not connected"))],
        ),
    ),
    prefix="e_",
    hint=_("Name of the unit"),
)


@door("score.see")
def network_list(request: Visit) -> HttpResponseBase:
    if request.method == "POST":
        return do(request, DEEDS)
    own = seen.units(request.actor, "score.see")
    units = Unit.objects.filter(Q() if own is None else Q(pk__in=own)).select_related("extranet")
    registering = seen.units(request.actor, "cloud.register")
    connectable = Unit.objects.filter(Q() if registering is None else Q(pk__in=registering))
    context = {"registers": may(request.actor, "cloud.register"), "connectable": connectable}
    return answer(
        request,
        "portal/networks.html",
        context,
        networks=Listed(request, NETWORKS, _networks(request)),
        exits=Listed(request, registers.EXITS, registers.exits_of(request)),
        rooms=Listed(request, ROOMS, _rooms(request)),
        extranet=Listed(request, EXTRANET, units),
    )


@door("score.see")
def network(request: Visit, number: int) -> HttpResponse:
    found = seen.one(_networks(request), pk=number)
    if request.method == "POST":
        return do(request, {"plan": plan_typed}, found)
    # Merged or closed it becomes by a plan and its proof; here its beginning alone is told.
    context = {
        "row": found,
        "title": gettext("Dedicated network"),
        "plans": _plans(request, found),
        "cases": cases.about(f"network:{found.pk}"),
        "states": [],
        "history": history.told(f"network:{found.pk}"),
    }
    return render(request, "portal/place.html", context)


@door("score.see")
def room(request: Visit, number: int) -> HttpResponseBase:
    found = seen.one(_rooms(request), pk=number)
    if request.method == "POST":
        deeds = {"put_in": registers.put_in, "take_out": registers.take_out}
        return do(request, {"change": _change_room, **deeds}, found)
    told = registers.of_room(request, found)
    context = {
        "row": found,
        "title": gettext("Machine room"),
        "states": states(DataRoom.State.values) if told["fills"] else [],
        "history": history.told(f"room:{found.pk}"),
        **told,
    }
    return answer(request, "portal/place.html", context, equipment=told["equipment"])


def _networks(request: Visit) -> QuerySet[Network]:
    own = seen.within(request.actor, "score.see", "unit")
    return Network.objects.filter(own).select_related("unit")


def _rooms(request: Visit) -> QuerySet[DataRoom]:
    own = seen.within(request.actor, "score.see", "unit")
    return DataRoom.objects.filter(own).select_related("unit")


def _plans(request: Visit, found: Network) -> list[tuple[str, Any]]:
    """What this person may plan for the network now."""
    may_plan = begins(request.actor, plans.PROCEDURE, found.unit) and not plans.running(found)
    living = found.state in (Network.State.IN_USE, Network.State.MIGRATING)
    return [(id, plans.KINDS[id]) for id in plans.kinds_of(found)] if may_plan and living else []


def _register_network(request: Visit) -> str:
    made = networks.register(
        request.actor,
        seen.home(request.actor, "cloud.register"),
        typed.text(request, "name"),
        typed.day(request, "built_on"),
        clock.today(),
        secret=typed.checked(request, "secret"),
        approval=typed.text(request, "approval"),
        why=typed.why(request),
    )
    return reverse("network", args=[made.pk])


def _register_room(request: Visit) -> str:
    made = rooms.register(
        request.actor,
        seen.home(request.actor, "cloud.register"),
        typed.text(request, "name"),
        typed.text(request, "division"),
        typed.day(request, "built_on"),
        clock.today(),
        approval=typed.text(request, "approval"),
        why=typed.why(request),
    )
    return reverse("room", args=[made.pk])


def _connect(request: Visit) -> None:
    unit, since = _unit(request), typed.day(request, "since")
    extranet.connect(request.actor, unit, since, clock.today(), why=typed.why(request))


def _mobile(request: Visit) -> None:
    unit, since = _unit(request), typed.day(request, "since")
    exits.mobile(request.actor, unit, since, why=typed.why(request))


def _disconnect(request: Visit) -> None:
    extranet.disconnect(request.actor, _unit(request), why=typed.why(request))


def _unit(request: Visit) -> Unit:
    return seen.one(Unit.objects.all(), code=typed.text(request, "unit"))


def _change_room(request: Visit, found: DataRoom) -> None:
    rooms.change(
        request.actor,
        found,
        typed.text(request, "state"),
        typed.day(request, "since"),
        clock.today(),
        approval=typed.text(request, "approval"),
        why=typed.why(request),
    )


DEEDS = {
    "network": _register_network,
    "room": _register_room,
    "exit": registers.register_exit,
    "connect": _connect,
    "mobile": _mobile,
    "disconnect": _disconnect,
}
