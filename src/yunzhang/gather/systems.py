"""Systems: the information systems of units and the live tables in them."""

from __future__ import annotations

from collections.abc import Iterator

from yunzhang.engines.readings import SourceSpec
from yunzhang.gather import counting, keeping, secrets
from yunzhang.gather.models import DataTable, InformationSystem, Node
from yunzhang.gather.nodes import name_faults
from yunzhang.people.act import act
from yunzhang.people.models import Unit
from yunzhang.people.permissions import Actor
from yunzhang.people.widths import too_long
from yunzhang.terms.document import decode, encode
from yunzhang.terms.fact import Deed
from yunzhang.terms.faults import Fault, FaultKind, Text, refuse_if

TITLE_MISSING = FaultKind(
    "system.title_missing",
    422,
    Text("名称没有填写。", "The name is empty."),
    Text("补填名称后再登记。", "Fill in the name and register again."),
)
SYSTEM_TWICE = FaultKind(
    "system.twice",
    409,
    Text("本单位已登记信息系统“{name}”。", "The unit has registered the system {name} already."),
    Text("使用已登记的信息系统。", "Use the registered system."),
)
NODE_FOREIGN = FaultKind(
    "table.node_foreign",
    422,
    Text("节点“{node}”不属于本单位。", "The node {node} belongs to another unit."),
    Text("选择本单位的节点。", "Choose a node of this unit."),
)


def register(actor: Actor, unit: Unit, name: str, purpose: str, *, why: str) -> InformationSystem:
    """Enter an information system of a unit."""
    system = InformationSystem(unit=unit, name=name.strip(), purpose=purpose.strip())
    with act(actor, Deed.SYSTEM_REGISTERED, unit=unit, why=why) as deeds:
        refuse_if(_system_faults(system))
        system.save()
        deeds.subject = f"system:{system.pk}"
        deeds.content.update(name=system.name)
        counting.system(system)
    return system


def register_table(
    actor: Actor,
    system: InformationSystem,
    name: str,
    title: str,
    source: SourceSpec,
    node: Node | None = None,
    *,
    why: str,
) -> DataTable:
    """Enter a live table: `name` is what nodes call it, `source` where it is read from.

    Nothing is read yet. Raises Refused with everything wrong with name, source and node.
    """
    text = encode(source).decode()
    table = DataTable(system=system, name=name, title=title.strip(), source=text, node=node)
    with act(actor, Deed.TABLE_REGISTERED, f"table:{name}", unit=system.unit, why=why) as deeds:
        refuse_if(_table_faults(table, source))
        table.save()
        keeping.registered(table)
        counting.table(table)
        deeds.content.update(title=table.title, kind=source.kind, location=source.public)
    return table


def source_of(table: DataTable) -> SourceSpec:
    """The table's source as registered: a password is named in it, never held."""
    return decode(table.source, SourceSpec)


def _system_faults(system: InformationSystem) -> Iterator[Fault]:
    if not system.name:
        yield TITLE_MISSING()
    yield from too_long(system, "name")
    if InformationSystem.objects.filter(unit=system.unit, name=system.name).exists():
        yield SYSTEM_TWICE(name=system.name)


def _table_faults(table: DataTable, source: SourceSpec) -> Iterator[Fault]:
    yield from name_faults(table.name, taken=DataTable.objects.filter(name=table.name).exists())
    if not table.title:
        yield TITLE_MISSING()
    yield from too_long(table, "title")
    if table.node is not None and table.node.unit_id != table.system.unit_id:
        yield NODE_FOREIGN(node=table.node.name)
    yield from secrets.faults(source)
