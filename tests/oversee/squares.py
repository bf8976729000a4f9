"""A small made-up region of squares: two cities, one of two counties; in degrees, as files have it.

450100 is two counties side by side, 450200 lies east of them:

    +--------+--------+--------+
    | 450102 | 450103 | 450200 |
    +--------+--------+--------+
  105      106      107      108
"""

from __future__ import annotations

import json
from typing import Any

SOUTH, NORTH = 22.0, 23.0
SYSTEM = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4490"}}


def square(west: float, east: float) -> list[list[list[float]]]:
    """A polygon of one ring, with a point in the middle of each side."""
    middle = (west + east) / 2
    corners = [[west, SOUTH], [middle, SOUTH], [east, SOUTH], [east, 22.5], [east, NORTH]]
    return [[*corners, [middle, NORTH], [west, NORTH], [west, 22.5], [west, SOUTH]]]


def feature(code: str, name: str, west: float, east: float) -> dict[str, Any]:
    geometry = {"type": "Polygon", "coordinates": square(west, east)}
    return {"type": "Feature", "properties": {"gb": code, "name": name}, "geometry": geometry}


REGION = feature("156450000", "方格区", 105, 108)
CITIES = (feature("156450100", "双县市", 105, 107), feature("450200", "独城市", 107, 108))
COUNTIES = (feature("156450102", "西县", 105, 106), feature("156450103", "东县", 106, 107))


def file(*features: dict[str, Any], **more: Any) -> bytes:
    """A file of these features."""
    whole = {"type": "FeatureCollection", "crs": SYSTEM, "features": list(features), **more}
    return json.dumps(whole, ensure_ascii=False).encode()


WHOLE = file(REGION, *CITIES, *COUNTIES)
