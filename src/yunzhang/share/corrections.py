"""Corrections (校核): a doubt about shared data is looked into, put right and told (Art. 26)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import Prefetch

from yunzhang import clock
from yunzhang.gather import catalog
from yunzhang.gather.models import Resource
from yunzhang.people import cases, notices
from yunzhang.people.cases import Doing, Paper
from yunzhang.people.models import Case, CasePaper, Unit
from yunzhang.people.permissions import Actor, pack
from yunzhang.share import grants, told
from yunzhang.terms.document import decode
from yunzhang.terms.faults import Fault, FaultKind, Text, refuse_if

ITEMS_MISSING = FaultKind(
    "correction.items_missing",
    422,
    Text("没有选择有疑义的信息项。", "No item in doubt is named."),
    Text("至少选择一项。", "Choose one or more."),
)
ITEM_UNKNOWN = FaultKind(
    "correction.item_unknown",
    422,
    Text("目录条目没有信息项“{item}”。", "The entry has no item “{item}”."),
    Text("从条目的信息项中选择。", "Choose from the entry's items."),
)
ASKED_ALREADY = FaultKind(
    "correction.asked_already",
    409,
    Text(
        "本单位已就这些信息项提出校核，事项 {case} 正在办理。",
        "Your unit has asked about these items already; case {case} is open.",
    ),
    Text("在该事项中查看进展，或等待答复。", "Follow that case."),
)
OWN_DATA = FaultKind(
    "correction.own_data",
    422,
    Text("这是本单位提供的数据。", "Your own unit provides this data."),
    Text("直接更正数据并重新归集。", "Put it right and gather it again."),
)

PROCEDURE = "verification"
WORKER = Actor(None)


@dataclass(frozen=True)
class Correction:
    """What a verification asked about and what came of it, for whoever may see the entry."""

    number: str
    items: tuple[str, ...]
    asked: date
    corrected: bool
    closed: date | None
    finding: str


@dataclass(frozen=True)
class _Kept:
    """What the case itself keeps."""

    items: tuple[str, ...] = ()


def ask(
    actor: Actor,
    resource: Resource,
    items: Sequence[str],
    doubt: str,
    evidence: Paper | str = "",
    *,
    why: str,
) -> Case:
    """Ask the provider to verify items of its entry; any unit that sees it may, grant or not."""
    seats = [post.unit for post in actor.posts if post.role in _askers()]
    # Whoever has a post at the provider too asks for the other unit.
    others = [unit for unit in seats if unit != resource.unit]
    unit = next(iter([*others, *seats]), actor.unit)
    return _ask(actor, unit, resource, items, doubt, evidence, why)


def ask_for_unit(
    unit: Unit,
    resource: Resource,
    items: Sequence[str],
    doubt: str,
    evidence: Paper | str = "",
    *,
    why: str,
) -> Case:
    """The hub asks for a unit whose own data disagrees, as a check across sources found."""
    return _ask(WORKER, unit, resource, items, doubt, evidence, why)


def ask_for_public(resource: Resource, items: Sequence[str], doubt: str, *, why: str) -> Case:
    """The hub asks for someone of the public, who has no unit and follows it by a receipt."""
    return _ask(WORKER, None, resource, items, doubt, "", why)


def of(resource: Resource) -> list[Correction]:
    """The verifications of a resource that are open or led to a correction, the latest first."""
    held = cases.about(subject_of(resource)).filter(procedure=PROCEDURE)
    findings = CasePaper.objects.filter(paper="paper.finding").order_by("pk")
    rows = held.exclude(step__in=("answered", "withdrawn")).prefetch_related(
        Prefetch("moves__papers", findings, to_attr="findings")
    )
    return [_shown(case) for case in rows]


def subject_of(resource: Resource) -> str:
    """The name of a resource in facts, cases and notices: its code, which its page is found by."""
    return f"resource:{resource.code}"


@cases.does("correction.done")
def _done(doing: Doing) -> None:
    """Everyone who uses the resource learns what was put right, and whoever asked."""
    resource = _resource(doing.case)
    said = _said(doing, Text("“{title}”已更正（{items}）", "“{title}” was corrected ({items})"))
    subject = subject_of(resource)
    event = f"corrected:{doing.case.pk}"
    told.tell(grants.consumers(resource), told.CONSUMER, subject, resource.code, event, said)
    _tell_asker(doing, said)


@cases.does("correction.answered")
def _answered(doing: Doing) -> None:
    """Whoever asked learns that the data was found right."""
    _tell_asker(
        doing,
        _said(doing, Text("“{title}”经核实无误（{items}）", "“{title}” was found right ({items})")),
    )


def _ask(
    actor: Actor,
    unit: Unit | None,
    resource: Resource,
    items: Sequence[str],
    doubt: str,
    evidence: Paper | str,
    why: str,
) -> Case:
    asked = tuple(dict.fromkeys(items))
    with transaction.atomic():
        # The row is the lock: the same question asked twice at once is entered once.
        held = Resource.objects.select_for_update(of=("self",)).select_related("unit")
        found = held.get(pk=resource.pk)
        entry = catalog.published(found)
        refuse_if([*_wrong_items(asked, entry.items), *_asked_already(found, unit, asked)])
        return cases.open(
            actor,
            PROCEDURE,
            about=subject_of(found),
            title=entry.draft.title,
            parties={"applicant": [unit] if unit else [], "provider": [found.unit]},
            papers={"paper.doubt": doubt, "paper.evidence": evidence},
            content={"items": asked},
            why=why,
        )


def _wrong_items(asked: tuple[str, ...], known: Iterable[str]) -> Iterator[Fault]:
    if not asked:
        yield ITEMS_MISSING()
    names = set(known)
    for item in asked:
        if item not in names:
            yield ITEM_UNKNOWN(item=item)


def _asked_already(
    resource: Resource, unit: Unit | None, asked: tuple[str, ...]
) -> Iterator[Fault]:
    if unit == resource.unit:
        yield OWN_DATA()
    same = cases.about(subject_of(resource)).filter(
        procedure=PROCEDURE, closed_on=None, parties__party="applicant", parties__unit=unit
    )
    for case in same:
        if set(items_of(case)) == set(asked):
            yield ASKED_ALREADY(case=case.number)


def _askers() -> frozenset[str]:
    """The roles that may ask, by the pack."""
    steps = [row.steps[0] for row in pack().procedures if row.id == PROCEDURE]
    return frozenset(role for step in steps for role in step.who)


def items_of(case: Case) -> tuple[str, ...]:
    """The items a verification is about."""
    return decode(case.content, _Kept).items


def _resource(case: Case) -> Resource:
    code = case.about.partition(":")[2]
    return Resource.objects.select_related("unit").get(code=code)


def _said(doing: Doing, said: Text) -> Text:
    details = {"title": doing.case.title, "items": "、".join(items_of(doing.case))}
    finding = doing.papers["paper.finding"].text
    return Text(f"{said.say('zh', details)}：{finding}", f"{said.say('en', details)}: {finding}")


def _tell_asker(doing: Doing, said: Text) -> None:
    """The unit that asked, and the person, whatever their post."""
    case, subject = doing.case, cases.subject_of(doing.case)
    units = [row.unit for row in case.parties.filter(party="applicant").select_related("unit")]
    told.tell(units, told.CONSUMER, subject, case.number, "answered", said)
    if case.opened_by:
        key = f"{subject}:answered"
        notices.tell([case.opened_by], key, notices.TOLD, subject, case.number, said)


def _shown(case: Case) -> Correction:
    texts = [paper.text for move in case.moves.all() for paper in move.findings]  # type: ignore[attr-defined]
    return Correction(
        number=case.number,
        items=items_of(case),
        asked=case.opened_at.astimezone(clock.BEIJING).date(),
        corrected=case.step == "corrected",
        closed=case.closed_on,
        finding=texts[-1] if texts else "",
    )
