"""Shapes made lighter: neighbours keep one border, and nothing moves further than it may."""

from __future__ import annotations

import gzip
import math
from collections import Counter
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from yunzhang.oversee.mapping import geojson, shapes
from yunzhang.terms.document import encode


def wall(bends: list[float]) -> list[tuple[float, float]]:
    """A border from south to north that bends east and west by these many degrees."""
    inner = [(106 + bend, 22 + (at + 1) / (len(bends) + 1)) for at, bend in enumerate(bends)]
    return [(106.0, 22.0), *inner, (106.0, 23.0)]


def neighbours(bends: list[float]) -> dict[str, tuple[geojson.Polygon, ...]]:
    """Two areas at either side of a bending border, each writing it in its own direction."""
    border = wall(bends)
    west = ((105.0, 22.0), *border, (105.0, 23.0), (105.0, 22.0))
    east = ((107.0, 23.0), *border[::-1], (107.0, 22.0), (107.0, 23.0))
    return {"450102": ((west,),), "450103": ((east,),)}


def edges(polygons) -> set[frozenset[geojson.Point]]:
    return {frozenset(pair) for polygon in polygons for ring in polygon for pair in pairwise(ring)}


@given(st.lists(st.floats(-0.2, 0.2), max_size=30), st.sampled_from([10, 200, 5000]))
def test_no_gap_opens_between_neighbours(bends, tolerance):
    areas = neighbours(bends)

    light = shapes.simplified(areas, tolerance)

    shared = edges(light["450102"]) & edges(light["450103"])
    steps = Counter(point for edge in shared for point in edge)
    ends = {point for point, times in steps.items() if times == 1}
    # The shared edges run without a break from the south end of the border to its north end.
    assert ends == {(106.0, 22.0), (106.0, 23.0)}


@given(st.lists(st.floats(-0.2, 0.2), min_size=1, max_size=30))
def test_no_point_is_further_from_its_border_than_the_tolerance(bends):
    light = shapes.simplified(neighbours(bends), 2000)

    kept = edges(light["450102"]) & edges(light["450103"])
    for x, y in wall(bends):
        point = (round(x, 4), round(y, 4))
        assert min(distance(point, *map(tuple, edge)) for edge in kept) < 2001


def distance(point, one, other) -> float:
    """Metres from a point to a piece of a border, worked out for this latitude."""
    wide = 111_320 * math.cos(math.radians(point[1]))
    p = ((point[0] - one[0]) * wide, (point[1] - one[1]) * 111_320)
    l = ((other[0] - one[0]) * wide, (other[1] - one[1]) * 111_320)  # noqa: E741
    square = l[0] ** 2 + l[1] ** 2
    along = max(0, min(1, (p[0] * l[0] + p[1] * l[1]) / square))
    return math.hypot(p[0] - along * l[0], p[1] - along * l[1])


def test_an_islet_goes_and_the_largest_part_stays():
    land = ((105.0, 22.0), (105.001, 22.0), (105.001, 22.001), (105.0, 22.001), (105.0, 22.0))
    islet = ((105.5, 22.0), (105.5002, 22.0), (105.5002, 22.0002), (105.5, 22.0))

    light = shapes.simplified({"450102": ((islet,), (land,))}, 5000)

    assert light["450102"] == ((land,),)


def test_the_middle_of_a_square_is_its_middle():
    ring = ((105.0, 22.0), (107.0, 22.0), (107.0, 24.0), (105.0, 24.0), (105.0, 22.0))

    assert shapes.centre(((ring,),)) == (106.0, 23.0)


def test_the_real_counties_of_a_region_are_light_and_without_gaps(shared_data):
    text = (shared_data / "boundaries" / "district.geojson").read_bytes()
    areas = {
        one.code: one.polygons for one in geojson.read(text).outlines if one.code.startswith("45")
    }

    light = shapes.simplified(areas, 200)

    before = Counter(edge for polygons in areas.values() for edge in edges(polygons))
    after = Counter(edge for polygons in light.values() for edge in edges(polygons))
    assert set(before.values()) == set(after.values()) == {1, 2}
    assert len(light) == 111
    assert len(gzip.compress(encode(light))) < 100_000
