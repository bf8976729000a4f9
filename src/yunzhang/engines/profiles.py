"""Profiles: what a live table looks like, and the catalog items drafted from it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from itertools import groupby

from yunzhang import packs
from yunzhang.protect import grading
from yunzhang.terms.codes import ItemType
from yunzhang.terms.document import Document
from yunzhang.terms.entry import DataItem
from yunzhang.terms.levels import Grade

CODE_NAME = re.compile(
    r"代码|编码|编号|号码|证号|电话|手机|邮编|code|(^|_)(id|no)$|phone|zip", re.IGNORECASE
)
MONEY_NAME = re.compile(r"金额|价格|单价|总价|费用|收入|支出|预算|amount|price", re.IGNORECASE)
TRUTHS = frozenset({"是", "否", "true", "false", "yes", "no", "y", "n", "t", "f"})
MEMO_LENGTH = 255  # what a varchar column of the field's databases holds; longer is 备注
CODE_LENGTH = 4  # shorter runs of digits of one length are as likely counts as codes


class Reason(Document, frozen=True, kw_only=True):
    """Why a grade is suggested."""

    zh: str
    en: str


class ColumnProfile(Document, frozen=True, kw_only=True):
    """One column as it is now. Lengths in characters; minimum and maximum in text order.

    `distinct` is exact only where `distinct_exact` says so. `pattern` is a regular expression
    that every sampled value matches, "" when none is worth saying. Samples of personal data
    are redacted.
    """

    name: str
    native: str
    type: ItemType
    min_length: int
    max_length: int
    nulls: int
    null_rate: float
    distinct: int
    distinct_exact: bool
    minimum: str
    maximum: str
    samples: tuple[str, ...]
    pattern: str
    kind: str
    grade: Grade
    reasons: tuple[Reason, ...]


class TableProfile(Document, frozen=True, kw_only=True):
    """A table as it is now. Every candidate key was verified over all rows."""

    rows: int
    columns: tuple[ColumnProfile, ...]
    candidate_keys: tuple[tuple[str, ...], ...]

    def column(self, name: str) -> ColumnProfile | None:
        """The column of this name, None when the table has none."""
        return next((column for column in self.columns if column.name == name), None)


class Counted(Document, frozen=True, kw_only=True):
    """What one scan counted of a column; `values` are some distinct values, spread evenly."""

    name: str
    native: str
    rows: int
    present: int
    distinct: int
    distinct_exact: bool
    min_length: int
    max_length: int
    minimum: str
    maximum: str
    values: tuple[str, ...]


def column_profile(counted: Counted, type: ItemType) -> ColumnProfile:
    """The profile of a counted column whose type has been verified."""
    pack = packs.read("national")
    suggestion = grading.suggest(counted.name, counted.values, pack)
    show = grading.redact if suggestion.kind or suggestion.grade > Grade.GENERAL_2 else str
    nulls = counted.rows - counted.present
    return ColumnProfile(
        name=counted.name,
        native=counted.native,
        type=type,
        min_length=counted.min_length,
        max_length=counted.max_length,
        nulls=nulls,
        null_rate=nulls / counted.rows if counted.rows else 0.0,
        distinct=counted.distinct,
        distinct_exact=counted.distinct_exact,
        minimum=show(counted.minimum),
        maximum=show(counted.maximum),
        samples=tuple(map(show, spread(counted.values, pack.limit("engines.profile_samples")))),
        pattern=pattern(counted.values),
        kind=suggestion.kind,
        grade=suggestion.grade,
        reasons=tuple(Reason(zh=text.zh, en=text.en) for text in suggestion.reasons),
    )


def spread(values: Sequence[str], wanted: int) -> tuple[str, ...]:
    """At most `wanted` of the values, taken at even steps."""
    return tuple(values[:: max(1, len(values) // max(1, wanted))][:wanted])


def guess_type(counted: Counted) -> ItemType:
    """The catalog type its sampled values allow; to be verified over all rows.

    A run of digits of one length, or with a leading zero, or under a name that says code is a
    code, not a number.
    """
    values = counted.values
    if not values or _is_code(counted):
        return ItemType.CHARACTER
    if {value.lower() for value in values} <= TRUTHS:
        return ItemType.LOGICAL
    if all(map(_is_number, values)):
        return _number_type(counted)
    if all(map(_is_date, values)):
        return ItemType.DATE
    if all(map(_is_datetime, values)):
        return ItemType.DATETIME
    return ItemType.MEMO if counted.max_length > MEMO_LENGTH else ItemType.CHARACTER


def draft_items(profile: TableProfile) -> tuple[DataItem, ...]:
    """The data items (core item 8) of a draft entry, from the live table, in its order.

    The first candidate key is marked as the key and may be filtered by.
    """
    key = profile.candidate_keys[0] if profile.candidate_keys else ()
    return tuple(
        DataItem(
            name=column.name,
            column=column.name,
            type=column.type,
            length=column.max_length,
            grade=column.grade,
            kind=column.kind,
            key=column.name in key,
            filterable=column.name in key,
        )
        for column in profile.columns
    )


def pattern(values: Iterable[str]) -> str:
    """A regular expression of digits and capitals that all values match, or "" when none does."""
    shapes = {
        tuple((mark, len(list(run))) for mark, run in groupby(map(_class, value)))
        for value in values
    }
    marks = {tuple(mark for mark, _ in shape) for shape in shapes}
    if len(marks) != 1 or not any(mark in ("[0-9]", "[A-Z]") for mark in next(iter(marks))):
        return ""
    if "." in next(iter(marks)):
        return ""
    runs = zip(*(tuple(count for _, count in shape) for shape in shapes), strict=True)
    counts = [(min(run), max(run)) for run in runs]
    return "".join(
        mark + _times(*count) for mark, count in zip(next(iter(marks)), counts, strict=True)
    )


def _class(character: str) -> str:
    if "0" <= character <= "9":
        return "[0-9]"
    if "A" <= character <= "Z":
        return "[A-Z]"
    return f"\\{character}" if character in "-/.: " else "."


def _times(least: int, most: int) -> str:
    if (least, most) == (1, 1):
        return ""
    return f"{{{least}}}" if least == most else f"{{{least},{most}}}"


def _is_code(counted: Counted) -> bool:
    digits = all(re.fullmatch("[0-9]+", value) for value in counted.values)
    if not digits:
        return False
    padded = any(len(value) > 1 and value[0] == "0" for value in counted.values)
    fixed = counted.min_length == counted.max_length >= CODE_LENGTH
    return padded or fixed or CODE_NAME.search(counted.name) is not None


def _is_number(value: str) -> bool:
    return re.fullmatch(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?", value) is not None


def _number_type(counted: Counted) -> ItemType:
    if MONEY_NAME.search(counted.name):
        return ItemType.CURRENCY
    whole = all(re.fullmatch("[+-]?[0-9]+", value) for value in counted.values)
    return ItemType.INTEGER if whole else ItemType.NUMBER


def _is_date(value: str) -> bool:
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return "-" in value


def _is_datetime(value: str) -> bool:
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return "-" in value
