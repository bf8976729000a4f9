"""First papers: what a case begins with, as fields of the page of what it will be about."""

from __future__ import annotations

from yunzhang.people import courses
from yunzhang.people.cases import Paper
from yunzhang.people.models import Unit
from yunzhang.people.permissions import Actor, pack
from yunzhang.portal import typed
from yunzhang.portal.doors import Visit
from yunzhang.portal.share.services import begins
from yunzhang.terms.pack_rows import CodeRow


def wanted(actor: Actor, procedure: str, unit: Unit) -> tuple[CodeRow, ...]:
    """The papers to hand in, for whoever may open such a case for the unit; none for others."""
    return _of(procedure) if begins(actor, procedure, unit) else ()


def given(request: Visit, procedure: str) -> dict[str, Paper]:
    """What was written or chosen for each of them."""
    return {code.id: typed.paper(request, f"paper.{code.code}", ".file") for code in _of(procedure)}


def _of(procedure: str) -> tuple[CodeRow, ...]:
    first = courses.of(procedure).steps[0].moves[0]
    codes = {code.id: code for code in pack().codes_of("paper")}
    return tuple(codes[id] for id in first.attach if id in codes)
