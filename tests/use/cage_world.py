"""A unit that supervises by data, and synthetic tables for it: nobody in them was ever born."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass, field

from tests.hub_world import PASSWORD, WHY, HubWorld
from yunzhang import clock
from yunzhang.engines.cage_sql import Bound
from yunzhang.engines.readings import SourceKind, SourceSpec
from yunzhang.gather import harvest, systems
from yunzhang.gather.models import DataTable
from yunzhang.people import identity
from yunzhang.people.models import Unit
from yunzhang.people.permissions import Actor, actor_of
from yunzhang.terms.identifiers import ID_CHECKS, ID_WEIGHTS
from yunzhang.use import cage
from yunzhang.use.cage_models import CageBinding

PROJECTS = ("project_no", "project_name", "buyer", "budget", "method")
TENDERS = [
    ("A-1", "城区道路养护一期", "民政", "900000", "竞争性谈判"),
    ("A-2", "城区道路养护二期", "民政", "80万元", "竞争性磋商"),
    ("A-3", "城区道路养护三期", "民政", "伍拾万元整", "询价"),
    ("A-4", "医疗设备采购", "某乡镇卫生院", "3000000", "单一来源"),
]
PAYMENTS = ("身份证号", "发放日期", "金额", "发放单位")
DEATHS = ("身份证号", "死亡日期")


def person(number: int) -> str:
    """A citizen identity number of a division that never was."""
    body = f"990101{19500101 + number % 28:08d}{number:03d}"
    total = sum(int(digit) * weight for digit, weight in zip(body, ID_WEIGHTS, strict=True))
    return body + ID_CHECKS[total % 11]


def written(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table as CSV."""
    text = io.StringIO()
    csv.writer(text).writerows([heads, *rows])
    return text.getvalue()


@dataclass
class CageWorld:
    """The hub with a supervisor in its third unit."""

    hub: HubWorld
    supervisor: Actor
    tables: dict[str, DataTable] = field(default_factory=dict)

    @property
    def unit(self) -> Unit:
        return self.hub.units[3]

    def table(self, name: str, heads: Iterable[str], rows: Iterable[Iterable[str]]) -> DataTable:
        """A gathered table of the supervising unit itself; gathered anew when it is there."""
        place = self.hub.sources / name
        place.mkdir(exist_ok=True)
        (place / "rows.csv").write_text(written(heads, rows), encoding="utf-8")
        held = DataTable.objects.filter(name=name).first()
        if held is None:
            system = systems.register(self.hub.outsider, self.unit, f"系统 {name}", "", why=WHY)
            source = SourceSpec(kind=SourceKind.CSV, location=str(place), table="rows.csv")
            held = systems.register_table(
                self.hub.outsider, system, name, f"表 {name}", source, why=WHY
            )
        return harvest.gather(self.hub.outsider, held, why=WHY)

    def projects(self, rows: Iterable[Iterable[str]] = tuple(TENDERS)) -> DataTable:
        return self.table("projects", PROJECTS, rows)

    def bound(self, rule: str, **tables: DataTable) -> CageBinding:
        """A rule bound as the hub suggests."""
        found = cage.rule_of(rule)
        columns = {
            one: Bound(column=column)
            for source, table in tables.items()
            for one, column in cage.suggested(found, source, table).items()
        }
        return cage.bind(self.supervisor, self.unit, found, tables, columns, why=WHY)


def build(hub: HubWorld) -> CageWorld:
    made = identity.register(
        hub.reviewer, "supervisor", "监督 某", PASSWORD, [(hub.units[3], "supervisor")], why=WHY
    )
    return CageWorld(hub, actor_of(made, clock.today()))
