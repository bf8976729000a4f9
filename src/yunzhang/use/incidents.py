"""Incidents: a leak, a flaw, a rewritten log: reported, contained, explained, closed.

Units report their own; what nodes' logs show the hub finds by itself.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator
from datetime import date, timedelta

from django.db import transaction
from django.db.models import QuerySet

from yunzhang import clock
from yunzhang.gather.models import Node
from yunzhang.people import cases, clocks
from yunzhang.people.cases import Doing, Paper
from yunzhang.people.models import Case, Unit
from yunzhang.people.permissions import Actor, pack
from yunzhang.people.units import authority_of
from yunzhang.terms.deadlines import NAMED_DAY
from yunzhang.terms.document import Document, decode, plain
from yunzhang.terms.faults import Fault, FaultKind, Refused, Text, refuse_if
from yunzhang.terms.pack_rows import CodeRow
from yunzhang.use import usage
from yunzhang.use.models import NodeLog

PROCEDURE, CLOCK, UNIT = "incident", "incident_report", "unit"
KINDS, FOUND = "incident", "incident_found"
REPORT = "paper.incident"
URGENT = "state_flaw"  # the kind whose report has a time limit of its own
UNFOUNDED = "unfounded"
LONGEST = 100
WHY = "枢纽在节点日志中发现"

# What a refused batch says of the log it came from.
BROKEN = {
    "batch.gap": "log_gap",
    "batch.log_forked": "log_rewritten",
    "batch.receipt_changed": "log_rewritten",
    "batch.consistency_wrong": "log_rewritten",
}

KIND_UNKNOWN = FaultKind(
    "incident.kind_unknown",
    422,
    Text("没有“{kind}”这一类安全事件。", "There is no kind of incident “{kind}”."),
    Text("从列出的类型中选择。", "Choose one of the list."),
)
TITLE_WRONG = FaultKind(
    "incident.title_wrong",
    422,
    Text("名称应为 1 至 {most} 个字。", "The name has 1 to {most} characters."),
    Text("用一句话写明是什么事件。", "Say in one sentence what it is."),
)
DAY_AHEAD = FaultKind(
    "incident.day_ahead",
    422,
    Text("发现日期 {day} 还没有到。", "The day it was found, {day}, is still to come."),
    Text("填写发现当天的日期。", "Give the day on which it was found."),
)

log = logging.getLogger(__name__)


class Incident(Document, frozen=True, kw_only=True):
    """What a report says beside its papers: the kind, and the day it was found."""

    kind: str
    found_on: date


def kinds() -> tuple[CodeRow, ...]:
    """What units report, as the pack names it."""
    return pack().codes_of(KINDS)


def report(
    actor: Actor, unit: Unit, title: str, told: Incident, paper: Paper | str, *, why: str
) -> Case:
    """A unit reports an incident of its own; raises Refused with everything that is wrong."""
    papers = {REPORT: paper}
    refuse_if([*_faults(title, told), *cases.wanting(PROCEDURE, papers)])
    return _open(actor, unit, f"unit:{unit.code}", title.strip(), told, "report", papers, why)


def incident_of(case: Case) -> Incident:
    """What a case reports."""
    return decode(case.content, Incident)


def kind_of(case: Case) -> CodeRow | None:
    """The kind of a case's incident, while the pack knows it."""
    known = (*kinds(), *pack().codes_of(FOUND))
    return next((row for row in known if row.code == incident_of(case).kind), None)


def all_of(units: Collection[int] | None = None) -> QuerySet[Case]:
    """The incidents of these units, or of all, the latest first."""
    found = Case.objects.filter(procedure=PROCEDURE)
    if units is not None:
        found = found.filter(parties__party=UNIT, parties__unit__in=units)
    return found.order_by("-pk")


def sweep(today: date) -> list[Case]:
    """Open an incident for every node whose log is broken or that is no longer heard of, once."""
    found = []
    for node in Node.objects.select_related("unit").order_by("pk"):
        for kind in _seen(node, today):
            try:
                case = _found(node, kind, today)
            except Refused:
                # A unit where nobody could be asked must not keep the others from being asked.
                log.exception("incident of node %s could not be opened and will be", node.name)
                continue
            found += [case] if case else []
    return found


@cases.does("incident.reported")
def _reported(doing: Doing) -> None:
    """The report within its 24 hours: the limit that the text states began with the finding."""
    told = incident_of(doing.case)
    if told.kind != URGENT:
        return
    rule, subject, today = pack().clock(CLOCK), cases.subject_of(doing.case), clock.today()
    unit = doing.case.parties.get(party=UNIT).unit
    running = clocks.start_until(
        CLOCK,
        subject,
        unit,
        told.found_on,
        told.found_on + timedelta(days=rule.days),
        rule.cite.document,
        rule.cite.clause,
        reference=doing.case.number,
    )
    assert running.counted_in == NAMED_DAY  # hours do not wait for a working day
    clocks.stop(CLOCK, subject, today)


def _seen(node: Node, today: date) -> Iterator[str]:
    """What is wrong with a node, as its log and its last word show."""
    held = NodeLog.objects.filter(node=node).first()
    codes = {fault["code"] for fault in usage.last_fault(held, "en")} if held else set()
    yield from sorted({BROKEN[code] for code in codes & BROKEN.keys()})
    silent = usage.start_of(today - timedelta(days=pack().limit("incident.silent_days")))
    if node.seen_at is not None and node.seen_at < silent:
        yield "node_silent"


def _found(node: Node, kind: str, today: date) -> Case | None:
    about = f"node:{node.name}"
    since = today - timedelta(days=pack().limit("incident.silent_days"))
    with transaction.atomic():
        # Locked: two workers must not open it twice.
        Node.objects.select_for_update(of=("self",)).get(pk=node.pk)
        for case in cases.about(about).filter(procedure=PROCEDURE):
            fresh = case.closed_on is None or case.closed_on > since
            if fresh and incident_of(case).kind == kind:
                return None
        name = next(row.zh for row in pack().codes_of(FOUND) if row.code == kind)
        told = Incident(kind=kind, found_on=today)
        title = f"{node.name}：{name}"
        return _open(cases.WORKER, node.unit, about, title, told, "found", {}, WHY)


def _open(
    actor: Actor,
    unit: Unit,
    about: str,
    title: str,
    told: Incident,
    move: str,
    papers: cases.Papers,
    why: str,
) -> Case:
    return cases.open(
        actor,
        PROCEDURE,
        about=about,
        title=title,
        parties={UNIT: [unit], "authority": [authority_of(unit)]},
        papers=papers,
        move=move,
        content=plain(told),
        why=why,
    )


def _faults(title: str, told: Incident) -> Iterator[Fault]:
    if not 1 <= len(title.strip()) <= LONGEST:
        yield TITLE_WRONG(most=LONGEST)
    if told.kind not in {row.code for row in kinds()}:
        yield KIND_UNKNOWN(kind=told.kind)
    if told.found_on > clock.today():
        yield DAY_AHEAD(day=told.found_on)
