"""The data cage: rules bound to the tables that feed them, tried and tuned by who supervises."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from typing import Any

from yunzhang import clock
from yunzhang.engines import on_duckdb
from yunzhang.engines.cage import Asked, Outcome
from yunzhang.engines.cage_sql import WAYS, Bound
from yunzhang.gather.harvest import lake_file, profile_of
from yunzhang.gather.models import DataTable
from yunzhang.people.act import act, allow
from yunzhang.people.models import Unit
from yunzhang.people.permissions import Actor, pack
from yunzhang.people.workdays import work_calendar
from yunzhang.terms.cage import CageRule, CageThreshold
from yunzhang.terms.document import decode, encode
from yunzhang.terms.fact import Deed
from yunzhang.terms.faults import Fault, FaultKind, Refused, Text, refuse_if
from yunzhang.use import cage_grounds
from yunzhang.use.cage_models import CageBinding

RULE_UNKNOWN = FaultKind(
    "cage.rule_unknown",
    404,
    Text("政策包中没有数据铁笼规则“{rule}”。", "The pack has no rule {rule} of the data cage."),
    Text("从规则列表进入。", "Start from the list of rules."),
)
TABLE_MISSING = FaultKind(
    "cage.table_missing",
    422,
    Text("没有选定“{source_zh}”的数据表。", "No table is chosen for “{source_en}”."),
    Text("选择一张已归集、可以比对的数据表。", "Choose a gathered table that may be compared."),
)
FIELD_MISSING = FaultKind(
    "cage.field_missing",
    422,
    Text("字段“{field_zh}”没有绑定列。", "The field “{field_en}” has no column."),
    Text("选择对应的列。", "Choose its column."),
)
COLUMN_UNKNOWN = FaultKind(
    "cage.column_unknown",
    422,
    Text(
        "数据表“{table}”没有列“{column}”（字段“{field_zh}”）。",
        "The table {table} has no column {column} (field “{field_en}”).",
    ),
    Text("从该表的列中选择。", "Choose one of the table's columns."),
)
WAY_WRONG = FaultKind(
    "cage.way_wrong",
    422,
    Text("字段“{field_zh}”不能这样读取。", "The field “{field_en}” is not read that way."),
    Text("按原值读取。", "Read it as it is written."),
)
COLUMN_UNREADABLE = FaultKind(
    "cage.column_unreadable",
    422,
    Text(
        "列“{column}”没有一个值能读作“{field_zh}”，例如第 {row} 行。",
        "No value of the column {column} can be read as “{field_en}”, for example in row {row}.",
    ),
    Text("核对是否选错了列。", "See whether it is the right column."),
)
NUMBER_WRONG = FaultKind(
    "cage.number_wrong",
    422,
    Text("“{name_zh}”应为不小于 0 的整数。", "“{name_en}” is a whole number, 0 or more."),
    Text("改正后重试。", "Correct it and try again."),
)
NUMBER_LOOSER = FaultKind(
    "cage.number_looser",
    422,
    Text(
        "“{name_zh}”不能宽于 {limit}（{cite}）。",
        "“{name_en}” may not be looser than {limit} ({cite}).",
    ),
    Text("只能设得更严。", "Set it stricter only."),
)
MOST = 10**15  # a larger number means nothing and fits no column


def rule_of(id: str) -> CageRule:
    """The rule under this id in the pack in force today; raises `cage.rule_unknown`."""
    for row in rules():
        if row.id == id:
            return row
    raise Refused(RULE_UNKNOWN(rule=id))


def rules() -> tuple[CageRule, ...]:
    """The rules in force today, in the pack's order."""
    return pack().on(clock.today()).cage_rules


def binding_of(unit: Unit, rule: CageRule) -> CageBinding | None:
    """The rule as this unit supervises by it now."""
    return CageBinding.objects.filter(unit=unit, rule=rule.id, ended_at=None).first()


def tables_of(binding: CageBinding) -> dict[str, DataTable]:
    """The tables that feed it, by source."""
    names = decode(binding.tables, dict[str, str])
    found = DataTable.objects.select_related("system__unit").in_bulk(
        names.values(), field_name="name"
    )
    return {source: found[name] for source, name in names.items()}


def columns_of(binding: CageBinding) -> dict[str, Bound]:
    """The columns that feed it, by field."""
    return decode(binding.columns, dict[str, Bound])


def numbers_of(binding: CageBinding | None, rule: CageRule) -> dict[str, int]:
    """The rule's numbers: the pack's, and over them what the unit set."""
    tuned = decode(binding.numbers, dict[str, int]) if binding else {}
    return {id: tuned.get(id, number) for id, number in rule.numbers.items()}


def bind(
    actor: Actor,
    unit: Unit,
    rule: CageRule,
    tables: Mapping[str, DataTable],
    columns: Mapping[str, Bound],
    *,
    why: str,
) -> CageBinding:
    """Feed the rule from these tables from now on; raises Refused with everything that is wrong."""
    allow(actor, Deed.CAGE_BOUND, unit, why)
    refuse_if(_binding_faults(unit, rule, tables, columns))
    held = binding_of(unit, rule)
    outcome = ask(rule, tables, columns, numbers_of(held, rule))
    refuse_if(_unreadable(rule, columns, outcome))
    subject = f"cage:{rule.id}"
    with act(actor, Deed.CAGE_BOUND, subject, unit=unit, why=why) as deeds:
        names = {source: table.name for source, table in tables.items()}
        deeds.content.update(tables=names, columns={f: one.column for f, one in columns.items()})
        kept: dict[str, Any] = {
            "tables": encode(names).decode(),
            "columns": encode(dict(columns)).decode(),
            "bound_at": deeds.at,
        }
        return CageBinding.objects.update_or_create(
            unit=unit,
            rule=rule.id,
            ended_at=None,
            defaults=kept,
            create_defaults={**kept, "salt": secrets.token_hex(32)},
        )[0]


def tune(actor: Actor, binding: CageBinding, numbers: Mapping[str, int], *, why: str) -> None:
    """Set the rule's numbers for this unit; what law fixes may only be set stricter."""
    rule = rule_of(binding.rule)
    subject = f"cage:{rule.id}"
    with act(actor, Deed.CAGE_TUNED, subject, unit=binding.unit, why=why) as deeds:
        refuse_if(_number_faults(rule, numbers))
        deeds.content.update(numbers=dict(numbers))
        CageBinding.objects.filter(pk=binding.pk).update(numbers=encode(dict(numbers)).decode())


def preview(actor: Actor, binding: CageBinding, numbers: Mapping[str, int], *, why: str) -> Outcome:
    """What a run with these numbers would find; nothing is kept but the fact that it was tried."""
    rule = rule_of(binding.rule)
    allow(actor, Deed.CAGE_TRIED, binding.unit, why)
    refuse_if(_number_faults(rule, numbers))
    outcome = ask(rule, *lawful(binding, rule), numbers)
    subject = f"cage:{rule.id}"
    with act(actor, Deed.CAGE_TRIED, subject, unit=binding.unit, why=why) as deeds:
        deeds.content.update(numbers=dict(numbers), found=len(outcome.found))
    return outcome


def end(actor: Actor, binding: CageBinding, *, why: str) -> None:
    """Supervise by this rule no more; its hits and cases stay."""
    with act(actor, Deed.CAGE_ENDED, f"cage:{binding.rule}", unit=binding.unit, why=why) as deeds:
        CageBinding.objects.filter(pk=binding.pk, ended_at=None).update(ended_at=deeds.at)


def lawful(binding: CageBinding, rule: CageRule) -> tuple[dict[str, DataTable], dict[str, Bound]]:
    """The tables and columns of a binding; raises Refused where the unit's ground is gone."""
    tables, columns = tables_of(binding), columns_of(binding)
    refuse_if(_binding_faults(binding.unit, rule, tables, columns))
    return tables, columns


def ask(
    rule: CageRule,
    tables: Mapping[str, DataTable],
    columns: Mapping[str, Bound],
    numbers: Mapping[str, int],
) -> Outcome:
    """Ask the rule's plan of the gathered tables."""
    files = {source: lake_file(table) for source, table in tables.items()}
    asked = Asked(rule, files, columns, numbers, clock.today(), work_calendar())
    return on_duckdb.supervise(asked)


def suggested(rule: CageRule, source: str, table: DataTable) -> dict[str, str]:
    """A column for each field of a source, from the names of the table's columns.

    A field of citizen identity numbers is looked for by what the profile found in the columns.
    """
    profile = profile_of(table)
    found: dict[str, str] = {}
    for one in rule.fields_of(source):
        left = [column for column in profile.columns if column.name not in found.values()]
        ids = [column.name for column in left if column.kind == "citizen_id"]
        if one.reads == "person" and ids:
            found[one.id] = ids[0]
            continue
        names = {column.name.casefold(): column.name for column in left}
        exact = [names[word.casefold()] for word in one.words if word.casefold() in names]
        near = [name for word in one.words for key, name in names.items() if word.casefold() in key]
        for name in [*exact, *near][:1]:
            found[one.id] = name
    return found


def _binding_faults(
    unit: Unit,
    rule: CageRule,
    tables: Mapping[str, DataTable],
    columns: Mapping[str, Bound],
) -> Iterator[Fault]:
    now = clock.now()
    for source in rule.sources:
        table = tables.get(source.id)
        if table is None:
            yield TABLE_MISSING(source_zh=source.zh, source_en=source.en)
            continue
        bound = [columns[one.id].column for one in rule.fields_of(source.id) if one.id in columns]
        yield from cage_grounds.faults(unit, table, bound, now)
        profile = profile_of(table)
        for one in rule.fields_of(source.id):
            held = columns.get(one.id)
            if held is None and not one.optional:
                yield FIELD_MISSING(field_zh=one.zh, field_en=one.en)
            if held is not None and profile.column(held.column) is None:
                yield COLUMN_UNKNOWN(
                    table=table.title, column=held.column, field_zh=one.zh, field_en=one.en
                )
            if held is not None and held.way and (held.way not in WAYS or one.reads != "group"):
                yield WAY_WRONG(field_zh=one.zh, field_en=one.en)


def _unreadable(rule: CageRule, columns: Mapping[str, Bound], outcome: Outcome) -> Iterator[Fault]:
    """Fields that no row of their column can be read as: the wrong column, most likely."""
    for told in outcome.unread:
        one = rule.field(told.field)
        if told.unreadable and told.unreadable + told.blank == outcome.read[one.of]:
            yield COLUMN_UNREADABLE(
                column=columns[one.id].column, field_zh=one.zh, field_en=one.en, row=told.rows[0]
            )


def _number_faults(rule: CageRule, numbers: Mapping[str, int]) -> Iterator[Fault]:
    for one in rule.thresholds:
        number = numbers.get(one.id)
        if number is None or not 0 <= number <= MOST:
            yield NUMBER_WRONG(name_zh=one.zh, name_en=one.en)
        elif _looser(one, number):
            cite = f"{one.cite.document} {one.cite.clause}"
            yield NUMBER_LOOSER(name_zh=one.zh, name_en=one.en, limit=one.value, cite=cite)


def _looser(one: CageThreshold, number: int) -> bool:
    if one.bound == "at_least":
        return number < one.value
    return one.bound == "at_most" and number > one.value
