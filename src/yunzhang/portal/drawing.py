"""Drawing: a procedure as a picture, a lane for each party, with the present step lit.

Pure: the procedure and the way gone come as arguments; the template only paints.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from yunzhang.terms.pack_rows import Procedure, Step

WIDTH, HEIGHT = 148, 62  # of a station, in the picture's own units
ACROSS, DOWN = 196, 84  # from one station to the next
MARGIN, NAMES = 16, 92  # around the picture; the lanes' names at its left


@dataclass(frozen=True)
class Station:
    """A step on the picture: its place, and whether it is here, passed or ahead."""

    step: Step
    x: int
    y: int
    place: str  # here, passed, ahead


@dataclass(frozen=True)
class Lane:
    """One party's row; `party` is "" for the ends."""

    party: str
    y: int
    height: int


@dataclass(frozen=True)
class Line:
    """A way from station to station, as the path of an SVG."""

    path: str
    passed: bool
    back: bool


@dataclass(frozen=True)
class Picture:
    """Everything the template paints, and how large it is."""

    lanes: tuple[Lane, ...]
    stations: tuple[Station, ...]
    lines: tuple[Line, ...]
    width: int
    height: int


def draw(procedure: Procedure, here: str, passed: Collection[tuple[str, str]] = ()) -> Picture:
    """The picture; `passed` are the ways (from step, to step) already gone."""
    columns = _columns(procedure)
    seats, lanes = _seats(procedure, columns)
    gone = {step for way in passed for step in way}
    stations = tuple(
        Station(
            step,
            NAMES + MARGIN + columns[step.id] * ACROSS,
            MARGIN + seats[step.id] * DOWN,
            "here" if step.id == here else "passed" if step.id in gone else "ahead",
        )
        for step in procedure.steps
    )
    placed = {station.step.id: station for station in stations}
    return Picture(
        lanes=lanes,
        stations=stations,
        lines=tuple(_lines(procedure, placed, passed)),
        width=NAMES + 2 * MARGIN + max(columns.values()) * ACROSS + WIDTH,
        height=2 * MARGIN + (max(seats.values()) + 1) * DOWN - (DOWN - HEIGHT),
    )


def walked(procedure: Procedure, deeds: Iterable[str]) -> set[tuple[str, str]]:
    """The ways (from step, to step) that deeds in their order have gone from the first step."""
    steps = {step.id: step for step in procedure.steps}
    here, ways = procedure.steps[0].id, set()
    for deed in deeds:
        to = next((move.to for move in steps[here].moves if move.id == deed), "")
        if to:
            ways.add((here, to))
            here = to
    return ways


def _columns(procedure: Procedure) -> dict[str, int]:
    """How far each step is from the first: the longest way there that never turns back."""
    steps = {step.id: step for step in procedure.steps}
    forward: dict[str, list[str]] = {id: [] for id in steps}
    order: list[str] = []
    state: dict[str, str] = {}

    def walk(id: str) -> None:
        state[id] = "open"
        for move in steps[id].moves:
            if state.get(move.to) == "open":
                continue  # a way back: it does not push anything to the right
            forward[id].append(move.to)
            if move.to not in state:
                walk(move.to)
        state[id] = "done"
        order.append(id)

    walk(procedure.steps[0].id)
    far = dict.fromkeys(steps, 0)
    for id in reversed(order):
        for to in forward[id]:
            far[to] = max(far[to], far[id] + 1)
    return far


def _seats(
    procedure: Procedure, columns: Mapping[str, int]
) -> tuple[dict[str, int], tuple[Lane, ...]]:
    """The row of each step: within its party's lane, one below another in the same column."""
    parties: dict[str, list[Step]] = {}
    for step in procedure.steps:
        parties.setdefault(step.party if step.moves else "", []).append(step)
    if "" in parties:
        parties[""] = parties.pop("")  # the ends come last
    seats: dict[str, int] = {}
    lanes, row = [], 0
    for party, steps in parties.items():
        taken: dict[int, int] = {}
        for step in steps:
            column = columns[step.id]
            seats[step.id] = row + taken.get(column, 0)
            taken[column] = taken.get(column, 0) + 1
        rows = max(taken.values())
        lanes.append(Lane(party, MARGIN + row * DOWN - (DOWN - HEIGHT) // 2, rows * DOWN))
        row += rows
    return seats, tuple(lanes)


def _lines(
    procedure: Procedure, placed: Mapping[str, Station], passed: Collection[tuple[str, str]]
) -> list[Line]:
    ways = dict.fromkeys((step.id, move.to) for step in procedure.steps for move in step.moves)
    lines = [
        Line(
            _path(placed[one], placed[other]),
            (one, other) in passed,
            placed[other].x <= placed[one].x,
        )
        for one, other in ways
        if one != other
    ]
    return sorted(lines, key=lambda line: line.passed)  # what was gone is painted last


def _path(one: Station, other: Station) -> str:
    middle = HEIGHT // 2
    if other.x > one.x:
        x1, y1, x2, y2 = one.x + WIDTH, one.y + middle, other.x, other.y + middle
        bend = (x2 - x1) // 2 if x2 - x1 < ACROSS else ACROSS - WIDTH
        return f"M{x1} {y1} C{x1 + bend} {y1} {x2 - bend} {y2} {x2 - 5} {y2}"
    # Back, or within a column: around the stations' edges.
    x1, x2 = one.x + WIDTH // 2, other.x + WIDTH // 2
    if one.y == other.y:
        y1, y2 = one.y + HEIGHT, other.y + HEIGHT + 5
        return f"M{x1} {y1} C{x1} {y1 + 22} {x2} {y2 + 22} {x2} {y2}"
    up = other.y < one.y
    y1 = one.y if up else one.y + HEIGHT
    y2 = other.y + HEIGHT + 5 if up else other.y - 5
    half = (y2 - y1) // 2
    return f"M{x1} {y1} C{x1} {y1 + half} {x2} {y2 - half} {x2} {y2}"
