"""Reading a pack: its files into rows, with every fault of every file named at once."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from yunzhang.terms import procedures
from yunzhang.terms.cage import CageRule, misnamed
from yunzhang.terms.document import Document, build, leaves, misfits, plain
from yunzhang.terms.faults import Fault
from yunzhang.terms.pack_faults import (
    PACK_DATES,
    PACK_ID_TWICE,
    PACK_MALFORMED,
    PACK_NOT_CITED,
    PACK_PLACEHOLDER,
    PACK_QUOTE_LONG,
    PACK_STEP_UNKNOWN,
    PACK_UNKNOWN,
    reason,
)
from yunzhang.terms.pack_rows import (
    QUOTE_CHARACTERS,
    Procedure,
    ReportRule,
    Row,
    Step,
    Target,
)

HEAD_FILE = "pack.toml"
PLACEHOLDER = re.compile(
    r"(?i)todo|tbd|fixme|x{2,}|[?？]+|…+|\.{3,}|<.*>|待[定填补写]|待补充|占位|某[省市县区]"
)
MONTHS = {"year": 12, "quarter": 3, "month": 0, "irregular": 0}  # the last month a report may name
Tables = Mapping[str, type[Row]]


class Head(Document, frozen=True):
    """What pack.toml says of the pack itself."""

    id: str
    zh: str
    en: str
    over: str = ""
    division: str = ""


@dataclass(frozen=True)
class Placed:
    """A row as it stands in a file; `row` is None where it does not fit its kind."""

    file: str
    table: str
    number: int
    data: Any
    row: Row | None

    @property
    def id(self) -> str:
        """The row's own id, or its number in the table when it has none."""
        id = self.data.get("id") if isinstance(self.data, dict) else None
        return id if isinstance(id, str) and id else f"#{self.number}"


@dataclass
class Found:
    """What reading the files gave so far."""

    head: dict[str, Any] = field(default_factory=dict)
    placed: list[Placed] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def read(files: Mapping[str, str], tables: Tables) -> Found:
    """The rows of all files, and every fault that can be seen without another pack."""
    found = Found()
    for name, text in sorted(files.items()):
        _read(name, text, tables, found)
    for misfit in misfits(found.head, Head):
        said = reason(misfit)
        found.faults.append(_malformed(HEAD_FILE, "—", misfit.path, said.zh, said.en))
    found.faults += _twice(found.placed)
    for each in found.placed:
        found.faults += _row_faults(each)
    return found


def _read(name: str, text: str, tables: Tables, found: Found) -> None:
    """One file: what belongs to the head, and the rows of its tables."""
    if "\ufffd" in text:
        found.faults.append(_malformed(name, "—", "UTF-8", "不是 UTF-8 编码", "not in UTF-8"))
        return
    try:
        part = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found.faults.append(
            _malformed(name, "—", "TOML", f"不是 TOML（{error}）", f"no TOML ({error})")
        )
        return
    for key, value in part.items():
        if key not in tables:
            _into_head(name, key, value, found)
        else:
            _read_table(name, key, tables[key], value, found)


def _into_head(name: str, key: str, value: Any, found: Found) -> None:
    if name == HEAD_FILE:
        found.head[key] = value
    else:
        found.faults.append(_malformed(name, "—", key, "没有这个表", "there is no such table"))


def _read_table(name: str, table: str, form: type[Row], value: Any, found: Found) -> None:
    if not isinstance(value, list):
        zh, en = f"应写作 [[{table}]]", f"write [[{table}]]"
        found.faults.append(_malformed(name, "—", table, zh, en))
        return
    for number, data in enumerate(value, 1):
        wrong = list(misfits(data, form))
        row = None if wrong else build(data, form)
        placed = Placed(name, table, number, data, row)
        found.placed.append(placed)
        for misfit in wrong:
            said, where = reason(misfit), misfit.path or "—"
            found.faults.append(_malformed(name, placed.id, where, said.zh, said.en))


def _malformed(file: str, row: str, field: str, zh: str, en: str) -> Fault:
    return PACK_MALFORMED(file=file, row=row, field=field, reason_zh=zh, reason_en=en)


def _twice(placed: Iterable[Placed]) -> Iterator[Fault]:
    """Ids that several rows of a table bear, in one file or in several."""
    files: dict[tuple[str, str], list[str]] = {}
    for each in placed:
        if not each.id.startswith("#"):  # a row without an id is told of already
            files.setdefault((each.table, each.id), []).append(each.file)
    for (table, id), held in files.items():
        if len(held) > 1:
            where = ", ".join(dict.fromkeys(held))
            yield PACK_ID_TWICE(file=where, table=table, row=id, times=len(held))


def _row_faults(placed: Placed) -> Iterator[Fault]:
    """What is wrong with one row that fits its kind: citations, dates, placeholders, steps."""
    row = placed.row
    if row is None:
        return
    for path, value in _texts(row):
        yield from _text_faults(placed, path, value)
    if row.from_date and row.to_date and row.to_date < row.from_date:
        yield PACK_DATES(file=placed.file, row=placed.id, since=row.from_date, to=row.to_date)
    yield from _within(placed, row)
    if isinstance(row, Target) and (row.value is None) != (row.unit == "milestone"):
        zh, en = (
            "里程碑不写数值，其他指标必须写",
            "a milestone has no value, other targets need one",
        )
        yield _malformed(placed.file, placed.id, "value", zh, en)
    if isinstance(row, ReportRule) and row.month > MONTHS[row.cycle]:
        most = MONTHS[row.cycle]
        yield _malformed(placed.file, placed.id, "month", f"至多为 {most}", f"{most} at most")


def _within(placed: Placed, row: Row) -> Iterator[Fault]:
    """What a row says of its own parts and does not hold."""
    if isinstance(row, Procedure):
        yield from _steps(placed, row)
    if isinstance(row, CageRule):
        for field, zh, en in misnamed(row):
            yield _malformed(placed.file, placed.id, field, zh, en)


def _text_faults(placed: Placed, path: str, text: str) -> Iterator[Fault]:
    where = {"file": placed.file, "row": placed.id, "field": path}
    last = path.rpartition(".")[2]
    if last == "quote" and len(text) > QUOTE_CHARACTERS:
        yield PACK_QUOTE_LONG(**where, characters=len(text), most=QUOTE_CHARACTERS)
    if last in ("document", "clause") and not text.strip():
        yield PACK_NOT_CITED(**where)
    if last in ("id", "zh", "en") and not text.strip():
        yield _malformed(placed.file, placed.id, path, "不得为空", "it must not be blank")
    if PLACEHOLDER.fullmatch(text.strip()):
        yield PACK_PLACEHOLDER(**where, value=text)


def _steps(placed: Placed, row: Procedure) -> Iterator[Fault]:
    """Steps named twice or nowhere, moves that lead nowhere, ways without an end."""
    ids = [step.id for step in row.steps]
    unknown = False
    for number, step in enumerate(row.steps, 1):
        where = f"steps[{number}]"
        if ids.count(step.id) > 1:
            yield _malformed(placed.file, placed.id, f"{where}.id", "步骤重复", "named twice")
        for place, named in _moves_named(step, where):
            if named not in ids:
                unknown = True
                yield PACK_STEP_UNKNOWN(file=placed.file, row=placed.id, field=place, named=named)
        if step.overdue and step.overdue not in {move.id for move in step.moves}:
            zh, en = "没有这个去向", "the step has no such move"
            yield _malformed(placed.file, placed.id, f"{where}.overdue", zh, en)
        if any(move.id == step.overdue and move.attach for move in step.moves):
            zh, en = "系统办理的动作不能要求材料", "the hub itself has no papers to hand in"
            yield _malformed(placed.file, placed.id, f"{where}.overdue", zh, en)
    if row.steps and not unknown and len(set(ids)) == len(ids):
        yield from _ways(placed, row)


def _moves_named(step: Step, where: str) -> Iterator[tuple[str, str]]:
    return ((f"{where}.moves[{number}].to", move.to) for number, move in enumerate(step.moves, 1))


def _ways(placed: Placed, row: Procedure) -> Iterator[Fault]:
    for id in sorted(procedures.unreachable(row)):
        zh, en = f"步骤“{id}”没有来路", f"no move leads to the step {id}"
        yield _malformed(placed.file, placed.id, "steps", zh, en)
    for id in sorted(procedures.endless(row)):
        zh, en = f"从步骤“{id}”办不到终点", f"no end can be reached from the step {id}"
        yield _malformed(placed.file, placed.id, "steps", zh, en)


def references(found: Found, known: Mapping[str, set[str]]) -> Iterator[Fault]:
    """Ids that no row bears: not in `known` (table -> ids below), not in these files.

    A row that is itself wrong still bears its id.
    """
    ids = {table: set(below) for table, below in known.items()}
    for each in found.placed:
        ids[each.table].add(each.id)
    for each in found.placed:
        for path, table, named in _named_by(each):
            # A pack that lists no documents cites freely.
            if named not in ids[table] and (table != "documents" or ids[table]):
                where = {"file": each.file, "row": each.id, "field": path}
                yield PACK_UNKNOWN(**where, table=table, named=named)


def _named_by(placed: Placed) -> Iterator[tuple[str, str, str]]:
    """(field, table, id) of everything a row names."""
    if placed.row is None:
        return
    refers = type(placed.row).REFERS
    for path, value in _texts(placed.row):
        bare = re.sub(r"\[\d+\]", "", path)
        if bare in refers and value:
            yield path, refers[bare], value
        if bare in (
            "cite.document",
            "also.document",
            "due.cite.document",
            "thresholds.cite.document",
        ):
            yield path, "documents", value


def _texts(row: Row) -> Iterator[tuple[str, str]]:
    """Every text of a row with the path to it."""
    return ((path, value) for path, value in leaves(plain(row)) if isinstance(value, str))
