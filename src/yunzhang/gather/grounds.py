"""Grounds: why a resource is not shared, looked at again every year (Order 809 Art. 15).

A law changes, and what it forbade is to be shared: the officer confirms the ground or writes the
entry anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from django.db.models import QuerySet

from yunzhang import clock
from yunzhang.gather import keeping
from yunzhang.gather.models import EntryVersion, Resource
from yunzhang.people.act import act
from yunzhang.people.models import FactRow, Turn
from yunzhang.people.permissions import Actor, pack
from yunzhang.terms.codes import ShareType
from yunzhang.terms.fact import Deed
from yunzhang.terms.faults import FaultKind, Refused, Text

WHY_YEARLY = "不予共享的依据每年复核"
State = EntryVersion.State

NONE_TO_REVIEW = FaultKind(
    "ground.none",
    409,
    Text("该资源没有不予共享。", "This resource is shared: there is no ground to review."),
    Text("刷新页面。", "Reload the page."),
)


def confirm(actor: Actor, resource: Resource, *, why: str) -> None:
    """The officer has read the law again, and it still forbids sharing."""
    with act(actor, Deed.GROUND_REVIEWED, resource.code, unit=resource.unit, why=why):
        if not _withheld().filter(resource=resource).exists():
            raise Refused(NONE_TO_REVIEW())
        keeping.reviewed(resource)


def sweep(today: date) -> list[Resource]:
    """Pass the turn to the officers of every entry whose ground is due; those newly passed."""
    found = []
    for version in due(today):
        resource = version.resource
        with act(Actor(None), Deed.GROUND_DUE, resource.code, unit=resource.unit, why=WHY_YEARLY):
            keeping.due_for_review(resource, version.title)
        found.append(resource)
    return found


def due(today: date) -> Sequence[EntryVersion]:
    """Published entries not shared whose ground was last looked at too long ago, not yet told."""
    oldest = today - timedelta(days=pack().limit("catalog.negative_review_days"))
    waiting = set(Turn.objects.filter(step="ground").values_list("reference", flat=True))
    found = _withheld().filter(published_on__lte=oldest).select_related("resource__unit")
    return [
        version
        for version in found.order_by("pk")
        if version.resource.code not in waiting and looked_at(version) <= oldest
    ]


def looked_at(version: EntryVersion) -> date:
    """The day the ground was last confirmed, else the day the entry was published."""
    assert version.published_on is not None
    last = (
        FactRow.objects.filter(deed=Deed.GROUND_REVIEWED, subject=version.resource.code)
        .order_by("-number")
        .first()
    )
    confirmed = last.at.astimezone(clock.BEIJING).date() if last else version.published_on
    return max(confirmed, version.published_on)


def asked(resource: Resource) -> bool:
    """Whether the ground of this resource waits to be reviewed."""
    return Turn.objects.filter(subject=f"ground:{resource.code}").exists()


def _withheld() -> QuerySet[EntryVersion]:
    return EntryVersion.objects.filter(state=State.PUBLISHED, share_type=ShareType.NOT_SHARED)
