"""Drafting: the 13 core items of an entry as far as live table, source and unit tell them."""

from __future__ import annotations

from yunzhang.engines.profiles import TableProfile, draft_items
from yunzhang.engines.readings import SourceKind
from yunzhang.gather.harvest import profile_of
from yunzhang.gather.models import DataTable
from yunzhang.gather.systems import source_of
from yunzhang.terms.document import replace
from yunzhang.terms.entry import DataItem, EntryDraft
from yunzhang.terms.grids import words_only

# 部门信息资源 of departments at and below provincial level (1272号): where a table begins
# until its unit says which base or theme it belongs to.
LOCAL_DEPARTMENT = "307001"

SPREADSHEET, DATABASE, SELF_DESCRIBING = "2", "3", "6"  # code list "format", 1272号
FORMATS = {
    SourceKind.CSV: SPREADSHEET,
    SourceKind.EXCEL: SPREADSHEET,
    SourceKind.PARQUET: SELF_DESCRIBING,
    SourceKind.JSON: SELF_DESCRIBING,
    SourceKind.GEOJSON: SELF_DESCRIBING,
    SourceKind.SQLITE: DATABASE,
    SourceKind.POSTGRESQL: DATABASE,
    SourceKind.MYSQL: DATABASE,
}


def first_draft(table: DataTable) -> EntryDraft:
    """The entry of a table as it stands: what only the unit can know is left open.

    Left to the unit: share type and condition (9), opening (10), update cycle (11), related
    resources (13) and the two assessments. Raises `table.ungathered`.
    """
    unit, profile = table.unit, profile_of(table)
    return EntryDraft(
        classification=LOCAL_DEPARTMENT,
        title=table.title,
        provider_name=unit.name,
        provider_code=unit.code,
        abstract=_abstract(table, profile),
        format=FORMATS[source_of(table).kind],
        items=draft_items(profile),
        share_method="platform_api" if table.node_id else "platform_file",
        system_name=table.system.name,
    )


def refreshed(draft: EntryDraft, table: DataTable) -> EntryDraft:
    """An entry's draft with its items set right by the table as last gathered.

    An item whose column is still there keeps what the unit wrote; its length follows the data.
    """
    known = {item.column: item for item in draft.items}
    items = tuple(_kept(known.get(new.column), new) for new in draft_items(profile_of(table)))
    return replace(draft, items=items)


def linked(draft: EntryDraft, table: DataTable) -> EntryDraft:
    """A draft made without a table, its items tied to the table's columns of the same name.

    What the unit declared stays; columns that it did not are left to it to add or leave out.
    """
    columns = {words_only(item.column): item for item in draft_items(profile_of(table))}
    items = []
    for item in draft.items:
        new = columns.get(words_only(item.column)) or columns.get(words_only(item.name))
        items.append(
            replace(item, column=new.column, length=max(item.length, new.length)) if new else item
        )
    return replace(draft, items=tuple(items), system_name=table.system.name)


def _kept(old: DataItem | None, new: DataItem) -> DataItem:
    return new if old is None else replace(old, length=max(old.length, new.length))


def _abstract(table: DataTable, profile: TableProfile) -> str:
    columns = "、".join(column.name for column in profile.columns)
    return f"{table.title}。来自{table.system.name}，共 {profile.rows} 行，信息项：{columns}。"
