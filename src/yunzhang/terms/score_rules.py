"""Score rules: whether a record holds, from the values in a basis alone; pure.

The hub counts with queries; whoever replays a score counts with these. An indicator without a
rule here stands as it was judged at freezing, and the replay says so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta

from yunzhang.terms.basis import Basis
from yunzhang.terms.record import Value

Values = Mapping[str, Value]
Rule = Callable[[Values, date, Mapping[str, int]], bool | None]

# The drifts that unlink an entry from its table.
UNLINKING = ("no_table", "unreadable", "column_missing", "type_changed")
WINDOW, UNUSED = "score.window_days", "usage.unused_days"
SENSITIVE = "cloud.count_sensitive"
LIMITS_READ = (WINDOW, UNUSED, SENSITIVE)  # the limits that the rules below look at
LIVING = ("in_use", "migrating")
OUT = ("merged", "closed")


def _catalogued(values: Values, _today: date, _limits: Mapping[str, int]) -> bool:
    return bool(values["entry"])


def _linked(values: Values, _today: date, _limits: Mapping[str, int]) -> bool | None:
    if not values["entry"]:
        return None
    drifts = str(values["drifts"]).split()
    return bool(values["gathered_on"]) and not set(drifts).intersection(UNLINKING)


def _punctual(values: Values, today: date, limits: Mapping[str, int]) -> bool | None:
    due, ended, rested = (_day(values[name]) for name in ("due_on", "ended_on", "rested_on"))
    assert due is not None
    if ended is not None:
        within = ended > today - timedelta(days=limits[WINDOW])
        return (rested or ended) <= due if within else None
    return False if rested is None and due < today else None


def _passed(values: Values, _today: date, _limits: Mapping[str, int]) -> bool:
    return bool(values["passed"])


def _undrifted(values: Values, _today: date, _limits: Mapping[str, int]) -> bool | None:
    return not values["drifts"] if values["entry"] else None


def _used(values: Values, today: date, limits: Mapping[str, int]) -> bool | None:
    if values["state"] != "active":
        return None
    if values.get("used"):
        return True
    issued = _day(values["issued_on"])
    ripe = issued is not None and issued < today - timedelta(days=limits[UNUSED])
    return False if ripe else None


def _on_cloud(values: Values, _today: date, limits: Mapping[str, int]) -> bool | None:
    kind = values["sensitivity"]
    counts = kind != "secret" if limits[SENSITIVE] else kind == "plain"
    return values["cloud"] is not None if counts and values["state"] in LIVING else None


def _merged(values: Values, _today: date, _limits: Mapping[str, int]) -> bool | None:
    return None if values["secret"] else values["state"] in OUT


def _there(_values: Values, _today: date, _limits: Mapping[str, int]) -> bool | None:
    return True


def _living(values: Values, _today: date, _limits: Mapping[str, int]) -> bool | None:
    return values["state"] in LIVING or None


def _published(values: Values, _today: date, _limits: Mapping[str, int]) -> bool | None:
    return bool(values["entry"]) or None


def _of(rule: str) -> Rule:
    """Punctuality of one kind of limit alone."""

    def punctual(values: Values, today: date, limits: Mapping[str, int]) -> bool | None:
        return _punctual(values, today, limits) if values["rule"] == rule else None

    return punctual


LIMITS = ("C1", "C2", "C3", "C4", "C5", "C6", "public_reply")
RULES: Mapping[str, Rule] = {
    **{f"punctuality_{rule.lower()}": _of(rule) for rule in LIMITS},
    "catalog_coverage": _catalogued,
    "catalog_linked": _linked,
    "catalog_undrifted": _undrifted,
    "clock_punctuality": _punctual,
    "quality": _passed,
    "approved_used": _used,
    "cloud_migration_rate": _on_cloud,
    "network_merge_rate": _merged,
    "system_count": _living,
    "table_count": _there,
    "entry_count": _published,
}


def judged(indicator: str, values: Values, basis: Basis) -> bool | None:
    """Whether a record holds (True), fails (False) or counts on neither side (None)."""
    return RULES[indicator](values, basis.counted_on, basis.limits)


def _day(value: Value) -> date | None:
    return date.fromisoformat(str(value)) if value else None
