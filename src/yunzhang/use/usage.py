"""Usage: what nodes' signed logs say was called, by whom, for what; the meter is the log itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery, Sum

from yunzhang.clock import BEIJING
from yunzhang.gather.models import EntryVersion, Node
from yunzhang.gather.nodes import public_key
from yunzhang.people.act import act, tell
from yunzhang.people.models import Unit
from yunzhang.people.permissions import Actor, pack
from yunzhang.protect.keys import PublicKey, open_signed
from yunzhang.protect.notes import verify_checkpoint
from yunzhang.share.models import GrantRow
from yunzhang.terms.document import decode, encode
from yunzhang.terms.exchange import BATCH_KIND
from yunzhang.terms.fact import Deed
from yunzhang.terms.faults import FaultKind, Language, Refused, Text
from yunzhang.terms.receipt import Batch, Receipt
from yunzhang.terms.signed import Signed
from yunzhang.use.batches import Growth, Held, growth
from yunzhang.use.models import NodeLog, Usage, UsageDay

BATCH_LONG = FaultKind(
    "batch.long",
    413,
    Text(
        "一批有 {count} 条回执，上限 {most} 条。",
        "The batch has {count} receipts; {most} is the limit.",
    ),
    Text("分成几批上报。", "Send it in several batches."),
)
DIMENSION_UNKNOWN = FaultKind(
    "usage.dimension",
    422,
    Text("不能按“{dimension}”汇总。", "Usage is not counted by “{dimension}”."),
    Text(
        "按单位、目的、场景、资源或日期汇总。", "Count by unit, purpose, scenario, resource or day."
    ),
)

WORKER = Actor(None)


@dataclass(frozen=True)
class Tally:
    """Calls under one value of a dimension: `name` for people, `key` for links; "" is unknown."""

    key: str
    name: str
    answered: int
    refused: int
    rows: int

    @property
    def calls(self) -> int:
        return self.answered + self.refused


def take(node: Node, signed_batch: str | bytes, now: datetime) -> int:
    """Take in a node's signed batch; the index the hub expects next.

    All of it or nothing: signature, place in the log, Merkle root against the signed checkpoint.
    What the hub holds already is compared and passed over. A refusal is kept on the node's log.
    """
    try:
        with transaction.atomic():
            return _take(node, signed_batch, now)
    except Refused as refused:
        _remember(node, refused)
        raise


def by(
    dimension: str, unit: Unit | None = None, since: date | None = None, only: Q | None = None
) -> list[Tally]:
    """Calls by "consumer", "provider", "purpose", "scenario", "field", "resource" or "day".

    Of `unit`, as consumer or provider, when given; from the day `since`; `only` those of a
    condition. Most calls first; days in order.
    """
    if dimension not in COLUMNS:
        raise Refused(DIMENSION_UNKNOWN(dimension=dimension))
    columns = COLUMNS[dimension]
    sums = {name: Sum(name) for name in ("answered", "refused", "rows")}
    days = _days(unit, since).filter(only or Q())
    if dimension == "field":  # looked up for each tally: only where it is asked for
        of_grant = GrantRow.objects.filter(pk=OuterRef("grant"))
        days = days.annotate(field=Subquery(of_grant.values("request__priority_field")))
    found = [
        Tally(str(row[columns[0]] or ""), str(row[columns[-1]] or ""), *(row[n] for n in sums))
        for row in days.values(*columns).annotate(**sums)
    ]
    if dimension == "resource":
        found = _titled(found)
    return sorted(found, key=lambda tally: tally.key if dimension == "day" else -tally.calls)


def approved_unused(today: date) -> list[GrantRow]:
    """Active grants older than the pack's waiting time without one answered call, oldest first."""
    grants = GrantRow.objects.filter(state=GrantRow.State.ACTIVE, issued_at__lt=ripe_before(today))
    rows = grants.select_related("consumer", "provider", "resource").order_by("issued_at", "id")
    used = used_grants(grants)
    return [grant for grant in rows if grant.pk not in used]


def used_grants(grants: QuerySet[GrantRow]) -> set[str]:
    """The ids of those of the grants that answered a call, other than those discounted."""
    # The first such day of each is enough: years of tallies are not read to learn that.
    days = UsageDay.objects.filter(grant=OuterRef("pk"), answered__gt=F("discounted"))
    return set(grants.filter(Exists(days)).values_list("pk", flat=True))


def ripe_before(today: date) -> datetime:
    """A grant issued before this moment should have been used by now."""
    return start_of(today - timedelta(days=pack().limit("usage.unused_days")))


def start_of(day: date) -> datetime:
    """The moment a day begins in China."""
    return datetime(day.year, day.month, day.day, tzinfo=BEIJING)


def last_fault(log: NodeLog, language: Language) -> list[dict[str, Any]]:
    """Why the log's last batch was refused, as `Fault.plain`; empty when it was taken."""
    if not log.fault:
        return []
    told: list[dict[str, Any]] = decode(log.fault, dict[str, dict[str, Any]])[language]["faults"]
    return told


LANGUAGES: tuple[Language, ...] = ("zh", "en")

# What a dimension groups by: the key, and the name when that is another column.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "consumer": ("consumer__code", "consumer__name"),
    "provider": ("provider__code", "provider__name"),
    "purpose": ("purpose",),
    "scenario": ("scenario",),
    "field": ("field",),
    "resource": ("resource_code",),
    "day": ("day",),
}


def _days(unit: Unit | None, since: date | None) -> QuerySet[UsageDay]:
    days = UsageDay.objects.all()
    if unit is not None:
        days = days.filter(Q(consumer=unit) | Q(provider=unit))
    return days if since is None else days.filter(day__gte=since)


def _titled(tallies: list[Tally]) -> list[Tally]:
    versions = EntryVersion.objects.filter(
        state=EntryVersion.State.PUBLISHED, resource__code__in=[tally.key for tally in tallies]
    )
    titles = dict(versions.values_list("resource__code", "title"))
    return [Tally(t.key, titles.get(t.key, t.key), t.answered, t.refused, t.rows) for t in tallies]


def _take(node: Node, signed_batch: str | bytes, now: datetime) -> int:
    key = public_key(node)
    batch = open_signed(decode(signed_batch, Signed), BATCH_KIND, Batch, (key,))
    most = pack().limit("exchange.batch_receipts")
    if len(batch.entries) > most:
        raise Refused(BATCH_LONG(count=len(batch.entries), most=most))
    log = _locked(node)
    new = growth(batch, _held(log, key), _known(log, batch), key)
    if new.leaves:
        why = "节点上报调用回执"
        said = {"start": new.start, "size": new.size, "checkpoint": batch.checkpoint}
        with act(WORKER, Deed.RECEIPTS_TAKEN, f"node:{node.name}", unit=node.unit, why=why, **said):
            first = _first_used(new)
            _insert(log, new)
            for grant in first:
                count_use(grant, used=True)
            _grow(log, new, batch.checkpoint, now)
    return log.size


def count_use(grant: GrantRow, *, used: bool) -> None:
    """Say in the log whether a grant was used: at its first answered call, and if none counts."""
    tell("use", grant.pk, grant.consumer.code, {"used": used})


def _first_used(new: Growth) -> list[GrantRow]:
    """The grants of these receipts that no counted call had used before."""
    called = {receipt.grant for receipt in new.receipts if receipt.outcome == "answered"}
    grants = GrantRow.objects.filter(pk__in=called).select_related("consumer")
    used = used_grants(grants)
    return [grant for grant in grants.order_by("pk") if grant.pk not in used]


def _locked(node: Node) -> NodeLog:
    NodeLog.objects.get_or_create(node=node)
    return NodeLog.objects.select_for_update().get(node=node)


def _held(log: NodeLog, key: PublicKey) -> Held:
    stack = tuple(map(bytes.fromhex, decode(log.frontier, list[str])))
    promised = verify_checkpoint(log.checkpoint, key) if log.checkpoint else None
    return Held(log.size, stack, promised)


def _known(log: NodeLog, batch: Batch) -> list[str]:
    span = (batch.start, min(batch.start + len(batch.entries), log.size) - 1)
    known = Usage.objects.filter(log=log, index__range=span).order_by("index")
    return list(known.values_list("leaf", flat=True))


def _insert(log: NodeLog, new: Growth) -> None:
    codes = {code for receipt in new.receipts for code in (receipt.consumer, receipt.provider)}
    units = Unit.objects.in_bulk(codes, field_name="code")
    rows = [
        _usage(log, new.start + at, leaf, receipt, units)
        for at, (leaf, receipt) in enumerate(zip(new.leaves, new.receipts, strict=True))
    ]
    Usage.objects.bulk_create(rows)
    _tally(rows)


def _usage(
    log: NodeLog, index: int, leaf: str, receipt: Receipt, units: Mapping[str, Unit]
) -> Usage:
    return Usage(
        log=log,
        index=index,
        at=receipt.at,
        grant=_fit("grant", receipt.grant),
        consumer=units.get(receipt.consumer),
        provider=units.get(receipt.provider),
        resource_code=_fit("resource_code", receipt.resource_code),
        purpose=_fit("purpose", receipt.purpose),
        scenario=_fit("scenario", receipt.scenario),
        outcome=receipt.outcome,
        reasons=_fit("reasons", " ".join(receipt.reasons)),
        rows=receipt.rows,
        bytes=receipt.bytes,
        leaf=leaf,
    )


# A refused call may have claimed anything; the exact text stays in the leaf.
WIDTHS = {
    field.name: field.max_length
    for field in Usage._meta.fields  # noqa: SLF001 - Django's own way to read a model
    if field.max_length
}


def _fit(name: str, text: str) -> str:
    return text.replace("\0", "")[: WIDTHS[name]]


def _tally(rows: Iterable[Usage]) -> None:
    sums: dict[tuple[Any, ...], Counter[str]] = {}
    for row in rows:
        day = row.at.astimezone(BEIJING).date()
        key = (day, row.grant, row.consumer_id, row.purpose, row.scenario)
        sum = sums.setdefault((*key, row.provider_id, row.resource_code), Counter())
        sum[row.outcome] += 1
        sum["rows"] += row.rows
        sum["bytes"] += row.bytes
    for key, sum in sums.items():
        _count(key, sum)


def _count(key: tuple[Any, ...], sum: Counter[str]) -> None:
    names = ("day", "grant", "consumer_id", "purpose", "scenario")
    named = dict(zip(names, key, strict=False))
    rest = {"provider_id": key[5], "resource_code": key[6]}
    day = UsageDay.objects.filter(**named).order_by("pk").first()
    if day is None:
        day, _ = UsageDay.objects.get_or_create(**named, defaults=rest)
    UsageDay.objects.filter(pk=day.pk).update(
        answered=F("answered") + sum["answered"],
        refused=F("refused") + sum["refused"],
        rows=F("rows") + sum["rows"],
        bytes=F("bytes") + sum["bytes"],
    )


def _grow(log: NodeLog, new: Growth, checkpoint: str, now: datetime) -> None:
    log.size = new.size
    log.frontier = encode([hash.hex() for hash in new.stack]).decode()
    if not new.keep_promise:
        log.checkpoint = checkpoint
    log.taken_at, log.fault = now, ""
    log.save()


def _remember(node: Node, refused: Refused) -> None:
    log, _ = NodeLog.objects.get_or_create(node=node)
    log.fault = encode({language: refused.plain(language) for language in LANGUAGES}).decode()
    log.save(update_fields=["fault"])
