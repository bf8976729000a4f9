"""Suspicions: the signs of gaming in the records of today, and what auditors made of them.

What is confirmed counts in no later score: its calls are discounted where calls are counted, its
clocks left out where figures are frozen. What was frozen before stays as it was signed.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, F, Max, Min, Q, QuerySet, Sum, Value
from django.db.models.functions import Coalesce

from yunzhang.clock import BEIJING
from yunzhang.oversee.models import GamingMark
from yunzhang.oversee.scoring import gaming
from yunzhang.oversee.scoring.gaming import Calls, Report, Same, Sign, Withdrawn
from yunzhang.people.act import act, tell
from yunzhang.people.models import CaseMove, Clock, FactRow, Unit
from yunzhang.people.permissions import Actor, pack
from yunzhang.share.models import GrantRow, ShareRequest
from yunzhang.terms.document import digest, encode
from yunzhang.terms.fact import Deed
from yunzhang.terms.faults import FaultKind, Refused, Text
from yunzhang.use import usage
from yunzhang.use.models import Usage, UsageDay

LIMITS = (
    "gaming.window_days", "gaming.self_calls", "gaming.house_units", "gaming.empty_calls",
    "gaming.repeated_calls", "gaming.bunched_percent", "gaming.bunched_calls",
    "gaming.bunched_days", "gaming.once_days", "gaming.withdrawn_requests",
    "gaming.withdrawn_days", "gaming.report_characters", "usage.unused_days",
)  # fmt: skip
REPORT = "report"
SLICE = 500

SIGN_GONE = FaultKind(
    "gaming.sign_gone",
    409,
    Text("这条线索已不存在，或已认定。", "This sign is there no more, or was marked already."),
    Text("刷新线索页。", "Reload the page of signs."),
)


def signs(today: date) -> list[Sign]:
    """Every sign of the window that nobody has marked yet, the most frequent first."""
    limits = {name: pack().limit(name) for name in LIMITS}
    since = today - timedelta(days=limits["gaming.window_days"])
    calls = list(_calls(since, today, limits))
    many = [one.grant for one in calls if one.calls >= limits["gaming.repeated_calls"]]
    found = [
        *gaming.of_calls(calls, today, limits),
        *gaming.of_answers(_answers(many, since, limits["gaming.repeated_calls"]), limits),
        *gaming.of_requests(_withdrawn(since), limits),
        *gaming.of_reports(_reports(since), limits),
    ]
    marked = {(row.rule, row.subject): row for row in GamingMark.objects.order_by("pk")}
    left = [one for one in found if not _settled(one, marked.get((one.rule, one.subject)), since)]
    return sorted(left, key=lambda one: (-one.count, one.rule, one.subject))


def find(today: date, rule: str, subject: str) -> Sign:
    """The sign under this rule on this subject; raises `gaming.sign_gone`."""
    for one in signs(today):
        if (one.rule, one.subject) == (rule, subject):
            return one
    raise Refused(SIGN_GONE())


def mark(
    actor: Actor, rule: str, subject: str, today: date, *, confirmed: bool, why: str
) -> GamingMark:
    """Say what a sign is: confirmed, its calls and clocks count no more; or unfounded."""
    with act(actor, Deed.GAMING_MARKED, f"gaming:{rule}/{subject}", unit=None, why=why) as deeds:
        sign = find(today, rule, subject)
        clocks = sorted(_clocks(sign)) if confirmed else []
        calls, proof = _discount(sign) if confirmed else (0, "")
        _tell(sign, clocks)
        row = GamingMark.objects.create(
            rule=rule,
            subject=subject,
            since=sign.since,
            until=sign.until,
            unit_id=sign.unit,
            confirmed=confirmed,
            calls=calls,
            clocks=encode(clocks).decode(),
            why=why,
            person=actor.person,
            at=deeds.at,
        )
        deeds.content.update(
            rule=rule,
            confirmed=confirmed,
            since=sign.since.isoformat(),
            until=sign.until.isoformat(),
            count=sign.count,
            calls=calls,
            clocks=clocks,
            receipts=proof,
        )
    return row


def _tell(sign: Sign, clocks: Iterable[int]) -> None:
    """Say in the log which limits count no more, and whether the grant still counts as used."""
    for number in clocks:
        tell("discount", f"clock:{number}", "", {})
    kind, _colon, name = sign.subject.partition(":")
    for grant in GrantRow.objects.filter(pk=name) if kind == "grant" else ():
        usage.count_use(grant, used=bool(usage.used_grants(GrantRow.objects.filter(pk=name))))


def receipts(sign: Sign) -> QuerySet[Usage]:
    """The answered calls that a sign is made of, the latest first; none where it is of no calls."""
    kind, _colon, name = sign.subject.partition(":")
    if kind != "grant":
        return Usage.objects.none()
    found = Usage.objects.filter(
        grant=name,
        outcome="answered",
        discounted=False,
        at__gte=_morning(sign.since),
        at__lt=_morning(sign.until + timedelta(days=1)),
    )
    if sign.rule == gaming.EMPTY:
        found = found.filter(rows=0)
    if sign.rule == gaming.REPEATED:
        found = found.filter(rows=sign.rows, bytes=sign.bytes)
    return found.select_related("log__node").order_by("-at", "-pk")


def house(units: list[Unit], most: int) -> dict[int, int]:
    """The house of each unit: itself, or the parent it shares with a few others."""
    children = Counter(unit.parent_id for unit in units if unit.parent_id)
    small = {parent for parent, count in children.items() if count <= most}
    return {
        unit.pk: unit.parent_id if unit.parent_id in small and unit.parent_id else unit.pk
        for unit in units
    }


def _settled(sign: Sign, row: GamingMark | None, since: date) -> bool:
    """Whether an auditor has looked at it already.

    Confirmed calls are discounted, so a sign of later ones is a new one.
    """
    if row is None:
        return False
    if not row.confirmed:
        return row.until >= since
    return sign.rule in (gaming.WITHDRAWN, gaming.TRIVIAL) and row.until >= sign.until


def _calls(since: date, today: date, limits: dict[str, int]) -> Iterator[Calls]:
    late = today - timedelta(days=limits["gaming.bunched_days"])
    counted = F("answered") - F("discounted")
    days = UsageDay.objects.filter(day__gt=since, answered__gt=F("discounted")).exclude(grant="")
    # Grouped by what no index knows, or SQLite reads the tallies of all years by their grant.
    grouped = days.values(of=Coalesce("grant", Value("")))
    sums = {
        row["of"]: row
        for row in grouped.annotate(
            calls=Sum(counted),
            empty=Sum(counted, filter=Q(rows=0), default=0),
            late=Sum(counted, filter=Q(day__gt=late), default=0),
            first=Min("day"),
            last=Max("day"),
        )
    }
    houses = house(list(Unit.objects.all()), limits["gaming.house_units"])
    names = sorted(sums)
    for at in range(0, len(names), SLICE):
        part = names[at : at + SLICE]
        # Only a grant called once of late may have been called once ever: no other's past is read.
        once = [grant for grant in part if sums[grant]["calls"] == 1]
        ever = dict(
            UsageDay.objects.filter(grant__in=once)
            .values("grant")
            .annotate(n=Sum("answered"))
            .values_list("grant", "n")
        )
        plain = GrantRow.objects.defer("signed")
        for grant in plain.filter(pk__in=part).order_by("pk"):
            row = sums[grant.pk]
            yield Calls(
                grant=grant.pk,
                unit=grant.consumer_id,
                own_house=houses[grant.consumer_id] == houses[grant.provider_id],
                calls=row["calls"],
                empty=row["empty"],
                late=row["late"],
                first=row["first"],
                last=row["last"],
                issued_on=_day(grant.issued_at),
                ever=ever.get(grant.pk, row["calls"]),
            )


def _answers(grants: list[str], since: date, least: int) -> Iterator[Same]:
    holders = dict(GrantRow.objects.filter(pk__in=grants).values_list("pk", "consumer"))
    found = Usage.objects.filter(
        grant__in=holders, outcome="answered", discounted=False, rows__gt=0,
        at__gte=_morning(since + timedelta(days=1)),
    )  # fmt: skip
    sizes = found.values("grant", "rows", "bytes").annotate(
        n=Count("pk"), first=Min("at"), last=Max("at")
    )
    for row in sizes.filter(n__gte=least).order_by("grant", "rows", "bytes"):
        yield Same(
            grant=row["grant"],
            unit=holders[row["grant"]],
            rows=row["rows"],
            bytes=row["bytes"],
            calls=row["n"],
            first=_day(row["first"]),
            last=_day(row["last"]),
        )


def _withdrawn(since: date) -> Iterator[Withdrawn]:
    back = FactRow.objects.filter(deed=Deed.REQUEST_WITHDRAWN, at__gte=_morning(since))
    moments = {row.subject: row.at for row in back.only("subject", "at")}
    numbers = [subject.removeprefix("request:") for subject in moments]
    known = ShareRequest.objects.filter(pk__in=numbers, applied_at__isnull=False)
    for request in known.order_by("pk"):
        subject = f"request:{request.pk}"
        if request.applied_at:
            yield Withdrawn(
                subject, request.consumer_id, _day(request.applied_at), _day(moments[subject])
            )


def _reports(since: date) -> Iterator[Report]:
    """What units handed in of their reports, each held against the same unit's one before."""
    moves = CaseMove.objects.filter(
        case__procedure=REPORT, papers__isnull=False, unit__isnull=False, person__isnull=False
    )
    last: dict[int, tuple[str, ...]] = defaultdict(tuple)
    own = moves.filter(case__parties__party="unit", case__parties__unit=F("unit"))
    for move in own.distinct().order_by("pk").prefetch_related("papers"):
        papers = list(move.papers.all())
        unit = move.unit_id or 0
        digests = tuple(sorted(paper.digest for paper in papers))
        repeated, last[unit] = digests == last[unit], digests
        if _day(move.at) > since:
            yield Report(
                case=f"case:{move.case_id}",
                unit=unit,
                on=_day(move.at),
                characters=sum(len(paper.text.strip()) for paper in papers),
                file=any(paper.file_name for paper in papers),
                repeated=repeated,
            )


def _clocks(sign: Sign) -> Iterator[int]:
    """The limits that looked kept by what was only for show."""
    if sign.rule == gaming.WITHDRAWN:
        subjects = sign.requests
    elif sign.rule == gaming.TRIVIAL:
        subjects = (sign.subject,)
    else:
        return
    yield from Clock.objects.filter(subject__in=subjects).values_list("pk", flat=True)


def _discount(sign: Sign) -> tuple[int, str]:
    """Mark the calls as not counting; how many, and a digest that says which they were."""
    found = receipts(sign)
    days: Counter[tuple[Any, ...]] = Counter()
    leaves, ids = [], []
    for row in found.order_by("pk").iterator(chunk_size=2000):
        day = _day(row.at)
        days[day, row.grant, row.consumer_id, row.purpose, row.scenario] += 1
        leaves.append(digest(row.leaf.encode()))
        ids.append(row.pk)
    for at in range(0, len(ids), SLICE):
        Usage.objects.filter(pk__in=ids[at : at + SLICE]).update(discounted=True)
    for (day_, grant, consumer, purpose, scenario), number in days.items():
        UsageDay.objects.filter(
            day=day_, grant=grant, consumer=consumer, purpose=purpose, scenario=scenario
        ).update(discounted=F("discounted") + number)
    return len(leaves), digest("\n".join(leaves).encode()) if leaves else ""


def _day(at: datetime) -> date:
    return at.astimezone(BEIJING).date()


def _morning(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=BEIJING)


def marked() -> QuerySet[GamingMark]:
    """What auditors have said so far, the latest first."""
    return GamingMark.objects.select_related("unit", "person").order_by("-pk")
