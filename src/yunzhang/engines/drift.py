"""Drift: where a published entry and its live table no longer agree. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Literal

from yunzhang.engines.profiles import TableProfile
from yunzhang.terms.document import Document
from yunzhang.terms.entry import DataItem
from yunzhang.terms.pack import Pack

DriftKind = Literal[
    "no_table", "column_missing", "column_new", "type_changed", "length_exceeded", "volume", "stale"
]


class Drift(Document, frozen=True, kw_only=True):
    """One disagreement, said to the person; `column` is "" when it is about the table."""

    kind: DriftKind
    column: str
    zh: str
    en: str
    details: dict[str, str]


def drift(
    items: Iterable[DataItem],
    current: TableProfile | None,
    last: TableProfile | None,
    *,
    updated_on: date | None,
    cycle: str,
    today: date,
    pack: Pack,
) -> tuple[Drift, ...]:
    """Everything in which the entry's items and its table differ now.

    `current` is None when no table is linked; `last` is the profile the volume is compared to,
    None when there is none yet. `cycle` is a code of the list update_cycle; a cycle without a
    length in the pack (其他) is never stale.
    """
    if current is None:
        return (_no_table(),)
    return (
        *_schema(tuple(items), current),
        *_volume(current, last, pack.limit("drift.rows_percent")),
        *_freshness(updated_on, cycle, today, pack),
    )


def _no_table() -> Drift:
    return Drift(
        kind="no_table",
        column="",
        details={},
        zh="目录条目没有挂接数据表。",
        en="No table is linked to the entry.",
    )


def _schema(items: tuple[DataItem, ...], current: TableProfile) -> Iterator[Drift]:
    for item in items:
        column = current.column(item.column)
        if column is None:
            yield _drift(
                "column_missing",
                item.column,
                "数据表中已没有列“{column}”。",
                "The table no longer has the column “{column}”.",
            )
            continue
        # A table without a value in a column shows no type to compare.
        if column.type is not item.type and column.nulls < current.rows:
            yield _drift(
                "type_changed",
                item.column,
                "列“{column}”登记为 {was}，现为 {now}。",
                "Column “{column}” is catalogued as {was} and is now {now}.",
                was=item.type.value,
                now=column.type.value,
            )
        if column.max_length > item.length:
            yield _drift(
                "length_exceeded",
                item.column,
                "列“{column}”最长 {now} 字符，超过登记的 {was}。",
                "Column “{column}” is up to {now} characters long, more than the {was} catalogued.",
                was=item.length,
                now=column.max_length,
            )
    known = {item.column for item in items}
    for column in current.columns:
        if column.name not in known:
            yield _drift(
                "column_new",
                column.name,
                "数据表新增了列“{column}”，目录中没有。",
                "The table has a new column “{column}” that the entry does not list.",
            )


def _volume(current: TableProfile, last: TableProfile | None, percent: int) -> Iterator[Drift]:
    if last is None or abs(current.rows - last.rows) * 100 <= last.rows * percent:
        return
    yield _drift(
        "volume",
        "",
        "行数由 {was} 变为 {now}，超过 {percent}%。",
        "The rows went from {was} to {now}, by more than {percent} %.",
        was=last.rows,
        now=current.rows,
        percent=percent,
    )


def _freshness(updated_on: date | None, cycle: str, today: date, pack: Pack) -> Iterator[Drift]:
    days = next((row.value for row in pack.limits if row.id == f"cycle.{cycle}_days"), None)
    if updated_on is None or days is None or (today - updated_on).days <= days:
        return
    yield _drift(
        "stale",
        "",
        "最近更新于 {updated_on}，已超过更新周期（{days} 天）。",
        "Last updated on {updated_on}, longer ago than its cycle of {days} days.",
        updated_on=updated_on,
        days=days,
    )


def _drift(kind: DriftKind, column: str, zh: str, en: str, **facts: object) -> Drift:
    details = {name: str(value) for name, value in facts.items()}
    words = {"column": column, **details}
    return Drift(
        kind=kind, column=column, details=details, zh=zh.format(**words), en=en.format(**words)
    )
