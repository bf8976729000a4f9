"""Equipment: what stands in machine rooms; nothing is put into one that is frozen."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from yunzhang import clock
from yunzhang.gather import gates
from yunzhang.gather.clouds import NAME_MISSING
from yunzhang.gather.networks import ahead
from yunzhang.oversee.clouds.register_models import RoomItem
from yunzhang.oversee.models import DataRoom
from yunzhang.people.act import act
from yunzhang.people.permissions import Actor
from yunzhang.people.widths import too_long
from yunzhang.terms.fact import Deed
from yunzhang.terms.faults import Fault, FaultKind, Text, refuse_if

FROZEN = FaultKind(
    "room.frozen",
    422,
    Text(
        "机房“{room}”自 {since} 起停止新增，{day} 不得再放入设备。",
        "{room} takes in nothing new since {since}; nothing was to be put in on {day}.",
    ),
    Text("改用已有的云；放入日期有误的核对后重填。", "Use a cloud there is, or check the day."),
)
COUNT_WRONG = FaultKind(
    "room.count",
    422,
    Text("数量至少为1。", "There must be at least one."),
    Text("核对数量。", "Check the number."),
)
OUT_BEFORE_IN = FaultKind(
    "room.out_before_in",
    422,
    Text("移出日期早于放入日期 {day}。", "It would leave before it came, on {day}."),
    Text("核对两个日期。", "Check both days."),
)


def put_in(actor: Actor, item: RoomItem, *, why: str) -> RoomItem:
    """Enter what stands in a room; refused once the room is frozen or a rule forbids it."""
    room = item.room
    subject = f"room:{room.pk}"
    with act(actor, Deed.EQUIPMENT_PUT_IN, subject, unit=room.unit, why=why) as deeds:
        item.room = DataRoom.objects.select_for_update(of=("self",)).get(pk=room.pk)
        item.name, item.approval = item.name.strip(), item.approval.strip()
        refuse_if(faults(item))
        item.save()
        deeds.content.update(name=item.name, count=item.count, on=item.put_in_on.isoformat())
    return item


def take_out(actor: Actor, item: RoomItem, day: date, *, why: str) -> RoomItem:
    """It was taken out of the room: rooms are phased out piece by piece."""
    room = item.room
    subject = f"room:{room.pk}"
    with act(actor, Deed.EQUIPMENT_TAKEN_OUT, subject, unit=room.unit, why=why) as deeds:
        early = [OUT_BEFORE_IN(day=item.put_in_on)] if day < item.put_in_on else []
        refuse_if([*early, *ahead(day, clock.today())])
        item.taken_out_on = day
        item.save(update_fields=["taken_out_on"])
        deeds.content.update(item=item.pk, on=day.isoformat())
    return item


def faults(item: RoomItem) -> Iterator[Fault]:
    """Everything that keeps equipment from being put into a room."""
    room = item.room
    if not item.name:
        yield NAME_MISSING()
    if item.count < 1:
        yield COUNT_WRONG()
    yield from too_long(item, "name", "approval")
    yield from ahead(item.put_in_on, clock.today())
    if room.state != DataRoom.State.IN_USE and item.put_in_on >= room.state_since:
        yield FROZEN(room=room.name, since=room.state_since, day=item.put_in_on)
    yield from gates.faults("equipment", room.unit, item.put_in_on, item.approval)
