"""Cage cases: a hit goes its course; how it ends is what the rule's precision is counted from."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from django.db import transaction

from yunzhang.people import cases
from yunzhang.people.cases import Doing
from yunzhang.people.models import Case
from yunzhang.terms.document import decode
from yunzhang.terms.faults import Refused
from yunzhang.use import cage
from yunzhang.use.cage_models import CageHit

log = logging.getLogger(__name__)

PROCEDURE, WHY = "risk_case", "数据铁笼规则发现风险"


def open_for(hits: Iterable[CageHit]) -> list[Case]:
    """A case for each of these hits; where none can be opened the hit waits for the next run."""
    opened = []
    for hit in hits:
        try:
            case = _opened(hit)
        except Refused:
            # One unit that cannot be asked must not keep the others' risks from being looked at.
            log.exception("no case could be opened for hit %s", hit.pk)
            continue
        opened += [case] if case else []
    return opened


def _opened(hit: CageHit) -> Case | None:
    """The case of a hit; None where another run has just opened it."""
    rule = cage.rule_of(hit.binding.rule)
    with transaction.atomic():
        held = CageHit.objects.select_for_update(of=("self",)).get(pk=hit.pk)
        if held.case_id:
            return None
        held.case = cases.open(
            cases.WORKER,
            PROCEDURE,
            about=f"cage:{rule.id}",
            title=f"{rule.zh}：{hit.subject}",
            parties={"unit": [hit.unit], "authority": [hit.binding.unit]},
            content={"hit": hit.pk, "rule": rule.id},
            why=WHY,
        )
        held.save(update_fields=["case"])
    return held.case


def hit_of(case: Case) -> CageHit | None:
    """The hit a case was opened for."""
    number = int(decode(case.content, dict[str, int | str])["hit"])
    return CageHit.objects.filter(pk=number).select_related("binding").first()


@cases.does("cage.upheld")
def _uphold(doing: Doing) -> None:
    """The risk was real: corrected, or referred."""
    CageHit.objects.filter(case=doing.case).update(outcome=CageHit.Outcome.UPHELD)


@cases.does("cage.dismissed")
def _dismiss(doing: Doing) -> None:
    """There is no risk: the rule was wrong, and the same evidence opens nothing again."""
    CageHit.objects.filter(case=doing.case).update(outcome=CageHit.Outcome.DISMISSED)
