"""Indicators of the catalog: what is catalogued, and whether the catalog is true to its tables."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import starmap

from django.db.models import Exists, OuterRef

from yunzhang.gather import drift
from yunzhang.gather.models import DataTable, Drift, EntryVersion, Resource
from yunzhang.oversee.indicators.published import entries
from yunzhang.oversee.indicators.registry import Row, Units, indicator
from yunzhang.terms.faults import Text

PUBLISHED = EntryVersion.objects.filter(state=EntryVersion.State.PUBLISHED)


@indicator(
    "catalog",
    "table",
    formula=Text("有已发布目录条目的数据表 ÷ 全部数据表", "Tables with a published entry ÷ tables"),
    source=Text("信息系统登记的数据表、已发布目录", "Tables of the systems on record, the catalog"),
    told=Text(
        "登记在册的数据表，有多少已经编入目录（第809号令第十三条）。",
        "How many of the tables on record are catalogued (Order 809 Art. 13).",
    ),
)
def catalog_coverage(units: Units, _today: date) -> Iterator[Row]:
    """Tables of the unit with a published entry / its tables (Order 809 Art. 13)."""
    published = Exists(PUBLISHED.filter(resource__table=OuterRef("pk")))
    tables = DataTable.objects.filter(system__unit__in=units).annotate(holds=published)
    yield from starmap(Row, tables.values_list("system__unit", "pk", "holds"))


@indicator(
    "catalog",
    "resource",
    formula=Text(
        "与在用数据表挂接且未脱节的条目 ÷ 已发布条目",
        "Published entries that fit a live table ÷ published entries",
    ),
    source=Text("已发布目录、归集记录、漂移告警", "The catalog, gatherings, drifts found"),
    told=Text(
        "已发布的条目背后是否真有数据：至少归集过一次，且没有使其脱节的漂移（第十六条）。",
        "Whether there is data behind an entry: gathered once at least, and no open drift that "
        "unlinks it (Art. 16).",
    ),
)
def catalog_linked(units: Units, _today: date) -> Iterator[Row]:
    """Published entries with a live table that fits them / published entries (Art. 16).

    Fits: gathered at least once, and no open drift that unlinks it.
    """
    drifted = Drift.objects.filter(kind__in=drift.UNLINKING, cleared_at=None)
    known = Resource.objects.filter(
        Exists(PUBLISHED.filter(resource=OuterRef("pk"))), unit__in=units
    ).annotate(drifted=Exists(drifted.filter(resource=OuterRef("pk"))))
    for unit, number, gathered, bad in known.values_list(
        "unit", "pk", "table__gathered_at", "drifted"
    ):
        yield Row(unit, number, gathered is not None and not bad)


@indicator(
    "catalog",
    "resource",
    formula=Text(
        "没有未消除漂移的条目 ÷ 已发布条目",
        "Published entries without an open drift ÷ published entries",
    ),
    source=Text("已发布目录、每日漂移检查", "The catalog, the daily check for drift"),
    told=Text(
        "目录写的与数据表实际是否一致：列、行数、更新时间等任何一种漂移都算不一致。",
        "Whether the catalog says what the table is: any open drift of columns, volume or "
        "freshness counts against it.",
    ),
)
def catalog_undrifted(units: Units, _today: date) -> Iterator[Row]:
    """Published entries without an open drift / published entries."""
    drifted = Drift.objects.filter(cleared_at=None, resource=OuterRef("pk"))
    known = Resource.objects.filter(
        Exists(PUBLISHED.filter(resource=OuterRef("pk"))), unit__in=units
    ).annotate(holds=~Exists(drifted))
    yield from starmap(Row, known.values_list("unit", "pk", "holds"))


@indicator(
    "catalog",
    "resource",
    formula=Text(
        "在更新周期内归集过的条目 ÷ 定有更新周期的已发布条目",
        "Entries gathered within their update cycle ÷ published entries with a cycle",
    ),
    source=Text("目录中的更新周期、归集记录", "Update cycles of the catalog, gatherings"),
    told=Text(
        "数据是否按目录承诺的周期更新；从未归集的算不新鲜。",
        "Whether data is as fresh as its entry promises; never gathered is not fresh.",
    ),
)
def catalog_fresh(units: Units, today: date) -> Iterator[Row]:
    """Entries gathered within their update cycle / published entries with a cycle."""
    for one in entries(units):
        fresh = one.fresh(today)
        if fresh is not None:
            yield Row(one.unit, one.resource, fresh)
