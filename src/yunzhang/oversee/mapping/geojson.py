"""GeoJSON of divisions: read whole, with everything wrong named by the feature it stands in."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from yunzhang.terms import divisions
from yunzhang.terms.document import decode
from yunzhang.terms.faults import Fault, FaultKind, Refused, Text

FILE_WRONG = FaultKind(
    "map.file_wrong",
    422,
    Text("文件不是GeoJSON要素集：{reason}", "The file is no GeoJSON FeatureCollection: {reason}"),
    Text("导出为GeoJSON（UTF-8）后再载入。", "Export it as GeoJSON in UTF-8 and load it again."),
)
SYSTEM_OTHER = FaultKind(
    "map.system",
    422,
    Text(
        "坐标系“{system}”不是CGCS2000经纬度。",
        "{system} is not CGCS2000 in degrees of longitude and latitude.",
    ),
    Text("转换为EPSG:4490后再载入。", "Transform it to EPSG:4490 first."),
)
CODE_WRONG = FaultKind(
    "map.code",
    422,
    Text(
        "第{at}个要素“{name}”没有六位行政区划代码（“{code}”）。",
        "Feature {at}, {name}, has no division code of six digits (“{code}”).",
    ),
    Text(
        "补上代码；“境界线”之类的线不是区域，载入时略去。",
        "Add the code; a drawn line is no area: leave it out.",
    ),
)
CODE_TWICE = FaultKind(
    "map.code_twice",
    422,
    Text(
        "第{at}个要素“{name}”的代码 {code} 已在第{first}个出现。",
        "Feature {at}, {name}, bears {code} as feature {first} does.",
    ),
    Text("合并为一个多面，或改正代码。", "Make both one MultiPolygon, or correct the code."),
)
NAME_MISSING = FaultKind(
    "map.name_missing",
    422,
    Text("第{at}个要素（{code}）没有名称。", "Feature {at} ({code}) has no name."),
    Text("补上名称。", "Add its name."),
)
SHAPE_OTHER = FaultKind(
    "map.geometry",
    422,
    Text(
        "第{at}个要素“{name}”是{kind}，不是面。", "Feature {at}, {name}, is a {kind} and no area."
    ),
    Text("只载入Polygon或MultiPolygon。", "Load Polygon and MultiPolygon only."),
)
RING_WRONG = FaultKind(
    "map.ring",
    422,
    Text(
        "第{at}个要素“{name}”的第{ring}条界线不足四点或没有闭合。",
        "Ring {ring} of feature {at}, {name}, has fewer than four points or is not closed.",
    ),
    Text("首尾两点必须相同。", "Its last point must be its first."),
)
PLACE_WRONG = FaultKind(
    "map.place",
    422,
    Text(
        "第{at}个要素“{name}”有点不在中国范围内：{place}。",
        "Feature {at}, {name}, has a point that is not in China: {place}.",
    ),
    Text(
        "坐标应为先经度后纬度的度数，不是米。",
        "Coordinates are degrees, longitude first, and not metres.",
    ),
)

Point = tuple[float, float]
Ring = tuple[Point, ...]
Polygon = tuple[Ring, ...]  # the outer ring, then its holes

SYSTEM = re.compile(r"(4490|4326|CRS84)$")
COUNTRY_PREFIX = "156"  # China in ISO 3166-1; the surveyors' codes begin with it
CODES = ("gb", "code", "adcode", "区划代码", "行政区划代码", "代码")
NAMES = ("name", "名称", "NAME")
# All of China and its seas, in degrees: what lies outside is in metres or turned around.
WEST, EAST, SOUTH, NORTH = 73.0, 136.0, 3.0, 54.0


@dataclass(frozen=True)
class Outline:
    """One division as the file has it."""

    code: str
    name: str
    polygons: tuple[Polygon, ...]


@dataclass
class Found:
    """The sound outlines of a file, and everything wrong with the others."""

    outlines: list[Outline] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def read(text: bytes, within: str = "") -> Found:
    """Every area of a file that lies in a division; raises Refused where it is no file of areas.

    What lies elsewhere by its code is passed over unread; what has no code is a fault.
    """
    try:
        whole = decode(text, dict[str, Any])
    except Refused as refused:
        reason = dict(refused.faults[0].details)["reason"]
        raise Refused(FILE_WRONG(reason=reason)) from refused
    features = whole.get("features")
    if whole.get("type") != "FeatureCollection" or not isinstance(features, list) or not features:
        raise Refused(FILE_WRONG(reason="type, features"))
    _in_degrees(whole.get("crs"))
    found, first = Found(), dict[str, int]()
    for at, feature in enumerate(features, 1):
        code, name, geometry = _parts(feature if isinstance(feature, dict) else {})
        if divisions.is_division(code) and not divisions.within(code, within):
            continue
        outline, faults = _outline(at, code, name, geometry)
        if not faults and code in first:
            faults = [CODE_TWICE(at=at, name=outline.name, code=code, first=first[code])]
        first.setdefault(code, at)
        found.faults += faults
        if not faults:
            found.outlines.append(outline)
    return found


def _in_degrees(system: Any) -> None:
    named = system.get("properties") if isinstance(system, dict) else None
    name = str(named.get("name", "")) if isinstance(named, dict) else ""
    if name and not SYSTEM.search(name):
        raise Refused(SYSTEM_OTHER(system=name))


def _parts(feature: Mapping[str, Any]) -> tuple[str, str, Mapping[str, Any]]:
    """Code, name and geometry, as far as they are there."""
    told = feature.get("properties")
    properties = told if isinstance(told, dict) else {}
    code, name = _first(properties, CODES), _first(properties, NAMES)
    if len(code) == 9 and code.startswith(COUNTRY_PREFIX):
        code = code[len(COUNTRY_PREFIX) :]
    shape = feature.get("geometry")
    return code, name, shape if isinstance(shape, dict) else {}


def _outline(
    at: int, code: str, name: str, geometry: Mapping[str, Any]
) -> tuple[Outline, list[Fault]]:
    faults = list[Fault]()
    if not divisions.is_division(code):
        faults.append(CODE_WRONG(at=at, name=name, code=code))
    if not name:
        faults.append(NAME_MISSING(at=at, code=code))
    kind, held = geometry.get("type"), geometry.get("coordinates")
    if kind not in ("Polygon", "MultiPolygon") or not isinstance(held, list):
        return Outline(code, name, ()), [*faults, SHAPE_OTHER(at=at, name=name, kind=kind)]
    polygons = held if kind == "MultiPolygon" else [held]
    rings = [ring for polygon in polygons for ring in polygon]
    faults += [
        fault for number, ring in enumerate(rings, 1) for fault in _ring(at, name, number, ring)
    ]
    if faults or not rings:
        return Outline(code, name, ()), faults or [RING_WRONG(at=at, name=name, ring=1)]
    plain = tuple(
        tuple(tuple((float(p[0]), float(p[1])) for p in ring) for ring in polygon)
        for polygon in polygons
    )
    return Outline(code, name, plain), []


def _ring(at: int, name: str, number: int, ring: Any) -> Iterator[Fault]:
    if not isinstance(ring, list) or len(ring) < 4 or ring[0] != ring[-1]:
        yield RING_WRONG(at=at, name=name, ring=number)
        return
    outside = next((point for point in ring if not _in_china(point)), None)
    if outside is not None:
        yield PLACE_WRONG(at=at, name=name, place=str(outside)[:40])


def _in_china(point: Any) -> bool:
    if not isinstance(point, list) or len(point) < 2:
        return False
    numbers = all(isinstance(part, int | float) and math.isfinite(part) for part in point[:2])
    return numbers and WEST <= point[0] <= EAST and SOUTH <= point[1] <= NORTH


def _first(properties: Mapping[str, Any], names: tuple[str, ...]) -> str:
    held = (str(properties[name]).strip() for name in names if properties.get(name) is not None)
    return next((text for text in held if text), "")
