"""Checks: what a table is held to, and the verdict under the six dimensions of GB/T 36344."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Literal

from yunzhang import packs
from yunzhang.engines.profiles import ColumnProfile, TableProfile
from yunzhang.terms.codes import ItemType
from yunzhang.terms.document import Document
from yunzhang.terms.entry import DataItem
from yunzhang.terms.faults import FaultKind, Text

CHECK_COLUMN_MISSING = FaultKind(
    "check.column_missing",
    422,
    Text(
        "数据表中没有列“{column}”，该项未检查。", "The table has no column “{column}”; not checked."
    ),
    Text(
        "核对质量规则所写的列名，或更新目录条目。",
        "Correct the column's name in the check, or the entry.",
    ),
)
CHECK_REFERENCE_MISSING = FaultKind(
    "check.reference_missing",
    422,
    Text(
        "没有可对照的数据表“{table}”，该项未检查。",
        "There is no table “{table}” to refer to; not checked.",
    ),
    Text("先归集被引用的数据表。", "Gather the table that is referred to first."),
)
CHECK_EXPRESSION_REFUSED = FaultKind(
    "check.expression_refused",
    422,
    Text("表达式不能使用“{part}”。", "The expression may not use “{part}”."),
    Text(
        "只用本表的列、常量、比较和允许的函数写一个真假判断。",
        "Write one true-or-false test of this table's columns, constants and allowed functions.",
    ),
)
CHECK_EXPRESSION_WRONG = FaultKind(
    "check.expression_wrong",
    422,
    Text("这不是一个完整的表达式。", "This is not one whole expression."),
    Text("改正语法，只写一个判断。", "Correct its syntax and write one test only."),
)
CHECK_EXPRESSION_LONG = FaultKind(
    "check.expression_long",
    422,
    Text("表达式超过 {limit} 个字符。", "The expression has more than {limit} characters."),
    Text("拆成几条规则。", "Split it into several checks."),
)
CHECK_PATTERN_WRONG = FaultKind(
    "check.pattern_wrong",
    422,
    Text("“{pattern}”不是有效的正则表达式。", "“{pattern}” is not a valid regular expression."),
    Text("按 RE2 语法改正。", "Correct it to RE2 syntax."),
)
CHECK_NO_DATE = FaultKind(
    "check.no_date",
    422,
    Text("没有可判断更新时间的日期。", "No date tells when the table was updated."),
    Text("为该项检查指定日期列或更新日期。", "Give the check a date column or a date of update."),
)


class Rule(Document, frozen=True, kw_only=True, tag_field="check"):
    """What every check has: an id, unique within its table."""

    id: str

    @property
    def kind(self) -> str:
        """Its id among the pack's check rows, which name the dimension."""
        return str(self.__struct_config__.tag)


class Required(Rule, frozen=True, kw_only=True, tag="required"):
    """Every row has a value: neither null nor blank."""

    column: str


class Format(Rule, frozen=True, kw_only=True, tag="format"):
    """Every value matches `pattern` in full (RE2), or can be read as `type`; nulls not judged."""

    column: str
    pattern: str = ""
    type: ItemType = ItemType.CHARACTER


class CodeList(Rule, frozen=True, kw_only=True, tag="code_list"):
    """Every value is one of `codes`; nulls are not judged."""

    column: str
    codes: tuple[str, ...]


class CheckDigit(Rule, frozen=True, kw_only=True, tag="check_digit"):
    """Every value bears its check character: GB 32100, GB 11643 or GB 11714."""

    column: str
    scheme: Literal["credit_code", "citizen_id", "org_code"]


class Unique(Rule, frozen=True, kw_only=True, tag="unique"):
    """No two rows share the values of `columns`; a row with a null among them is not judged.

    Every row of a group of equals counts as failed.
    """

    columns: tuple[str, ...]


class Reference(Rule, frozen=True, kw_only=True, tag="reference"):
    """Every value stands in `to_column` of the table given to the run under the name `table`."""

    column: str
    table: str
    to_column: str


class Freshness(Rule, frozen=True, kw_only=True, tag="freshness"):
    """The latest date in `column`, or else `updated_on`, is no older than the update cycle."""

    cycle: str
    column: str = ""
    updated_on: date | None = None


class Expression(Rule, frozen=True, kw_only=True, tag="expression"):
    """A true-or-false SQL test of each row. Only true passes: null and errors fail."""

    sql: str


Check = Required | Format | CodeList | CheckDigit | Unique | Reference | Freshness | Expression


class FailingRow(Document, frozen=True, kw_only=True):
    """A row (counted from 1) that failed, with the values of the columns the check looks at."""

    row: int
    values: dict[str, str | None]


class CheckFault(Document, frozen=True, kw_only=True):
    """Why a check could not run."""

    code: str
    zh: str
    en: str
    next_step_zh: str
    next_step_en: str


class CheckResult(Document, frozen=True, kw_only=True):
    """One check's counts, exact. `score` is X = A/B × 100; None when it judged nothing."""

    id: str
    kind: str
    dimension: str
    total: int = 0
    failed: int = 0
    score: float | None = None
    sample: tuple[FailingRow, ...] = ()
    fault: CheckFault | None = None


class DimensionScore(Document, frozen=True, kw_only=True):
    """A dimension of GB/T 36344: all that its checks judged, pooled."""

    dimension: str
    total: int
    failed: int
    score: float | None


class Verdict(Document, frozen=True, kw_only=True):
    """The outcome of one run of a table's checks."""

    rows: int
    as_of: date | None
    results: tuple[CheckResult, ...]
    dimensions: tuple[DimensionScore, ...]

    @property
    def passed(self) -> bool:
        """Whether every check ran and no row failed."""
        return all(result.fault is None and not result.failed for result in self.results)


def score(total: int, failed: int) -> float | None:
    """X = A/B × 100 (GB/T 36344-2018), A what holds and B what was judged."""
    return (total - failed) * 100 / total if total else None


def by_dimension(results: Iterable[CheckResult]) -> tuple[DimensionScore, ...]:
    """The pooled score of each dimension that any check reports under, in the pack's order."""
    found = tuple(results)
    order = [row.code for row in packs.read("national").codes_of("dimension")]
    return tuple(
        _pooled(dimension, [r for r in found if r.dimension == dimension])
        for dimension in order
        if any(result.dimension == dimension for result in found)
    )


def _pooled(dimension: str, results: list[CheckResult]) -> DimensionScore:
    total = sum(result.total for result in results)
    failed = sum(result.failed for result in results)
    return DimensionScore(
        dimension=dimension, total=total, failed=failed, score=score(total, failed)
    )


def dimension_of(kind: str) -> str:
    """The dimension a kind of check reports under, a row of the pack."""
    rows = {row.id: row.dimension for row in packs.read("national").checks}
    return rows[kind]


def columns_of(check: Check) -> tuple[str, ...]:
    """The columns a check names itself; an expression's are read from its text by the engine."""
    match check:
        case Unique():
            return check.columns
        case Expression():
            return ()
        case Freshness():
            return (check.column,) if check.column else ()
        case _:
            return (check.column,)


def suggest_checks(items: Iterable[DataItem], profile: TableProfile) -> tuple[Check, ...]:
    """Checks to begin with: what the table already seems to promise, for its owner to confirm."""
    checks: list[Check] = []
    if profile.candidate_keys:
        key = profile.candidate_keys[0]
        checks.append(Unique(id="unique:" + "+".join(key), columns=key))
    for item in items:
        column = profile.column(item.column)
        if column is not None:
            checks.extend(_for_column(item, column))
    return tuple(checks)


def _for_column(item: DataItem, column: ColumnProfile) -> Iterable[Check]:
    name = column.name
    if not column.nulls:
        yield Required(id=f"required:{name}", column=name)
    if item.kind == "citizen_id":
        yield CheckDigit(id=f"check_digit:{name}", column=name, scheme="citizen_id")
    elif _is_credit_code(name):
        yield CheckDigit(id=f"check_digit:{name}", column=name, scheme="credit_code")
    elif column.pattern:
        yield Format(id=f"format:{name}", column=name, pattern=column.pattern)
    elif item.type not in (ItemType.CHARACTER, ItemType.MEMO, ItemType.GENERAL):
        yield Format(id=f"format:{name}", column=name, type=item.type)


def _is_credit_code(name: str) -> bool:
    return "信用代码" in name or "uscc" in name.lower() or "credit_code" in name.lower()
