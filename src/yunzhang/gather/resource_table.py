"""Resource tables: what the rows of one resource say, read into the draft of its entry."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from yunzhang.gather import entry_words, fill_in
from yunzhang.gather.models import TITLE_LENGTH
from yunzhang.people.imports import choices
from yunzhang.people.models import Unit
from yunzhang.people.permissions import pack
from yunzhang.terms import entry, legal_basis
from yunzhang.terms.codes import ItemType, ShareType
from yunzhang.terms.entry import Census, DataItem, EntryDraft
from yunzhang.terms.faults import FaultKind, Text
from yunzhang.terms.forms import Flaw, Line

TITLE_LONG = FaultKind(
    "import.title_long",
    422,
    Text("名称超过 {most} 个字符。", "The title is longer than {most} characters."),
    Text("缩短名称，细节写进摘要。", "Shorten it; the abstract has room."),
)
# Which column tells each fault that the entry itself shows.
CELLS = {
    entry.CONDITION_REQUIRED.code: "share_condition",
    entry.BASIS_REQUIRED.code: "share_condition",
    entry.OPEN_BUT_NOT_SHARED.code: "open_type",
    entry.TITLE_IS_SYSTEM.code: "title",
    entry.ITEM_TWICE.code: "item_name",
}
CODED = ("share_type", "open_type", "update_cycle")
NEEDED = ("title", "abstract", "format", "share_type", "share_method", "open_type", "update_cycle")


@dataclass
class Found:
    """A resource as the rows say it: the first, those that go on, and those of its items."""

    line: Line
    lines: list[Line] = field(default_factory=list)
    items: list[Line] = field(default_factory=list)
    unit: Unit | None = None
    systems: frozenset[str] = frozenset()  # what the unit's registered systems are called
    form: EntryDraft = field(default_factory=EntryDraft)

    def __post_init__(self) -> None:
        self.lines.append(self.line)

    @property
    def code(self) -> str:
        """The code the old catalog gave, as codes are written here."""
        return self.line.get("code").upper().replace(" ", "")


def read_form(found: Found, flaws: list[Flaw]) -> EntryDraft:
    """The entry's draft; a value that cannot be read is a flaw and stays empty."""
    line, unit = found.line, found.unit
    flaws += line.missing(*NEEDED)
    coded = {id: _coded(line, id, flaws) for id in CODED}
    texts = (line.get("share_condition"), line.get("share_basis"))
    condition = "；".join(dict.fromkeys(filter(None, texts)))
    refused = coded["share_type"] == ShareType.NOT_SHARED
    line.day("published_on", flaws)
    return EntryDraft(
        classification=_classification(line, flaws),
        title=line.get("title"),
        provider_name=unit.name if unit else "",
        provider_code=unit.code if unit else "",
        abstract=line.get("abstract"),
        format=_format(line, flaws),
        items=tuple(_items(found, flaws)),
        share_type=coded["share_type"],
        share_condition=condition,
        share_basis=legal_basis.kind_of(condition) if refused else "",
        share_method=_method(line, flaws),
        open_type=coded["open_type"],
        open_condition=line.get("open_condition"),
        update_cycle=coded["update_cycle"],
        related_codes=tuple(filter(None, re.split(r"[、,，;；\s]+", line.get("related")))),
        system_name=line.get("system"),
        census=_census(line, flaws),
    )


def form_flaws(found: Found) -> Iterator[Flaw]:
    """What is wrong with the draft as a whole: the entry's own rules and the fill-in faults."""
    line, form = found.line, found.form
    for fault in entry.faults(form, pack()):
        if fault.code in CELLS:
            cell = CELLS[fault.code]
            at = _line_of(found, dict(fault.details).get("name", ""), cell)
            yield at.flaw(cell, fault)
    if len(form.title) > TITLE_LENGTH:
        yield line.flaw("title", TITLE_LONG(most=TITLE_LENGTH))
    if form.title in found.systems and form.title != form.system_name:
        yield line.flaw("title", entry.TITLE_IS_SYSTEM())
    refused = form.share_type == ShareType.NOT_SHARED
    if refused and form.share_condition and not form.share_basis:
        cell = "share_basis" if line.get("share_basis") else "share_condition"
        yield line.flaw(cell, fill_in.BASIS_WEAK(basis=form.share_condition))
    if not fill_in.fits(form.format, form.share_method):
        names = {
            row.code: row.zh for list in ("format", "share_method") for row in pack().codes_of(list)
        }
        fault = fill_in.METHOD_UNFIT(format=names[form.format], method=names[form.share_method])
        yield line.flaw("share_method", fault)
    if not found.items:
        yield from line.missing("item_name")
    yield from fill_in.items(found.items)
    whole = (each.id for each in line.form.columns if not each.item)
    yield from fill_in.differing(found.lines, whole)


def _line_of(found: Found, item: str, cell: str) -> Line:
    """The row a fault belongs to: the last that names the item, else the resource's first."""
    named = [line for line in found.items if item and line.get("item_name") == item]
    return named[-1] if cell == "item_name" and named else found.line


def _coded(line: Line, id: str, flaws: list[Flaw]) -> str:
    written = line.get(id)
    code = entry_words.code_of(id, written) if written else ""
    if written and not code:
        flaws.append(line.unknown(id, choices(line.form.column(id))))
    return code


def _classification(line: Line, flaws: list[Flaw]) -> str:
    parts = [line.get(id) for id in ("class_kind", "class_item", "class_subject")]
    written = [*parts, line.get("class"), line.get("code")]
    code = entry_words.classification_of(*written[:4]) or entry_words.classification_of(written[4])
    if not code:
        told = next(filter(None, (line.get("class"), *reversed(parts))), "")
        flaws.append(
            line.unknown("class", choices(line.form.column("class")), told)
            if told
            else next(iter(line.missing("class")))
        )
    return code


def _format(line: Line, flaws: list[Flaw]) -> str:
    written = line.get("format")
    code = entry_words.format_of(written, line.get("format_type")) if written else ""
    if written and not code:
        flaws.append(line.unknown("format", choices(line.form.column("format"))))
    return code


def _method(line: Line, flaws: list[Flaw]) -> str:
    written = line.get("share_method")
    code = entry_words.method_of(written, line.get("share_method_type")) if written else ""
    if written and not code:
        flaws.append(line.unknown("share_method", choices(line.form.column("share_method"))))
    return code


def _items(found: Found, flaws: list[Flaw]) -> Iterator[DataItem]:
    for line in found.items:
        flaws += line.missing("item_name", "item_type")
        written = line.get("item_type")
        type = entry_words.item_type(written) if written else None
        if written and type is None:
            flaws.append(line.unknown("item_type", choices(line.form.column("item_type"))))
        name, column = line.get("item_name"), line.get("item_column")
        yield DataItem(
            name=name,
            column=column,
            type=type or ItemType.CHARACTER,
            length=_length(line, type, flaws),
        )


def _length(line: Line, type: ItemType | None, flaws: list[Flaw]) -> int:
    """The length in characters; of 10,2 the whole digits count."""
    written = line.get("item_length")
    parts = re.fullmatch(r"\(?(\d+)\s*[,，.]\s*\d{1,2}\)?", written)
    if parts:
        return int(parts[1])
    if not written and type not in entry_words.LENGTHS and type not in entry_words.FREE:
        flaws += line.missing("item_length")
    return line.number("item_length", flaws) or entry_words.LENGTHS.get(type or ItemType.MEMO, 0)


def _census(line: Line, flaws: list[Flaw]) -> Census | None:
    found = Census(
        gigabytes=line.amount("bytes", flaws),
        records=line.number("records", flaws),
        shared_gigabytes=line.amount("shared_bytes", flaws),
        shared_records=line.number("shared_records", flaws),
        opened_gigabytes=line.amount("opened_bytes", flaws),
        opened_records=line.number("opened_records", flaws),
    )
    return None if found == Census() else found
