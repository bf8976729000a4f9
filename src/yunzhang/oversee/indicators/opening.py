"""Indicators of openness and of use: what the public may have, and in which fields data is used."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from django.db.models import F

from yunzhang.oversee.indicators.published import Entry, entries
from yunzhang.oversee.indicators.registry import Row, Units, indicator, window
from yunzhang.people.permissions import pack
from yunzhang.terms.faults import Text
from yunzhang.use.models import UsageDay


@indicator(
    "opening",
    "resource",
    formula=Text("向社会开放的条目 ÷ 已发布条目", "Open entries ÷ published entries"),
    source=Text("已发布目录的开放属性", "The openness of the entries"),
    told=Text("无条件和有条件开放都算开放。", "Open at once or on conditions."),
)
def open_rate(units: Units, _today: date) -> Iterator[Row]:
    """Open entries / published entries."""
    for one in entries(units):
        yield Row(one.unit, one.resource, one.open)


@indicator(
    "opening",
    "resource",
    formula=Text(
        "在更新周期内归集过的开放条目 ÷ 定有更新周期的开放条目",
        "Open entries gathered within their cycle ÷ open entries with a cycle",
    ),
    source=Text("开放目录、归集记录", "The open catalog, gatherings"),
    told=Text(
        "开放给公众的数据是不是还在更新。", "Whether what the public is given is still kept up."
    ),
)
def open_fresh(units: Units, today: date) -> Iterator[Row]:
    """Open entries gathered within their update cycle / open entries with a cycle."""
    for one in entries(units):
        fresh = one.fresh(today) if one.open else None
        if fresh is not None:
            yield Row(one.unit, one.resource, fresh)


@indicator(
    "opening",
    "open_field",
    formula=Text(
        "有开放条目的领域 ÷ 政策包列出的开放领域",
        "Fields with an open entry ÷ fields the pack lists",
    ),
    source=Text("开放目录的信息资源分类", "The classification of open entries"),
    told=Text(
        "交通地理、经济统计、医疗教育、资源环境、政务服务五个领域，按资源分类和名称归入。",
        "Traffic and geography, economy and statistics, medicine and schooling, resources and "
        "environment, government services: by the entry's classification or its words.",
    ),
)
def open_fields(units: Units, _today: date) -> Iterator[Row]:
    """Fields of opening with an open entry / fields of opening."""
    classes = {row.code: row.zh for row in pack().codes_of("classification")}
    opened: dict[int, set[str]] = {}
    for one in entries(units):
        if one.open:
            found = fields_of("open_field", _said(one, classes))
            opened.setdefault(one.unit, set()).update(found)
    yield from _covered("open_field", opened)


@indicator(
    "opening",
    "application_field",
    formula=Text(
        "有成功调用的应用领域 ÷ 政策包列出的应用领域",
        "Fields of application with an answered call ÷ fields the pack lists",
    ),
    source=Text("回执中的场景和用途", "Scenarios and purposes of the receipts"),
    told=Text(
        "政务、民生、商贸等领域，按授权写明的场景和用途中的词归入；归不进的场景见使用情况页。",
        "Government, livelihood, trade: by words of the scenario and purpose of each grant; "
        "the usage page lists every scenario.",
    ),
)
def application_fields(units: Units, today: date) -> Iterator[Row]:
    """Fields of application with an answered call / fields of application, by consumer."""
    used: dict[int, set[str]] = {}
    days = UsageDay.objects.filter(
        consumer__in=units, day__gt=window(today), answered__gt=F("discounted")
    )
    for unit, scenario, purpose in days.values_list("consumer", "scenario", "purpose").distinct():
        found = fields_of("application_field", f"{scenario} {purpose}")
        used.setdefault(unit, set()).update(found)
    yield from _covered("application_field", used)


def _covered(fields: str, found: Mapping[int, set[str]]) -> Iterator[Row]:
    rows = pack().codes_of(fields)
    for unit, there in found.items():
        yield from (Row(unit, row.code, row.code in there) for row in rows)


def fields_of(fields: str, text: str) -> set[str]:
    """The fields of a list of the pack whose words stand in a text."""
    return {row.parent for row in pack().codes_of(f"{fields}_word") if row.zh in text}


def _said(one: Entry, classes: Mapping[str, str]) -> str:
    return f"{one.title} {classes.get(one.draft.classification, '')}"
