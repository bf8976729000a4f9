"""Needs and back-flow: asking for data that the catalog does not hold, or for one's own area."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from yunzhang.gather import search
from yunzhang.gather.models import Resource
from yunzhang.people.models import Unit
from yunzhang.people.permissions import pack
from yunzhang.portal import seen, typed
from yunzhang.portal.doors import Visit, do, door
from yunzhang.share import backflow, needs


@door("request.draft")
def new_need(request: Visit) -> HttpResponse:
    """What may be there already stands first, so that nobody asks for it in vain."""
    if request.method == "POST":
        return do(request, {"state": _state})
    wanted = request.typed.get("title") or request.GET.get("q", "")
    own = seen.home(request.actor, "request.draft")
    context = {
        "wanted": wanted.strip(),
        "candidates": needs.candidates(wanted),
        "units": Unit.objects.exclude(pk=own.pk),
        "cycles": pack().codes_of("update_cycle"),
    }
    return render(request, "portal/need_new.html", context)


@door("request.draft")
def new_backflow(request: Visit) -> HttpResponse:
    """A lower unit asks a superior one for the data of its own area (Order 809 Art. 24)."""
    if request.method == "POST":
        return do(request, {"ask": _ask_back})
    own = seen.home(request.actor, "request.draft")
    superiors = backflow.superiors(own)
    context = {
        "own": own,
        "superiors": superiors,
        "resources": _resources(superiors),
        "area": backflow.area_of(own),
    }
    return render(request, "portal/backflow_new.html", context)


def _resources(superiors: list[Unit]) -> list[tuple[str, str]]:
    """The published entries of the superior units, as choices."""
    found = search.published().filter(resource__unit__in=superiors)
    found = found.order_by("resource__unit__code", "title")[: pack().limit("page.list_rows")]
    return [(v.resource.code, f"{v.resource.unit.short_name} · {v.title}") for v in found]


def _unit(request: Visit) -> Unit | None:
    """The unit chosen; None where none was."""
    number = typed.place(typed.text(request, "provider"))
    return Unit.objects.filter(pk=number).first() if number is not None else None


def _state(request: Visit) -> str:
    case = needs.state(
        request.actor,
        typed.text(request, "title"),
        typed.lines(request, "items"),
        scenario=typed.text(request, "scenario"),
        legal_basis=typed.text(request, "legal_basis"),
        provider=_unit(request),
        frequency=typed.text(request, "frequency"),
        why=typed.why(request),
    )
    return reverse("case", args=[case.number])


def _ask_back(request: Visit) -> str:
    code = typed.text(request, "resource")
    resource = Resource.objects.select_related("unit").filter(code=code).first()
    provider = _unit(request) or (resource.unit if resource else None)
    details: dict[str, Any] = {
        "title": typed.text(request, "title"),
        "area": typed.text(request, "area"),
        "scenario": typed.text(request, "scenario"),
        "resource": resource,
        "why": typed.why(request),
    }
    # Without a provider the unit asks itself, and is told that nobody above was chosen.
    asked = provider or seen.home(request.actor, "request.draft")
    case = backflow.ask(request.actor, asked, **details)
    return reverse("case", args=[case.number])
