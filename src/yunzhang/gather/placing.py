"""Placing: what a system runs on, how it is protected, and what has become of it.

Where it runs its unit tells. That it was merged or closed follows from a case with its proof,
confirmed by the authority: rates are counted from it, and nobody writes their own rate.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from yunzhang.gather import counting, gates
from yunzhang.gather.models import Cloud, InformationSystem, Network
from yunzhang.gather.networks import ahead
from yunzhang.people.act import act
from yunzhang.people.models import Unit
from yunzhang.people.permissions import Actor, pack
from yunzhang.people.widths import SHOWN, too_long
from yunzhang.terms.fact import Deed
from yunzhang.terms.faults import Fault, FaultKind, Text, refuse_if

State = InformationSystem.State
LIVING = (State.IN_USE, State.MIGRATING)
PLAIN, SECRET = "plain", "secret"

CODE_UNKNOWN = FaultKind(
    "place.code_unknown",
    422,
    Text("“{code}”不在代码表中。", "{code} is not in the code list."),
    Text("在列表中选择。", "Choose one of the list."),
)
NETWORK_FOREIGN = FaultKind(
    "place.network_foreign",
    422,
    Text("专网“{name}”不属于本单位。", "The network {name} belongs to another unit."),
    Text("选择本单位的专网。", "Choose a network of this unit."),
)
NEEDS_ITSELF = FaultKind(
    "place.needs_itself",
    422,
    Text("系统不能依赖自身。", "A system does not depend on itself."),
    Text("从依赖的系统中去掉它。", "Take it out of what it depends on."),
)
ADDRESS_WRONG = FaultKind(
    "place.address",
    422,
    Text("“{text}”不是以 http 开头的地址。", "{text} is no address that begins with http."),
    Text("填写接口说明的地址。", "Give the address where the interface is described."),
)
ENDED = FaultKind(
    "place.ended",
    409,
    Text("“{name}”已合并或关闭。", "{name} was merged or closed already."),
    Text("不再变更已停用的系统。", "What is out of use is changed no more."),
)


@dataclass(frozen=True)
class Placing:
    """What a unit tells of a system."""

    users: str = ""
    cloud: Cloud | None = None
    network: Network | None = None
    protection: str = ""
    sensitivity: str = PLAIN
    vertical: bool = False
    platform: bool = False
    approval: str = ""
    built_on: date | None = None
    needs: tuple[InformationSystem, ...] = ()
    recovery_place: str = ""
    build_kind: str = ""
    owner: Unit | None = None
    livelihood: bool = False
    interface: str = ""


def place(
    actor: Actor, system: InformationSystem, told: Placing, today: date, *, why: str
) -> InformationSystem:
    """Write down where a system runs and how it is protected; raises all that is wrong with it."""
    deed, subject = Deed.SYSTEM_PLACED, f"system:{system.pk}"
    with act(actor, deed, subject, unit=system.unit, why=why) as deeds:
        row = _locked(system)
        for field in ("users", "approval", "recovery_place", "interface"):
            setattr(row, field, getattr(told, field).strip())
        for field in ("protection", "sensitivity", "vertical", "platform", "built_on"):
            setattr(row, field, getattr(told, field))
        row.cloud, row.network, row.owner = told.cloud, told.network, told.owner
        row.build_kind, row.livelihood = told.build_kind, told.livelihood
        refuse_if([*_faults(row, told, today), *_platform_faults(row, today)])
        row.save()
        row.needs.set(told.needs)
        deeds.content.update(_told(row, told))
        counting.system(row)
    return row


def move(actor: Actor, system: InformationSystem, cloud: Cloud, *, why: str) -> None:
    """It runs on this cloud now."""
    with act(actor, Deed.SYSTEM_PLACED, f"system:{system.pk}", unit=system.unit, why=why) as deeds:
        row = _locked(system)
        row.cloud, row.state = cloud, State.IN_USE
        row.save(update_fields=["cloud", "state"])
        deeds.content.update(cloud=cloud.name)
        counting.system(row)


def turn(
    actor: Actor,
    system: InformationSystem,
    state: State,
    today: date,
    *,
    into: InformationSystem | None = None,
    why: str,
) -> None:
    """It is being moved, was merged into another, or was closed."""
    with act(actor, Deed.SYSTEM_PLACED, f"system:{system.pk}", unit=system.unit, why=why) as deeds:
        row = _locked(system)
        row.state, row.state_since, row.merged_into = state, today, into
        row.save(update_fields=["state", "state_since", "merged_into"])
        deeds.content.update(state=state, into=into.name if into else "")
        counting.system(row)


def _locked(system: InformationSystem) -> InformationSystem:
    row = InformationSystem.objects.select_for_update(of=("self",)).get(pk=system.pk)
    refuse_if([] if row.state in LIVING else [ENDED(name=row.name)])
    return row


def _faults(row: InformationSystem, told: Placing, today: date) -> Iterator[Fault]:
    levels = {one.code for one in pack().codes_of("protection")} | {""}
    kinds = {one.code for one in pack().codes_of("sensitivity")}
    built = {one.code for one in pack().codes_of("build_kind")} | {""}
    coded = ((row.protection, levels), (row.sensitivity, kinds), (row.build_kind, built))
    for code, known in coded:
        if code not in known:
            yield CODE_UNKNOWN(code=code or "—")
    if row.network is not None and row.network.unit_id != row.unit_id:
        yield NETWORK_FOREIGN(name=row.network.name)
    if row.pk in {one.pk for one in told.needs}:
        yield NEEDS_ITSELF()
    if row.built_on is not None:
        yield from ahead(row.built_on, today)
    yield from too_long(row, "users", "approval", "recovery_place", "interface")
    if row.interface and not row.interface.startswith(("http://", "https://")):
        yield ADDRESS_WRONG(text=row.interface[:SHOWN])


def _platform_faults(row: InformationSystem, today: date) -> Iterator[Fault]:
    """In principle a department has one data platform; those of a ministry do not count."""
    if not row.platform or row.vertical:
        return
    others = InformationSystem.objects.filter(
        unit=row.unit, platform=True, vertical=False, state__in=LIVING
    )
    if others.exclude(pk=row.pk).exists():
        yield from gates.faults("platform", row.unit, today, row.approval)


def _told(row: InformationSystem, told: Placing) -> dict[str, object]:
    return {
        "cloud": row.cloud.name if row.cloud else "",
        "network": row.network.name if row.network else "",
        "protection": row.protection,
        "sensitivity": row.sensitivity,
        "vertical": row.vertical,
        "platform": row.platform,
        "approval": row.approval,
        "needs": sorted(one.pk for one in told.needs),
        "build_kind": row.build_kind,
        "owner": row.owner.code if row.owner else "",
        "livelihood": row.livelihood,
        "interface": row.interface,
    }
