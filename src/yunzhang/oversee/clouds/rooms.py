"""Rooms: the machine rooms there are; nothing is to be added to them, and they are phased out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from yunzhang.gather import gates
from yunzhang.gather.clouds import NAME_MISSING, NAME_TWICE
from yunzhang.gather.networks import STATE_UNKNOWN, ahead
from yunzhang.oversee.models import DataRoom
from yunzhang.people.act import act
from yunzhang.people.models import Unit
from yunzhang.people.permissions import Actor
from yunzhang.people.widths import too_long
from yunzhang.terms.fact import Deed
from yunzhang.terms.faults import Fault, FaultKind, Text, refuse_if

# GB/T 2260 and 10114: a county has six digits, a township nine, a village twelve.
DIVISION = re.compile(r"[1-9][0-9]{5}([0-9]{3}){0,2}", re.ASCII)
DIVISION_WRONG = FaultKind(
    "room.division",
    422,
    Text("“{code}”不是行政区划代码。", "{code} is no division code."),
    Text("填写6位、9位或12位数字的代码。", "Give a code of 6, 9 or 12 digits."),
)


def register(
    actor: Actor,
    unit: Unit,
    name: str,
    division: str,
    built_on: date,
    today: date,
    *,
    approval: str = "",
    why: str,
) -> DataRoom:
    """Enter a room; refused where the pack wants no new one without an approval."""
    room = DataRoom(unit=unit, name=name.strip(), division=division.strip(), built_on=built_on)
    room.state_since, room.approval = built_on, approval.strip()
    with act(actor, Deed.ROOM_REGISTERED, unit=unit, why=why) as deeds:
        refuse_if(faults(room, today))
        room.save()
        deeds.subject = f"room:{room.pk}"
        deeds.content.update(name=room.name, division=room.division, approval=room.approval)
    return room


def change(
    actor: Actor,
    room: DataRoom,
    state: str,
    since: date,
    today: date,
    *,
    approval: str = "",
    why: str,
) -> DataRoom:
    """Tell that it is frozen or closed; to take it back into use is to build it anew."""
    deed, subject = Deed.ROOM_CHANGED, f"room:{room.pk}"
    with act(actor, deed, subject, unit=room.unit, why=why) as deeds:
        row = DataRoom.objects.select_for_update().get(pk=room.pk)
        again = row.state != DataRoom.State.IN_USE and state == DataRoom.State.IN_USE
        shut = gates.faults("room", row.unit, since, approval.strip()) if again else ()
        known = () if state in DataRoom.State.values else (STATE_UNKNOWN(state=state),)
        refuse_if([*known, *ahead(since, today), *shut])
        row.state, row.state_since = state, since
        row.approval = approval.strip() or row.approval
        row.save()
        deeds.content.update(state=state, since=since.isoformat(), approval=approval.strip())
    return row


def faults(room: DataRoom, today: date) -> Iterator[Fault]:
    """Everything that keeps a room from being registered."""
    if not room.name:
        yield NAME_MISSING()
    if not DIVISION.fullmatch(room.division):
        yield DIVISION_WRONG(code=room.division)
    if DataRoom.objects.filter(unit=room.unit, name=room.name).exists():
        yield NAME_TWICE(name=room.name)
    yield from too_long(room, "name", "approval")
    yield from ahead(room.built_on, today)
    yield from gates.faults("room", room.unit, room.built_on, room.approval)
