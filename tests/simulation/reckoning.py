"""The reckoning: what sixty units must score, worked out from the raw events alone.

It shares no line with the hub: working days come from the State Council's calendar as the library
knows it, limits from the law as read, sums from fractions.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from tests.simulation.habits import Event, of
from tests.simulation.province import workday

REPLY, DELIVER, EXPLAIN = 10, 20, 20  # working days: Art. 21, Art. 22, our zombie clock
SILENT_DAYS, UNUSED_DAYS, WINDOW_DAYS, GRANT_DAYS = 180, 30, 365, 365
SIGNS = ("gathered", "published", "served")  # of life in a system


@dataclass(frozen=True)
class Limit:
    """One limit a unit had to keep: its last day, when it was kept, and when that was settled.

    What was handed in and not yet looked at stands on neither side.
    """

    due: date
    kept: date | None
    settled: date | None

    def counts(self, today: date) -> bool:
        """Settled within the window, or over by now with nothing handed in."""
        if self.settled is not None and self.settled <= today:
            return self.settled > today - timedelta(days=WINDOW_DAYS)
        return self.due < today and not (self.kept is not None and self.kept <= today)

    def held(self, today: date) -> bool:
        return self.kept is not None and self.kept <= min(self.due, today)


Part = tuple[int, int]  # hold, of


def punctuality(limits: Iterable[Limit], today: date) -> Part:
    counted = [one for one in limits if one.counts(today)]
    return sum(one.held(today) for one in counted), len(counted)


def limits(events: Sequence[Event], unit: int, owed: Sequence[tuple[str, date]], mondays: Sequence[date]) -> list[Limit]:  # fmt: skip
    """Every limit of a unit: replies, deliveries, the quarter's duties, the question of silence."""
    found = []
    for asked in of(events, "asked", unit):
        replied = first(events, "replied", unit, asked.about)
        found.append(Limit(workday(asked.day, REPLY), replied, replied))
        if replied:
            delivered = first(events, "delivered", unit, asked.about)
            found.append(Limit(workday(replied, DELIVER), delivered, delivered))
    for row, day in owed:
        about = f"{row}:{day}"
        handed, taken = (first(events, what, unit, about) for what in ("reported", "accepted"))
        found.append(Limit(day, handed, taken))
    return [*found, *silence(events, unit, mondays)]


def silence(events: Sequence[Event], unit: int, mondays: Sequence[date]) -> list[Limit]:
    """A system silent for longer than the limit is asked about once, when the worker next looks."""
    signs = [one.day for what in SIGNS for one in of(events, what, unit)]
    for monday in mondays:
        if max(day for day in signs if day <= monday) < monday - timedelta(days=SILENT_DAYS):
            return [Limit(workday(monday, EXPLAIN), None, None)]
    return []


def first(events: Sequence[Event], what: str, unit: int, about: str) -> date | None:
    """The day something first happened, if it ever did."""
    return next((one.day for one in of(events, what, unit) if one.about == about), None)


def parts(events: Sequence[Event], unit: int, found: Sequence[Limit], today: date) -> dict[str, Part]:  # fmt: skip
    """The five national indicators of a unit on a day."""
    past = [one for one in events if one.day <= today]
    tables, published = of(past, "table", unit), of(past, "published", unit)
    drifted = {one.about for one in of(past, "drifted", unit)}
    checked = [*of(past, "passed", unit), *of(past, "failed", unit)]
    return {
        "catalog_coverage": (len(published), len(tables)),
        "catalog_linked": (sum(one.about not in drifted for one in published), len(published)),
        "clock_punctuality": punctuality(found, today),
        "quality": (len(of(past, "passed", unit)), len(checked)),
        "approved_used": used(past, unit, today),
    }


def used(past: Sequence[Event], unit: int, today: date) -> Part:
    """Grants in force that were called, of those called or granted more than a month ago."""
    called = {one.about for one in of(past, "called", unit)}
    active = [one for one in of(past, "granted", unit) if one.day + timedelta(days=GRANT_DAYS) > today]  # fmt: skip
    ripe = [one for one in active
            if one.about in called or one.day < today - timedelta(days=UNUSED_DAYS)]  # fmt: skip
    return sum(one.about in called for one in ripe), len(ripe)


def total(found: dict[str, Part]) -> Decimal | None:
    """The mean of the figures that measure something, all of one weight, in percent."""
    shares = [Fraction(held, of_) for held, of_ in found.values() if of_]
    return percent(sum(shares, Fraction()) / len(shares)) if shares else None


def percent(share: Fraction) -> Decimal:
    exact = Decimal(share.numerator * 100) / Decimal(share.denominator)
    return exact.quantize(Decimal("0.01"), ROUND_HALF_UP)


def places(totals: dict[int, Decimal]) -> dict[int, int]:
    """Each unit's place, best first; equals share one."""
    return {unit: 1 + sum(other > mine for other in totals.values()) for unit, mine in totals.items()}  # fmt: skip


def circular(events: Sequence[Event], limits_: Iterable[Limit], since: date, until: date) -> dict[str, int]:  # fmt: skip
    """The figures of a period that a circular tells of these units."""
    past = [one for one in events if since <= one.day <= until]
    due = [one for one in limits_ if since <= one.due <= until]
    return {
        "kept": sum(one.kept is not None and one.kept <= one.due for one in due),
        "missed": sum(
            one.due < until and not (one.kept is not None and one.kept <= one.due) for one in due
        ),
        "published": len(of(past, "published")),
        "drift": len(of(past, "drifted")),
        "gathered": len(of(past, "gathered")),
        "answered": len(of(past, "replied")),
        "granted": len(of(past, "granted")),
        "served": sum(one.n for one in of(past, "served")),
        "called": sum(one.n for one in of(past, "called")),
        "reports": len(of(past, "accepted")),
    }
