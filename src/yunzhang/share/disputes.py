"""Disputes between a provider and a consumer, up the ladder of Order 809 Art. 28.

The units negotiate; then the authority over both mediates, with the experts' opinion if it wants
one; then the government decides. A decision is a record that binds: the units carry it out by
their ordinary deeds, which the page of the case leads to.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.db import transaction

from yunzhang.gather import catalog
from yunzhang.gather.models import Resource
from yunzhang.people import cases
from yunzhang.people.cases import Paper
from yunzhang.people.models import Case, Unit
from yunzhang.people.permissions import Actor, may
from yunzhang.people.units import COMMON_MISSING, authority_of, common_authority
from yunzhang.share.models import GrantRow, ShareRequest
from yunzhang.share.persons import unit_of
from yunzhang.terms.faults import Fault, FaultKind, Refused, Text, refuse_if

PROCEDURE = "dispute"
POSITIONS = "paper.positions"

SIDE_MISSING = FaultKind(
    "dispute.two_sides",
    422,
    Text("本单位不是该事项的一方。", "Your unit is no side of this matter."),
    Text("由提供或使用部门的负责人提出。", "The head of the provider or the consumer raises it."),
)
RUNNING = FaultKind(
    "dispute.running",
    409,
    Text("该事项的争议已在处理，编号 {number}。", "Dispute {number} about it is under way."),
    Text("在该争议中补充意见。", "Add your position there."),
)

Subject = ShareRequest | GrantRow | Resource | Case


def raise_(actor: Actor, subject: Subject, positions: Paper | str, *, why: str) -> Case:
    """The head of either side raises a dispute about a request, a grant, an entry or a case.

    Raises Refused with everything that is wrong.
    """
    own = side(actor, subject)
    sides = sides_of(subject, own)
    papers = {POSITIONS: positions}
    about = about_of(subject)
    with transaction.atomic():
        # The row is the lock: both sides raising it at once raise one dispute.
        type(subject)._default_manager.select_for_update(of=("self",)).get(pk=subject.pk)  # noqa: SLF001
        refuse_if([*_faults(own, sides, about), *cases.wanting(PROCEDURE, papers)])
        [other] = [unit for unit in sides if unit != own][:1]
        return cases.open(
            actor,
            PROCEDURE,
            about=about,
            title=title_of(subject),
            parties={"applicant": [own], "provider": [other], "authority": [settles(own, other)]},
            papers=papers,
            why=why,
        )


def possible(actor: Actor, subject: Subject) -> bool:
    """Whether the actor heads a side of it and no dispute about it is under way."""
    try:
        own = side(actor, subject)
    except Refused:
        return False
    return not any(_faults(own, sides_of(subject, own), about_of(subject)))


def side(actor: Actor, subject: Subject) -> Unit:
    """The unit the actor speaks for: of several they head, the one it is between."""
    first = unit_of(actor, "request.approve")
    headed = [post.unit for post in actor.posts if may(actor, "request.approve", post.unit)]
    return next((unit for unit in headed if not _no_side(unit, sides_of(subject, unit))), first)


def settles(one: Unit, other: Unit) -> Unit:
    """The authority that settles what is between them; the first one's own where none is common."""
    try:
        return common_authority(one, other)
    except Refused as refused:
        if COMMON_MISSING.code not in refused.codes:
            raise
        return authority_of(one)


def about_of(subject: Subject) -> str:
    """How facts and cases name what is disputed."""
    if isinstance(subject, ShareRequest):
        return f"request:{subject.pk}"
    if isinstance(subject, GrantRow):
        return f"grant:{subject.pk}"
    if isinstance(subject, Resource):
        return f"resource:{subject.code}"
    return cases.subject_of(subject)


def sides_of(subject: Subject, own: Unit) -> tuple[Unit, ...]:
    """The units it is between; whoever wants a published entry is a side of it."""
    if isinstance(subject, ShareRequest | GrantRow):
        return subject.consumer, subject.provider
    if isinstance(subject, Resource):
        return own, subject.unit
    rows = subject.parties.filter(party__in=("applicant", "provider")).select_related("unit")
    return tuple(row.unit for row in rows.order_by("pk"))


def title_of(subject: Subject) -> str:
    """How the dispute is called: as what it is about."""
    if isinstance(subject, ShareRequest):
        return subject.purpose
    if isinstance(subject, GrantRow):
        return subject.request.purpose
    if isinstance(subject, Resource):
        # As published: a version in the making is nobody else's to read.
        return catalog.published(subject).draft.title
    return subject.title


def _no_side(own: Unit, sides: tuple[Unit, ...]) -> bool:
    return own not in sides or set(sides) == {own}


def _faults(own: Unit, sides: tuple[Unit, ...], about: str) -> Iterator[Fault]:
    if _no_side(own, sides):
        yield SIDE_MISSING()
    known = cases.about(about).filter(procedure=PROCEDURE, closed_on=None)
    if about.startswith("resource:"):
        # Several may want the same entry, and each of them disputes it by itself.
        known = known.filter(parties__unit=own)
    for case in known[:1]:
        yield RUNNING(number=case.number)
