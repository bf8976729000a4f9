"""The map: any measure by region, city and county, over time, down to the units and their rows."""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext

from yunzhang import clock
from yunzhang.oversee.mapping import areas, boundaries
from yunzhang.oversee.mapping.areas import NOW, Kind, Measure, Parts, Whole
from yunzhang.oversee.mapping.map_models import Boundary
from yunzhang.people.models import Unit
from yunzhang.people.permissions import Actor, may
from yunzhang.portal import headers, seen
from yunzhang.portal.doors import Visit, door
from yunzhang.portal.listed import Listed, answer
from yunzhang.portal.mapping import map_lists, map_points
from yunzhang.portal.mapping.map_lists import AreaRow, UnitRow
from yunzhang.portal.scoring.indicator_lists import THEMES
from yunzhang.portal.templatetags.said import said
from yunzhang.terms import divisions

OWN = "own"  # in an area, the units that lie in none of the areas inside it
IN_ADDRESS = "now"  # how an address writes the present
STEPS = 5  # of the colours


@dataclass
class Sight:
    """One area as a visitor asks for it: what is shown, of which time, beside which other."""

    actor: Actor
    asked: Any  # the query string
    area: Boundary | None
    inside: Sequence[Boundary]

    @cached_property
    def measures(self) -> list[Measure]:
        return areas.measures()

    @property
    def themes(self) -> list[tuple[str, list[Measure]]]:
        """The measures as the picker offers them: the score, the indicators by theme, numbers."""
        found: dict[str, list[Measure]] = {}
        for one in self.measures:
            found.setdefault(one.theme, []).append(one)
        whole, *numbers = found.pop("")
        named = [(gettext(THEMES[theme]), held) for theme, held in found.items()]
        return [("", [whole]), *named, (gettext("Numbers"), numbers)]

    @cached_property
    def periods(self) -> list[str]:
        return areas.periods()

    @cached_property
    def measure(self) -> Measure:
        """The one asked for; without a word the score, or what is published where none is yet."""
        wanted = self.asked.get("show") or (areas.TOTAL if self.periods else "entries")
        return next((one for one in self.measures if one.id == wanted), self.measures[0])

    @cached_property
    def times(self) -> list[str]:
        """The times there are of the measure, the newest last."""
        frozen = self.periods if self.measure.frozen else []
        return [*frozen, NOW] if self.measure.live else list(frozen)

    @property
    def at(self) -> str:
        """The time shown, the newest without a word."""
        newest = self.times[-1] if self.times else NOW
        found = self._time("at")
        return newest if found is None else found

    @property
    def beside(self) -> str | None:
        """The time to compare with; None for none."""
        return self._time("with")

    @cached_property
    def parts(self) -> dict[str, Parts]:
        """The measure of every unit at every time."""
        bound = seen.units(self.actor, "request.see")
        return areas.by_unit(self.measure, self.periods, clock.today(), bound)

    @cached_property
    def placed(self) -> dict[int, str]:
        return areas.placed()

    @cached_property
    def members(self) -> dict[str, list[int]]:
        """The units of each area inside, and the area's own."""
        found = areas.members(self.placed, [one.code for one in self.inside])
        taken = {unit for units in found.values() for unit in units}
        found[OWN] = [unit for unit in self.here if unit not in taken]
        return found

    @cached_property
    def here(self) -> list[int]:
        """All units of the area; of the whole hub where there is no map yet."""
        if self.area is None and not self.inside:
            return list(Unit.objects.values_list("pk", flat=True))
        code = self.area.code if self.area else ""
        return areas.members(self.placed, [code])[code]

    def whole(self, place: str, time: str) -> Whole:
        """What the units of an area inside make together at a time."""
        return areas.whole(self.measure, self.parts.get(time, {}), self.members[place])

    def address(self, code: str, **changes: str) -> str:
        """The page of an area, with what is shown kept."""
        kept = {name: self.asked[name] for name in ("show", "at", "with") if self.asked.get(name)}
        query = urlencode({**kept, **changes})
        page = reverse("map_area", args=[code]) if code else reverse("map")
        return f"{page}?{query}" if query else page

    def _time(self, name: str) -> str | None:
        asked: str | None = self.asked.get(name)
        asked = NOW if asked == IN_ADDRESS else asked
        return asked if asked in self.times else None


def sight(request: Visit, code: str) -> Sight:
    """The area of this code, or the outermost one; 404 for none."""
    if code:
        found = seen.one(Boundary.objects.defer("shape").select_related("sheet"), code=code)
        return Sight(request.actor, request.GET, found, boundaries.inside(code))
    area, inside = outermost()
    return Sight(request.actor, request.GET, area, inside)


def outermost() -> tuple[Boundary | None, Sequence[Boundary]]:
    """Where the map begins: the one region there is and what lies in it, or all regions."""
    found = boundaries.top()
    if len(found) == 1 and (inside := boundaries.inside(found[0].code)):
        return found[0], inside
    return None, found


@door("score.see")
def area_page(request: Visit, code: str = "") -> HttpResponseBase:
    shown = sight(request, code)
    place = shown.area.code if shown.area else ""
    known = {row.code: row for row in Boundary.objects.defer("shape").select_related("sheet")}
    context = {
        "sight": shown,
        "area": shown.area,
        "at": shown.at or IN_ADDRESS,
        "beside": "" if shown.beside is None else shown.beside or IN_ADDRESS,
        "trail": _trail(shown, known),
        "drawn": bool(shown.inside),
        "review": _review(shown),
        "sheet": shown.inside[0].sheet if shown.inside else None,
        "shapes": reverse("map_shapes", args=[place or "all"]) + f"?v={_version(shown)}",
        "values": reverse("map_values", args=[place or "all"]),
        "tiles": settings.MAP_TILES,
        "tiles_credit": settings.MAP_TILES_CREDIT,
        "loads": may(request.actor, "unit.register"),
        "whole_hub": seen.units(request.actor, "request.see") is None,
        "times": _times(shown),
    }
    page = answer(
        request,
        "portal/map.html",
        context,
        areas=Listed(request, map_lists.areas(shown.measure), area_rows(shown)),
        units=Listed(request, map_lists.units(shown.measure, _choices(shown)), unit_rows(shown)),
        points=Listed(request, map_lists.POINTS, _point_lines(request, shown, known)),
    )
    return headers.with_images(page, settings.MAP_TILES)


@door("score.see")
def map_values(request: Visit, code: str) -> JsonResponse:
    """The measure of every area inside at every time, and what stands there as points."""
    shown = sight(request, "" if code == "all" else code)
    known = {row.code: row for row in Boundary.objects.defer("shape")}
    values = {
        time or IN_ADDRESS: {one.code: _told(shown.whole(one.code, time)) for one in shown.inside}
        for time in shown.times
    }
    return JsonResponse(
        {
            "title": said(shown.measure),
            "kind": shown.measure.kind,
            "worse": shown.measure.worse,
            "edges": edges(shown.measure.kind, values),
            "times": [{"id": id, "name": name} for id, name in _times(shown)],
            "areas": [
                {"code": one.code, "name": one.name, "address": shown.address(one.code)}
                for one in shown.inside
            ],
            "values": values,
            "points": map_points.grouped(_point_lines(request, shown, known), known),
        }
    )


@door("score.see")
def map_shapes(request: Visit, code: str) -> HttpResponse:
    """The outlines of the areas inside, as GeoJSON; the same until others are loaded."""
    shown = sight(request, "" if code == "all" else code)
    return outlines(request, [one.code for one in shown.inside], "private")


def outlines(request: HttpRequest, codes: Sequence[str], kept_by: str) -> HttpResponse:
    """These areas as GeoJSON, packed where the browser takes it."""
    body = boundaries.drawn(codes)
    packed = "gzip" in request.headers.get("Accept-Encoding", "")
    response = HttpResponse(gzip.compress(body) if packed else body, "application/geo+json")
    if packed:
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Vary"] = "Accept-Encoding"
    response.headers["Cache-Control"] = f"{kept_by}, max-age=86400"
    return response


def edges(kind: Kind, values: dict[str, dict[str, Any]]) -> list[float]:
    """The limits between the colours, the same at every time so that times can be compared."""
    held = [told[0] for at in values.values() for told in at.values() if told[0] is not None]
    if kind is Kind.COUNT:
        step = max(1, -(-int(max(held, default=0)) // STEPS))
        return [step * number for number in range(STEPS + 1)]
    low = min(int(min(held, default=0) // 10 * 10), 90)
    return [round(low + (100 - low) * number / STEPS, 1) for number in range(STEPS + 1)]


def area_rows(shown: Sight) -> list[AreaRow]:
    """The areas inside with their numbers, and the area's own units below them."""
    rows = [
        AreaRow(one.code, one.name, shown.whole(one.code, shown.at), shown.address(one.code))
        for one in shown.inside
    ]
    if shown.inside and shown.members[OWN]:
        code, name = (shown.area.code, shown.area.name) if shown.area else ("", "")
        title = gettext("%(area)s itself") % {"area": name} if name else gettext("In no area")
        address = shown.address(code, u_in=OWN) + "#list-map-units"
        rows.append(AreaRow(OWN, title, shown.whole(OWN, shown.at), address))
    return rows


def unit_rows(shown: Sight) -> list[UnitRow]:
    """The units of the area, each with its own part and the way to its rows."""
    parts, measure = shown.parts.get(shown.at, {}), shown.measure
    where = {unit: place for place, units in shown.members.items() for unit in units}
    rows = [
        UnitRow(
            unit,
            where.get(unit.pk, OWN),
            areas.whole(measure, parts, [unit.pk]),
            map_lists.rows_of(measure, shown.at, unit) if unit.pk in parts else "",
        )
        for unit in Unit.objects.filter(pk__in=shown.here)
    ]
    known = [row for row in rows if row.value is not None]
    unknown = [row for row in rows if row.value is None]
    turned = measure.kind is Kind.COUNT  # the most of a number first, the worst of a rate
    return [*sorted(known, key=lambda row: row.value or 0, reverse=turned), *unknown]


def _point_lines(
    request: Visit, shown: Sight, known: dict[str, Boundary]
) -> list[map_points.Point]:
    code = shown.area.code if shown.area else ""
    return [
        one for one in map_points.points(request.actor, known) if divisions.within(one.code, code)
    ]


def _choices(shown: Sight) -> list[tuple[str, str]]:
    inside = [(one.code, one.name) for one in shown.inside]
    return [*inside, (OWN, gettext("In none of them"))] if inside else []


def _times(shown: Sight) -> list[tuple[str, str]]:
    """The times as addresses write them, and in words."""
    return [(time or IN_ADDRESS, time or gettext("Now")) for time in shown.times]


def _trail(shown: Sight, known: dict[str, Boundary]) -> list[tuple[str, str]]:
    """The areas this one lies in, the outermost first, with their pages."""
    found, code = [], shown.area.above if shown.area else ""
    while code:
        found.append((known[code].name, shown.address(code)))
        code = known[code].above
    return found[::-1]


def _review(shown: Sight) -> str:
    """The review numbers of what is drawn; "" where any lacks one."""
    if not boundaries.publishable(shown.inside):
        return ""
    return "、".join(sorted({one.sheet.review_number for one in shown.inside}))


def _version(shown: Sight) -> int:
    return max((one.sheet_id for one in shown.inside), default=0)


def _told(whole: Whole) -> list[float | None]:
    return [whole.value, whole.sum, whole.of, whole.units]
