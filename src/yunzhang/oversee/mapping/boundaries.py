"""Boundaries: the outlines of divisions, loaded from a file with their source, drawn on the map."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from yunzhang.oversee.mapping import geojson, shapes
from yunzhang.oversee.mapping.geojson import Outline
from yunzhang.oversee.mapping.map_models import Boundary, BoundarySheet
from yunzhang.people.act import act
from yunzhang.people.permissions import Actor, pack
from yunzhang.people.widths import too_long
from yunzhang.terms import divisions
from yunzhang.terms.document import digest, encode
from yunzhang.terms.fact import Deed
from yunzhang.terms.faults import Fault, FaultKind, Refused, Text, refuse_if

SOURCE_MISSING = FaultKind(
    "map.source_missing",
    422,
    Text("没有写明界线的来源或许可。", "The source or the licence of the boundaries is missing."),
    Text("写明数据从哪里来、按什么许可使用。", "Say where they come from and under which licence."),
)
REVIEW_WRONG = FaultKind(
    "map.review_number",
    422,
    Text("“{number}”不像审图号。", "{number} does not look like the review number of a map."),
    Text(
        "例如 GS(2024)0650号；没有则留空。",
        "Leave it empty where the map has none.",
    ),
)
NOTHING_SOUND = FaultKind(
    "map.nothing_sound",
    422,
    Text("文件中没有可以载入的区域。", "The file holds no area that can be loaded."),
    Text("核对文件和所选范围。", "Check the file and the division chosen."),
)

REVIEW = re.compile(r"\S{1,8}[(（]\d{4}[)）]\S{0,4}\d{1,8}\s?号?")


@dataclass(frozen=True)
class Origin:
    """Where a file of boundaries was taken from."""

    source: str
    licence: str
    review_number: str = ""
    dated: date | None = None


@dataclass(frozen=True)
class Loaded:
    """What a file brought, and what of it was left out for its faults."""

    sheet: BoundarySheet
    areas: int
    left_out: tuple[Fault, ...]


def load(
    actor: Actor,
    text: bytes,
    origin: Origin,
    *,
    within: str = "",
    sound_only: bool = False,
    why: str,
) -> Loaded:
    """Take in the boundaries of a file; raises Refused with everything wrong in it.

    They take the place of all of the same level in the regions they lie in. `within` takes only
    what lies in that division; `sound_only` leaves out what is faulty, such as drawn lines.
    """
    with act(actor, Deed.BOUNDARIES_LOADED, unit=actor.unit, why=why) as deeds:
        found = geojson.read(text, within)
        refuse_if([*_faults(origin), *(() if sound_only else found.faults)])
        if not found.outlines:
            raise Refused(NOTHING_SOUND())
        sheet = BoundarySheet.objects.create(
            source=origin.source.strip(),
            licence=origin.licence.strip(),
            review_number=origin.review_number.strip(),
            dated=origin.dated,
            loaded_at=deeds.at,
        )
        _replace(found.outlines, sheet)
        deeds.subject = f"boundaries:{sheet.pk}"
        deeds.content.update(
            source=sheet.source,
            licence=sheet.licence,
            review_number=sheet.review_number,
            digest=digest(text),
            areas=len(found.outlines),
        )
    return Loaded(sheet, len(found.outlines), tuple(found.faults))


def top() -> list[Boundary]:
    """The outermost areas: the one region of a province's hub, the regions of the country's."""
    return list(Boundary.objects.filter(above="").defer("shape").select_related("sheet"))


def inside(area: str) -> list[Boundary]:
    """The areas right inside one, without their outlines."""
    return list(Boundary.objects.filter(above=area).defer("shape").select_related("sheet"))


def publishable(areas: Sequence[Boundary]) -> bool:
    """Whether all of them bear a review number: no other map may be shown to the public."""
    return bool(areas) and all(area.sheet.review_number for area in areas)


def drawn(areas: Sequence[str]) -> bytes:
    """The areas of these codes as GeoJSON."""
    found = Boundary.objects.filter(code__in=areas)
    rows = found.values_list("code", "name", "lon", "lat", "shape")
    features = (
        b'{"type":"Feature","properties":%b,"geometry":{"type":"MultiPolygon","coordinates":%b}}'
        % (encode({"code": code, "name": name, "cp": [lon, lat]}), shape.encode())
        for code, name, lon, lat, shape in rows
    )
    return b'{"type":"FeatureCollection","features":[%b]}' % b",".join(features)


def _faults(origin: Origin) -> Iterator[Fault]:
    if not (origin.source.strip() and origin.licence.strip()):
        yield SOURCE_MISSING()
    number = origin.review_number.strip()
    if number and not REVIEW.fullmatch(number):
        yield REVIEW_WRONG(number=number)
    sheet = BoundarySheet(source=origin.source, licence=origin.licence, review_number=number)
    yield from too_long(sheet, "source", "licence", "review_number")


def _replace(outlines: Sequence[Outline], sheet: BoundarySheet) -> None:
    """The new outlines instead of those of their level and region; everything finds its place."""
    regions = {(one.code[:2], divisions.level(one.code)) for one in outlines}
    known = Boundary.objects.defer("shape")
    Boundary.objects.filter(
        pk__in=[row.pk for row in known if (row.pk[:2], divisions.level(row.pk)) in regions]
    ).delete()
    light = shapes.simplified(
        {one.code: one.polygons for one in outlines}, pack().limit("map.tolerance_metres")
    )
    rows = [_boundary(one, light[one.code], sheet) for one in outlines]
    Boundary.objects.bulk_create(rows)
    BoundarySheet.objects.filter(boundaries=None).delete()
    there = list(Boundary.objects.defer("shape"))
    codes = {row.code for row in there}
    for row in there:
        row.above = divisions.above(row.code, codes)
    Boundary.objects.bulk_update(there, ["above"], batch_size=500)


def _boundary(one: Outline, light: Sequence[geojson.Polygon], sheet: BoundarySheet) -> Boundary:
    lon, lat = shapes.centre(one.polygons)
    return Boundary(
        code=one.code,
        name=one.name[: Boundary._meta.get_field("name").max_length],  # noqa: SLF001
        sheet=sheet,
        lon=round(lon, shapes.DECIMALS),
        lat=round(lat, shapes.DECIMALS),
        shape=encode(light).decode(),
    )
