"""Exits: the ways of units out to the internet, merged into one; mobile access to the extranet."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from yunzhang import clock
from yunzhang.gather.clouds import NAME_MISSING, NAME_TWICE
from yunzhang.gather.networks import STATE_UNKNOWN, ahead
from yunzhang.oversee.clouds.register_models import InternetExit
from yunzhang.oversee.models import ExtranetLink
from yunzhang.people.act import act
from yunzhang.people.models import Unit
from yunzhang.people.permissions import Actor
from yunzhang.people.widths import too_long
from yunzhang.terms.fact import Deed
from yunzhang.terms.faults import Fault, FaultKind, Text, refuse_if

NOT_CONNECTED = FaultKind(
    "extranet.not_connected",
    422,
    Text("“{unit}”没有接入电子政务外网。", "{unit} is not connected to the extranet."),
    Text("先登记接入日期。", "Put its connection on record first."),
)


def register(actor: Actor, row: InternetExit, *, why: str) -> InternetExit:
    """Enter a way out to the internet."""
    row.name, row.carrier, row.state_since = row.name.strip(), row.carrier.strip(), row.built_on
    with act(actor, Deed.EXIT_REGISTERED, unit=row.unit, why=why) as deeds:
        refuse_if(faults(row))
        row.save()
        deeds.subject = f"exit:{row.pk}"
        deeds.content.update(name=row.name, carrier=row.carrier, built_on=row.built_on.isoformat())
    return row


def change(actor: Actor, exit: InternetExit, state: str, since: date, *, why: str) -> InternetExit:
    """It was merged with the common exit, or closed."""
    subject = f"exit:{exit.pk}"
    with act(actor, Deed.EXIT_CHANGED, subject, unit=exit.unit, why=why) as deeds:
        row = InternetExit.objects.select_for_update().get(pk=exit.pk)
        known = () if state in InternetExit.State.values else (STATE_UNKNOWN(state=state),)
        refuse_if([*known, *ahead(since, clock.today())])
        row.state, row.state_since = state, since
        row.save()
        deeds.content.update(state=state, since=since.isoformat())
    return row


def mobile(actor: Actor, unit: Unit, since: date, *, why: str) -> ExtranetLink:
    """The unit's people reach the extranet on the way, since this day."""
    subject = f"unit:{unit.code}"
    with act(actor, Deed.EXTRANET_CHANGED, subject, unit=unit, why=why) as deeds:
        link = ExtranetLink.objects.select_for_update().filter(unit=unit).first()
        missing = () if link else (NOT_CONNECTED(unit=unit.name),)
        refuse_if([*missing, *ahead(since, clock.today())])
        assert link is not None
        link.mobile_since = since
        link.save(update_fields=["mobile_since"])
        deeds.content.update(mobile_since=since.isoformat())
    return link


def faults(row: InternetExit) -> Iterator[Fault]:
    """Everything that keeps an exit from being registered."""
    if not row.name:
        yield NAME_MISSING()
    if InternetExit.objects.filter(unit=row.unit, name=row.name).exists():
        yield NAME_TWICE(name=row.name)
    yield from too_long(row, "name", "carrier")
    yield from ahead(row.built_on, clock.today())
