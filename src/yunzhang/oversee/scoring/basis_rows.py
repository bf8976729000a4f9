"""Basis rows: each counted record as it is at freezing, with the log entries it stands on.

One function a kind of record, each a few queries whatever the number of records. A kind nobody
describes here is attested by the digest of the basis alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import date
from typing import TypeVar

from django.db.models import OuterRef, Subquery

from yunzhang.gather import counting
from yunzhang.gather.counting import day_of, said
from yunzhang.gather.models import (
    DataTable,
    Drift,
    EntryVersion,
    InformationSystem,
    Network,
    Resource,
    VerdictRow,
)
from yunzhang.people import clocks
from yunzhang.people.models import Case, Clock, FactRow, RecordRow
from yunzhang.share import grants
from yunzhang.share.models import GrantRow, ShareRequest
from yunzhang.terms.basis import HUB, LEFT, BasisRow, Leaf
from yunzhang.terms.document import digest
from yunzhang.terms.fact import Deed
from yunzhang.terms.record import Value
from yunzhang.use.models import Usage

SLICE = 500  # records asked for at once: SQLite takes no longer lists
Key = tuple[str, str]
T = TypeVar("T")


class Left:
    """The facts that left these records as they stand: the last that told of each."""

    def __init__(self, kind: str, ids: Iterable[object]) -> None:
        self.of: dict[str, Leaf] = {}
        for part in _sliced(sorted(map(str, ids))):
            rows = RecordRow.objects.filter(kind=kind, record__in=part)
            for record, id, leaf in rows.order_by("fact_id").values_list(
                "record", "fact__id", "fact__leaf"
            ):
                self.of[record] = _leaf(LEFT, str(id), leaf)

    def at(self, id: object) -> list[Leaf]:
        """The entry that says how the record stands; none where no deed told of it."""
        found = self.of.get(str(id))
        return [found] if found else []


class Facts:
    """The facts on many subjects, found by deed and by day."""

    def __init__(self, subjects: Iterable[str]) -> None:
        self.of: dict[str, list[FactRow]] = defaultdict(list)
        for part in _sliced(sorted(set(subjects))):
            rows = FactRow.objects.filter(subject__in=part)
            for row in rows.only("id", "subject", "deed", "at", "leaf").order_by("number"):
                self.of[row.subject].append(row)

    def last(self, role: str, subject: str, *deeds: Deed) -> list[Leaf]:
        """The last fact of these deeds on a subject."""
        return _last(role, [row for row in self.of.get(subject, ()) if row.deed in deeds])

    def on(self, role: str, subject: str, day: date | None) -> list[Leaf]:
        """The last fact on a subject on a day."""
        found = [row for row in self.of.get(subject, ()) if day and day_of(row.at) == day]
        return _last(role, found)


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
    entries, left = _published("resource__table", ids), Left("table", ids)
    for row in _read(DataTable, ids):
        values = counting.table_values(row, entries.get(row.pk))
        yield _row("table", row.pk, values, left.at(row.pk))


def _resources(ids: Collection[str]) -> Iterator[BasisRow]:
    entries, left = _published("resource", ids), Left("resource", ids)
    drifts: dict[int, set[str]] = defaultdict(set)
    for part in _sliced(sorted(ids)):
        standing = Drift.objects.filter(resource_id__in=part, cleared_at=None)
        for resource, kind in standing.values_list("resource", "kind"):
            drifts[resource].add(kind)
    for row in _read(Resource, ids, "table"):
        values = counting.resource_values(row, entries.get(row.pk), drifts[row.pk])
        yield _row("resource", row.pk, values, left.at(row.pk))


def _verdicts(ids: Collection[str]) -> Iterator[BasisRow]:
    left = Left("verdict", ids)
    for row in _read(VerdictRow, ids, "table"):
        yield _row("verdict", row.pk, counting.verdict_values(row), left.at(row.pk))


def _clocks(ids: Collection[str]) -> Iterator[BasisRow]:
    left = Left("clock", ids)
    for row in _read(Clock, ids):
        yield _row("clock", row.pk, clocks.values(row), left.at(row.pk))


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
    left, use = Left("grant", ids), Left("use", ids)
    for row in rows:
        call = calls.get(row.first) if row.first else None
        values: dict[str, Value] = {**grants.values(row), "used": call is not None}
        leaves = [*left.at(row.pk), *use.at(row.pk)]
        if call:
            place = str(call.index)
            seen = digest(call.leaf.encode())
            leaves.append(Leaf(role="called", log=call.log.node.name, place=place, digest=seen))
        yield _row("grant", row.pk, values, leaves)


def _systems(ids: Collection[str]) -> Iterator[BasisRow]:
    left = Left("system", ids)
    for row in _read(InformationSystem, ids):
        yield _row("system", row.pk, counting.system_values(row), left.at(row.pk))


def _networks(ids: Collection[str]) -> Iterator[BasisRow]:
    left = Left("network", ids)
    for row in _read(Network, ids):
        yield _row("network", row.pk, counting.network_values(row), left.at(row.pk))


def _cases(ids: Collection[str]) -> Iterator[BasisRow]:
    rows = _read(Case, ids)
    facts = Facts(f"case:{row.pk}" for row in rows)
    for row in rows:
        subject = f"case:{row.pk}"
        values: dict[str, Value] = {
            "subject": subject,
            "procedure": row.procedure,
            "step": row.step,
            "closed_on": said(row.closed_on),
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
            "applied_on": said(day_of(row.applied_at)),
            "replied_on": said(day_of(row.replied_at)),
            "law": bool(row.refusal_law),
        }
        yield _row("request", row.pk, values, facts.on("replied", subject, day_of(row.replied_at)))


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


def _last(role: str, found: list[FactRow]) -> list[Leaf]:
    return [_leaf(role, str(row.id), row.leaf) for row in found[-1:]]


def _leaf(role: str, fact: str, leaf: str) -> Leaf:
    return Leaf(role=role, log=HUB, place=fact, digest=digest(leaf.encode()))
