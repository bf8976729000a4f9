"""Lists: sharing, opening, demand, responsibility and negative list, live over one registry.

Nobody keeps a list by hand: each is read from the catalog and the cases as they stand. What is
published is an issue: numbered, signed, never changed.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Max

from yunzhang.people.act import act
from yunzhang.people.hub_key import hub_key, sign
from yunzhang.people.models import Unit
from yunzhang.people.permissions import Actor, pack
from yunzhang.protect.keys import open_signed
from yunzhang.share.list_views import VIEWS, View
from yunzhang.share.models import ListIssue
from yunzhang.share.persons import person_of
from yunzhang.terms.document import decode, digest
from yunzhang.terms.fact import Deed
from yunzhang.terms.faults import FaultKind, Refused, Text
from yunzhang.terms.pack_rows import ListRule
from yunzhang.terms.published_list import KIND, Changes, Line, PublishedList, changes
from yunzhang.terms.signed import Signed

LIST_UNKNOWN = FaultKind(
    "list.unknown",
    404,
    Text("没有“{list}”这种清单。", "There is no list “{list}”."),
    Text("从清单页选择。", "Choose one on the page of lists."),
)
NOTHING_NEW = FaultKind(
    "list.nothing_new",
    409,
    Text(
        "与第 {number} 号清单完全相同，无需再发布。",
        "Nothing has changed since issue {number}; there is nothing to publish.",
    ),
    Text("有变化后再发布。", "Publish once something has changed."),
)


def live(kind: str, unit: Unit | None = None) -> tuple[Line, ...]:
    """The list as it stands now, whole or of one unit; raises `list.unknown`."""
    return tuple(view(kind).lines(unit))


def view(kind: str) -> View:
    """How a kind of list is made; raises `list.unknown`."""
    if kind not in VIEWS:
        raise Refused(LIST_UNKNOWN(list=kind))
    return VIEWS[kind]


def rule(kind: str) -> ListRule | None:
    """The pack's row that orders this list, if one does: the most local comes last."""
    return next((row for row in reversed(pack().lists) if row.kind == kind), None)


def publish(actor: Actor, kind: str, *, why: str) -> ListIssue:
    """Issue the list as it stands, numbered and signed; refused when nothing has changed."""
    found = view(kind)
    with act(actor, Deed.LIST_PUBLISHED, unit=actor.unit, why=why) as deeds:
        issues = ListIssue.objects.select_for_update().filter(list=kind)
        before = issues.order_by("-number").first()
        lines = live(kind)
        if before and opened(before).lines == lines:
            raise Refused(NOTHING_NEW(number=before.number))
        document = PublishedList(
            list=kind,
            number=(issues.aggregate(last=Max("number"))["last"] or 0) + 1,
            title=title(kind),
            issued_by=actor.unit.name if actor.unit else "",
            issued_at=deeds.at,
            columns=tuple(column.zh for column in found.columns),
            lines=lines,
        )
        issue = ListIssue.objects.create(
            list=kind,
            number=document.number,
            unit=actor.unit,
            issued_at=deeds.at,
            issued_by=person_of(actor),
            lines=len(lines),
            signed=sign(KIND, document),
        )
        deeds.subject = f"list:{kind}/{document.number}"
        deeds.content.update(lines=len(lines), digest=digest(issue.signed.encode()))
    return issue


def title(kind: str) -> str:
    """What the list is called here: by the pack's document, else as everywhere."""
    row = rule(kind)
    return row.zh if row else view(kind).name.zh


def opened(issue: ListIssue) -> PublishedList:
    """The issue as it was signed, its signature checked."""
    return open_signed(decode(issue.signed, Signed), KIND, PublishedList, (hub_key().public,))


def latest(kind: str) -> ListIssue | None:
    """The last issue of a list."""
    return ListIssue.objects.filter(list=kind).order_by("-number").first()


def since(last: ListIssue | None, now: Sequence[Line]) -> Changes:
    """What has changed since the last issue; everything is new where there is none."""
    return changes(opened(last).lines if last else (), now)
