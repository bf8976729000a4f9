"""Indicators of clouds, networks and systems: rates counted from the registers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from django.db.models import Q, QuerySet

from yunzhang.gather import placing
from yunzhang.gather.models import InformationSystem, Network
from yunzhang.oversee.clouds import activity
from yunzhang.oversee.indicators.registry import Row, Units, indicator
from yunzhang.oversee.models import Drill
from yunzhang.people.models import Unit
from yunzhang.people.permissions import pack
from yunzhang.terms.faults import Text

OUT = (placing.State.MERGED, placing.State.CLOSED)
Rows = Iterator[Row]


@indicator(
    "clouds",
    "system",
    formula=Text(
        "在云上的在用系统 ÷ 应上云的在用系统",
        "Living systems on a cloud ÷ living systems that count for the cloud",
    ),
    source=Text(
        "信息系统登记、云登记",
        "Registers of systems and clouds",
    ),
    told=Text(
        "涉密系统不计；敏感系统是否计入由政策包规定。",
        "Secret systems do not count; sensitive ones as the pack says.",
    ),
)
def cloud_migration_rate(units: Units, _today: date) -> Rows:
    """Systems on a cloud / living systems that are not secret, and not sensitive unless counted."""
    counted = _living(units).exclude(sensitivity=placing.SECRET)
    if not pack().limit("cloud.count_sensitive"):
        counted = counted.filter(sensitivity=placing.PLAIN)
    return _judged(counted.filter(cloud__isnull=False), counted)


@indicator(
    "clouds",
    "system",
    formula=Text(
        "已整合或关停的系统 ÷ 基准日的全部系统",
        "Systems merged or closed ÷ systems there were on the baseline day",
    ),
    source=Text(
        "信息系统登记、已核验的整合方案",
        "Register of systems, plans whose proof was confirmed",
    ),
    told=Text(
        "不含涉密和国家部委垂直系统；政策包未定基准日的，以登记过的全部系统为基数。",
        "Without secret and ministries' systems; without a baseline, of all ever registered.",
    ),
)
def consolidation_rate(units: Units, _today: date) -> Rows:
    """Systems merged or closed / systems there were on the baseline day, none of a ministry's.

    Without a baseline in the pack: all that were ever registered.
    """
    rules = [row.baseline for row in pack().indicators if row.id == "consolidation_rate"]
    there = _systems(units).exclude(sensitivity=placing.SECRET).filter(vertical=False)
    for day in filter(None, rules):
        there = there.filter(Q(built_on=None) | Q(built_on__lte=day))
    return _judged(there.filter(state__in=OUT), there)


@indicator(
    "clouds",
    "network",
    formula=Text(
        "已并网或关停的专网 ÷ 非涉密专网",
        "Dedicated networks merged or closed ÷ those that are not secret",
    ),
    source=Text(
        "专网登记",
        "Register of networks",
    ),
    told=Text(
        "业务专网并入电子政务外网或关停的进度。",
        "How far dedicated networks have gone into the extranet or ended.",
    ),
)
def network_merge_rate(units: Units, _today: date) -> Rows:
    """Dedicated networks merged or closed / those that are not secret."""
    known = Network.objects.filter(unit__in=units, secret=False)
    return _judged(known.filter(state__in=OUT), known)


@indicator(
    "clouds",
    "unit",
    formula=Text(
        "已接入电子政务外网的单位 ÷ 全部单位",
        "Units connected to the extranet ÷ units",
    ),
    source=Text(
        "外网接入登记",
        "Register of the extranet",
    ),
    told=Text(
        "按单位统计，可分层级查看。",
        "Counted by unit, shown for each tier.",
    ),
)
def gov_extranet_coverage(units: Units, today: date) -> Rows:
    """Units connected to the government extranet / units."""
    known = Unit.objects.filter(pk__in=units)
    connected = known.filter(extranet__since__lte=today)
    return _judged(connected, known)


@indicator(
    "clouds",
    "system",
    formula=Text(
        "有数据表归集到本枢纽的在用系统 ÷ 非涉密在用系统",
        "Living systems with a table gathered here ÷ living systems that are not secret",
    ),
    source=Text(
        "信息系统登记、归集记录",
        "Register of systems, gatherings",
    ),
    told=Text(
        "系统以归集过数据为接入，不以登记为接入。",
        "A system has joined when its data was gathered, not when it was registered.",
    ),
)
def exchange_join_rate(units: Units, _today: date) -> Rows:
    """Systems with a table gathered here / living systems that are not secret."""
    living = _living(units).exclude(sensitivity=placing.SECRET)
    joined = living.filter(tables__gathered_at__isnull=False)
    return _judged(joined, living)


@indicator(
    "clouds",
    "system",
    formula=Text(
        "灾备演练通过的系统 ÷ 达到规定保护等级的在用系统",
        "Systems whose recovery was tried and held ÷ living systems of a high level of protection",
    ),
    source=Text(
        "系统和云的灾备登记、演练记录",
        "Recovery places and drills of systems and clouds",
    ),
    told=Text(
        "只看最近一次演练，且不得过旧；没有自己灾备点的系统看所在的云。",
        "The last drill counts and must not be too old; a system without a place of its own "
        "stands on its cloud's.",
    ),
)
def recovery_rate(units: Units, today: date) -> Rows:
    """Of the living systems of the pack's level of protection on: recovery was tried, and held.

    The last drill counts, of the system itself or of its cloud, and it must not be too old.
    """
    level, oldest = pack().limit("recovery.level"), _oldest_drill(today)
    levels = [row.code for row in pack().codes_of("protection") if int(row.code) >= level]
    owing = _living(units).filter(protection__in=levels).select_related("cloud")
    rows = Drill.objects.filter(held_on__lte=today).order_by("held_on", "pk")
    last_of_system = {row.system_id: row for row in rows if row.system_id}
    last_of_cloud = {row.cloud_id: row for row in rows if row.cloud_id}

    def recovers(system: InformationSystem) -> bool:
        cloud = system.cloud
        if system.recovery_place:
            found = last_of_system.get(system.pk)
        else:
            found = last_of_cloud.get(cloud.pk) if cloud and cloud.recovery_place else None
        return found is not None and found.passed and found.held_on >= oldest

    return _judged([s for s in owing if recovers(s)], owing)


@indicator(
    "clouds",
    "system",
    formula=Text(
        "近期有调用、归集或变更的在用系统 ÷ 在用系统",
        "Living systems called, gathered or changed lately ÷ living systems",
    ),
    source=Text(
        "回执、归集记录、目录变更",
        "Receipts, gatherings, changes of entries",
    ),
    told=Text(
        "长期没有动静的系统可能已是“僵尸”系统，由其单位说明。",
        "A system long silent may be a zombie; its unit is asked.",
    ),
)
def living_rate(units: Units, today: date) -> Rows:
    """Living systems that showed life / living systems."""
    living = list(_living(units))
    still = {system.pk for system in activity.silent(living, today)}
    return _judged([s for s in living if s.pk not in still], living)


Record = InformationSystem | Network | Unit


def _systems(units: Units) -> QuerySet[InformationSystem]:
    return InformationSystem.objects.filter(unit__in=units)


def _living(units: Units) -> QuerySet[InformationSystem]:
    return _systems(units).filter(state__in=placing.LIVING)


def _oldest_drill(today: date) -> date:
    return today - timedelta(days=pack().limit("recovery.drill_days"))


def _judged(held: Iterable[Record], all: Iterable[Record]) -> Rows:
    holding = {record.pk for record in held}
    for record in all:
        unit = record.pk if isinstance(record, Unit) else record.unit_id
        yield Row(unit, record.pk, record.pk in holding)
