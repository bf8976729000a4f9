"""Basis rows: each counted record as it is at freezing, with the log entries it stands on.

One function a kind of record, each a few queries whatever the number of records. A kind nobody
describes here is attested by the digest of the basis alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import TypeVar

from django.db.models import OuterRef, Subquery

from yunzhang.clock import BEIJING
from yunzhang.gather.models import (
    DataTable,
    Drift,
    EntryVersion,
    InformationSystem,
    Network,
    Resource,
    VerdictRow,
)
from yunzhang.people.models import Case, Clock, FactRow
from yunzhang.share.models import GrantRow, ShareRequest
from yunzhang.terms.basis import HUB, BasisRow, Leaf, Value
from yunzhang.terms.document import digest
from yunzhang.terms.fact import Deed
from yunzhang.use.models import Usage

SLICE = 500  # records asked for at once: SQLite takes no longer lists
Key = tuple[str, str]
T = TypeVar("T")


class Facts:
    """The facts on many subjects, found by deed and by day."""

    def __init__(self, subjects: Iterable[str], deeds: Collection[Deed] = ()) -> None:
        self.of: dict[str, list[FactRow]] = defaultdict(list)
        for part in _sliced(sorted(set(subjects))):
            rows = FactRow.objects.filter(subject__in=part)
            if deeds:
                rows = rows.filter(deed__in=deeds)
            for row in rows.only("id", "subject", "deed", "at", "leaf").order_by("number"):
                self.of[row.subject].append(row)

    def last(self, role: str, subject: str, *deeds: Deed) -> list[Leaf]:
        """The last fact of these deeds on a subject."""
        found = [row for row in self.of.get(subject, ()) if row.deed in deeds]
        return [_leaf(role, found[-1])] if found else []

    def on(self, role: str, subject: str, day: date | None) -> list[Leaf]:
        """The last fact on a subject on a day."""
        found = [row for row in self.of.get(subject, ()) if day and _day(row.at) == day]
        return [_leaf(role, found[-1])] if found else []

    def at(self, role: str, subject: str, moment: datetime) -> list[Leaf]:
        """The fact on a subject of this very moment."""
        found = [row for row in self.of.get(subject, ()) if row.at == moment]
        return [_leaf(role, found[-1])] if found else []


def described(wanted: Mapping[str, Collection[str]]) -> dict[Key, BasisRow]:
    """Every wanted record (ids by kind) as it is now."""
    found: dict[Key, BasisRow] = {}
    for kind, ids in wanted.items():
        for row in KINDS[kind](ids) if kind in KINDS else ():
            found[kind, row.id] = row
        for id in ids:
            found.setdefault((kind, id), BasisRow(kind=kind, id=id, values={}))
    return found


def _tables(ids: Collection[str]) -> Iterator[BasisRow]:
    rows = _read(DataTable, ids)
    entries = _published("resource__table", ids)
    facts = Facts(
        [f"table:{row.name}" for row in rows] + [_entry(one) for one in entries.values()],
        (Deed.TABLE_REGISTERED, Deed.ENTRY_PUBLISHED),
    )
    for row in rows:
        version = entries.get(row.pk)
        subject = f"table:{row.name}"
        leaves = facts.last("registered", subject, Deed.TABLE_REGISTERED)
        if version:
            leaves += facts.last("published", _entry(version), Deed.ENTRY_PUBLISHED)
        values: dict[str, Value] = {"subject": subject, "entry": _entry(version)}
        yield _row("table", row.pk, values, leaves)


def _resources(ids: Collection[str]) -> Iterator[BasisRow]:
    rows = _read(Resource, ids, "table")
    entries = _published("resource", ids)
    drifts: dict[int, set[str]] = defaultdict(set)
    for part in _sliced(sorted(ids)):
        standing = Drift.objects.filter(resource_id__in=part, cleared_at=None)
        for resource, kind in standing.values_list("resource", "kind"):
            drifts[resource].add(kind)
    facts = Facts(
        [row.code for row in rows]
        + [f"table:{row.table.name}" for row in rows if row.table]
        + [_entry(one) for one in entries.values()],
        (Deed.DRIFT_MARKED, Deed.TABLE_GATHERED, Deed.ENTRY_PUBLISHED),
    )
    for row in rows:
        at = row.table.gathered_at if row.table else None
        version = entries.get(row.pk)
        table = f"table:{row.table.name}" if row.table else ""
        values: dict[str, Value] = {
            "code": row.code,
            "entry": _entry(version),
            "table": table,
            "gathered_on": _said(_day(at)),
            "drifts": " ".join(sorted(drifts[row.pk])),
        }
        leaves = facts.last("published", _entry(version), Deed.ENTRY_PUBLISHED) if version else []
        if at:
            leaves += facts.at("gathered", table, at)
        leaves += facts.last("drifted", row.code, Deed.DRIFT_MARKED)
        yield _row("resource", row.pk, values, leaves)


def _verdicts(ids: Collection[str]) -> Iterator[BasisRow]:
    rows = _read(VerdictRow, ids, "table")
    facts = Facts([f"table:{row.table.name}" for row in rows], (Deed.TABLE_CHECKED,))
    for row in rows:
        subject = f"table:{row.table.name}"
        values: dict[str, Value] = {
            "subject": subject,
            "ran_on": _said(_day(row.ran_at)),
            "passed": row.passed,
            "rows": row.rows,
        }
        yield _row("verdict", row.pk, values, facts.at("checked", subject, row.ran_at))


def _clocks(ids: Collection[str]) -> Iterator[BasisRow]:
    rows = _read(Clock, ids)
    facts = Facts(row.subject for row in rows)
    for row in rows:
        values: dict[str, Value] = {"rule": row.rule, "subject": row.subject}
        leaves = []
        for role in ("started", "ended", "rested"):
            day: date | None = getattr(row, f"{role}_on")
            values[f"{role}_on"] = _said(day)
            leaves += facts.on(role, row.subject, day)
        values["due_on"] = _said(row.due_on)
        yield _row("clock", row.pk, values, leaves)


def _grants(ids: Collection[str]) -> Iterator[BasisRow]:
    first = Usage.objects.filter(grant=OuterRef("pk"), outcome="answered", discounted=False)
    rows = [
        row
        for part in _sliced(sorted(ids))
        for row in GrantRow.objects.filter(pk__in=part)
        .annotate(first=Subquery(first.order_by("at", "pk").values("pk")[:1]))
        .order_by("pk")
    ]
    calls: dict[int, Usage] = {}
    for part in _sliced([row.first for row in rows if row.first]):
        calls.update(Usage.objects.select_related("log__node").in_bulk(part))
    facts = Facts([f"grant:{row.pk}" for row in rows], (Deed.GRANT_ISSUED,))
    for row in rows:
        subject = f"grant:{row.pk}"
        call = calls.get(row.first) if row.first else None
        values: dict[str, Value] = {
            "subject": subject,
            "state": row.state,
            "issued_on": _said(_day(row.issued_at)),
            "used": call is not None,
        }
        leaves = facts.last("issued", subject, Deed.GRANT_ISSUED)
        if call:
            place = str(call.index)
            said = digest(call.leaf.encode())
            leaves.append(Leaf(role="called", log=call.log.node.name, place=place, digest=said))
        yield _row("grant", row.pk, values, leaves)


def _systems(ids: Collection[str]) -> Iterator[BasisRow]:
    rows = _read(InformationSystem, ids)
    deeds = (Deed.SYSTEM_REGISTERED, Deed.SYSTEM_PLACED)
    facts = Facts([f"system:{row.pk}" for row in rows], deeds)
    for row in rows:
        subject = f"system:{row.pk}"
        values: dict[str, Value] = {
            "subject": subject,
            "state": row.state,
            "cloud": row.cloud_id,
            "sensitivity": row.sensitivity,
            "vertical": row.vertical,
            "protection": row.protection,
        }
        yield _row("system", row.pk, values, facts.last("placed", subject, *deeds))


def _networks(ids: Collection[str]) -> Iterator[BasisRow]:
    rows = _read(Network, ids)
    deeds = (Deed.NETWORK_REGISTERED, Deed.NETWORK_CHANGED)
    facts = Facts([f"network:{row.pk}" for row in rows], deeds)
    for row in rows:
        subject = f"network:{row.pk}"
        values: dict[str, Value] = {"subject": subject, "state": row.state, "secret": row.secret}
        yield _row("network", row.pk, values, facts.last("placed", subject, *deeds))


def _cases(ids: Collection[str]) -> Iterator[BasisRow]:
    rows = _read(Case, ids)
    facts = Facts(f"case:{row.pk}" for row in rows)
    for row in rows:
        subject = f"case:{row.pk}"
        values: dict[str, Value] = {
            "subject": subject,
            "procedure": row.procedure,
            "step": row.step,
            "closed_on": _said(row.closed_on),
        }
        yield _row("case", row.pk, values, facts.last("moved", subject, *MOVES))


def _requests(ids: Collection[str]) -> Iterator[BasisRow]:
    rows = _read(ShareRequest, ids)
    facts = Facts(f"request:{row.pk}" for row in rows)
    for row in rows:
        subject = f"request:{row.pk}"
        values: dict[str, Value] = {
            "subject": subject,
            "state": row.state,
            "applied_on": _said(_day(row.applied_at)),
            "replied_on": _said(_day(row.replied_at)),
            "law": bool(row.refusal_law),
        }
        yield _row("request", row.pk, values, facts.on("replied", subject, _day(row.replied_at)))


KINDS: Mapping[str, Callable[[Collection[str]], Iterator[BasisRow]]] = {
    "table": _tables,
    "resource": _resources,
    "verdict": _verdicts,
    "clock": _clocks,
    "grant": _grants,
    "system": _systems,
    "network": _networks,
    "case": _cases,
    "request": _requests,
}
MOVES = (Deed.CASE_OPENED, Deed.CASE_MOVED)


def _published(field: str, ids: Collection[str]) -> dict[int, EntryVersion]:
    """The published version of each record, by what `field` names."""
    found: dict[int, EntryVersion] = {}
    for part in _sliced(sorted(ids)):
        rows = EntryVersion.objects.filter(state="published", **{f"{field}__in": part})
        for row in rows.select_related("resource").only("pk", "resource__table").order_by("pk"):
            key = row.resource.table_id if field == "resource__table" else row.resource_id
            if key is not None:
                found[key] = row
    return found


def _read(form: type[T], ids: Collection[str], *with_: str) -> list[T]:
    manager = form._default_manager  # type: ignore[attr-defined]  # noqa: SLF001
    found: list[T] = []
    for part in _sliced(sorted(ids)):
        rows = manager.filter(pk__in=part)
        found += (rows.select_related(*with_) if with_ else rows).order_by("pk")
    return found


def _sliced(all: list[T]) -> Iterator[list[T]]:
    return (all[at : at + SLICE] for at in range(0, len(all), SLICE))


def _row(kind: str, id: object, values: dict[str, Value], leaves: list[Leaf]) -> BasisRow:
    return BasisRow(kind=kind, id=str(id), values=values, leaves=tuple(leaves))


def _leaf(role: str, fact: FactRow) -> Leaf:
    return Leaf(role=role, log=HUB, place=str(fact.id), digest=digest(fact.leaf.encode()))


def _entry(version: EntryVersion | None) -> str:
    return f"entry:{version.pk}" if version else ""


def _day(at: datetime | None) -> date | None:
    return at.astimezone(BEIJING).date() if at else None


def _said(day: date | None) -> str:
    return day.isoformat() if day else ""
