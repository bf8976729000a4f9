"""The public's map: what is open, by area and theme; drawn only where its review number stands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db.models import Count, QuerySet
from django.http import Http404, HttpResponse, HttpResponseBase, JsonResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from yunzhang.oversee.mapping import areas, boundaries
from yunzhang.oversee.mapping.map_models import Boundary
from yunzhang.people.permissions import pack
from yunzhang.portal import headers, seen
from yunzhang.portal.doors import PUBLIC, Visit, door
from yunzhang.portal.listed import Listed, answer
from yunzhang.portal.listing import Column, Kind, Listing
from yunzhang.portal.mapping import maps
from yunzhang.portal.templatetags.said import said
from yunzhang.portal.use.opening import OPEN
from yunzhang.terms import divisions
from yunzhang.use import opening

AREAS = Listing(
    "open-areas",
    _("Areas"),
    (
        Column(
            "name", _("Area"), lambda row: row["name"], order="code", link=lambda row: row["to"]
        ),
        Column("n", _("Open data"), lambda row: row["n"], Kind.NUMBER, "n"),
    ),
    (_("No area is drawn inside"), _("What is open here stands below.")),
    prefix="a_",
    search=False,
)


@door(PUBLIC)
def open_map(request: Visit, code: str = "") -> HttpResponseBase:
    area, inside = _place(code)
    theme, found = _theme(request), _open(request)
    numbers = _numbers(found, inside)
    where = area.code if area else ""
    used = set(opening.listed().order_by().values_list("classification", flat=True))
    tiles = settings.MAP_TILES if boundaries.publishable(inside) else ""
    drawn = boundaries.publishable(inside)
    context = {
        "area": area,
        "above": _address(area.above, theme) if area and area.above else "",
        "themes": [
            (row.code, said(row)) for row in pack().codes_of("classification") if row.code in used
        ],
        "theme": theme,
        "drawn": drawn,
        "review": "、".join(sorted({one.sheet.review_number for one in inside})) if drawn else "",
        "shapes": reverse("open_map_shapes", args=[where or "all"]),
        "values": reverse("open_map_values", args=[where or "all"]) + f"?theme={theme}",
        "tiles": tiles,
        "tiles_credit": settings.MAP_TILES_CREDIT,
    }
    rows = [
        {
            "code": one.code,
            "name": one.name,
            "n": numbers[one.code],
            "to": _address(one.code, theme),
        }
        for one in inside
    ]
    inner = found.filter(resource__unit__division__startswith=divisions.stem(where))
    page = answer(
        request,
        "portal/open_map.html",
        context,
        areas=Listed(request, AREAS, rows),
        found=Listed(request, OPEN, inner if where else found),
    )
    return headers.with_images(page, tiles)


@door(PUBLIC)
def open_values(request: Visit, code: str) -> JsonResponse:
    """How much is open in every area inside, for the map."""
    _area, inside = _published("" if code == "all" else code)
    theme, numbers = _theme(request), _numbers(_open(request), inside)
    values = {"now": {code: [number, number, 1, 0] for code, number in numbers.items()}}
    return JsonResponse(
        {
            "title": gettext("Open data"),
            "kind": "count",
            "worse": False,
            "edges": maps.edges(areas.Kind.COUNT, values),
            "times": [{"id": "now", "name": gettext("Now")}],
            "areas": [
                {"code": one.code, "name": one.name, "address": _address(one.code, theme)}
                for one in inside
            ],
            "values": values,
            "points": [],
        }
    )


@door(PUBLIC)
def open_shapes(request: Visit, code: str) -> HttpResponse:
    """The outlines, where they may be published; 404 where they may not."""
    _area, inside = _published("" if code == "all" else code)
    return maps.outlines(request, [one.code for one in inside], "public")


def _place(code: str) -> tuple[Boundary | None, Sequence[Boundary]]:
    if code:
        area = seen.one(Boundary.objects.defer("shape").select_related("sheet"), code=code)
        return area, boundaries.inside(code)
    return maps.outermost()


def _published(code: str) -> tuple[Boundary | None, Sequence[Boundary]]:
    area, inside = _place(code)
    if not boundaries.publishable(inside):
        raise Http404
    return area, inside


def _theme(request: Visit) -> str:
    asked = request.GET.get("theme", "")
    return asked if any(row.code == asked for row in pack().codes_of("classification")) else ""


def _open(request: Visit) -> QuerySet[Any]:
    theme = _theme(request)
    found = opening.listed()
    return found.filter(classification__startswith=theme) if theme else found


def _numbers(found: QuerySet[Any], inside: Sequence[Boundary]) -> dict[str, int]:
    counts = found.order_by().values_list("resource__unit__division").annotate(n=Count("pk"))
    held = list(counts)
    return {
        one.code: sum(n for code, n in held if divisions.within(code, one.code)) for one in inside
    }


def _address(code: str, theme: str) -> str:
    page = reverse("open_map_area", args=[code]) if code else reverse("open_map")
    return f"{page}?{urlencode({'theme': theme})}" if theme else page
