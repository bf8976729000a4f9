"""Stopping a grant: misuse reported, purpose over, and the certificate of what was disposed of."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from yunzhang.people.hub_key import hub_key
from yunzhang.people.models import Case, CasePaper
from yunzhang.people.permissions import may
from yunzhang.portal import seen, typed
from yunzhang.portal.doors import Visit, door
from yunzhang.portal.share.services import begins, paper
from yunzhang.share import disposals, grants, misuse
from yunzhang.share.models import GrantRow


def shown(request: Visit, found: GrantRow) -> dict[str, Any]:
    """What stops the grant or followed its end, and the forms this person may use."""
    disposal = disposals.case_of(found)
    open_case = misuse.open_about(found)
    return {
        "misuse": open_case,
        "disposal": disposal,
        "certificate": disposals.certificate(disposal) if disposal else None,
        "stops": _stops(request, found, open_case, disposal),
        "deeds": _deeds(request, found, open_case),
        "violations": misuse.violations(),
    }


@require_GET
@door("grant.see")
def certificate(request: Visit, id: str) -> HttpResponse:
    """The certificate of disposal, to read and to print."""
    found, case, held = _certified(request, id)
    context = {
        "row": found,
        "case": case,
        "certificate": disposals.opened(held),
        "key": hub_key().public.text,
        "file": held.file_name,
    }
    return render(request, "portal/certificate.html", context)


@require_GET
@door("grant.see")
def certificate_file(request: Visit, id: str) -> HttpResponse:
    """The signed certificate as a file: `yunzhang verify certificate` checks it."""
    _found, _case, held = _certified(request, id)
    kept = {"Content-Disposition": f'attachment; filename="{held.file_name}"'}
    return HttpResponse(bytes(held.file or b""), content_type="application/json", headers=kept)


def _certified(request: Visit, id: str) -> tuple[GrantRow, Case, CasePaper]:
    found = seen.one(seen.grants(request.actor), pk=id)
    case = disposals.case_of(found)
    held = disposals.certificate(case) if case else None
    if case is None or held is None:
        raise Http404
    return found, case, held


def _stops(
    request: Visit, found: GrantRow, open_case: Case | None, disposal: Case | None
) -> set[str]:
    """The cases this person may open on the grant."""
    if found.state == GrantRow.State.ENDED:
        return set()
    reports = open_case is None and begins(request.actor, misuse.PROCEDURE, found.provider)
    over = found.first_fetched_at is not None and disposal is None
    gives_up = over and begins(request.actor, disposals.PROCEDURE, found.consumer)
    return {name for name, may_do in (("misuse", reports), ("over", gives_up)) if may_do}


def _deeds(request: Visit, found: GrantRow, open_case: Case | None) -> set[str]:
    """The grant's own buttons: those that would be refused stay away."""
    if not may(request.actor, "grant.suspend", found.provider):
        return set()
    if found.state == GrantRow.State.ENDED:
        return set()
    given = found.first_fetched_at is not None
    bound = given and not grants.oversees(request.actor, found.provider)
    possible = {"propose" if bound else "end"}
    if found.state == GrantRow.State.ACTIVE:
        possible.add("suspend")
    elif open_case is None:
        possible.add("resume")
    return possible


def _report(request: Visit, found: GrantRow) -> str:
    problem, violation = paper(request, "problem"), typed.text(request, "violation")
    case = misuse.report(
        request.actor, found, problem, violation=violation, why=problem.text or problem.file_name
    )
    return reverse("case", args=[case.number])


def _over(request: Visit, found: GrantRow) -> str:
    case = disposals.begin(request.actor, found, why=typed.why(request))
    return reverse("case", args=[case.number])


DEEDS = {"misuse": _report, "over": _over}
