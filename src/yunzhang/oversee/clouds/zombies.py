"""Zombies: systems in the register that nobody uses: explained, or closed and confirmed."""

from __future__ import annotations

import logging
from datetime import date, timedelta

from django.db import transaction

from yunzhang import clock
from yunzhang.gather import placing
from yunzhang.gather.models import InformationSystem
from yunzhang.oversee.clouds import activity
from yunzhang.oversee.duties.handing_in import UNIT
from yunzhang.people import cases
from yunzhang.people.cases import Doing, Paper
from yunzhang.people.models import Case, Unit
from yunzhang.people.permissions import Actor, pack
from yunzhang.people.units import authority_of
from yunzhang.terms.faults import FaultKind, Refused, Text, refuse_if

log = logging.getLogger(__name__)

PROCEDURE, WHY = "zombie", "长期没有调用、归集、目录变更和登录"
IDLE, REPORT = "idle_cloud", "paper.idle_report"

NOT_ON_CLOUD = FaultKind(
    "idle.not_on_cloud",
    422,
    Text("“{name}”没有登记在云上。", "{name} is on no cloud on record."),
    Text("先登记它运行在哪朵云上。", "Write down first which cloud it runs on."),
)
ALERTED = FaultKind(
    "idle.running",
    409,
    Text("闲置资源事项 {number} 正在办理。", "Case {number} about it is under way."),
    Text("在该事项中办理。", "Act in that case."),
)


def sweep(today: date) -> list[Case]:
    """Open the case of every silent system, once until its unit has answered for it."""
    living = InformationSystem.objects.filter(state__in=placing.LIVING).select_related("unit")
    found = []
    for system in activity.silent(living, today):
        try:
            case = _opened(system, today)
        except Refused:
            # A unit where nobody could be asked must not keep the others from being asked.
            log.exception("system %s could not be asked about and will be again", system.pk)
            continue
        found += [case] if case else []
    return found


def report_idle(actor: Actor, system: InformationSystem, report: Paper | str, *, why: str) -> Case:
    """The authority alerts the unit to cloud resources it does not use."""
    papers, about = {REPORT: report}, f"system:{system.pk}"
    with transaction.atomic():
        InformationSystem.objects.select_for_update(of=("self",)).get(pk=system.pk)
        there = open_about(system, IDLE)
        refuse_if(
            [
                *([] if system.cloud_id else [NOT_ON_CLOUD(name=system.name)]),
                *([ALERTED(number=there.number)] if there else []),
                *cases.wanting(IDLE, papers),
            ]
        )
        parties = {UNIT: [system.unit], "authority": [authority_of(system.unit)]}
        return cases.open(
            actor, IDLE, about=about, title=system.name, parties=parties, papers=papers, why=why
        )


def open_about(system: InformationSystem, procedure: str) -> Case | None:
    """The open case of this procedure about a system."""
    found = cases.about(f"system:{system.pk}")
    return found.filter(procedure=procedure, closed_on=None).first()


@cases.does("zombie.closed")
def _close(doing: Doing) -> None:
    system = InformationSystem.objects.get(pk=doing.case.about.partition(":")[2])
    why = f"事项 {doing.case.number} 确认关停"
    placing.turn(cases.WORKER, system, placing.State.CLOSED, clock.today(), why=why)


def _opened(system: InformationSystem, today: date) -> Case | None:
    since = today - timedelta(days=pack().limit("system.zombie_days"))
    with transaction.atomic():
        # Locked: two workers must not open it twice.
        InformationSystem.objects.select_for_update(of=("self",)).get(pk=system.pk)
        known = cases.about(f"system:{system.pk}").filter(procedure=PROCEDURE)
        # A reason the authority accepted holds as long as silence may.
        if known.filter(closed_on=None).exists() or known.filter(closed_on__gt=since).exists():
            return None
        parties = {UNIT: [system.unit], "authority": [authority_of(system.unit)]}
        return _noticed(system, parties)


def _noticed(system: InformationSystem, parties: dict[str, list[Unit]]) -> Case:
    about = f"system:{system.pk}"
    return cases.open(
        cases.WORKER, PROCEDURE, about=about, title=system.name, parties=parties, why=WHY
    )
