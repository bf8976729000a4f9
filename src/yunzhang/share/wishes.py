"""Wishes: what a consumer asks for, and everything that is wrong with it (Order 809 Art. 20).

Pure: the published entry and the pack come as arguments.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from yunzhang.terms.codes import Operator, ShareType
from yunzhang.terms.document import Document, replace
from yunzhang.terms.entry import Entry
from yunzhang.terms.faults import Fault, FaultKind, Text
from yunzhang.terms.grant import Condition
from yunzhang.terms.pack import Pack

NOT_SHARED = FaultKind(
    "request.not_shared",
    422,
    Text("“{title}”不予共享，依据：{basis}", "“{title}” is not shared, by: {basis}"),
    Text(
        "对依据有异议的，先与提供部门协商，再报主管部门（条例第二十八条）。",
        "If you dispute it, negotiate with the provider, then ask the authority (Art. 28).",
    ),
)
TEXT_MISSING = FaultKind(
    "request.text_missing",
    422,
    Text("没有填写“{name_zh}”。", "“{name_en}” is empty."),
    Text("补填后再提交（条例第二十条）。", "Fill it in and submit again (Order 809 Art. 20)."),
)
TEXT_LONG = FaultKind(
    "request.text_long",
    422,
    Text("“{name_zh}”超过 {most} 字。", "“{name_en}” is longer than {most} characters."),
    Text("缩短后再提交。", "Shorten it and submit again."),
)
ITEMS_MISSING = FaultKind(
    "request.items_missing",
    422,
    Text("没有选择信息项。", "No data item is chosen."),
    Text("选择履职所需的信息项。", "Choose the items your duty needs."),
)
ITEM_UNKNOWN = FaultKind(
    "request.item_unknown",
    422,
    Text("“{item}”不是该目录条目的信息项。", "“{item}” is not a data item of this entry."),
    Text("从条目的信息项中选择。", "Choose among the entry's items."),
)
ITEM_TWICE = FaultKind(
    "request.item_twice",
    422,
    Text("信息项“{item}”选了两次。", "The data item “{item}” is chosen twice."),
    Text("去掉重复的一个。", "Remove one of them."),
)
DURATION_WRONG = FaultKind(
    "request.duration",
    422,
    Text("使用时限应为 1 至 {most} 天。", "The duration must be 1 to {most} days."),
    Text("改短时限；到期可再次申请。", "Shorten it; apply again when it ends."),
)
FIELD_UNKNOWN = FaultKind(
    "request.priority_field",
    422,
    Text("“{field}”不是政策包列出的重点领域。", "“{field}” is no priority field of the pack."),
    Text("从列出的领域中选择，或不选。", "Choose one that is listed, or none."),
)
DELIVERY_UNKNOWN = FaultKind(
    "request.delivery",
    422,
    Text("“{delivery}”不是条例第二十二条的共享方式。", "“{delivery}” is no delivery of Art. 22."),
    Text(
        "选择服务接口、批量交换或文件下载。", "Choose interface, batch exchange or file download."
    ),
)
CONDITIONS_MANY = FaultKind(
    "request.conditions_many",
    422,
    Text("行条件超过 {most} 个。", "There are more than {most} row conditions."),
    Text("合并条件。", "Combine conditions."),
)
CONDITION_VALUES = FaultKind(
    "request.condition_values",
    422,
    Text(
        "信息项“{item}”的条件应有{wanted_zh}个取值。",
        "The condition on “{item}” needs {wanted_en}.",
    ),
    Text("改正该条件。", "Correct that condition."),
)


class Wish(Document, frozen=True, kw_only=True):
    """A request as a consumer filled it in; several row conditions are joined by "and"."""

    legal_basis: str
    scenario: str
    purpose: str
    items: tuple[str, ...]
    rows: tuple[Condition, ...]
    delivery: str
    duration_days: int
    priority_field: str = ""  # none, or a code of the pack's list of priority fields


def tidy(wish: Wish) -> Wish:
    """The wish without stray spaces: a node compares the purpose of a call letter by letter."""
    return replace(
        wish,
        legal_basis=_clean(wish.legal_basis),
        scenario=_clean(wish.scenario),
        purpose=_clean(wish.purpose),
    )


def _clean(text: str) -> str:
    return text.replace("\0", "").strip()


# Attribute, its name, and the longest text the records and receipts carry.
TEXTS = (
    ("legal_basis", Text("法律依据", "Legal basis"), 4000),
    ("scenario", Text("使用场景", "Scenario"), 200),
    ("purpose", Text("使用目的", "Purpose"), 200),
)


def faults(wish: Wish, entry: Entry, pack: Pack) -> tuple[Fault, ...]:
    """Everything that keeps the wish from being submitted.

    Data that is not shared is refused with its legal basis alone: no other answer would help.
    """
    if entry.draft.share_type == ShareType.NOT_SHARED:
        return (NOT_SHARED(title=entry.draft.title, basis=entry.draft.share_condition),)
    return (
        *_texts(wish),
        *_items(wish.items, entry),
        *_rows(wish.rows, entry, pack),
        *_terms(wish, pack),
    )


def _texts(wish: Wish) -> Iterator[Fault]:
    for attribute, name, most in TEXTS:
        text = getattr(wish, attribute)
        if not text:
            yield TEXT_MISSING(name_zh=name.zh, name_en=name.en)
        if len(text) > most:
            yield TEXT_LONG(name_zh=name.zh, name_en=name.en, most=most)


def _items(items: Sequence[str], entry: Entry) -> Iterator[Fault]:
    if not items:
        yield ITEMS_MISSING()
    for item in sorted(set(items)):
        if item not in entry.items:
            yield ITEM_UNKNOWN(item=item)
        if items.count(item) > 1:
            yield ITEM_TWICE(item=item)


def _rows(rows: Sequence[Condition], entry: Entry, pack: Pack) -> Iterator[Fault]:
    most = pack.limit("request.row_conditions")
    if len(rows) > most:
        yield CONDITIONS_MANY(most=most)
    for condition in rows:
        if condition.item not in entry.items:
            yield ITEM_UNKNOWN(item=condition.item)
        yield from _values(condition, pack.limit("request.condition_values"))


def _values(condition: Condition, most: int) -> Iterator[Fault]:
    several = condition.op == Operator.IN
    if not 1 <= len(condition.values) <= (most if several else 1):
        wanted = (
            Text(f" 1 至 {most} ", f"1 to {most} values") if several else Text(" 1 ", "one value")
        )
        yield CONDITION_VALUES(item=condition.item, wanted_zh=wanted.zh, wanted_en=wanted.en)


def _terms(wish: Wish, pack: Pack) -> Iterator[Fault]:
    if wish.delivery not in {row.code for row in pack.codes_of("delivery")}:
        yield DELIVERY_UNKNOWN(delivery=wish.delivery)
    if wish.priority_field not in {"", *(row.code for row in pack.codes_of("priority_field"))}:
        yield FIELD_UNKNOWN(field=wish.priority_field)
    most = pack.limit("request.duration_days")
    if not 1 <= wish.duration_days <= most:
        yield DURATION_WRONG(most=most)


def widens(new: Wish, old: Wish) -> bool:
    """Whether the new wish asks for anything beyond what the consumer's head approved."""
    return (
        not set(new.items) <= set(old.items)
        or not set(map(repr, old.rows)) <= set(map(repr, new.rows))
        or new.duration_days > old.duration_days
        or new.delivery != old.delivery
        or new.purpose != old.purpose
    )
