"""Systems and tables: registering what a unit holds, gathering it, and drafting its entry."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

from django.db.models import Count, Q
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _
from django.views.decorators.http import require_GET

from yunzhang.engines.readings import SourceKind, SourceSpec
from yunzhang.gather import catalog, harvest, systems
from yunzhang.gather.models import DataTable, InformationSystem, Node
from yunzhang.people.act import allow
from yunzhang.people.permissions import pack
from yunzhang.portal import progress, seen, typed
from yunzhang.portal.doors import Visit, do, door
from yunzhang.portal.listed import Listed, answer
from yunzhang.portal.listing import Choices, Column, Filter, Kind, Listing, Mark, of_units
from yunzhang.portal.states import Tone
from yunzhang.terms.document import build
from yunzhang.terms.fact import Deed
from yunzhang.terms.faults import Refused


def _codes(table: DataTable) -> str:
    return " ".join(sorted(resource.code for resource in table.resources.all()))


def _not_catalogued(table: DataTable) -> list[Mark]:
    return [] if _codes(table) else [Mark(gettext("Not catalogued"), Tone.WARN)]


def _standings(_rows: Any) -> Choices:
    return [
        ("catalogued", gettext("Catalogued")),
        ("not", gettext("Not catalogued")),
        ("ungathered", gettext("Not gathered yet")),
    ]


STANDINGS = {
    "catalogued": Q(resources__isnull=False),
    "not": Q(resources=None),
    "ungathered": Q(gathered_at=None),
}
SYSTEMS = Listing(
    "systems",
    _("Information systems"),
    (
        Column(
            "name",
            _("System"),
            lambda row: row.name,
            order="name",
            found=("name", "purpose", "unit__short_name", "unit__name"),
            link=lambda row: reverse("system", args=[row.pk]),
            note=lambda row: row.purpose,
        ),
        Column("purpose", _("What it is for"), lambda row: row.purpose, on="file"),
        Column("unit", _("Unit"), lambda row: row.unit.short_name, order="unit__short_name"),
        Column("tables", _("Tables"), lambda row: row.held, Kind.NUMBER, "held"),
        Column(
            "new",
            _("Deed"),
            lambda _row: gettext("Register a table"),
            link=lambda row: reverse("table_new", args=[row.pk]),
            on="page",
        ),
    ),
    (_("No system yet"), _("Register the information system your data lives in.")),
    order=("unit", "name"),
    filters=(of_units("unit", _("Unit"), "unit"),),
    prefix="s_",
    hint=_("System, purpose or unit"),
)
TABLES = Listing(
    "tables",
    _("Tables"),
    (
        Column(
            "title",
            _("Table"),
            lambda row: row.title,
            order="title",
            found=("title", "name", "resources__code"),
            link=lambda row: reverse("table", args=[row.name]),
            note=lambda row: row.name,
        ),
        Column("name", _("Name of the table"), lambda row: row.name, Kind.CODE, on="file"),
        Column(
            "system",
            _("System"),
            lambda row: row.system.name,
            order="system__name",
            found=("system__name",),
        ),
        Column("unit", _("Unit"), lambda row: row.unit.name, on="file"),
        Column("rows", _("Rows"), lambda row: row.rows, Kind.NUMBER, "rows"),
        Column(
            "gathered", _("Last gathered"), lambda row: row.gathered_at, Kind.MOMENT, "gathered_at"
        ),
        Column("node", _("Node"), lambda row: row.node and row.node.name, order="node__name"),
        Column(
            "catalog", _("Catalog"), _codes, Kind.CODE, "resources__code", marks=_not_catalogued
        ),
    ),
    (_("No table is registered yet."), _("Register one under its information system.")),
    order=("system__unit", "system__name", "name"),
    filters=(
        Filter("standing", _("Standing"), STANDINGS.get, _standings),
        of_units("unit", _("Unit"), "system__unit"),
    ),
    hint=_("Table, system or resource code"),
)


@door("system.register")
def system_list(request: Visit) -> HttpResponseBase:
    if request.method == "POST":
        return do(request, {"register": _register})
    own = seen.within(request.actor, "system.register", "unit")
    found = InformationSystem.objects.filter(own).select_related("unit")
    held = seen.tables(request.actor, "system.register").prefetch_related("resources")
    return answer(
        request,
        "portal/systems.html",
        {},
        tables=Listed(request, TABLES, held),
        systems=Listed(request, SYSTEMS, found.annotate(held=Count("tables"))),
    )


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
