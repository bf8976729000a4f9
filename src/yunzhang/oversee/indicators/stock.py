"""Indicators of the stock (底数): how much there is, counted and never typed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import starmap

from django.db.models import Sum

from yunzhang.gather import placing
from yunzhang.gather.models import DataTable, InformationSystem
from yunzhang.oversee.indicators.published import entries
from yunzhang.oversee.indicators.registry import Row, Units, indicator
from yunzhang.oversee.models import Standing
from yunzhang.terms.faults import Text


@indicator(
    "stock",
    "system",
    measure="count",
    formula=Text("在用信息系统的个数", "How many systems are living"),
    source=Text("信息系统登记", "Register of systems"),
    told=Text("已整合、关停的不计。", "Without those merged or closed."),
)
def system_count(units: Units, _today: date) -> Iterator[Row]:
    """Living systems."""
    rows = InformationSystem.objects.filter(unit__in=units, state__in=placing.LIVING)
    yield from starmap(Row, rows.values_list("unit", "pk"))


@indicator(
    "stock",
    "table",
    measure="count",
    formula=Text("登记数据表的个数", "How many tables are on record"),
    source=Text("信息系统登记的数据表", "Tables of the systems on record"),
    told=Text(
        "无论是否编目、归集；未编目的见目录覆盖率。",
        "Catalogued or not; for those that are not see the coverage of the catalog.",
    ),
)
def table_count(units: Units, _today: date) -> Iterator[Row]:
    """Tables on record."""
    rows = DataTable.objects.filter(system__unit__in=units)
    yield from starmap(Row, rows.values_list("system__unit", "pk"))


@indicator(
    "stock",
    "resource",
    measure="count",
    formula=Text("已发布目录条目的个数", "How many entries are published"),
    source=Text("已发布目录", "The catalog"),
    told=Text("草稿和审核中的不计。", "Without drafts and what is under review."),
)
def entry_count(units: Units, _today: date) -> Iterator[Row]:
    """Published entries."""
    for one in entries(units):
        yield Row(one.unit, one.resource)


@indicator(
    "stock",
    "resource",
    measure="count",
    formula=Text("已发布条目所含信息项之和", "Sum of the data items of published entries"),
    source=Text("已发布目录", "The catalog"),
    told=Text("每个条目的信息项数相加。", "The items of each entry added up."),
)
def item_count(units: Units, _today: date) -> Iterator[Row]:
    """Data items of published entries."""
    for one in entries(units):
        yield Row(one.unit, one.resource, amount=len(one.draft.items))


@indicator(
    "stock",
    "table",
    measure="count",
    formula=Text("已归集数据表最近一次的行数之和", "Sum of the rows of tables as last gathered"),
    source=Text("归集记录", "Gatherings"),
    told=Text(
        "数据汇聚量，按行计；逐月留存，可看逐年变化。",
        "The volume gathered, in rows; kept month by month, so that years compare.",
    ),
)
def data_volume(units: Units, _today: date) -> Iterator[Row]:
    """Rows of the tables as they were last gathered."""
    rows = DataTable.objects.filter(system__unit__in=units, gathered_at__isnull=False)
    for unit, number, count in rows.values_list("system__unit", "pk", "rows"):
        yield Row(unit, number, amount=count or 0)


@indicator(
    "stock",
    "unit",
    formula=Text(
        "数据汇聚量多于一年前的单位 ÷ 一年前有留存数的单位",
        "Units that hold more rows than a year ago ÷ units counted a year ago",
    ),
    source=Text("数据汇聚量的逐月留存数", "The volume gathered, as kept month by month"),
    told=Text(
        "“数据汇聚量逐年增加”：与去年同月的留存数比较；运行不满一年的没有数。",
        "Compared with the same month of the year before; nothing in a hub's first year.",
    ),
)
def data_volume_growth(units: Units, today: date) -> Iterator[Row]:
    """Units that hold more rows than a year ago / units counted a year ago."""
    before = Standing.objects.filter(
        indicator="data_volume", month=date(today.year - 1, today.month, 1), unit__in=units
    )
    tables = DataTable.objects.filter(system__unit__in=units, gathered_at__isnull=False)
    sums = tables.values_list("system__unit").annotate(Sum("rows"))
    now = {unit: count or 0 for unit, count in sums}
    for unit, was in before.values_list("unit", "hits"):
        yield Row(unit, unit, now.get(unit, 0) > was)
