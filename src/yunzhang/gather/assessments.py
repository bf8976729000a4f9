"""Assessments: secrecy and personal information come before cataloguing (Order 809 Art. 13).

The two reports are papers of a case and are never deleted: they outlast the three years for which
an impact assessment must be kept (clock C8).
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from django.db import transaction
from django.db.models import QuerySet

from yunzhang.gather.models import EntryVersion, Resource
from yunzhang.people import cases, turns
from yunzhang.people.cases import Doing, Paper
from yunzhang.people.models import Case
from yunzhang.people.permissions import Actor
from yunzhang.terms.document import Document, decode, encode, replace
from yunzhang.terms.entry import DataItem, EntryDraft
from yunzhang.terms.faults import Fault, FaultKind, Refused, Text
from yunzhang.terms.levels import Grade

PROCEDURE = "assessment"
SECRECY, PRIVACY = "paper.secrecy_risk", "paper.privacy_impact"
ASSESS, CLEARED = "assess", "cleared"  # steps of the procedure
State = EntryVersion.State
OPEN = (State.DRAFT, State.SUBMITTED, State.APPROVED, State.RETURNED)

WAITING = FaultKind(
    "assessment.waiting",
    409,
    Text("评估还在本单位负责人处审核。", "The assessment is still with the head of the unit."),
    Text("等负责人审核后再提交条目。", "Submit the entry once the head has approved it."),
)
NEEDLESS = FaultKind(
    "assessment.needless",
    409,
    Text("评估已经覆盖现有全部信息项。", "The assessment covers all present data items."),
    Text("直接提交条目。", "Submit the entry."),
)
NOT_EDITED = FaultKind(
    "assessment.not_edited",
    409,
    Text("条目不在编制之中，不能提交评估。", "The entry is not being written."),
    Text("发起修订后再评估。", "Begin its next version, then assess."),
)
FORBIDDEN = FaultKind(
    "assessment.forbidden",
    409,
    Text("该条目经评估涉密，不得编目。", "The assessment found secrets: never to be catalogued."),
    Text(
        "按保密规定管理该数据（条例第三条）。",
        "Keep the data by the rules on secrecy (Order 809 Art. 3).",
    ),
)
FOUR_EYES = FaultKind(
    "assessment.four_eyes",
    403,
    Text("评估和审核须由不同的人办理。", "Assessing and approving take different people."),
    Text("请另一位有权限的人审核。", "Ask someone else who may."),
)


class Standing(StrEnum):
    """How a resource stands: never assessed, with the head, sent back, cleared, outgrown."""

    NONE = "none"
    WAITING = "waiting"
    AGAIN = "again"
    CLEARED = "cleared"
    OUTGROWN = "outgrown"  # items that came later are personal or graded higher


class Assessed(Document, frozen=True):
    """What an assessment says of one item: enough to see whether it grew."""

    name: str
    column: str  # "" in an entry that came without a table
    kind: str
    grade: Grade


class Scope(Document, frozen=True):
    """The items an assessment looked at, as a case keeps them."""

    items: tuple[Assessed, ...] = ()


def begin(
    actor: Actor,
    version: EntryVersion,
    *,
    secrecy_risk: Paper | str,
    privacy_impact: Paper | str,
    why: str,
) -> Case:
    """Hand in both reports for the items as they stand, or hand them in again after a return.

    Raises Refused with every report that is missing.
    """
    papers = {SECRECY: secrecy_risk, PRIVACY: privacy_impact}
    with transaction.atomic():
        # Two officers at once hand in one assessment.
        resource = Resource.objects.select_for_update().get(pk=version.resource_id)
        held = EntryVersion.objects.get(pk=version.pk)
        _must_be_possible(held, resource)
        running = under_way(resource)
        if running is not None:
            return cases.move(actor, running, "submit", papers=papers, why=why)
        return cases.open(
            actor,
            PROCEDURE,
            about=about(resource),
            title=held.title or resource.code,
            parties={"provider": [resource.unit]},
            papers=papers,
            why=why,
        )


def about(resource: Resource) -> str:
    """What an assessment is about, as cases name it."""
    return f"resource:{resource.pk}"


def latest(resource: Resource) -> Case | None:
    """The last assessment of the resource, whatever came of it."""
    return _of(resource).first()


def under_way(resource: Resource) -> Case | None:
    """The assessment that is not at its end."""
    return _of(resource).filter(closed_on=None).first()


def standing(resource: Resource, items: Sequence[DataItem]) -> Standing:
    """How the resource stands with these items."""
    running = under_way(resource)
    if running is not None:
        return Standing.AGAIN if running.step == ASSESS else Standing.WAITING
    if cleared(resource, items):
        return Standing.CLEARED
    return Standing.OUTGROWN if _of(resource).filter(step=CLEARED).exists() else Standing.NONE


def cleared(resource: Resource, items: Sequence[DataItem]) -> bool:
    """Whether an assessment that may be relied on covers all of these items."""
    found = _of(resource).filter(step=CLEARED)
    return any(covers(decode(case.content, Scope).items, items) for case in found)


def covers(assessed: Sequence[Assessed], items: Sequence[DataItem]) -> bool:
    """Whether nothing came that is personal, and nothing is graded higher than was assessed."""
    # An item is known by its column; one that came without a table, by its name.
    known = {("name", one.name): one for one in assessed if not one.column}
    known |= {("column", one.column): one for one in assessed if one.column}
    highest = max((one.grade for one in assessed), default=None)
    if highest is None:
        return False
    return all(
        _covered(known.get(("column", item.column), known.get(("name", item.name))), item, highest)
        for item in items
    )


def marked(resource: Resource, form: EntryDraft) -> EntryDraft:
    """The draft with both marks as the assessments stand: nobody types them."""
    done = cleared(resource, form.items)
    return replace(form, secrecy_assessed=done, privacy_assessed=done)


def faults(version: EntryVersion) -> tuple[Fault, ...]:
    """What keeps the version from being submitted, as far as the assessment goes."""
    running = under_way(version.resource)
    return (WAITING(),) if running is not None and running.step != ASSESS else ()


@cases.does("assessment.handed_in")
def _handed_in(doing: Doing) -> None:
    """The case keeps which items the reports were written for."""
    version = _open_version(doing.case)
    form = decode(version.draft, EntryDraft) if version else EntryDraft()
    seen = tuple(
        Assessed(name=one.name, column=one.column, kind=one.kind, grade=one.grade)
        for one in form.items
    )
    doing.case.content = encode(Scope(items=seen)).decode()
    doing.case.save(update_fields=["content"])


@cases.does("assessment.cleared")
def _cleared(doing: Doing) -> None:
    """The version under way is marked as assessed, if the reports still cover its items."""
    _keep_apart(doing)
    version = _open_version(doing.case)
    if version is not None:
        form = marked(version.resource, decode(version.draft, EntryDraft))
        version.draft = encode(form).decode()
        version.save(update_fields=["draft"])


@cases.does("assessment.forbidden")
def _forbidden(doing: Doing) -> None:
    """The version is withdrawn for good; from now on only its unit reads what it is called."""
    _keep_apart(doing)
    version = _open_version(doing.case)
    if version is not None:
        version.state = State.FORBIDDEN
        version.save(update_fields=["state"])
        turns.drop(f"entry:{version.pk}")
        doing.case.title = version.resource.code
        doing.case.save(update_fields=["title"])


def _of(resource: Resource) -> QuerySet[Case]:
    return cases.about(about(resource)).filter(procedure=PROCEDURE)


def _open_version(case: Case) -> EntryVersion | None:
    """The version under way of the case's resource, held until the deed is done."""
    found = EntryVersion.objects.select_for_update(of=("self",)).select_related("resource")
    return found.filter(resource__pk=int(case.about.partition(":")[2]), state__in=OPEN).first()


def _must_be_possible(version: EntryVersion, resource: Resource) -> None:
    if version.state == State.FORBIDDEN:
        raise Refused(FORBIDDEN())
    if version.state not in (State.DRAFT, State.RETURNED):
        raise Refused(NOT_EDITED())
    now = standing(resource, decode(version.draft, EntryDraft).items)
    if now is Standing.WAITING:
        raise Refused(WAITING())
    if now is Standing.CLEARED:
        raise Refused(NEEDLESS())


def _covered(before: Assessed | None, item: DataItem, highest: Grade) -> bool:
    if item.kind:
        return before is not None and before.kind == item.kind and item.grade <= before.grade
    return item.grade <= highest


def _keep_apart(doing: Doing) -> None:
    """Whoever wrote the reports does not approve them."""
    person = doing.actor.person
    handed_in = doing.case.moves.filter(move="submit").values_list("person", flat=True)
    if person is not None and person.pk in handed_in:
        raise Refused(FOUR_EYES())
