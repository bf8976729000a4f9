"""Indicators of exchange: what is asked for, agreed, delivered and really used."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.db.models import Exists, F, OuterRef

from yunzhang.oversee.indicators.registry import Row, Units, indicator
from yunzhang.share.models import GrantRow
from yunzhang.terms.faults import Text
from yunzhang.use import usage
from yunzhang.use.models import UsageDay


@indicator(
    "exchange",
    "grant",
    formula=Text(
        "已被调用的有效授权 ÷（已被调用的＋获准超过期限仍未调用的）",
        "Active grants used ÷ (those used + those old enough to have been)",
    ),
    source=Text("使用单位持有的授权、节点上报的回执", "Grants held, receipts of the nodes"),
    told=Text(
        "申请来的数据有没有用起来，防止“应用未用”（第三十八条）。刚获准的不计。",
        "Whether what was asked for is used (Art. 38). Young grants count on neither side.",
    ),
)
def approved_used(units: Units, today: date) -> Iterator[Row]:
    """Active grants held that were used / those used or old enough to have been (Art. 38).

    A grant younger than the pack's waiting time and not yet used counts on neither side.
    """
    calls = UsageDay.objects.filter(grant=OuterRef("pk"), answered__gt=F("discounted"))
    grants = GrantRow.objects.filter(consumer__in=units, state=GrantRow.State.ACTIVE)
    ripe = usage.ripe_before(today)
    for unit, number, issued, used in grants.annotate(used=Exists(calls)).values_list(
        "consumer", "pk", "issued_at", "used"
    ):
        if used or issued < ripe:
            yield Row(unit, number, used)
