"""Misuse: a grant used otherwise than agreed is suspended, put right, or ended (Art. 27)."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import transaction

from yunzhang.people import cases
from yunzhang.people.cases import Doing, Paper
from yunzhang.people.models import Case
from yunzhang.people.permissions import NEEDS, Actor, may, pack
from yunzhang.share import grants
from yunzhang.share.models import GrantRow
from yunzhang.terms.document import decode
from yunzhang.terms.fact import Deed
from yunzhang.terms.faults import Fault, FaultKind, Text, refuse_if
from yunzhang.terms.pack_rows import ViolationKind

GRANT_OVER = FaultKind(
    "misuse.grant_over",
    409,
    Text("该授权已经终止。", "This grant has ended."),
    Text("按处置程序核实数据是否已处置。", "See in its disposal whether the data is disposed of."),
)
REPORTED_ALREADY = FaultKind(
    "misuse.reported_already",
    409,
    Text("该授权已有在办的处置事项 {case}。", "The case {case} on this grant is open."),
    Text("在该事项中补充情况。", "Add what you know to that case."),
)
VIOLATION_UNKNOWN = FaultKind(
    "misuse.violation_unknown",
    422,
    Text("没有“{violation}”这一违规情形。", "There is no kind of violation “{violation}”."),
    Text("从列出的情形中选择，或不填。", "Choose one of the list, or none."),
)

PROCEDURE = grants.MISUSE


def report(
    actor: Actor, grant: GrantRow, problem: Paper | str, *, why: str, violation: str = ""
) -> Case:
    """Open a case of misuse: whoever may suspend does so at once, others tell the provider."""
    with transaction.atomic():
        held = grants.locked(grant)
        refuse_if([*_over(held), *_reported(held), *_unknown(violation)])
        suspends = may(actor, NEEDS[Deed.GRANT_SUSPENDED], held.provider)
        return cases.open(
            actor,
            PROCEDURE,
            about=grants.subject_of(held),
            title=held.request.purpose,
            parties={"applicant": [held.consumer], "provider": [held.provider]},
            papers={"paper.problem": problem},
            move="suspend" if suspends else "report",
            content={"violation": violation},
            why=why,
        )


def open_about(grant: GrantRow) -> Case | None:
    """The open case of misuse on a grant."""
    return cases.about(grants.subject_of(grant)).filter(procedure=PROCEDURE, closed_on=None).first()


def violations() -> tuple[ViolationKind, ...]:
    """The kinds of violation to choose from, the consumers' own first (Arts. 39-41)."""
    order = ("consumer", "provider", "authority")
    return tuple(sorted(pack().violations, key=lambda row: order.index(row.of)))


def violation_of(case: Case) -> ViolationKind | None:
    """The kind of violation a case names, while the pack knows it."""
    kept = decode(case.content, dict[str, str]).get("violation")
    return next((row for row in pack().violations if row.id == kept), None)


@cases.does("grant.suspend")
def _suspend(doing: Doing) -> None:
    grant = _grant(doing.case)
    # One that was suspended by its button is already as the case wants it.
    if grant.state != GrantRow.State.SUSPENDED:
        _carry(doing, Deed.GRANT_SUSPENDED, grant)


@cases.does("grant.resume")
def _resume(doing: Doing) -> None:
    _carry(doing, Deed.GRANT_RESUMED, _grant(doing.case))


@cases.does("grant.end")
def _end(doing: Doing) -> None:
    grant = _grant(doing.case)
    # Its time may have run out while it was suspended.
    if grant.state != GrantRow.State.ENDED:
        _carry(doing, Deed.GRANT_ENDED, grant)


def _carry(doing: Doing, deed: Deed, grant: GrantRow) -> None:
    texts = [paper.text.strip() for paper in doing.papers.values() if paper.text.strip()]
    grants.by_case(doing.actor, deed, grant, doing.case, why=texts[0] if texts else doing.why)


def _grant(case: Case) -> GrantRow:
    return grants.locked(GrantRow(pk=case.about.partition(":")[2]))


def _over(grant: GrantRow) -> Iterator[Fault]:
    if grant.state == GrantRow.State.ENDED:
        yield GRANT_OVER()


def _reported(grant: GrantRow) -> Iterator[Fault]:
    case = open_about(grant)
    if case:
        yield REPORTED_ALREADY(case=case.number)


def _unknown(violation: str) -> Iterator[Fault]:
    if violation and violation not in {row.id for row in pack().violations}:
        yield VIOLATION_UNKNOWN(violation=violation)
