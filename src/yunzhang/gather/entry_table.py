"""Entry tables: a catalog kept in a spreadsheet, in the guide's own layout, as drafts of entries.

Two layouts are in use (发改高技〔2017〕1272号): one row for each data item with the resource's
columns merged or repeated, or one sheet of resources and one of items.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from yunzhang.gather import catalog, fill_in
from yunzhang.gather.models import EntryVersion, InformationSystem, Resource
from yunzhang.gather.resource_table import Found, form_flaws, read_form
from yunzhang.people.imports import Kind, Made, Plan, Record, Tell, Units, home
from yunzhang.people.models import Unit
from yunzhang.people.permissions import NEEDS, Actor, pack, why_not
from yunzhang.terms import entry
from yunzhang.terms.entry import EntryDraft
from yunzhang.terms.fact import Deed
from yunzhang.terms.faults import FaultKind, Text
from yunzhang.terms.forms import Flaw, Line, Table, form_of, tables
from yunzhang.terms.grids import Grid, key

ITEM_HOMELESS = FaultKind(
    "import.item_homeless",
    422,
    Text(
        "资源表中没有名称或代码为“{resource}”的资源。",
        "The sheet of resources has none of the title or code {resource}.",
    ),
    Text("核对信息资源名称或代码。", "Check the title or the code of the resource."),
)
PROVIDER_OTHER = FaultKind(
    "import.provider_other",
    422,
    Text(
        "提供方代码 {code} 是“{owner}”的，与提供方名称对不上。",
        "The provider code {code} belongs to {owner}, not to the provider named.",
    ),
    Text("核对提供方的名称和代码。", "Check the provider's name and code."),
)
FORM = form_of((Path(__file__).parent / "forms" / "entries.toml").read_text(encoding="utf-8"))


@dataclass
class _Sheets:
    """The resources of all sheets in their order, and how items find theirs."""

    found: list[Found] = field(default_factory=list)
    by_name: dict[str, Found] = field(default_factory=dict)

    def add(self, line: Line) -> Found:
        made = Found(line)
        self.found.append(made)
        for name in (line.get("code"), line.get("title")):
            if name:
                self.by_name.setdefault(key(name), made)
        return made


def plan(actor: Actor, grids: Sequence[Grid], tell: Tell) -> Plan:
    """The entries of the tables as drafts; every flaw of every row."""
    read = tables(grids, FORM, ("title",), pack().limit("import.header_rows"))
    plan = Plan(
        (
            *(Text("名称", "Title"), Text("提供方", "Provider"), Text("分类", "Class")),
            *(Text("信息项", "Items"), Text("共享", "Sharing"), Text("代码", "Code")),
        ),
        notes=[*read.notes, *read.columns_missing(*(id for id in FORM.needed if id != "class"))],
    )
    sheets = _Sheets()
    for table in read.tables:
        _gather(table, sheets, plan.flaws, alone=len(read.tables) == 1)
    units, own, codes, systems = Units(), home(actor), _codes(), _systems()
    for number, found in enumerate(sheets.found, 1):
        found.unit = _provider(actor, found, units, own, plan.flaws)
        found.systems = systems.get(found.unit.pk if found.unit else 0, frozenset())
        found.form = read_form(found, plan.flaws)
        plan.flaws += form_flaws(found)
        plan.flaws += _code_flaws(found, codes)
        tell(number, number / len(sheets.found))
    plan.flaws += _together(sheets.found)
    plan.records += [_record(found) for found in sheets.found if found.unit is not None]
    return plan


def _gather(table: Table, sheets: _Sheets, flaws: list[Flaw], *, alone: bool) -> None:
    """Take a sheet in as resources, as items of resources, or as both in one."""
    told = ("abstract", "share_type", "update_cycle")
    items_only = table.has("item_name") and not any(table.has(id) for id in told) and not alone
    current: Found | None = None
    for line in table.lines:
        if items_only:
            named = line.get("code") or line.get("title")
            home = sheets.by_name.get(key(named)) if named else current
            if home is None:
                flaws.append(line.flaw("title", ITEM_HOMELESS(resource=named)))
                continue
            current = home
            current.items.append(line)
            continue
        if current is None or _begins(line, current):
            current = sheets.add(line)
        else:
            current.lines.append(line)
        if any(line.get(column.id) for column in FORM.columns if column.item):
            current.items.append(line)


def _begins(line: Line, current: Found) -> bool:
    """Whether a row begins another resource: a title of its own, or another provider or code."""
    title = line.get("title")
    if not title:
        return not line.get("item_name")
    names = ("provider", "provider_code", "code")
    other = any(line.get(id) and line.get(id) != current.line.get(id) for id in names)
    # Where rows are no items, two rows of one title are two resources, to be told as such.
    return title != current.line.get("title") or other or not line.get("item_name")


def _provider(
    actor: Actor, found: Found, units: Units, own: Unit | None, flaws: list[Flaw]
) -> Unit | None:
    """The unit that provides the resource: as written, else that of who imports."""
    line, code = found.line, found.line.get("provider_code").upper()
    written = line.get("provider")
    short = [line.flaw("provider_code", fault) for fault in fill_in.credit_faults(code)]
    flaws += short
    id = "provider" if written else "provider_code"
    unit = units.find(written or code) if written or code else own
    if not isinstance(unit, Unit):
        if unit is not None and not (short and not written):
            flaws.append(line.flaw(id, unit))
        return None
    if code and not short and code != unit.code:
        owner = units.find(code)
        fault = (
            PROVIDER_OTHER(code=code, owner=owner.name)
            if isinstance(owner, Unit)
            else entry.PROVIDER_CODE_WRONG(code=code)
        )
        flaws.append(line.flaw("provider_code", fault))
    refusals = why_not(actor, NEEDS[Deed.ENTRY_DRAFTED], unit)
    flaws += [line.flaw("provider", fault) for fault in refusals]
    return unit


def _code_flaws(found: Found, codes: dict[str, str]) -> Iterator[Flaw]:
    """What is wrong with a code the old catalog gave; each is used once."""
    line, code = found.line, found.code
    if not code:
        return
    faults = list(fill_in.resource_code_faults(code))
    yield from (line.flaw("code", fault) for fault in faults)
    if not faults and code in codes:
        yield line.flaw("code", fill_in.CODE_TAKEN(code=code, where=codes[code]))
    codes.setdefault(code, f"{line.sheet} {line.row}")


def _codes() -> dict[str, str]:
    return dict.fromkeys(Resource.objects.values_list("code", flat=True), "—")


def _systems() -> dict[int, frozenset[str]]:
    names: dict[int, set[str]] = {}
    for unit, name in InformationSystem.objects.values_list("unit", "name"):
        names.setdefault(unit, set()).add(name)
    return {unit: frozenset(found) for unit, found in names.items()}


def _together(resources: list[Found]) -> Iterator[Flaw]:
    """What only shows when the resources of one provider are looked at together."""
    versions = EntryVersion.objects.exclude(state=EntryVersion.State.SUPERSEDED)
    known = {
        fill_in.folded(unit, title): f"{title}\n{code}"
        for unit, title, code in versions.values_list(
            "resource__unit__code", "title", "resource__code"
        )
    }
    providers = [(found.unit.code if found.unit else "", found.line) for found in resources]
    yield from fill_in.titles(
        ((provider, line, line.get("title")) for provider, line in providers), known
    )
    lines = [line for _, line in providers]
    least = pack().limit("import.drag_rows")
    yield from fill_in.dragged(lines, ("title", "abstract", "provider_code"), least)


def _record(found: Found) -> Record:
    form, unit = found.form, found.unit
    assert unit is not None
    names = {row.code: row.zh for row in pack().codes}
    shown = (
        form.title,
        unit.name,
        names.get(form.classification, "—"),
        "、".join(item.name for item in form.items) or "—",
        next((row.zh for row in pack().codes_of("share_type") if row.code == form.share_type), "—"),
        found.code or "系统编码",
    )
    lines = tuple({(line.sheet, line.row): line for line in (*found.lines, *found.items)}.values())
    name = f"{found.line.sheet}\n{found.line.row}"
    return Record(name, lines, shown, partial(_enter, unit, form, found.code))


def _enter(unit: Unit, form: EntryDraft, code: str, actor: Actor, why: str) -> Made:
    version = catalog.enter(actor, unit, form, code=code, why=why)
    return Made(catalog.subject(version), f"{version.resource.code} {version.title}")


ENTRIES = Kind(
    "entries",
    Text("政务数据目录", "Catalog entries"),
    Text(
        "按编制指南的 13 个核心元数据；导入为草稿，待关联数据表",
        "The guide's 13 core elements; they become drafts to be linked with tables",
    ),
    NEEDS[Deed.ENTRY_DRAFTED],
    FORM,
    plan,
)
