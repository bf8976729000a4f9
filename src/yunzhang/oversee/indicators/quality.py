"""Indicators of quality: what the checks of GB/T 36344 said of each table last."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import partial
from itertools import starmap

from django.db.models import OuterRef, QuerySet, Subquery

from yunzhang.gather.models import DataTable, VerdictRow
from yunzhang.oversee.indicators.registry import Row, Units, indicator
from yunzhang.terms.document import Document, decode
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


class Dimension(Document, frozen=True, kw_only=True, forbid_unknown_fields=False):
    """What a verdict says of one dimension: how much was judged, and how much failed."""

    dimension: str
    total: int = 0
    failed: int = 0


class Told(Document, frozen=True, kw_only=True, forbid_unknown_fields=False):
    """The part of a verdict that is counted with."""

    dimensions: tuple[Dimension, ...] = ()


def _of(dimension: str, units: Units, _today: date) -> Iterator[Row]:
    rows = latest(units).values_list("table__system__unit", "pk", "verdict")
    for unit, number, verdict in rows.iterator(chunk_size=500):
        for one in decode(verdict, Told).dimensions:
            if one.dimension == dimension and one.total:
                yield Row(unit, number, one.failed == 0)


# 规范性 完整性 准确性 一致性 时效性 可访问性: the dimensions of GB/T 36344.
DIMENSIONS = {
    "normativity": Text("规范性", "normativity"),
    "completeness": Text("完整性", "completeness"),
    "accuracy": Text("准确性", "accuracy"),
    "consistency": Text("一致性", "consistency"),
    "timeliness": Text("时效性", "timeliness"),
    "accessibility": Text("可访问性", "accessibility"),
}

for _id, _name in DIMENSIONS.items():
    indicator(
        "quality",
        "verdict",
        id=f"quality_{_id}",
        formula=Text(
            f"最近一次检测{_name.zh}无失败的数据表 ÷ 检测过{_name.zh}的数据表",
            f"Tables whose latest verdict fails nothing of {_name.en} ÷ tables checked for it",
        ),
        source=Text("质量检测结论", "Verdicts of the quality checks"),
        told=Text(
            f"GB/T 36344 的“{_name.zh}”维度；没有设该维度规则的表不计。",
            f"The dimension {_name.en} of GB/T 36344; tables without a check of it do not count.",
        ),
    )(partial(_of, _id))
