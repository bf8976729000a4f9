"""Violations: what the hub's records hold as evidence of each kind of Order 809 Arts. 39 to 41.

They list themselves; whether something was a violation, and what follows, people decide.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Exists, F, Max, OuterRef, Q

from yunzhang.clock import BEIJING
from yunzhang.gather import drift, placing
from yunzhang.gather.models import DataTable, Drift, EntryVersion, InformationSystem
from yunzhang.people.models import Case, CaseParty, Clock, FactRow
from yunzhang.people.permissions import pack
from yunzhang.share import backflow, disposals, disputes, grants
from yunzhang.share.models import GrantRow, ShareRequest
from yunzhang.terms.document import decode
from yunzhang.terms.fact import Deed
from yunzhang.terms.faults import Text
from yunzhang.terms.pack_rows import ViolationKind
from yunzhang.use.models import Usage

OUTSIDE = ("purpose.other", "items.outside", "rows.outside", "scenario.other")
PUBLISHED = EntryVersion.objects.filter(state=EntryVersion.State.PUBLISHED)


@dataclass(frozen=True)
class Evidence:
    """One record that speaks for a violation: whose, what it says, since when, where it is."""

    kind: str
    unit: int
    says: Text
    on: date
    subject: str
    reference: str = ""
    title: str = ""


Query = Callable[[str, date, date], Iterator[Evidence]]


def kinds() -> tuple[ViolationKind, ...]:
    """The kinds of violation of the pack in force, in the order of the articles."""
    return pack().violations


def evidence(kinds: Iterable[ViolationKind], today: date) -> dict[str, list[Evidence]]:
    """What the records of the pack's window hold for each kind, by its id, the latest first."""
    wanted = list(kinds)
    window = today - timedelta(days=pack().limit("score.window_days"))
    found: dict[str, list[Evidence]] = {kind.id: [] for kind in wanted}
    for one in (*_clocks(wanted, window, today), *_named(wanted, window)):
        found[one.kind].append(one)
    for kind in wanted:
        for query in QUERIES.get(kind.id, ()):
            found[kind.id] += query(kind.id, _since(kind, window), today)
    return {
        id: sorted(rows, key=lambda one: (one.on, one.subject), reverse=True)
        for id, rows in found.items()
    }


def is_looked_for(kind: ViolationKind) -> bool:
    """Whether records can show it by themselves; else only a case that names it does."""
    return bool(kind.clocks) or kind.id in QUERIES


def _since(kind: ViolationKind, window: date) -> date:
    """Nothing counts that was over before the kind was in force."""
    return window if kind.from_date is None else max(window, kind.from_date - timedelta(days=1))


def _clocks(kinds: list[ViolationKind], window: date, today: date) -> Iterator[Evidence]:
    """Limits missed: ended after their day, or overdue and running."""
    by_rule = {rule: kind for kind in kinds for rule in kind.clocks}
    kept = Q(rested_on__isnull=False, rested_on__lte=F("due_on"))
    late = ~kept & (Q(ended_on__gt=F("due_on")) | Q(ended_on=None, due_on__lt=today))
    for row in Clock.objects.filter(late, rule__in=by_rule, due_on__gt=window).order_by("pk"):
        kind = by_rule[row.rule]
        if row.due_on <= _since(kind, window):
            continue
        zh = f"{row.ended_on} 才办结" if row.ended_on else "至今未办结"
        en = f"was done on {row.ended_on}" if row.ended_on else "is not done"
        says = Text(
            f"时限 {row.rule} 应于 {row.due_on} 办结，{zh}",
            f"{row.rule} was due on {row.due_on} and {en}",
        )
        yield Evidence(kind.id, row.unit_id, says, row.due_on, row.subject, row.reference)


def _named(kinds: list[ViolationKind], window: date) -> Iterator[Evidence]:
    """Cases of misuse that name a kind and were not found groundless."""
    known = {kind.id for kind in kinds}
    cases = Case.objects.filter(procedure=grants.MISUSE, opened_at__gte=_morning(window))
    for case in cases.exclude(step="unfounded").order_by("pk").prefetch_related("parties"):
        named = str(decode(case.content, dict).get("violation", ""))
        for party in case.parties.all() if named in known else ():
            if party.party == "applicant":
                says = Text(f"处置事项 {case.number} 列明此情形", f"Case {case.number} names it")
                yield _of_case(named, party.unit_id, says, case)


def _uncatalogued(kind: str, _since: date, today: date) -> Iterator[Evidence]:
    tables = DataTable.objects.exclude(Exists(PUBLISHED.filter(resource__table=OuterRef("pk"))))
    for row in tables.select_related("system").order_by("pk"):
        says = Text("数据表没有编入目录", "The table has no published entry")
        on = _day(row.gathered_at) if row.gathered_at else today
        yield Evidence(kind, row.system.unit_id, says, on, f"table:{row.name}", row.name, row.title)


def _unlinked(kind: str, _since: date, _today: date) -> Iterator[Evidence]:
    open_ones = Drift.objects.filter(kind__in=drift.UNLINKING, cleared_at=None)
    for row in open_ones.select_related("resource").order_by("pk"):
        code = row.resource.code
        says = Text(
            f"目录与数据脱节：{row.sentence_zh}", f"Entry and data differ: {row.sentence_en}"
        )
        yield Evidence(
            kind, row.resource.unit_id, says, _day(row.found_at), f"resource:{code}", code, code
        )


def _refusals(kind: str, since: date, _today: date) -> Iterator[Evidence]:
    rows = ShareRequest.objects.filter(
        state=ShareRequest.State.REFUSED, refusal_law="", replied_at__gte=_morning(since)
    )
    for row in rows.order_by("pk"):
        says = Text("不同意共享，没有引用法律依据", "Refused without citing a law")
        on = _day(row.replied_at) if row.replied_at else since
        yield _of_request(kind, row.provider_id, says, on, row)


def _not_returned(kind: str, since: date, _today: date) -> Iterator[Evidence]:
    rows = CaseParty.objects.filter(
        party="provider", case__procedure=backflow.PROCEDURE, case__step="return",
        case__opened_at__gte=_morning(since),
    )  # fmt: skip
    for party in rows.select_related("case").order_by("pk"):
        on = _day(party.case.moved_at)
        says = Text(f"回流申请自 {on} 起等待提供", f"Waits for the provider since {on}")
        yield _of_case(kind, party.unit_id, says, party.case)


def _stopped(kind: str, since: date, _today: date) -> Iterator[Evidence]:
    deeds = (Deed.GRANT_SUSPENDED, Deed.GRANT_ENDED)
    facts = FactRow.objects.filter(deed__in=deeds, at__gte=_morning(since), unit__isnull=False)
    for fact in facts.filter(person__isnull=False).order_by("number"):
        if decode(fact.content, dict).get("case"):
            continue
        grant = fact.subject.partition(":")[2]
        says = Text(
            f"没有经过处置或备案程序，{_day(fact.at)} 暂停或终止了授权",
            f"A grant was suspended or ended on {_day(fact.at)} outside any case",
        )
        yield Evidence(kind, fact.unit_id or 0, says, _day(fact.at), fact.subject, grant)


def _platforms(kind: str, _since: date, today: date) -> Iterator[Evidence]:
    joined = DataTable.objects.filter(system=OuterRef("pk"), gathered_at__isnull=False)
    rows = InformationSystem.objects.filter(platform=True, state__in=placing.LIVING)
    for row in rows.exclude(Exists(joined)).order_by("pk"):
        says = Text("已建平台没有接入本枢纽", "The platform has not joined this hub")
        yield Evidence(
            kind, row.unit_id, says, row.state_since or today, f"system:{row.pk}", str(row.pk),
            row.name,
        )  # fmt: skip


def _outside(kind: str, since: date, _today: date) -> Iterator[Evidence]:
    """Calls refused because they asked for more than was granted: tried, not done."""
    reasons = Q()
    for reason in OUTSIDE:
        reasons |= Q(reasons__contains=reason)
    tried = Usage.objects.filter(
        reasons, outcome="refused", at__gte=_morning(since), consumer__isnull=False
    )
    sums = tried.values("grant", "consumer").annotate(n=Count("pk"), last=Max("at"))
    known = set(GrantRow.objects.values_list("pk", flat=True))
    for row in sums.order_by("grant", "consumer"):
        if row["grant"] not in known:
            continue
        says = Text(
            f"{row['n']} 次调用因超出授权的目的或范围被拒绝",
            f"{row['n']} calls were refused for asking beyond purpose or scope",
        )
        subject = f"grant:{row['grant']}"
        yield Evidence(kind, row["consumer"], says, _day(row["last"]), subject, row["grant"])


def _undisposed(kind: str, _since: date, today: date) -> Iterator[Evidence]:
    """Data whose purpose is over, and whose disposal has waited longer than an unused grant may."""
    ripe = _morning(today - timedelta(days=pack().limit("usage.unused_days")))
    rows = CaseParty.objects.filter(
        party="applicant", case__procedure=disposals.PROCEDURE, case__closed_on=None,
        case__step__in=("over", "dispose"), case__opened_at__lt=ripe,
    )  # fmt: skip
    for party in rows.select_related("case").order_by("pk"):
        on = _day(party.case.opened_at)
        says = Text(f"{on} 起应处置数据，至今未处置", f"To be disposed of since {on}, and not done")
        yield _of_case(kind, party.unit_id, says, party.case)


def _unmediated(kind: str, _since: date, today: date) -> Iterator[Evidence]:
    """Disputes that have lain with the authority longer than an unused grant may."""
    ripe = _morning(today - timedelta(days=pack().limit("usage.unused_days")))
    rows = CaseParty.objects.filter(
        party="authority", case__procedure=disputes.PROCEDURE, case__step="mediate",
        case__moved_at__lt=ripe,
    )  # fmt: skip
    for party in rows.select_related("case").order_by("pk"):
        on = _day(party.case.moved_at)
        says = Text(f"争议自 {on} 起等待协调", f"The dispute has waited to be mediated since {on}")
        yield _of_case(kind, party.unit_id, says, party.case)


# Kinds without a query show what misuse cases name, and say so: nothing here can see them.
QUERIES: Mapping[str, tuple[Query, ...]] = {
    "39-1": (_uncatalogued, _unlinked),
    "39-2": (_refusals,),
    "39-5": (_not_returned,),
    "39-7": (_stopped,),
    "39-8": (_platforms,),
    "40-2": (_outside,),
    "40-4": (_undisposed,),
    "41-2": (_unmediated,),
}


def _of_case(kind: str, unit: int, says: Text, case: Case) -> Evidence:
    subject = f"case:{case.pk}"
    return Evidence(kind, unit, says, _day(case.moved_at), subject, case.number, case.title)


def _of_request(kind: str, unit: int, says: Text, on: date, row: ShareRequest) -> Evidence:
    return Evidence(kind, unit, says, on, f"request:{row.pk}", row.number, row.purpose)


def _day(at: datetime) -> date:
    return at.astimezone(BEIJING).date()


def _morning(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=BEIJING)
