"""Clouds: systems signed in to or silent, plans of migration, rooms, services and drills."""

from __future__ import annotations

from datetime import date, timedelta

from yunzhang import clock
from yunzhang.demo.made import WHY, Province
from yunzhang.gather.models import InformationSystem
from yunzhang.oversee.clouds import drills, equipment, exits, extranet, logins, plans
from yunzhang.oversee.clouds import zombies as silent
from yunzhang.oversee.clouds.plans import CLOSE, MERGE, TO_CLOUD, Plan
from yunzhang.oversee.clouds.purchases import register as buy
from yunzhang.oversee.clouds.register_models import InternetExit, RoomItem, ServiceBought
from yunzhang.oversee.models import DataRoom
from yunzhang.people import cases
from yunzhang.people.models import Case

SILENT = 47  # one system in so many is signed in to by nobody
PLANNED = 6  # plans of migration; the first is proved, the last still with the head


def equip(made: Province) -> None:
    """Governments on the extranet, what stands in old rooms, services bought, exits, drills."""
    today = clock.today()
    for held in made.cities.values():
        extranet.connect(made.reviewer, held[0], made.old, today, why=WHY)
    for room in DataRoom.objects.select_related("unit")[:3]:
        item = RoomItem(room=room, name="机架服务器", count=12, put_in_on=made.old)
        equipment.put_in(made.reviewer, item, why=WHY)
    for number, (city, held) in enumerate(list(made.cities.items())[:4]):
        row = InternetExit(
            unit=held[1], name=f"{held[1].short_name}互联网出口", carrier="某运营商", megabits=500,
            state_since=made.old, built_on=made.old,
        )  # fmt: skip
        exits.register(made.reviewer, row, why=WHY)
        cloud = made.clouds.get(city)
        if cloud is not None:
            bought = ServiceBought(
                unit=held[1], vendor="某云服务商", service="云主机和存储", cloud=cloud,
                contract=f"演示合同{number + 1}号", since=today, yuan=680_000 + 90_000 * number,
                until=today + timedelta(days=(500 if number else 300)),
            )  # fmt: skip
            buy(made.reviewer, bought, why=WHY)


def sign_in(made: Province) -> None:
    """Units report when their systems were last signed in to; of a few nobody can."""
    today = clock.today()
    for number, system in enumerate(made.systems):
        if number % SILENT != SILENT - 1:
            day = today - timedelta(days=number % 9)
            logins.report(made.at(system.unit), system, day, 8 + number % 40, why=WHY)
    for number, system in enumerate(_on_cloud(made)[:3]):
        result = "备份恢复用时 42 分钟" if number else "恢复超时，应急预案待修订"
        drills.record(
            made.at(system.unit), system, today, today, passed=bool(number), result=result, why=WHY
        )


def find_zombies(made: Province) -> None:
    """The silent ones get their notice; one unit has answered that it closes its system."""
    found = silent.sweep(clock.today())
    if found:
        reply = {"paper.zombie_reply": "业务已并入一体化平台，申请关停。"}
        system = InformationSystem.objects.get(pk=found[0].about.partition(":")[2])
        cases.move(made.at(system.unit), found[0], "close", papers=reply, why=WHY)


def plan(made: Province) -> None:
    """Plans of migration and merging: one proved, two under way, one late, others to be decided."""
    today = clock.today()
    civil = [held[made.civil] for held in made.cities.values()]
    for number, unit in enumerate(civil[:PLANNED]):
        own = [one for one in made.systems if one.unit_id == unit.pk]
        system = next((one for one in own if one.cloud_id is None), own[-1])
        cloud = made.clouds.get(f"{unit.division[:4]}00")
        kind = TO_CLOUD if cloud is not None and system.cloud_id is None else MERGE
        into = next(one for one in own if one.pk != system.pk) if kind == MERGE else None
        goal = Plan(kind, _by(today, number), cloud if kind == TO_CLOUD else None, into)
        told = "分三步：环境搭建、数据迁移、并行试运行一个月。"
        case = plans.propose(made.at(unit), system, goal, told, why=WHY)
        _carry(made, case, number)


def close_one(made: Province) -> None:
    """A county means to close a system; its head has still to agree."""
    system = next(one for one in made.systems if one.unit_id == made.counties[0].pk)
    goal = Plan(CLOSE, clock.today() + timedelta(days=90))
    plans.propose(made.at(system.unit), system, goal, "业务并入市级系统后关停。", why=WHY)


def _by(today: date, number: int) -> date:
    # The third is late on the day the demonstration is shown, the others are not.
    return today + timedelta(days=20 if number == 2 else 120 + 10 * number)


def _carry(made: Province, case: Case, number: int) -> None:
    unit = case.parties.select_related("unit").get(party=plans.UNIT).unit
    if number < PLANNED - 1:
        case = cases.move(made.at(unit, head=True), case, "approve", why=WHY)
    if number < PLANNED - 2:
        case = cases.move(made.reviewer, case, "accept", why=WHY)
    if number < 2:
        proof = {"paper.migration_proof": "已割接，附试运行记录。"}
        case = cases.move(made.at(unit), case, "prove", papers=proof, why=WHY)
    if number == 0:
        cases.move(made.reviewer, case, "confirm", why=WHY)


def _on_cloud(made: Province) -> list[InformationSystem]:
    return [one for one in made.systems if one.cloud_id is not None]
