"""Indicators of quality: what the checks of GB/T 36344 said of each table last."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import starmap

from django.db.models import OuterRef, QuerySet, Subquery

from yunzhang.gather.models import DataTable, VerdictRow
from yunzhang.oversee.indicators.registry import Row, Units, indicator
from yunzhang.terms.faults import Text


@indicator(
    "quality",
    "verdict",
    formula=Text(
        "最近一次检测合格的数据表 ÷ 检测过的数据表",
        "Tables whose latest verdict passed ÷ tables that were checked",
    ),
    source=Text("质量检测结论", "Verdicts of the quality checks"),
    told=Text(
        "每张表只看最近一次检测；一条规则不过，该表就不合格（第十八条）。",
        "Of each table the latest run counts; one failing check fails it (Art. 18).",
    ),
)
def quality(units: Units, _today: date) -> Iterator[Row]:
    """Tables whose latest verdict passed / tables that were checked (Art. 18)."""
    rows = latest(units).values_list("table__system__unit", "pk", "passed")
    yield from starmap(Row, rows)


def latest(units: Units) -> QuerySet[VerdictRow]:
    """The latest verdict of each table that was ever checked."""
    own = VerdictRow.objects.filter(table=OuterRef("pk")).order_by("-ran_at", "-pk")
    tables = DataTable.objects.filter(system__unit__in=units)
    last = tables.annotate(last=Subquery(own.values("pk")[:1])).exclude(last=None)
    return VerdictRow.objects.filter(pk__in=last.values("last"))
