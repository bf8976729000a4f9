"""Imports: many records from one table, checked whole before any is written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from yunzhang.people import turns
from yunzhang.people.act import act
from yunzhang.people.models import FactRow, Unit
from yunzhang.people.permissions import NEEDS, Actor, may, pack, require
from yunzhang.terms.document import Document, decode
from yunzhang.terms.fact import Deed
from yunzhang.terms.faults import Fault, FaultKind, Refused, Text
from yunzhang.terms.forms import Column, Flaw, Form, Line
from yunzhang.terms.grids import Grid, key

NOT_SOUND = FaultKind(
    "import.not_sound",
    422,
    Text("文件中有 {flaws} 处错误，没有写入。", "The file has {flaws} flaws; nothing was entered."),
    Text(
        "改正后重新上传，或选择只导入无误的部分。",
        "Correct them and upload it again, or import the sound rows only.",
    ),
)
NOTHING_SOUND = FaultKind(
    "import.nothing_sound",
    422,
    Text("没有可以写入的记录。", "There is no record to enter."),
    Text("改正错误后重新上传。", "Correct the flaws and upload it again."),
)
ENTER_REFUSED = FaultKind(
    "import.enter_refused",
    409,
    Text(
        "{sheet} 第 {row} 行没有被接受，全部未写入：{reason_zh}",
        "{sheet}, row {row} was refused and nothing was entered: {reason_en}",
    ),
    Text("数据可能刚被他人改动；重新检查文件。", "Records may have changed; check it again."),
)
UNIT_UNKNOWN = FaultKind(
    "import.unit_unknown",
    422,
    Text("没有登记代码或名称为“{unit}”的单位。", "No unit of the code or name {unit} is known."),
    Text("核对写法，或先登记该单位。", "Check how it is written, or register the unit first."),
)
UNIT_AMBIGUOUS = FaultKind(
    "import.unit_ambiguous",
    422,
    Text("有几个单位都叫“{unit}”。", "Several units are called {unit}."),
    Text("改填统一社会信用代码。", "Write its credit code instead."),
)

# Lists that no pack changes.
FIXED = {
    "yes_no": ("是", "否"),
    "source_kind": ("csv", "excel", "parquet", "json", "geojson", "sqlite", "postgresql", "mysql"),
    "item_type": (
        *("字符型 C", "数值型 N", "货币型 Y", "日期型 D", "日期时间型 T", "逻辑型 L"),
        *("备注型 M", "通用型 G", "双精度型 B", "整型 I", "浮点型 F"),
    ),
}

Tell = Callable[[int, float | None], None]


@dataclass(frozen=True)
class Made:
    """A record that was entered: what facts call it, its name, and what is told only this once."""

    reference: str
    name: str
    told_once: tuple[str, ...] = ()


@dataclass(frozen=True)
class Record:
    """What some lines of a file would become. `after`: the key of one that must come first."""

    key: str
    lines: tuple[Line, ...]
    shown: tuple[str, ...]
    enter: Callable[[Actor, str], Made]
    after: str = ""


@dataclass
class Plan:
    """What a file would make, everything wrong with it, and what was left out."""

    heads: tuple[Text, ...]
    records: list[Record] = field(default_factory=list)
    flaws: list[Flaw] = field(default_factory=list)
    notes: list[Fault] = field(default_factory=list)

    @cached_property
    def sound(self) -> list[Record]:
        """The records without a flaw that stand on no record with one."""
        flawed = {(flaw.sheet, flaw.row) for flaw in self.flaws}
        kept: dict[str, Record] = {}
        known = {record.key for record in self.records}
        for record in in_order(self.records):
            whole = not any((line.sheet, line.row) in flawed for line in record.lines)
            if whole and (record.after in kept or record.after not in known):
                kept[record.key] = record
        return list(kept.values())


@dataclass(frozen=True)
class Kind:
    """A kind of record that tables bring: its form, what it needs, and how it is planned."""

    id: str
    name: Text
    about: Text
    needs: str
    form: Form
    plan: Callable[[Actor, Sequence[Grid], Tell], Plan]
    told_once: tuple[Text, ...] = ()  # heads of what a record tells once; then nobody keeps it


@dataclass(frozen=True)
class Source:
    """The file: what it is called and its digest."""

    name: str
    digest: str


class Imported(Document, frozen=True, kw_only=True):
    """The content of the fact of an import."""

    kind: str
    file: str
    digest: str
    entered: int
    left_out: int
    sound_only: bool
    made: tuple[str, ...]


def plan(actor: Actor, kind: Kind, grids: Sequence[Grid], tell: Tell) -> Plan:
    """The dry run: what the tables would make; nothing is written."""
    require(actor, NEEDS[Deed.RECORDS_IMPORTED])
    require(actor, kind.needs)
    return kind.plan(actor, grids, tell)


def enter(
    actor: Actor,
    kind: Kind,
    planned: Plan,
    source: Source,
    tell: Tell,
    *,
    sound_only: bool,
    why: str,
) -> list[Made]:
    """Write every record by its own verb, all in one transaction with the fact of the import.

    Raises `import.not_sound` where a flaw stands, unless only the sound records are wanted.
    """
    if planned.flaws and not sound_only:
        raise Refused(NOT_SOUND(flaws=len(planned.flaws)))
    if not planned.sound:
        raise Refused(NOTHING_SOUND())
    subject = f"import:{source.digest[:16]}"
    with act(actor, Deed.RECORDS_IMPORTED, subject, unit=home(actor), why=why) as deeds:
        with turns.told_together():
            made = list(_entered(actor, planned.sound, tell, why))
        left_out = len(planned.records) - len(made)
        content = Imported(
            kind=kind.id,
            file=source.name,
            digest=source.digest,
            entered=len(made),
            left_out=left_out,
            sound_only=sound_only,
            made=tuple(one.reference for one in made),
        )
        deeds.content.update({name: getattr(content, name) for name in content.__struct_fields__})
    return made


def past(actor: Actor) -> list[tuple[FactRow, Imported]]:
    """The imports of the actor's units, the latest first."""
    facts = FactRow.objects.filter(deed=Deed.RECORDS_IMPORTED).select_related("person", "unit")
    permission = NEEDS[Deed.RECORDS_IMPORTED]
    rows = facts.order_by("-number")[: pack().limit("page.rows")]
    return [
        (row, decode(row.content, Imported)) for row in rows if may(actor, permission, row.unit)
    ]


def home(actor: Actor) -> Unit | None:
    """The unit an import is done for: that of the first post that allows it."""
    permission = NEEDS[Deed.RECORDS_IMPORTED]
    roles = {row.id: row for row in pack().roles}
    held = (post.unit for post in actor.posts if permission in roles[post.role].may)
    return next(held, actor.unit)


def in_order(records: Iterable[Record]) -> Iterator[Record]:
    """The records, each after the one it stands on; those in a circle come last."""
    waiting = {record.key: record for record in records}
    while waiting:
        ready = [
            one for one in waiting.values() if one.after not in waiting or one.after == one.key
        ]
        for record in ready or list(waiting.values()):
            yield waiting.pop(record.key)


def chosen(rows: Iterable[Any], written: str) -> str | None:
    """The id or code of the pack's row that is written by its code or its name."""
    wanted = key(written)
    for row in rows:
        code = getattr(row, "code", "") or row.id
        if wanted in (key(code), key(row.zh), key(row.en)):
            return str(code)
    return None


def choices(column: Column) -> tuple[str, ...]:
    """The words that may be written in a column, from the pack in force; empty when any may."""
    if column.list in FIXED:
        return FIXED[column.list]
    rows = {"unit_kinds": pack().unit_kinds, "roles": pack().roles}.get(column.list)
    return tuple(row.zh for row in (rows or pack().codes_of(column.list))) if column.list else ()


class Units:
    """The units known, found by credit code, name or short name."""

    def __init__(self) -> None:
        self._by: dict[str, list[Unit]] = {}
        for unit in Unit.objects.select_related("parent"):
            self.add(unit)

    def add(self, unit: Unit) -> None:
        """Let a unit that is only planned be found as well."""
        for label in {key(unit.code), key(unit.name), key(unit.short_name)}:
            self._by.setdefault(label, []).append(unit)

    def find(self, written: str) -> Unit | Fault:
        """The unit written here, or what is wrong with it."""
        found = self._by.get(key(written), [])
        exact = [one for one in found if key(written) in (key(one.code), key(one.name))] or found
        if not exact:
            return UNIT_UNKNOWN(unit=written)
        return exact[0] if len(exact) == 1 else UNIT_AMBIGUOUS(unit=written)


def _entered(actor: Actor, records: list[Record], tell: Tell, why: str) -> Iterator[Made]:
    for number, record in enumerate(records, 1):
        try:
            made = record.enter(actor, why)
        except Refused as refused:
            line = record.lines[0]
            raise Refused(
                *(
                    ENTER_REFUSED(
                        sheet=line.sheet,
                        row=line.row,
                        reason_zh=fault.sentence("zh"),
                        reason_en=fault.sentence("en"),
                    )
                    for fault in refused.faults
                )
            ) from refused
        tell(number, number / len(records))
        yield made
