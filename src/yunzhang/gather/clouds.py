"""Clouds: the 1+N+14, which larger one leads each, and what is bought of whom."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from yunzhang.gather import gates
from yunzhang.gather.models import Cloud
from yunzhang.people.act import act
from yunzhang.people.models import Unit
from yunzhang.people.permissions import Actor, pack
from yunzhang.people.widths import too_long
from yunzhang.terms.fact import Deed
from yunzhang.terms.faults import Fault, FaultKind, Text, refuse_if

NAME_MISSING = FaultKind(
    "cloud.name_missing",
    422,
    Text("名称没有填写。", "The name is empty."),
    Text("补填名称后再登记。", "Fill in the name and register again."),
)
NAME_TWICE = FaultKind(
    "cloud.twice",
    409,
    Text("已有名为“{name}”的登记。", "There is one called {name} already."),
    Text("使用已有的登记，或换一个名称。", "Use it, or choose another name."),
)
LEVEL_UNKNOWN = FaultKind(
    "cloud.level_unknown",
    422,
    Text("没有“{level}”这一云的层级。", "There is no level of clouds called {level}."),
    Text("在列表中选择。", "Choose one of the list."),
)
LED_IN_CIRCLE = FaultKind(
    "cloud.circle",
    422,
    Text(
        "“{name}”已由本云牵引，不能再牵引本云。",
        "{name} is led by this cloud and cannot lead it in turn.",
    ),
    Text("选择上一级的云。", "Choose the larger cloud."),
)


@dataclass(frozen=True)
class CloudForm:
    """What is written of a cloud; `parent` is the larger cloud that leads it."""

    name: str
    level: str
    built_on: date
    parent: Cloud | None = None
    vendor: str = ""
    service: str = ""
    recovery_place: str = ""
    approval: str = ""
    trade: str = ""


def register(actor: Actor, unit: Unit, form: CloudForm, *, why: str) -> Cloud:
    """Enter a cloud of a unit; refused where the pack wants no new one without an approval."""
    cloud = _filled(Cloud(unit=unit), form)
    with act(actor, Deed.CLOUD_REGISTERED, unit=unit, why=why) as deeds:
        refuse_if(faults(cloud))
        cloud.save()
        deeds.subject = f"cloud:{cloud.pk}"
        deeds.content.update(_told(cloud))
    return cloud


def change(actor: Actor, cloud: Cloud, form: CloudForm, *, why: str) -> Cloud:
    """Write down what is different now: another vendor, another cloud above."""
    deed, subject = Deed.CLOUD_CHANGED, f"cloud:{cloud.pk}"
    with act(actor, deed, subject, unit=cloud.unit, why=why) as deeds:
        held = _filled(Cloud.objects.select_for_update().get(pk=cloud.pk), form)
        refuse_if([*_faults(held), *_trade_faults(held)])
        held.save()
        deeds.content.update(_told(held))
    return held


def filled(unit: Unit, form: CloudForm) -> Cloud:
    """The cloud as it would be registered; nothing is written."""
    return _filled(Cloud(unit=unit), form)


def faults(cloud: Cloud) -> Iterator[Fault]:
    """Everything that keeps a new cloud from being registered."""
    yield from _faults(cloud)
    yield from gates.faults("cloud", cloud.unit, cloud.built_on, cloud.approval)
    yield from _trade_faults(cloud)


def leading(cloud: Cloud) -> list[Cloud]:
    """The larger clouds above, the nearest first."""
    found: list[Cloud] = []
    above = cloud.parent
    while above is not None and above not in found:
        found.append(above)
        above = above.parent
    return found


def _filled(cloud: Cloud, form: CloudForm) -> Cloud:
    for field in ("name", "trade", "vendor", "service", "recovery_place", "approval"):
        setattr(cloud, field, getattr(form, field).strip())
    cloud.level, cloud.parent, cloud.built_on = form.level, form.parent, form.built_on
    return cloud


def _faults(cloud: Cloud) -> Iterator[Fault]:
    if not cloud.name:
        yield NAME_MISSING()
    if Cloud.objects.filter(name=cloud.name).exclude(pk=cloud.pk).exists():
        yield NAME_TWICE(name=cloud.name)
    if cloud.level not in {row.code for row in pack().codes_of("cloud_level")}:
        yield LEVEL_UNKNOWN(level=cloud.level)
    above = cloud.parent
    if cloud.pk and above is not None and cloud in (above, *leading(above)):
        yield LED_IN_CIRCLE(name=above.name)
    yield from too_long(cloud, "name", "trade", "vendor", "service", "recovery_place", "approval")


def _trade_faults(cloud: Cloud) -> Iterator[Fault]:
    """In principle a trade has one cloud; a second one is let through by its approval alone."""
    others = Cloud.objects.filter(trade=cloud.trade).exclude(pk=cloud.pk)
    if cloud.trade and others.exists():
        yield from gates.faults("trade", cloud.unit, cloud.built_on, cloud.approval)


def _told(cloud: Cloud) -> dict[str, object]:
    return {
        "name": cloud.name,
        "level": cloud.level,
        "parent": cloud.parent.name if cloud.parent else "",
        "trade": cloud.trade,
        "vendor": cloud.vendor,
        "service": cloud.service,
        "approval": cloud.approval,
    }
