"""Populations: all that the log gives scores to count, told record by record; pure.

Whoever reads the facts in the order of the log and takes in what each tells knows, at any entry,
which records there are of every unit and how they stand.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from yunzhang.terms.deadlines import Due, Limit, WorkCalendar
from yunzhang.terms.record import Record, Value

Values = dict[str, Value]

CALENDAR, DISCOUNT, USE = "calendar", "discount", "use"


@dataclass(frozen=True)
class Standing:
    """A record as the log told of it last, and where."""

    record: Record
    place: int
    sure: bool = True  # of a limit: whether its last day follows from what the log holds


@dataclass
class Population:
    """The records told of so far, and the working calendar as the log has it."""

    found: dict[tuple[str, str], Standing] = field(default_factory=dict)
    days: dict[date, bool] = field(default_factory=dict)
    years: set[int] = field(default_factory=set)
    # unit -> its records in the order they were first told: no score reads those of others.
    owned: dict[str, dict[tuple[str, str], None]] = field(default_factory=dict)
    _calendar: WorkCalendar | None = None

    def take(self, record: Record, place: int) -> Due | None:
        """Take in what a fact tells; the due date it should have told, where it told another."""
        if record.kind == CALENDAR:
            self._learn(record)
        due = self.due(record) if record.kind == "clock" else None
        sure = due is None or not due.provisional or bool(record.values["provisional"])
        key = record.kind, record.id
        before = self.found.get(key)
        if before is not None and before.record.unit != record.unit:
            del self.owned[before.record.unit][key]
        self.owned.setdefault(record.unit, {})[key] = None
        self.found[key] = Standing(record, place, sure)
        return due if due and sure and due != _told(record) else None

    def of(self, unit: str) -> dict[str, dict[str, Standing]]:
        """The records that count for a unit, by kind and id, the running limits by the calendar."""
        kinds: dict[str, dict[str, Standing]] = {}
        for kind, id in self.owned.get(unit, ()):
            if kind != USE:
                kinds.setdefault(kind, {})[id] = self._now(self.found[kind, id])
        kinds["verdict"] = _latest(kinds.get("verdict", {}))
        return kinds

    def discounted(self) -> frozenset[str]:
        """The records that count no more since a sign of gaming was confirmed."""
        return frozenset(id for kind, id in self.owned.get("", ()) if kind == DISCOUNT)

    def due(self, record: Record) -> Due:
        """The last day of a limit by the calendar as the log has it by now."""
        values = record.values
        started, until = _day(values["started_on"]), _day(values["until"])
        assert started is not None
        days, extension = int(values["days"] or 0), int(values["extension"] or 0)
        limit = Limit(started, days, str(values["counted_in"]), until, extension)
        return limit.due(self._work())

    def _learn(self, record: Record) -> None:
        """A year whose notice is known, or a single day."""
        self.days.update((date.fromisoformat(day), bool(on)) for day, on in record.values.items())
        if record.id.isdecimal():
            self.years.add(int(record.id))
        self._calendar = None

    def _work(self) -> WorkCalendar:
        if self._calendar is None:
            self._calendar = WorkCalendar(dict(self.days), frozenset(self.years))
        return self._calendar

    def _now(self, one: Standing) -> Standing:
        """As it stands: a running limit moves with the calendar, a grant is used or not."""
        record, moved = one.record, dict(one.record.values)
        if record.kind == "clock" and one.sure and not moved["ended_on"]:
            due = self.due(record)
            moved.update(due_on=due.on.isoformat(), provisional=due.provisional)
        if record.kind == "grant":
            use = self.found.get((USE, record.id))
            moved["used"] = bool(use and use.record.values["used"])
        now = Record(kind=record.kind, id=record.id, unit=record.unit, values=moved, salt="")
        return Standing(now, one.place, one.sure)


def _latest(verdicts: Mapping[str, Standing]) -> dict[str, Standing]:
    """Of each table the verdict told last: those before it count no more."""
    by_table: dict[Value, tuple[int, str]] = {}
    for id, one in verdicts.items():
        table = one.record.values["subject"]
        by_table[table] = max(by_table.get(table, (-1, "")), (one.place, id))
    return {id: verdicts[id] for _place, id in by_table.values()}


def _told(record: Record) -> Due:
    on = _day(record.values["due_on"])
    assert on is not None
    return Due(on, bool(record.values["provisional"]))


def _day(value: Value) -> date | None:
    return date.fromisoformat(str(value)) if value else None
