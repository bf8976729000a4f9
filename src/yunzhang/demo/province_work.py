"""The province at work: systems move, tables are catalogued, cities are pressed, by quarters."""

from __future__ import annotations

import csv
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from datetime import timedelta
from pathlib import Path

from yunzhang import clock
from yunzhang.demo.hub_steps import publish
from yunzhang.demo.made import WHY, Province
from yunzhang.demo.town import DIVISION
from yunzhang.engines.readings import SourceKind
from yunzhang.engines.sources import SourceSpec
from yunzhang.gather import catalog, harvest, placing, quality, systems
from yunzhang.gather.models import DataTable, InformationSystem
from yunzhang.gather.placing import Placing
from yunzhang.oversee.duties import supervision
from yunzhang.oversee.duties.supervision import Concern
from yunzhang.people import cases
from yunzhang.people.models import Unit
from yunzhang.terms.document import decode, replace
from yunzhang.terms.entry import EntryDraft

HEADS = ("code", "name", "county_code")
OF_REGION = ("督查事项台账", "议定事项台账", "挂图作战清单")  # of the government's own system
AT = {0: 0, 2: 1}  # the quarter in which one of them is published; the last never is
TITLES = ("乡级行政区划名录", "业务台账")
NAMES = {"code": "区划代码", "name": "名称", "county_code": "所属县代码"}


def write_tables(registers: Path, made: Province) -> None:
    """Each city's own townships out of the register of Civil Affairs, as a CSV of the city."""
    with closing(sqlite3.connect(registers / "civil" / "divisions.sqlite")) as base:
        for city in made.cities:
            rows = base.execute(
                "SELECT code, name, county_code FROM townships WHERE county_code LIKE ?",
                (f"{city[:4]}%",),
            )
            folder = registers / "cities" / city
            folder.mkdir(parents=True)
            with (folder / "townships.csv").open("w", encoding="utf-8", newline="") as file:
                csv.writer(file).writerows([HEADS, *rows])
    for city, held in made.cities.items():
        _tables(registers / "cities" / city, made, city, held[1:])
    for number, city in enumerate(list(made.cities)[: len(OF_REGION)]):
        system = next(one for one in made.systems if one.unit_id == made.region.pk)
        _table(made, system, f"region-{number}", OF_REGION[number], registers / "cities" / city)


def work(made: Province, quarter: int) -> None:
    """One quarter: systems move to their city's cloud, tables are published, orders are kept."""
    waiting = [one for one in made.systems if one.cloud_id is None]
    for system in made.random.sample(waiting, len(waiting) // 4):
        _to_the_cloud(made, system)
    if quarter in AT:
        table = DataTable.objects.select_related("system__unit").get(name=f"region-{AT[quarter]}")
        bring_out(made, made.region, table, NAMES, "自治区人民政府督查和议定事项的办理情况。")
    for number, (city, held) in enumerate(made.cities.items()):
        if number % 5 == quarter:  # every fifth city publishes nothing in a year
            _publish(made, city, held[made.civil])
        if number % 4 == quarter:
            _press(made, held[1 + quarter], days=20, reports=True)


def _tables(folder: Path, made: Province, city: str, departments: Sequence[Unit]) -> None:
    """Every department tells of a table, civil affairs of one that is published later."""
    for number, unit in enumerate(departments):
        system = next(one for one in made.systems if one.unit_id == unit.pk)
        for copy in range(1 + made.random.randrange(2)):
            _table(made, system, f"t{city}-{number}-{copy}", TITLES[copy], folder)


def _table(
    made: Province, system: InformationSystem, name: str, title: str, folder: Path
) -> DataTable:
    source = SourceSpec(kind=SourceKind.CSV, location=str(folder), table="townships.csv")
    officer = made.at(system.unit)
    return systems.register_table(officer, system, name, title, source=source, why=WHY)


def _to_the_cloud(made: Province, system: InformationSystem) -> None:
    cloud = made.clouds.get(f"{system.unit.division[:4]}00") or made.clouds.get(DIVISION)
    if cloud is not None:
        told = Placing(users="本单位工作人员", cloud=cloud, protection="2")
        placing.place(made.at(system.unit), system, told, clock.today(), why=WHY)
        system.cloud = cloud


def _publish(made: Province, city: str, unit: Unit) -> None:
    """A table of a city's civil affairs, gathered, catalogued, published and checked."""
    table = DataTable.objects.select_related("system__unit").get(name=f"t{city}-{made.civil - 1}-0")
    open_type = "1" if made.random.random() < 0.5 else "0"
    bring_out(made, unit, table, NAMES, "本市乡、镇、街道的行政区划代码和名称。", open_type)


def bring_out(
    made: Province,
    unit: Unit,
    table: DataTable,
    names: Mapping[str, str],
    abstract: str,
    open_type: str = "0",
) -> None:
    """Gather a table, write its entry with these names of columns, publish and check it."""
    officer = made.at(unit)
    table = harvest.gather(officer, table, why=WHY)
    version = catalog.draft(officer, table, why=WHY)
    draft = decode(version.draft, EntryDraft)
    items = tuple(
        replace(one, name=names[one.column], key=one.column == "code", filterable=True)
        for one in draft.items
    )
    filled = replace(
        draft,
        abstract=abstract,
        classification="103001",
        share_type="1",
        open_type=open_type,
        update_cycle="year",
        items=items,
    )
    version = catalog.edit(officer, version, filled, why=WHY)
    publish(officer, made.at(unit, head=True), made.reviewer, version)
    quality.set_checks(officer, table, quality.suggest(table), why=WHY)
    quality.run(officer, table, why=WHY)


def _press(made: Province, unit: Unit, *, days: int, reports: bool) -> None:
    """The head presses a unit for a matter by a day; it may report at once."""
    concern = Concern(f"unit:{unit.code}", f"推动{unit.short_name}系统整合上云", unit)
    due = clock.today() + timedelta(days=days)
    case = supervision.order(made.head, concern, due, why=WHY)
    if reports:
        papers = {"paper.progress": "已按计划推进，附进度表。"}
        case = cases.move(made.at(unit), case, "hand_in", papers=papers, why=WHY)
        cases.move(made.head, case, "close", why=WHY)
