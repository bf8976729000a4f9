"""Register tables: clouds, rooms, equipment, exits, services bought, log-ins, drills from files."""

from __future__ import annotations

from yunzhang import clock
from yunzhang.gather import clouds
from yunzhang.gather.clouds import CloudForm
from yunzhang.gather.models import Cloud, InformationSystem
from yunzhang.gather.networks import ahead
from yunzhang.gather.system_table import CLOUD_UNKNOWN
from yunzhang.oversee.clouds import drills, equipment, exits, logins, purchases, rooms, rows
from yunzhang.oversee.clouds.register_models import InternetExit, RoomItem, ServiceBought
from yunzhang.oversee.clouds.rows import Item
from yunzhang.oversee.models import DataRoom
from yunzhang.people.imports import Made, choices, chosen
from yunzhang.people.models import Unit
from yunzhang.people.permissions import Actor, pack
from yunzhang.terms.fact import Deed
from yunzhang.terms.faults import FaultKind, Text
from yunzhang.terms.forms import Flaw, Line

ROOM_UNKNOWN = FaultKind(
    "import.room_unknown",
    422,
    Text("“{unit}”没有登记名为“{name}”的机房。", "{unit} has no room called {name} on record."),
    Text("先登记机房，或照登记的名称填写。", "Register it first, or write it as registered."),
)
SYSTEM_UNKNOWN = FaultKind(
    "import.system_unknown",
    422,
    Text("“{unit}”没有登记名为“{name}”的系统。", "{unit} has no system called {name} on record."),
    Text("先登记系统，或照登记的名称填写。", "Register it first, or write it as registered."),
)
NAME, BUILT = Text("名称", "Name"), Text("建成日期", "Built on")


def _cloud(line: Line, unit: Unit, flaws: list[Flaw]) -> Item | None:
    built = line.day("built_on", flaws)
    level = chosen(pack().codes_of("cloud_level"), line.get("level"))
    if line.get("level") and level is None:
        flaws.append(line.unknown("level", choices(rows.form("clouds").column("level"))))
    parent = _cloud_named(line, "parent", flaws)
    if built is None or level is None or not line.get("name"):
        return None
    texts = ("vendor", "service", "recovery_place", "approval", "trade")
    told = CloudForm(
        line.get("name"), level, built, parent, **{name: line.get(name) for name in texts}
    )

    def enter(actor: Actor, why: str) -> Made:
        made = clouds.register(actor, unit, told, why=why)
        return Made(f"cloud:{made.pk}", made.name)

    shown = (told.name, told.trade or told.vendor, built.isoformat())
    return Item(told.name, shown, clouds.faults(clouds.filled(unit, told)), enter)


def _room(line: Line, unit: Unit, flaws: list[Flaw]) -> Item | None:
    name, division, built = line.get("name"), line.get("division"), line.day("built_on", flaws)
    if built is None or not (name and division):
        return None
    approval, today = line.get("approval"), clock.today()

    def enter(actor: Actor, why: str) -> Made:
        made = rooms.register(actor, unit, name, division, built, today, approval=approval, why=why)
        return Made(f"room:{made.pk}", made.name)

    row = DataRoom(unit=unit, name=name, division=division, built_on=built, approval=approval)
    return Item(name, (name, division, built.isoformat()), rooms.faults(row, today), enter)


def _equipment(line: Line, unit: Unit, flaws: list[Flaw]) -> Item | None:
    room = DataRoom.objects.filter(unit=unit, name=line.get("room")).first()
    day, count = line.day("put_in_on", flaws), line.number("count", flaws)
    if line.get("room") and room is None:
        flaws.append(line.flaw("room", ROOM_UNKNOWN(unit=unit.name, name=line.get("room"))))
    if room is None or day is None or not line.get("name"):
        return None
    item = RoomItem(room=room, name=line.get("name"), put_in_on=day, approval=line.get("approval"))
    item.count = 1 if count is None else count

    def enter(actor: Actor, why: str) -> Made:
        equipment.put_in(actor, item, why=why)
        return Made(f"room:{room.pk}", item.name)

    shown = (item.name, room.name, f"{item.count}", day.isoformat())
    return Item(f"{room.name}·{item.name}·{day}", shown, equipment.faults(item), enter)


def _exit(line: Line, unit: Unit, flaws: list[Flaw]) -> Item | None:
    built, speed = line.day("built_on", flaws), line.number("megabits", flaws)
    if built is None or not line.get("name"):
        return None
    row = InternetExit(unit=unit, name=line.get("name"), carrier=line.get("carrier"))
    row.built_on, row.megabits = built, speed

    def enter(actor: Actor, why: str) -> Made:
        made = exits.register(actor, row, why=why)
        return Made(f"exit:{made.pk}", made.name)

    return Item(row.name, (row.name, row.carrier, built.isoformat()), exits.faults(row), enter)


def _service(line: Line, unit: Unit, flaws: list[Flaw]) -> Item | None:
    since, until = line.day("since", flaws), line.day("until", flaws)
    cloud, yuan = _cloud_named(line, "cloud", flaws), line.number("yuan", flaws)
    if since is None:
        return None
    row = ServiceBought(unit=unit, vendor=line.get("vendor"), service=line.get("service"))
    row.contract, row.cloud, row.since = line.get("contract"), cloud, since
    row.until, row.yuan = until, yuan

    def enter(actor: Actor, why: str) -> Made:
        made = purchases.register(actor, row, why=why)
        return Made(f"service:{made.pk}", made.service)

    shown = (row.vendor, row.service, since.isoformat())
    name = f"{row.vendor}·{row.service}·{since}"
    return Item(name, shown, purchases.faults(row), enter)


def _login(line: Line, unit: Unit, flaws: list[Flaw]) -> Item | None:
    system, day = _system_named(line, unit, flaws), line.day("last_on", flaws)
    people = line.number("people", flaws)
    if system is None or day is None:
        return None

    def enter(actor: Actor, why: str) -> Made:
        logins.report(actor, system, day, people, why=why)
        return Made(f"system:{system.pk}", system.name)

    return Item(system.name, (system.name, day.isoformat()), ahead(day, clock.today()), enter)


def _drill(line: Line, unit: Unit, flaws: list[Flaw]) -> Item | None:
    system, day = _system_named(line, unit, flaws), line.day("held_on", flaws)
    passed, result = line.yes("passed", flaws), line.get("result")
    if system is None or day is None or not (line.get("passed") and result):
        return None

    def enter(actor: Actor, why: str) -> Made:
        drills.record(actor, system, day, clock.today(), passed=passed, result=result, why=why)
        return Made(f"system:{system.pk}", system.name)

    shown = (system.name, day.isoformat(), "是" if passed else "否")
    return Item(f"{system.name}·{day}", shown, ahead(day, clock.today()), enter)


def _cloud_named(line: Line, id: str, flaws: list[Flaw]) -> Cloud | None:
    name = line.get(id)
    found = Cloud.objects.filter(name=name).first() if name else None
    if name and found is None:
        flaws.append(line.flaw(id, CLOUD_UNKNOWN(name=name)))
    return found


def _system_named(line: Line, unit: Unit, flaws: list[Flaw]) -> InformationSystem | None:
    name = line.get("system")
    found = InformationSystem.objects.filter(unit=unit, name=name).first() if name else None
    if name and found is None:
        flaws.append(line.flaw("system", SYSTEM_UNKNOWN(unit=unit.name, name=name)))
    return found


DAYS = {"place.day_ahead": "built_on", "gate.shut": "approval"}
KINDS = (
    rows.kind(
        Text("政务云", "Clouds"),
        Text("名称、层级、行业、服务商和上级云", "Names, levels, trades, vendors, larger clouds"),
        Deed.CLOUD_REGISTERED,
        rows.form("clouds"),
        (NAME, Text("行业或服务商", "Trade or vendor"), BUILT),
        _cloud,
        DAYS,
    ),
    rows.kind(
        Text("机房", "Machine rooms"),
        Text("名称、行政区划和建成日期", "Names, divisions and when they were built"),
        Deed.ROOM_REGISTERED,
        rows.form("rooms"),
        (NAME, Text("区划", "Division"), BUILT),
        _room,
        {**DAYS, "room.division": "division"},
    ),
    rows.kind(
        Text("机房设备", "Equipment of rooms"),
        Text("设备、所在机房和放入日期", "What stands in which room, since when"),
        Deed.EQUIPMENT_PUT_IN,
        rows.form("equipment"),
        (NAME, Text("机房", "Room"), Text("数量", "Number"), Text("放入日期", "Put in on")),
        _equipment,
        {**DAYS, "place.day_ahead": "put_in_on", "room.frozen": "put_in_on", "room.count": "count"},
    ),
    rows.kind(
        Text("互联网出口", "Internet exits"),
        Text("名称、运营商、带宽和开通日期", "Names, carriers, bandwidth, since when"),
        Deed.EXIT_REGISTERED,
        rows.form("exits"),
        (NAME, Text("运营商", "Carrier"), Text("开通日期", "Opened on")),
        _exit,
        DAYS,
    ),
    rows.kind(
        Text("所购云服务", "Services bought"),
        Text("服务商、服务、合同和期限", "Vendors, services, contracts and terms"),
        Deed.SERVICE_BOUGHT,
        rows.form("services"),
        (Text("服务商", "Vendor"), Text("服务", "Service"), Text("起", "From")),
        _service,
        {"service.ends_early": "until"},
    ),
    rows.kind(
        Text("系统登录情况", "Log-ins of systems"),
        Text("每个系统最近一次有人登录的日期", "The last day anyone signed in to each system"),
        Deed.LOGIN_REPORTED,
        rows.form("logins"),
        (Text("信息系统", "System"), Text("最近登录", "Last log-in")),
        _login,
        {"place.day_ahead": "last_on"},
    ),
    rows.kind(
        Text("灾备演练", "Recovery drills"),
        Text("系统、演练日期和结果", "Systems, days and results of drills"),
        Deed.DRILL_RECORDED,
        rows.form("drills"),
        (Text("信息系统", "System"), Text("日期", "Day"), Text("是否恢复成功", "It held")),
        _drill,
        {"place.day_ahead": "held_on"},
    ),
)
