"""Extranet: which units the government extranet reaches, and since when."""

from __future__ import annotations

from datetime import date

from yunzhang.gather.networks import ahead
from yunzhang.oversee.models import ExtranetLink
from yunzhang.people.act import act
from yunzhang.people.models import Unit
from yunzhang.people.permissions import Actor
from yunzhang.terms.fact import Deed
from yunzhang.terms.faults import refuse_if


def connect(actor: Actor, unit: Unit, since: date, today: date, *, why: str) -> ExtranetLink:
    """The unit is connected since this day."""
    with act(actor, Deed.EXTRANET_CHANGED, f"unit:{unit.code}", unit=unit, why=why) as deeds:
        refuse_if(ahead(since, today))
        link, _ = ExtranetLink.objects.update_or_create(unit=unit, defaults={"since": since})
        deeds.content.update(since=since.isoformat())
    return link


def disconnect(actor: Actor, unit: Unit, *, why: str) -> None:
    """The unit is connected no more."""
    with act(actor, Deed.EXTRANET_CHANGED, f"unit:{unit.code}", unit=unit, why=why) as deeds:
        ExtranetLink.objects.filter(unit=unit).delete()
        deeds.content.update(since="")
