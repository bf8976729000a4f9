"""Boundaries: what the map is drawn from, with its source and review number, and loading others."""

from __future__ import annotations

from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext

from yunzhang.engines import grids
from yunzhang.oversee.mapping import boundaries
from yunzhang.oversee.mapping.boundaries import Origin
from yunzhang.oversee.mapping.map_models import BoundarySheet
from yunzhang.people.permissions import pack
from yunzhang.portal import typed
from yunzhang.portal.doors import Visit, do, door
from yunzhang.portal.gather.imports import FILE_MISSING
from yunzhang.terms.faults import Refused


@door("unit.register")
def boundary_list(request: Visit) -> HttpResponse:
    if request.method == "POST":
        return do(request, {"load": _load})
    sheets = BoundarySheet.objects.annotate(n=Count("boundaries"))
    context = {"sheets": sheets.order_by("-loaded_at"), "megabytes": _most()}
    return render(request, "portal/boundaries.html", context)


def _most() -> int:
    return pack().limit("import.file_bytes") // grids.MEGABYTE


def _load(request: Visit) -> None:
    file = request.FILES.get("file")
    if file is None or not file.size:
        raise Refused(FILE_MISSING(most=_most()))
    loaded = boundaries.load(
        request.actor,
        file.read(),
        Origin(
            typed.text(request, "source"),
            typed.text(request, "licence"),
            typed.text(request, "review_number"),
            typed.day_or_none(request, "dated"),
        ),
        within=typed.text(request, "within"),
        sound_only=typed.checked(request, "sound_only"),
        why=typed.why(request),
    )
    request.said = gettext("%(n)s areas were loaded; %(left)s faults left out.") % {
        "n": loaded.areas,
        "left": len(loaded.left_out),
    }
