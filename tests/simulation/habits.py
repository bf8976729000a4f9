"""Habits: how sixty units behave over two years, seeded, and the raw events that they leave.

Everything a reckoning may use is an `Event`; it never looks into the hub.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from random import Random


class Habit(StrEnum):
    """What a unit is like; a quarter of the units each."""

    PUNCTUAL = "punctual"
    LATE = "late"
    GAMING = "gaming"  # in time on paper: trivial reports, its own calls, tables that moved away
    SILENT = "silent"


@dataclass(frozen=True)
class Manner:
    """A habit in numbers; `None` where the thing is never done.

    Working days after receipt for a reply and a delivery; calendar days around a report's day.
    """

    tables: int  # of its two, how many it publishes an entry for
    reply: int | None
    deliver: int | None
    report: int | None
    calls: int  # answered calls of each of its grants in a quarter
    spoilt: bool | None  # whether the rows it gathers fail their check; None: it checks nothing
    gathers: bool = True
    drifts: bool = False  # a column is taken away after the entry was published


MANNERS = {
    Habit.PUNCTUAL: Manner(tables=2, reply=4, deliver=10, report=-3, calls=3, spoilt=False),
    Habit.LATE: Manner(tables=1, reply=14, deliver=26, report=6, calls=1, spoilt=True),
    Habit.GAMING: Manner(
        tables=2, reply=10, deliver=20, report=0, calls=40, spoilt=False, drifts=True
    ),
    Habit.SILENT: Manner(
        tables=1, reply=None, deliver=None, report=None, calls=0, spoilt=None, gathers=False
    ),
}


@dataclass(frozen=True)
class Event:
    """One thing that happened: who, what, on which day, about what."""

    day: date
    unit: int
    what: str
    about: str = ""
    n: int = 1  # how many calls, where it is of calls


def habits(seed: int, units: int) -> list[Habit]:
    """Each unit's habit, by its number; equally many of each, in an order the seed gives."""
    found = [list(Habit)[number % len(Habit)] for number in range(units)]
    Random(seed).shuffle(found)
    return found


def pairs(seed: int, units: int) -> list[tuple[int, int]]:
    """Who asks whom: every unit asks once and is asked once, never itself."""
    order = list(range(units))
    Random(seed).shuffle(order)
    return list(zip(order, [*order[1:], order[0]], strict=True))


def of(events: Sequence[Event], what: str, unit: int | None = None) -> list[Event]:
    """The events of a kind, of a unit or of all."""
    return [one for one in events if one.what == what and unit in (None, one.unit)]
