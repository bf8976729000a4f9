"""Log-ins: the last day people signed in to a system, as its unit reports it."""

from __future__ import annotations

from datetime import date

from yunzhang import clock
from yunzhang.gather.models import InformationSystem
from yunzhang.gather.networks import ahead
from yunzhang.oversee.clouds.register_models import SystemLogin
from yunzhang.people.act import act
from yunzhang.people.permissions import Actor
from yunzhang.terms.fact import Deed
from yunzhang.terms.faults import refuse_if


def report(
    actor: Actor, system: InformationSystem, last_on: date, people: int | None = None, *, why: str
) -> SystemLogin:
    """Write down the last day somebody signed in; the fact says who reported it."""
    subject = f"system:{system.pk}"
    with act(actor, Deed.LOGIN_REPORTED, subject, unit=system.unit, why=why) as deeds:
        refuse_if(ahead(last_on, clock.today()))
        told = {"last_on": last_on, "people": people, "told_at": deeds.at}
        row, _made = SystemLogin.objects.update_or_create(system=system, defaults=told)
        deeds.content.update(last_on=last_on.isoformat(), people=people)
    return row
