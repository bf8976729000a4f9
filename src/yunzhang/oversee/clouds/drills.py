"""Drills: whether what a system or a cloud would recover by was tried, and held."""

from __future__ import annotations

from datetime import date

from yunzhang.gather.models import Cloud, InformationSystem
from yunzhang.gather.networks import ahead
from yunzhang.oversee.models import Drill
from yunzhang.people.act import act
from yunzhang.people.permissions import Actor
from yunzhang.terms.fact import Deed
from yunzhang.terms.faults import FaultKind, Text, refuse_if

RESULT_MISSING = FaultKind(
    "drill.result_missing",
    422,
    Text("演练结果没有填写。", "The result of the drill is empty."),
    Text("写明恢复了什么、用了多久、有何问题。", "Say what came back, how soon, what went wrong."),
)


def record(
    actor: Actor,
    of: InformationSystem | Cloud,
    held_on: date,
    today: date,
    *,
    passed: bool,
    result: str,
    why: str,
) -> Drill:
    """Write down a drill that was held."""
    is_cloud = isinstance(of, Cloud)
    subject = f"{'cloud' if is_cloud else 'system'}:{of.pk}"
    with act(actor, Deed.DRILL_RECORDED, subject, unit=of.unit, why=why) as deeds:
        missing = () if result.strip() else (RESULT_MISSING(),)
        refuse_if([*missing, *ahead(held_on, today)])
        drill = Drill.objects.create(
            cloud=of if isinstance(of, Cloud) else None,
            system=of if isinstance(of, InformationSystem) else None,
            held_on=held_on,
            passed=passed,
            result=result.strip(),
        )
        deeds.content.update(held_on=held_on.isoformat(), passed=passed)
    return drill
