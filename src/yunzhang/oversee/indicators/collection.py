"""Indicators of repeated collection: entries that gather anew what another unit shares already."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date

from yunzhang.oversee.indicators.published import Entry, entries
from yunzhang.oversee.indicators.registry import Row, Units, indicator
from yunzhang.people.models import Unit
from yunzhang.people.permissions import pack
from yunzhang.terms.codes import ShareType
from yunzhang.terms.faults import Text

SHARED = (ShareType.UNCONDITIONAL, ShareType.CONDITIONAL)
REGION = slice(2, 8)  # the division of registration within a credit code (GB 32100)


@indicator(
    "exchange",
    "resource",
    formula=Text(
        "没有重复采集的条目 ÷ 信息项足够多的已发布条目",
        "Entries that collect nothing anew ÷ published entries with enough items",
    ),
    source=Text(
        "已发布目录的信息项名称、共享类型、发布日期", "Items, share types and dates of entries"
    ),
    told=Text(
        "同一行政区域内，其他单位更早发布、可共享的某一条目已含有本条目大部分信息项（按名称，不计主键），"
        "即为重复采集：应申请共享，而不是再向群众和企业采集。",
        "An entry collects anew when an earlier entry of another unit of the same area, shared at "
        "once or on conditions, has most of its items by name, keys apart: ask for those instead "
        "of asking people again.",
    ),
)
def collected_once(units: Units, _today: date) -> Iterator[Row]:
    """Entries whose items no earlier shared entry of another unit of their area has already."""
    least = pack().limit("repeated.least_items")
    # Of all units: what is repeated is found in others' entries.
    known = [(one, names_of(one)) for one in entries()]
    said = Said(known)
    wanted = set(units)
    for one, names in known:
        if one.unit in wanted and len(names) >= least:
            yield Row(one.unit, one.resource, said.earlier(one, names) is None)


class Said:
    """Which shared entry says which item, and how often each item's name is used at all."""

    def __init__(self, known: list[tuple[Entry, frozenset[str]]]) -> None:
        self.often = Counter(name for _one, names in known for name in names)
        self.by_name: dict[str, list[tuple[Entry, frozenset[str]]]] = defaultdict(list)
        for one, names in known:
            if one.draft.share_type in SHARED:
                for name in names:
                    self.by_name[name].append((one, names))
        self.areas = {
            number: area_of(code) for number, code in Unit.objects.values_list("pk", "code")
        }

    def earlier(self, one: Entry, names: frozenset[str]) -> Entry | None:
        """An earlier entry of another unit of the area that has enough of these items."""
        needed = -(-len(names) * pack().limit("repeated.percent") // 100)
        # Whoever has so many of the names has one of the rarest: the others need no look.
        rarest = sorted(names, key=lambda name: (self.often[name], name))
        for name in rarest[: len(names) - needed + 1]:
            for other, theirs in self.by_name[name]:
                if self._before(other, one) and len(names & theirs) >= needed:
                    return other
        return None

    def _before(self, other: Entry, one: Entry) -> bool:
        if other.unit == one.unit or not _nested(self.areas[other.unit], self.areas[one.unit]):
            return False
        return (other.published_on or date.max, other.version) < (
            one.published_on or date.max,
            one.version,
        )


def names_of(one: Entry) -> frozenset[str]:
    """The items an entry really collects: its keys only say of whom."""
    return frozenset(item.name for item in one.draft.items if not item.key)


def area_of(code: str) -> str:
    """The area a unit is of, from its credit code: a province has two digits, a county six."""
    area = code[REGION]
    while area.endswith("00"):
        area = area[:-2]
    return area


def _nested(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one)
