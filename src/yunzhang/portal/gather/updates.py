"""Updates an entry owes: a law or duty that changed, the limit that runs, its extension."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext

from yunzhang import clock
from yunzhang.gather import duties
from yunzhang.gather.models import EntryVersion, Resource
from yunzhang.people import clocks
from yunzhang.people.permissions import may
from yunzhang.portal import typed
from yunzhang.portal.doors import Visit


def shown(request: Visit, resource: Resource, version: EntryVersion) -> dict[str, Any]:
    """The change the entry follows and what this person may do about it; {} for outsiders."""
    if not may(request.actor, "catalog.see", resource.unit):
        return {}
    change = duties.standing(resource)
    if change is None:
        published = version.state == EntryVersion.State.PUBLISHED
        tells = published and may(request.actor, "catalog.draft", resource.unit)
        return {"change_told": tells}
    running, days = change.running, clocks.left(change.running, clock.today())
    extendable = running.extension_days > 0 and not running.extended and days >= 0
    return {
        "change": change,
        "change_days": days,
        "change_extends": extendable and may(request.actor, "request.extend", resource.unit),
    }


def _tell(request: Visit, resource: Resource) -> str:
    about = resource.unit if "every" in request.POST else resource
    what, on = typed.text(request, "what"), typed.day(request, "on")
    found = duties.changed(request.actor, about, what, on, why=typed.why(request) or what)
    request.said = gettext("Entries to update within the limit: %(n)s") % {"n": len(found)}
    return reverse("entry", args=[resource.code])


def _extend(request: Visit, resource: Resource) -> None:
    duties.extend_update(request.actor, resource, why=typed.why(request))


DEEDS = {"change": _tell, "extend": _extend}
