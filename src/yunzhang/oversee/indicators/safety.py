"""Indicators of safety: logs that hold, grants that were not misused."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.db.models import Exists, OuterRef, Value
from django.db.models.functions import Concat

from yunzhang.gather.models import Node
from yunzhang.oversee.indicators.registry import Row, Units, indicator, window
from yunzhang.people.models import Case, CaseParty
from yunzhang.share import misuse
from yunzhang.share.models import GrantRow
from yunzhang.terms.faults import Text
from yunzhang.use import incidents, usage


@indicator(
    "safety",
    "node",
    formula=Text(
        "日志完好的节点 ÷ 上报过日志的节点", "Nodes whose log is sound ÷ nodes that sent a log"
    ),
    source=Text("枢纽收到的节点日志", "Node logs as the hub holds them"),
    told=Text(
        "最近一批回执被拒收（改动、分叉、签名不符）的节点为不完好。",
        "A node fails while its last batch of receipts stands refused: changed, forked, wrongly "
        "signed.",
    ),
)
def logs_sound(units: Units, _today: date) -> Iterator[Row]:
    """Nodes whose last batch was taken / nodes that sent any."""
    nodes = Node.objects.filter(unit__in=units, log__isnull=False)
    for unit, number, fault in nodes.values_list("unit", "pk", "log__fault"):
        yield Row(unit, number, not fault)


@indicator(
    "safety",
    "grant",
    formula=Text(
        "没有违规使用事项的授权 ÷ 持有的授权", "Grants without a case of misuse ÷ grants held"
    ),
    source=Text("使用单位持有的授权、违规使用事项", "Grants held, cases of misuse"),
    told=Text(
        "评分窗口内有效过的授权；经查不属实的违规不计，仍在核查的计为不合格。",
        "Grants active within the pack's window; an unfounded case does not count, one under "
        "way does.",
    ),
)
def grants_clean(units: Units, today: date) -> Iterator[Row]:
    """Grants held without a case of misuse / grants held."""
    since = usage.start_of(window(today))
    found = Case.objects.filter(
        procedure=misuse.PROCEDURE, about=Concat(Value("grant:"), OuterRef("pk"))
    ).exclude(step="unfounded")
    held = GrantRow.objects.filter(consumer__in=units, until__gte=since)
    rows = held.annotate(bad=Exists(found)).values_list("consumer", "pk", "bad")
    for unit, number, bad in rows:
        yield Row(unit, number, not bad)


@indicator(
    "safety",
    "case",
    formula=Text("已结案的安全事件 ÷ 全部安全事件", "Incidents closed ÷ all incidents"),
    source=Text(
        "安全事件登记：单位报告的和枢纽从节点日志发现的",
        "The register of incidents: those reported, and those the hub finds in nodes' logs",
    ),
    told=Text(
        "评分窗口内的安全事件是否已控制、查明并结案；不属实的不计。",
        "Whether the incidents within the pack's window are contained, explained and closed; what "
        "proved to be none does not count.",
    ),
)
def incidents_closed(units: Units, today: date) -> Iterator[Row]:
    """Incidents closed / incidents within the pack's window, but for those that were none."""
    since = usage.start_of(window(today))
    found = CaseParty.objects.filter(
        party=incidents.UNIT,
        unit__in=units,
        case__procedure=incidents.PROCEDURE,
        case__opened_at__gte=since,
    ).exclude(case__step=incidents.UNFOUNDED)
    for unit, number, closed in found.values_list("unit", "case", "case__closed_on"):
        yield Row(unit, number, closed is not None)
