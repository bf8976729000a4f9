"""Disputes: the page on which the head of either side raises one (Order 809 Art. 28)."""

from __future__ import annotations

from collections.abc import Callable

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from yunzhang.gather.models import EntryVersion, Resource
from yunzhang.portal import seen, typed
from yunzhang.portal.doors import Visit, do, door
from yunzhang.portal.people.cases import visible
from yunzhang.share import disputes
from yunzhang.share.disputes import Subject


def _published(request: Visit, code: str) -> Resource:
    """The resource of a published entry; what is in the making, or secret, is not there."""
    found = seen.versions(request.actor).filter(state=EntryVersion.State.PUBLISHED)
    return seen.one(found, resource__code=code).resource


# What a dispute may be about, and how its address names it.
FIND: dict[str, Callable[[Visit, str], Subject]] = {
    "request": lambda request, name: seen.one(seen.requests(request.actor), number=name),
    "grant": lambda request, name: seen.one(seen.grants(request.actor), pk=name),
    "entry": _published,
    "case": lambda request, name: seen.one(visible(request), number=name),
}


@door("request.approve")
def new_dispute(request: Visit, kind: str, name: str) -> HttpResponse:
    if kind not in FIND:
        raise Http404
    subject = FIND[kind](request, name)
    if request.method == "POST":
        return do(request, {"raise": _raise}, subject)
    own = disputes.side(request.actor, subject)
    others = [unit for unit in disputes.sides_of(subject, own) if unit != own]
    context = {
        "title": disputes.title_of(subject),
        "back": reverse(kind, args=[name]),
        "own": own,
        "other": others[0] if others else None,
        "authority": disputes.settles(own, others[0]) if others else None,
    }
    return render(request, "portal/dispute_new.html", context)


def _raise(request: Visit, subject: Subject) -> str:
    positions = typed.paper(request, "positions")
    case = disputes.raise_(request.actor, subject, positions, why=typed.why(request))
    return reverse("case", args=[case.number])
