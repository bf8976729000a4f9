"""What can be asked, proposed or consented to about shared data, and what came of it: its entry."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from yunzhang.gather.models import EntryVersion, Resource
from yunzhang.people.cases import Paper
from yunzhang.people.models import Unit
from yunzhang.people.permissions import Actor, may, pack
from yunzhang.portal import typed
from yunzhang.portal.doors import Visit
from yunzhang.share import corrections, replies, services
from yunzhang.terms.codes import ShareType


def shown(request: Visit, resource: Resource, version: EntryVersion) -> dict[str, Any]:
    """What stands on the entry's page: corrections, a stop, and the forms this person may use."""
    if version.state != EntryVersion.State.PUBLISHED:
        return {}
    actor, unit = request.actor, resource.unit
    proposes = begins(actor, services.PROCEDURE, unit)
    known = corrections.of(resource)
    return {
        "corrections": known,
        "verifying": any(one.closed is None for one in known),
        "verifies": begins(actor, corrections.PROCEDURE) and not _own(actor, unit),
        "proposes": proposes,
        "proposed": services.open_about(resource) if proposes else None,
        "changes": _changes(resource),
        "doubted": request.typed.getlist("items"),
        "consents": _consents(actor, resource, version),
        "consent": replies.standing(resource),
    }


def begins(actor: Actor, procedure: str, unit: Unit | None = None) -> bool:
    """Whether a post of the actor may open such a case, for this unit or for its own."""
    steps = [row.steps[0] for row in pack().procedures if row.id == procedure]
    roles = {role for step in steps for role in step.who}
    everywhere = {role.id for role in pack().roles if role.scope == "all"}
    return any(
        post.role in roles and (unit is None or post.unit_id == unit.pk or post.role in everywhere)
        for post in actor.posts
    )


def paper(request: Visit, name: str) -> Paper:
    """What was written into a field, and the file handed in beside it."""
    return typed.paper(request, name, "_file")


def _own(actor: Actor, unit: Unit) -> bool:
    return any(post.unit_id == unit.pk for post in actor.posts)


def _changes(resource: Resource) -> list[tuple[str, Any]]:
    """The changes that can be proposed as the service stands."""
    stopped = resource.stops_on is not None
    return [
        (id, words) for id, words in services.CHANGES.items() if (id == services.RESTART) == stopped
    ]


def _consents(actor: Actor, resource: Resource, version: EntryVersion) -> bool:
    simple = version.share_type == ShareType.UNCONDITIONAL
    return simple and may(actor, "request.reply", resource.unit)


def _verify(request: Visit, resource: Resource) -> str:
    items = request.POST.getlist("items")
    doubt = typed.text(request, "doubt")
    case = corrections.ask(
        request.actor, resource, items, doubt, paper(request, "evidence"), why=doubt
    )
    return reverse("case", args=[case.number])


def _propose(request: Visit, resource: Resource) -> str:
    change, reason = typed.text(request, "change"), typed.text(request, "reason")
    on = typed.day(request, "from_date")
    case = services.propose(request.actor, resource, change, reason, on, why=reason)
    return reverse("case", args=[case.number])


def _consent(request: Visit, resource: Resource) -> None:
    replies.consent(request.actor, resource, why=typed.why(request))


def _end_consent(request: Visit, resource: Resource) -> None:
    replies.end(request.actor, resource, why=typed.why(request))


DEEDS = {
    "verify": _verify,
    "propose": _propose,
    "consent": _consent,
    "end_consent": _end_consent,
}
