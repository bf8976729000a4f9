"""The town with a supervisor: synthetic purchases and payments, and what the rules find in them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tests.hub_world import PASSWORD
from tests.portal.town import WHY, Town
from tests.use.cage_world import DEATHS, PAYMENTS, PROJECTS, person, written
from yunzhang import clock
from yunzhang.engines.cage_sql import Bound
from yunzhang.gather import harvest, systems
from yunzhang.gather.models import DataTable
from yunzhang.people import cases, identity
from yunzhang.people.permissions import Actor, actor_of
from yunzhang.use import cage, cage_runs
from yunzhang.use.cage_models import CageBinding, CageHit

PURCHASES = [
    *(
        (f"LN2026-{n}", f"{street}道路养护服务采购", "民政厅", f"{60 + n}万元", "竞争性磋商")
        for n, street in enumerate(("东街", "西街", "南街", "北街"), 1)
    ),
    ("LN2026-7", "影像设备采购", "卫健委", "人民币叁佰贰拾万元整（￥3200000.00元）", "单一来源"),
    ("LN2026-8", "信息系统运维", "统计局", "1950000", "竞争性谈判"),
    ("LN2026-9", "办公家具采购", "统计局", "详见文件", ""),
    ("LN2026-9", "办公家具采购（重）", "统计局", "150000", "询价"),
]
PAID = [(person(n), f"2026-0{n % 6 + 1}-15", "680", "民政厅") for n in range(40)]
DEAD = [(person(n), "2025-10-08") for n in (3, 17, 31)]


@dataclass
class Caged:
    """The supervisor of the town's authority, with tables of its own."""

    town: Town
    supervisor: Actor
    keeper: Actor

    def table(
        self, name: str, title: str, heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]
    ) -> DataTable:
        unit = self.town.units[1]
        system = systems.register(self.keeper, unit, f"{title}监管系统", "", why=WHY)
        source = self.town.source(name, written(heads, rows))
        made = systems.register_table(self.keeper, system, name, title, source, why=WHY)
        return harvest.gather(self.keeper, made, why=WHY)

    def bind(self, rule: str, **tables: DataTable) -> CageBinding:
        found = cage.rule_of(rule)
        columns = {
            one: Bound(column=column)
            for source, table in tables.items()
            for one, column in cage.suggested(found, source, table).items()
        }
        unit = self.town.units[1]
        return cage.bind(self.supervisor, unit, found, tables, columns, why=WHY)


def build(town: Town) -> Caged:
    """The town's supervisor, and who keeps the tables, both of the authority."""
    posts = [(town.units[1], "provider_officer")]
    keeper = identity.register(town.reviewer, "keeper", "潘立新", PASSWORD, posts, why=WHY)
    town.actors["keeper"] = actor_of(keeper, clock.today())
    return Caged(town, town.supervisor, town.keeper)


def fill(caged: Caged) -> dict[str, CageBinding]:
    """Tables and the rules bound to them."""
    projects = caged.table("purchases", "采购项目", PROJECTS, PURCHASES)
    payments = caged.table("payments", "补贴发放", PAYMENTS, PAID)
    deaths = caged.table("deaths", "死亡登记", DEATHS, DEAD)
    bound = {
        rule: caged.bind(rule, projects=projects)
        for rule in ("split_purchase", "untendered", "below_threshold", "method_unstated")
    }
    bound["subsidy_after_death"] = caged.bind(
        "subsidy_after_death", payments=payments, deaths=deaths
    )
    return bound


def run(caged: Caged) -> None:
    """The rules bound and run; one hit is decided each way, one waits for the unit's answer."""
    for binding in fill(caged).values():
        cage_runs.run(caged.supervisor, binding, why=WHY)
    for rule, move, paper in (
        ("untendered", "refer", "cage_referral"),
        ("method_unstated", "dismiss", "cage_reason"),
        ("subsidy_after_death", "ask", "cage_question"),
    ):
        case = CageHit.objects.filter(binding__rule=rule).earliest("pk").case
        papers = {f"paper.{paper}": "见附件。"}
        cases.move(caged.supervisor, case, move, papers=papers, why=WHY)
