"""JSON: arrays and lines of objects, and GeoJSON; nested values stay as JSON text."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, TextIO

from yunzhang import packs
from yunzhang.engines.bad_rows import ROW_JSON, RowFaults, name_columns
from yunzhang.engines.parquet import SourceColumn, batches
from yunzhang.engines.readings import (
    SOURCE_CUT_OFF,
    SOURCE_EMPTY,
    SOURCE_TOO_LARGE,
    Reading,
    text,
)
from yunzhang.engines.source_csv import survey
from yunzhang.terms.faults import Refused

CHUNK = 1 << 20
Numbered = tuple[int, Any]
DECODER = json.JSONDecoder()
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def read(path: Path, batch_rows: int) -> Reading:
    """An array of objects, or one object a line. The columns are all keys, in order of appearance.

    The file is read twice, first for its keys. A bad line is listed; an array that breaks off
    is refused, because nothing tells where its next object begins.
    """
    encoding = survey(path).encoding
    return _reading(path, encoding, lambda: _objects(path, encoding), batch_rows)


def read_features(path: Path, batch_rows: int) -> Reading:
    """GeoJSON: the properties, `geometry` as GeoJSON text, `bbox` as "west,south,east,north".

    Read whole: refused when larger than the pack's `engines.json_whole_bytes`.
    """
    limit = packs.read("national").limit("engines.json_whole_bytes")
    if path.stat().st_size > limit:
        raise Refused(SOURCE_TOO_LARGE(source=path.name, bytes=limit))
    try:
        whole = json.loads(path.read_text(encoding="utf-8-sig"))
    except RecursionError:  # nested deeper than any map
        raise Refused(SOURCE_CUT_OFF(source=path.name, position=1)) from None
    features = whole.get("features") if isinstance(whole, dict) else None
    if not isinstance(features, list):
        raise Refused(SOURCE_EMPTY(source=path.name))
    rows = [(number, _feature(feature)) for number, feature in enumerate(features, 1)]
    return _reading(path, "utf-8", lambda: iter(rows), batch_rows)


def _reading(
    path: Path, encoding: str, objects: Callable[[], Iterator[Numbered]], batch_rows: int
) -> Reading:
    faults = RowFaults(packs.read("national").limit("engines.row_faults_kept"))
    keys = _keys(objects())
    if not keys:
        raise Refused(SOURCE_EMPTY(source=path.name))
    names, repairs = name_columns(keys)
    columns = tuple(SourceColumn(name=name) for name in names)
    drawn = batches(_rows(objects(), keys, faults), columns, batch_rows, faults, encoding)
    return Reading(columns, drawn, faults, repairs, encoding)


def _keys(objects: Iterable[Numbered]) -> tuple[str, ...]:
    keys: dict[str, None] = {}
    for _, value in objects:
        if _usable(value):
            keys.update(dict.fromkeys(value))
    return tuple(keys)


def _rows(
    objects: Iterable[Numbered], keys: tuple[str, ...], faults: RowFaults
) -> Iterator[tuple[int, list[str | None]]]:
    for line, value in objects:
        if _usable(value):
            yield line, [text(value.get(key)) for key in keys]
        else:
            faults.reject(line, ROW_JSON())


def _usable(value: Any) -> bool:
    """Whether it is an object whose keys can be names: half a surrogate pair is no character."""
    return isinstance(value, dict) and not any(map(_LONE_SURROGATE.search, value))


def _objects(path: Path, encoding: str) -> Iterator[Numbered]:
    with path.open(encoding=encoding, errors="surrogateescape") as stream:
        start = stream.read(CHUNK).lstrip()
        stream.seek(0)
        yield from _array(path, stream) if start.startswith("[") else _lines(stream)


def _lines(stream: TextIO) -> Iterator[Numbered]:
    for number, line in enumerate(stream, 1):
        if line.strip():
            try:
                yield number, json.loads(line)
            except (ValueError, RecursionError):
                yield number, None


def _array(path: Path, stream: TextIO) -> Iterator[Numbered]:
    """The elements of one array with their position, without holding the whole of it."""
    buffer, position, number = stream.read(CHUNK), 0, 0
    position = buffer.index("[") + 1
    while True:
        position = _skip(buffer, position)
        try:
            if buffer[position] == "]":
                return
            value, end = DECODER.raw_decode(buffer, position)
            # A number or word at the very end of the buffer may go on in the next chunk.
            buffer[end]
        except (IndexError, ValueError, RecursionError):
            more = stream.read(max(CHUNK, len(buffer)))
            if not more:
                raise Refused(SOURCE_CUT_OFF(source=path.name, position=number + 1)) from None
            buffer, position = buffer[position:] + more, 0
            continue
        number, position = number + 1, end
        yield number, value


def _skip(buffer: str, position: int) -> int:
    while position < len(buffer) and buffer[position] in " \t\r\n,\ufeff":
        position += 1
    return position


def _feature(feature: Any) -> Any:
    """The feature as one flat object; None for what is none, which is then listed."""
    properties = feature.get("properties") or {} if isinstance(feature, dict) else None
    if not isinstance(properties, dict):
        return None
    geometry = feature.get("geometry")
    try:
        bbox = _join(feature["bbox"]) if feature.get("bbox") else _bbox(geometry)
    except TypeError:  # a place that is no list of numbers
        return None
    return {**properties, "geometry": geometry, "bbox": bbox}


def _bbox(geometry: Any) -> str | None:
    points = list(_points(geometry or {}))
    if not points:
        return None
    longitudes, latitudes = zip(*points, strict=True)
    return _join((min(longitudes), min(latitudes), max(longitudes), max(latitudes)))


def _points(value: Any) -> Iterator[tuple[float, float]]:
    if isinstance(value, dict):
        for part in (value.get("coordinates") or (), *(value.get("geometries") or ())):
            yield from _points(part)
    elif isinstance(value, (list, tuple)) and len(value) > 1 and isinstance(value[0], (int, float)):
        yield value[0], value[1]
    elif isinstance(value, (list, tuple)):
        for part in value:
            yield from _points(part)


def _join(numbers: Iterable[float]) -> str:
    return ",".join(text(number) or "" for number in numbers)
