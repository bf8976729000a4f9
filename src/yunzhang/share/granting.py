"""Granting: what exactly a grant opens, made of the request, the published entry and the pack.

Pure: the time, the parties and the pack come as arguments.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from yunzhang.protect.masking import default_masks
from yunzhang.share.wishes import Wish
from yunzhang.terms.codes import Delivery
from yunzhang.terms.entry import DataItem, Entry
from yunzhang.terms.faults import Fault, FaultKind, Text
from yunzhang.terms.grant import Grant, Mask, Party, Quota
from yunzhang.terms.pack import Pack

MASK_UNKNOWN = FaultKind(
    "grant.mask_unknown",
    422,
    Text("脱敏规则指向未获准的信息项“{item}”。", "A mask names “{item}”, which is not granted."),
    Text("去掉该规则。", "Remove that mask."),
)
MASK_TWICE = FaultKind(
    "grant.mask_twice",
    422,
    Text("信息项“{item}”有两条脱敏规则。", "“{item}” has two masks."),
    Text("只保留一条。", "Keep one of them."),
)
NO_KEY_CALLS = FaultKind(
    "grant.no_key_calls",
    409,
    Text(
        "关键信息项没有全部获准，不能按关键字逐条查询。",
        "Not all key items are granted, so no call by key is possible.",
    ),
    Text("需要逐条核验的，申请时一并选择关键信息项。", "Ask for the key items too if you need it."),
)
NO_FILTER_CALLS = FaultKind(
    "grant.no_filter_calls",
    409,
    Text("获准的信息项都不能作筛选条件。", "No granted item can be filtered by."),
    Text(
        "需要筛选的，由提供部门在目录中标明可筛选项。",
        "Have the provider mark items as filterable.",
    ),
)


@dataclass(frozen=True)
class Place:
    """Where the data stands and between whom it moves."""

    request: str
    node: str
    table: str
    provider: Party
    consumer: Party
    consumer_key: str


def compose(
    id: str,
    wish: Wish,
    entry: Entry,
    place: Place,
    *,
    masks: Sequence[Mask],
    pack: Pack,
    now: datetime,
) -> Grant:
    """The grant of a wish from `now` on. `masks` replace the defaults of the items they name."""
    items = granted(wish, entry)
    return Grant(
        id=id,
        request=place.request,
        resource_code=entry.resource_code,
        entry_version=entry.version,
        node=place.node,
        table=place.table,
        provider=place.provider,
        consumer=place.consumer,
        consumer_key=place.consumer_key,
        items=wish.items,
        key_items=key_items(wish, entry),
        filter_items=filter_items(wish, entry),
        rows=wish.rows,
        masks=_masks(items, masks, pack),
        purpose=wish.purpose,
        scenario=wish.scenario,
        legal_basis=wish.legal_basis,
        delivery=(Delivery(wish.delivery),),
        quota=quota(pack),
        starts_at=now,
        until=now + timedelta(days=wish.duration_days),
        issued_at=now,
    )


def granted(wish: Wish, entry: Entry) -> tuple[DataItem, ...]:
    """The entry's items that are asked for."""
    return tuple(entry.items[name] for name in wish.items)


def key_items(wish: Wish, entry: Entry) -> tuple[str, ...]:
    """The key of the table, if all of it is granted: half a key would name many rows."""
    names = tuple(item.name for item in entry.draft.items if item.key)
    return names if set(names) <= set(wish.items) else ()


def filter_items(wish: Wish, entry: Entry) -> tuple[str, ...]:
    """The granted items a call may filter by."""
    return tuple(item.name for item in granted(wish, entry) if item.filterable)


def quota(pack: Pack) -> Quota:
    """The pack's quota of a grant."""
    return Quota(
        calls_a_day=pack.limit("grant.calls_a_day"),
        rows_a_day=pack.limit("grant.rows_a_day"),
        calls_a_second=pack.limit("grant.calls_a_second"),
        rows_a_page=pack.limit("grant.rows_a_page"),
    )


def cautions(wish: Wish, entry: Entry) -> tuple[Fault, ...]:
    """What a grant of this wish could not do, to be said before it is issued."""
    no_key = () if key_items(wish, entry) else (NO_KEY_CALLS(),)
    no_filter = () if filter_items(wish, entry) else (NO_FILTER_CALLS(),)
    return (*no_key, *no_filter)


def wrong_masks(wish: Wish, masks: Sequence[Mask]) -> Iterator[Fault]:
    """What is wrong with masks chosen by hand."""
    named = [mask.item for mask in masks]
    for item in sorted(set(named)):
        if item not in wish.items:
            yield MASK_UNKNOWN(item=item)
        if named.count(item) > 1:
            yield MASK_TWICE(item=item)


def _masks(items: Sequence[DataItem], chosen: Sequence[Mask], pack: Pack) -> tuple[Mask, ...]:
    by_item = {mask.item: mask for mask in chosen}
    return tuple(by_item.get(mask.item, mask) for mask in default_masks(items, pack))
