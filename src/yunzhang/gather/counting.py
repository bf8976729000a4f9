"""Counting: what of tables, entries, verdicts, systems and networks scores count.

Called inside the deed that changes one of them, so that the log says it.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from yunzhang.clock import BEIJING
from yunzhang.gather.models import (
    DataTable,
    EntryVersion,
    InformationSystem,
    Network,
    Resource,
    VerdictRow,
)
from yunzhang.people.act import tell
from yunzhang.terms.record import Value

Values = dict[str, Value]


def table(row: DataTable) -> None:
    """A table was registered."""
    tell("table", row.pk, row.unit.code, table_values(row, None))


def entry(resource: Resource) -> None:
    """An entry in force, its gathering or its drifts changed; its table is catalogued by it.

    Of an entry that was never published there is nothing to say.
    """
    version = resource.versions.filter(state=EntryVersion.State.PUBLISHED).first()
    if version is None:
        return
    # Read anew: who holds the record may have read it before its table was gathered.
    row = Resource.objects.select_related("unit", "table__system__unit").get(pk=resource.pk)
    drifts = row.drifts.filter(cleared_at=None).values_list("kind", flat=True)
    tell("resource", row.pk, row.unit.code, resource_values(row, version, set(drifts)))
    if row.table is not None:
        tell("table", row.table.pk, row.table.unit.code, table_values(row.table, version))


def verdict(row: VerdictRow) -> None:
    """A table was checked."""
    tell("verdict", row.pk, row.table.unit.code, verdict_values(row))


def system(row: InformationSystem) -> None:
    """A system was registered, placed, moved, merged or closed."""
    tell("system", row.pk, row.unit.code, system_values(row))


def network(row: Network) -> None:
    """A network was registered or changed."""
    tell("network", row.pk, row.unit.code, network_values(row))


def table_values(row: DataTable, version: EntryVersion | None) -> Values:
    """Which table, and by which entry it is catalogued."""
    return {"subject": f"table:{row.name}", "entry": _entry(version)}


def resource_values(row: Resource, version: EntryVersion | None, drifts: Collection[str]) -> Values:
    """Which entry, whether there is data behind it, and how it differs from that."""
    at = row.table.gathered_at if row.table else None
    return {
        "code": row.code,
        "entry": _entry(version),
        "table": f"table:{row.table.name}" if row.table else "",
        "gathered_on": said(day_of(at)),
        "drifts": " ".join(sorted(drifts)),
    }


def verdict_values(row: VerdictRow) -> Values:
    """Of which table, when, and whether it passed."""
    return {
        "subject": f"table:{row.table.name}",
        "ran_on": said(day_of(row.ran_at)),
        "passed": row.passed,
        "rows": row.rows,
    }


def system_values(row: InformationSystem) -> Values:
    """Where it runs and what it counts for."""
    return {
        "subject": f"system:{row.pk}",
        "state": row.state,
        "cloud": row.cloud_id,
        "sensitivity": row.sensitivity,
        "vertical": row.vertical,
        "protection": row.protection,
        "built_on": said(row.built_on),
    }


def network_values(row: Network) -> Values:
    """What has become of it."""
    return {"subject": f"network:{row.pk}", "state": row.state, "secret": row.secret}


def day_of(at: datetime | None) -> date | None:
    """The day of a moment, in China."""
    return at.astimezone(BEIJING).date() if at else None


def said(day: date | None) -> str:
    """A day as records say it; "" for none."""
    return day.isoformat() if day else ""


def _entry(version: EntryVersion | None) -> str:
    return f"entry:{version.pk}" if version else ""
