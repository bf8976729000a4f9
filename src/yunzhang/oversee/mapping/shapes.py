"""Shapes: many areas made lighter at once, so that neighbours keep one border between them.

A border is cut where more than two areas meet or a coast begins; each piece is simplified once,
in one direction, and both areas use it: no gap and no overlap can open (Douglas and Peucker 1973).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise

from yunzhang.oversee.mapping.geojson import Point, Polygon, Ring

DECIMALS = 4  # about eleven metres
METRES_OF_DEGREE = 111_320.0  # of latitude, everywhere


def simplified(
    areas: Mapping[str, Sequence[Polygon]], tolerance_metres: float
) -> dict[str, tuple[Polygon, ...]]:
    """The areas with no border moved by more than the tolerance.

    Islets and holes that shrink to nothing are dropped; the largest part of an area never is.
    """
    rounded = {code: [[_rounded(r) for r in p] for p in ps] for code, ps in areas.items()}
    rings = [ring for polygons in rounded.values() for polygon in polygons for ring in polygon]
    meeting, pieces = _meeting(rings), dict[Ring, Ring]()

    def light(ring: Ring) -> Ring:
        made: list[Point] = []
        for piece in _pieces(ring, meeting):
            turned = piece[::-1]
            one_way = min(piece, turned)
            if one_way not in pieces:
                pieces[one_way] = _thinned(one_way, tolerance_metres)
            way = pieces[one_way] if one_way == piece else pieces[one_way][::-1]
            made.extend(way[:-1])
        return (*made, made[0]) if made else ()

    return {code: _kept(polygons, light) for code, polygons in rounded.items()}


def centre(polygons: Sequence[Polygon]) -> Point:
    """The centre of gravity of an area's largest part."""
    ring = max((polygon[0] for polygon in polygons), key=_doubled_area)
    doubled, east, north = 0.0, 0.0, 0.0
    x0, y0 = ring[0]
    for (x1, y1), (x2, y2) in pairwise(ring):
        cross = (x1 - x0) * (y2 - y0) - (x2 - x0) * (y1 - y0)
        doubled += cross
        east += (x1 + x2 - 2 * x0) * cross
        north += (y1 + y2 - 2 * y0) * cross
    if not doubled:
        return ring[0]
    return x0 + east / (3 * doubled), y0 + north / (3 * doubled)


def _kept(polygons: Iterable[Sequence[Ring]], light: Callable[[Ring], Ring]) -> tuple[Polygon, ...]:
    made: list[Polygon] = []
    held = list(polygons)
    largest = max(held, key=lambda polygon: _doubled_area(polygon[0]))
    for polygon in held:
        outer = light(polygon[0])
        if len(outer) < 4:
            if polygon is not largest:
                continue
            outer = polygon[0]
        holes = [hole for hole in map(light, polygon[1:]) if len(hole) >= 4]
        made.append((outer, *holes))
    return tuple(made)


def _rounded(ring: Ring) -> Ring:
    """The ring on the grid, no point twice in a row."""
    made: list[Point] = []
    for x, y in ring:
        point = (round(x, DECIMALS), round(y, DECIMALS))
        if not made or made[-1] != point:
            made.append(point)
    return tuple(made)


def _meeting(rings: Iterable[Ring]) -> set[Point]:
    """The points where borders meet: not all rings through them go on to the same neighbours."""
    beside: dict[Point, frozenset[Point]] = {}
    found = set[Point]()
    for ring in rings:
        open_ring = ring[:-1]
        for at, point in enumerate(open_ring):
            pair = frozenset((open_ring[at - 1], open_ring[(at + 1) % len(open_ring)]))
            if beside.setdefault(point, pair) != pair:
                found.add(point)
    return found


def _pieces(ring: Ring, meeting: set[Point]) -> list[Ring]:
    """The ring cut where borders meet; one that meets nothing, at its lowest point and across."""
    points = ring[:-1]
    cuts = [at for at, point in enumerate(points) if point in meeting]
    if len(cuts) < 2:
        start = cuts[0] if cuts else points.index(min(points))
        turned = points[start:] + points[:start]
        # The farthest point is the same one whichever way round a neighbour writes the ring.
        across = max(turned, key=lambda point: (math.dist(point, turned[0]), point))
        cuts, points = [0, turned.index(across)], turned
    whole = [*points, *points]
    return [
        tuple(whole[one : (other if other > one else other + len(points)) + 1])
        for one, other in zip(cuts, [*cuts[1:], cuts[0]], strict=True)
    ]


def _thinned(line: Ring, tolerance: float) -> Ring:
    """Douglas and Peucker: of a line between two ends, the points that stand out from it."""
    kept = {0, len(line) - 1}
    waiting = [(0, len(line) - 1)]
    while waiting:
        first, last = waiting.pop()
        far, at = 0.0, 0
        for middle in range(first + 1, last):
            away = _away(line[middle], line[first], line[last])
            if away > far:
                far, at = away, middle
        if far > tolerance:
            kept.add(at)
            waiting += [(first, at), (at, last)]
    return tuple(line[at] for at in sorted(kept))


def _away(point: Point, one: Point, other: Point) -> float:
    """Metres from a point to the line between two others."""
    narrow = math.cos(math.radians(point[1])) * METRES_OF_DEGREE
    px, py = (point[0] - one[0]) * narrow, (point[1] - one[1]) * METRES_OF_DEGREE
    lx, ly = (other[0] - one[0]) * narrow, (other[1] - one[1]) * METRES_OF_DEGREE
    length = lx * lx + ly * ly
    along = min(1.0, max(0.0, (px * lx + py * ly) / length)) if length else 0.0
    return math.hypot(px - along * lx, py - along * ly)


def _doubled_area(ring: Ring) -> float:
    return abs(sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in pairwise(ring)))
