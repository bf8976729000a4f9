"""Systems and tables: registering what a unit holds, gathering it, and drafting its entry."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET

from yunzhang.engines.readings import SourceKind, SourceSpec
from yunzhang.gather import catalog, harvest, systems
from yunzhang.gather.models import DataTable, InformationSystem, Node
from yunzhang.people.act import allow
from yunzhang.people.permissions import pack
from yunzhang.portal import progress, seen, typed
from yunzhang.portal.doors import Visit, do, door
from yunzhang.terms.document import build
from yunzhang.terms.fact import Deed
from yunzhang.terms.faults import Refused


@door("system.register")
def system_list(request: Visit) -> HttpResponse:
    if request.method == "POST":
        return do(request, {"register": _register})
    own = seen.within(request.actor, "system.register", "unit")
    found = InformationSystem.objects.filter(own).select_related("unit")
    found = found.prefetch_related("tables__node", "tables__resources").order_by("unit", "name")
    return render(request, "portal/systems.html", {"systems": found})


@door("system.register")
def new_table(request: Visit, system: int) -> HttpResponse:
    own = seen.within(request.actor, "system.register", "unit")
    found = seen.one(InformationSystem.objects.filter(own).select_related("unit"), pk=system)
    if request.method == "POST":
        return do(request, {"register": _register_table}, found)
    nodes = Node.objects.filter(unit=found.unit)
    context = {"system": found, "nodes": nodes, "kinds": list(SourceKind)}
    return render(request, "portal/table_new.html", context)


@door("quality.see")
def table(request: Visit, name: str) -> HttpResponse:
    found = seen.one(seen.tables(request.actor), name=name)
    if request.method == "POST":
        return do(request, {"gather": _gather, "draft": _draft}, found)
    return render(request, "portal/table.html", _told(found))


@require_GET
@door("quality.see")
def table_progress(request: Visit, name: str) -> HttpResponse:
    """How far the gathering is: a fragment for htmx, or a turn back to the page."""
    found = seen.one(seen.tables(request.actor), name=name)
    if not request.headers.get("HX-Request"):
        return redirect("table", name)
    state = progress.of(f"gather-{name}")
    response = render(request, "portal/part/progress.html", {"table": found, "running": state})
    if state is None or state.ended:
        # The whole page has changed: rows, digest and profile are new.
        response.headers["HX-Refresh"] = "true"
    return response


def _told(found: DataTable) -> dict[str, Any]:
    return {
        "table": found,
        "source": systems.source_of(found),
        "profile": json.loads(found.profile) if found.profile else None,
        "resources": list(found.resources.prefetch_related("versions")),
        "verdict": found.verdicts.order_by("-ran_at", "-pk").first(),
        "running": progress.of(f"gather-{found.name}"),
        "samples": pack().limit("engines.profile_samples"),
    }


def _register(request: Visit) -> None:
    unit = seen.home(request.actor, "system.register")
    name, purpose = typed.text(request, "name"), typed.text(request, "purpose")
    systems.register(request.actor, unit, name, purpose, why=typed.why(request))


def _register_table(request: Visit, system: InformationSystem) -> str:
    source = build(
        {part: typed.text(request, part) for part in ("kind", "location", "table")}, SourceSpec
    )
    chosen = typed.text(request, "node")
    node = seen.one(Node.objects.filter(unit=system.unit), name=chosen) if chosen else None
    found = systems.register_table(
        request.actor,
        system,
        typed.text(request, "name"),
        typed.text(request, "title"),
        source,
        node,
        why=typed.why(request),
    )
    return reverse("table", args=[found.name])


def _gather(request: Visit, found: DataTable) -> None:
    """Gather beside the request: a register of a million rows takes longer than a page may."""
    allow(request.actor, Deed.TABLE_GATHERED, found.unit, typed.why(request))
    run = partial(harvest.gather, request.actor, found, why=typed.why(request))
    if not progress.start(f"gather-{found.name}", lambda tell: run(progress=tell)):
        raise Refused(harvest.GATHER_RUNNING(table=found.title))
    request.said = gettext("The table is being gathered; you may leave this page.")


def _draft(request: Visit, found: DataTable) -> str:
    version = catalog.draft(request.actor, found, why=typed.why(request))
    return reverse("entry_edit", args=[version.pk])
