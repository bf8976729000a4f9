"""Check rows: a table's checks as the rows of a form, and the form read back as checks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.http import QueryDict

from yunzhang.engines.checks import Check
from yunzhang.portal import typed
from yunzhang.terms.codes import ItemType
from yunzhang.terms.document import build, plain
from yunzhang.terms.faults import Fault, FaultKind, Text, refuse_if

PART_MISSING = FaultKind(
    "check.part_missing",
    422,
    Text("第 {place} 条规则没有填写“{part_zh}”。", "Check {place} lacks its “{part_en}”."),
    Text("填写后再设定，或移除这一条。", "Fill it in, or remove the check."),
)

# The parts of each kind of check; the first tuple must be filled in, the second may be.
PARTS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "required": (("column",), ()),
    "format": (("column",), ("pattern", "type")),
    "code_list": (("column", "codes"), ()),
    "check_digit": (("column", "scheme"), ()),
    "unique": (("columns",), ()),
    "reference": (("column", "table", "to_column"), ()),
    "freshness": (("cycle",), ("column", "updated_on")),
    "expression": (("sql",), ()),
}
LABELS: dict[str, Text] = {
    "kind": Text("规则种类", "Kind of check"),
    "column": Text("列", "Column"),
    "columns": Text("合起来唯一的列", "Unique together"),
    "pattern": Text("格式（正则）", "Pattern (RE2)"),
    "type": Text("或能读作", "Or to be read as"),
    "codes": Text("允许的值，每行一个", "Allowed values, one a line"),
    "scheme": Text("校验码", "Check character"),
    "table": Text("对照的数据表", "Table referred to"),
    "to_column": Text("对照的列", "Its column"),
    "cycle": Text("更新周期", "Update cycle"),
    "updated_on": Text("或最近更新日期", "Or last updated on"),
    "sql": Text("条件（SQL）", "Test (SQL)"),
    "id": Text("名称（可不填）", "Name (optional)"),
}
SHAPES = {"codes": "area", "sql": "area", "columns": "boxes", "updated_on": "date"}
CHOSEN = ("kind", "column", "type", "scheme", "table", "cycle")

Choices = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Field:
    """One part of a row as the page asks for it; `of` names the kinds of check that have it."""

    name: str
    label: Text
    shape: str
    value: str
    values: tuple[str, ...]
    choices: Choices
    of: str
    kind: bool  # whether it is the kind itself, which says what else is asked


@dataclass(frozen=True)
class CheckRow:
    """One check as its row holds it: every part as text, whether its kind has it or not."""

    number: int
    kind: str
    parts: Mapping[str, str]
    columns: tuple[str, ...] = ()

    def fields(self, choices: Mapping[str, Choices]) -> Iterator[Field]:
        """Every part that any kind has; a page shows those of the kind that is chosen."""
        for part, label in LABELS.items():
            value = self.kind if part == "kind" else self.parts.get(part, "")
            usual = "select" if part in CHOSEN else "text"
            yield Field(
                name=f"{part}-{self.number}",
                label=label,
                shape=SHAPES.get(part, usual),
                value=value,
                values=self.columns,
                choices=_with(choices.get(part, ()), value, *self.columns),
                of=" ".join(
                    kind for kind, parts in PARTS.items() if part in (*parts[0], *parts[1])
                ),
                kind=part == "kind",
            )


def of_checks(checks: Iterable[Check], first: int = 1) -> list[CheckRow]:
    """The checks as rows, numbered from `first`."""
    return [_of_check(number, check) for number, check in enumerate(checks, first)]


def of_form(form: QueryDict) -> list[CheckRow]:
    """The rows as they were typed, but for the one whose removal was asked for."""
    numbers = [typed.place(written) for written in form.getlist("row")]
    gone = typed.place(form.get("remove", ""))
    return [_of_form(number, form) for number in numbers if number not in (None, gone)]


def one_more(rows: Sequence[CheckRow]) -> list[CheckRow]:
    """The rows and an empty one."""
    return [*rows, CheckRow(after(rows), next(iter(PARTS)), {})]


def after(rows: Sequence[CheckRow]) -> int:
    """The first number that no row has."""
    return max((row.number for row in rows), default=0) + 1


def read(rows: Sequence[CheckRow]) -> tuple[Check, ...]:
    """The checks the rows describe; raises Refused with all that is missing, row by row."""
    refuse_if(fault for place, row in enumerate(rows, 1) for fault in _faults(place, row))
    documents: list[dict[str, object]] = []
    taken = {row.parts.get("id", "") for row in rows}
    for row in rows:
        document = _document(row)
        document["id"] = row.parts.get("id") or _free(_name(row), taken)
        taken.add(str(document["id"]))
        documents.append(document)
    return build(documents, tuple[Check, ...])


def _of_check(number: int, check: Check) -> CheckRow:
    held = plain(check)
    parts = {
        part: "\n".join(value) if isinstance(value, list | tuple) else str(value)
        for part, value in held.items()
        if part in LABELS and part != "columns" and value is not None
    }
    if parts.get("type") == ItemType.CHARACTER:  # what stands there when no type is asked for
        del parts["type"]
    return CheckRow(number, check.kind, parts, tuple(held.get("columns", ())))


def _of_form(number: int, form: QueryDict) -> CheckRow:
    parts = {part: form.get(f"{part}-{number}", "").strip() for part in LABELS}
    columns = tuple(dict.fromkeys(form.getlist(f"columns-{number}")))
    return CheckRow(number, parts.pop("kind"), parts, columns)


def _faults(place: int, row: CheckRow) -> Iterator[Fault]:
    needed, _others = PARTS.get(row.kind, (("kind",), ()))
    missing = [part for part in needed if not _filled(row, part)]
    if row.kind == "format" and not (_filled(row, "pattern") or _filled(row, "type")):
        missing.append("pattern")
    if row.kind == "freshness" and not (_filled(row, "column") or _filled(row, "updated_on")):
        missing.append("column")
    for part in missing:
        label = LABELS[part]
        yield PART_MISSING(place=place, part_zh=label.zh, part_en=label.en)
    written = row.parts.get("updated_on", "")
    if row.kind == "freshness" and written and not _is_day(written):
        yield typed.DATE_WRONG(text=written)


def _filled(row: CheckRow, part: str) -> bool:
    return bool(row.columns if part == "columns" else row.parts.get(part))


def _is_day(written: str) -> bool:
    try:
        date.fromisoformat(written)
    except ValueError:
        return False
    return True


def _document(row: CheckRow) -> dict[str, object]:
    """The check as a document holds it, with no part that is empty or of another kind."""
    needed, others = PARTS[row.kind]
    found: dict[str, object] = {
        part: row.parts[part] for part in (*needed, *others) if row.parts.get(part)
    }
    if row.kind == "unique":
        found["columns"] = list(row.columns)
    if row.kind == "code_list":
        found["codes"] = [line.strip() for line in row.parts["codes"].splitlines() if line.strip()]
    return {"check": row.kind, **found}


def _name(row: CheckRow) -> str:
    """What a check is called whose row says no name: its kind and what it looks at."""
    at = "+".join(row.columns) if row.kind == "unique" else row.parts.get("column")
    return f"{row.kind}:{at}" if at else row.kind


def _free(name: str, taken: set[str]) -> str:
    found, number = name, 1
    while found in taken:
        number += 1
        found = f"{name}:{number}"
    return found


def _with(choices: Choices, *values: str) -> Choices:
    """The choices, and what is held though it is not among them any more."""
    known = {value for value, _words in choices}
    return [
        *choices,
        *((value, value) for value in values if choices and value not in known | {""}),
    ]
