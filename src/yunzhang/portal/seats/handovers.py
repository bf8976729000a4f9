"""Handovers: the list of what a chief leaves, confirmed line by line, and the signed record."""

from __future__ import annotations

from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext_noop as _
from django.views.decorators.http import require_GET

from yunzhang.oversee.seats import handovers
from yunzhang.oversee.seats.chief_models import Handover, HandoverLine
from yunzhang.people.hub_key import hub_key
from yunzhang.portal import history, seen, typed
from yunzhang.portal.doors import Visit, do, door
from yunzhang.portal.people import waiting

KINDS = {
    handovers.DELEGATION: _("Delegations that end with the post"),
    handovers.ORDERED: _("Supervised tasks the chief ordered"),
    handovers.DUTY: _("Dated duties"),
    handovers.CASE: _("Other open matters of the unit"),
    handovers.TURN: _("Waiting for the chief"),
    handovers.LIMIT: _("Legal limits running"),
}


@door("desk.see")
def handover(request: Visit, number: int) -> HttpResponse:
    held = _of(request, number)
    if request.method == "POST":
        return do(request, {"take": _take}, held)
    lines = list(held.lines.select_related("taken_by").order_by("pk"))
    context = {
        "handover": held,
        "post": held.post,
        "groups": [
            (words, [_shown(line) for line in lines if line.kind == kind])
            for kind, words in KINDS.items()
            if any(line.kind == kind for line in lines)
        ],
        "total": len(lines),
        "left": sum(line.taken_at is None for line in lines),
        "lends": any(x.kind == handovers.DELEGATION and x.taken_at is None for x in lines),
        "takes": handovers.may_take(request.actor, held),
        "key": hub_key().public.text if held.signed else "",
        "history": history.told(handovers.subject_of(held)),
    }
    return render(request, "portal/handover.html", context)


@require_GET
@door("desk.see")
def handover_file(request: Visit, number: int) -> HttpResponse:
    """The record as the hub signed it."""
    held = _of(request, number)
    if not held.signed:
        raise Http404
    kept = {"Content-Disposition": f'attachment; filename="handover-{held.pk}.json"'}
    return HttpResponse(held.signed, content_type="application/json", headers=kept)


def _of(request: Visit, number: int) -> Handover:
    units = seen.units(request.actor, "desk.see")
    found = Handover.objects.select_related("post__unit", "post__person", "successor")
    if units is not None:
        mine = Q(post__person=request.actor.person)
        found = found.filter(Q(post__unit__in=units) | mine)
    return seen.one(found, pk=number)


def _shown(line: HandoverLine) -> tuple[HandoverLine, str]:
    return line, waiting.address(line.subject, line.reference)


def _take(request: Visit, held: Handover) -> None:
    chosen = [typed.place(text) for text in request.POST.getlist("line")]
    handovers.take(
        request.actor,
        held,
        [number for number in chosen if number is not None],
        remark=typed.text(request, "remark"),
        renew=typed.checked(request, "renew"),
        why=typed.why(request),
    )


urlpatterns = [
    path("handovers/<int:number>", handover, name="handover"),
    path("handovers/<int:number>/record.json", handover_file, name="handover_file"),
]
