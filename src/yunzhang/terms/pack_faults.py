"""Faults of a pack: which file, which row, which field, and what was expected there."""

from __future__ import annotations

from datetime import date
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

from yunzhang.terms.document import Document, Misfit, Natural
from yunzhang.terms.faults import FaultKind, Text

_CORRECT = Text("改正该处后重新检查政策包。", "Correct that place and check the pack again.")

PACK_MALFORMED = FaultKind(
    "pack.malformed",
    400,
    Text(
        "政策包文件 {file}，{row} 行，{field}：{reason_zh}。",
        "Pack file {file}, row {row}, {field}: {reason_en}.",
    ),
    _CORRECT,
)
PACK_ROW_MISSING = FaultKind(
    "pack.row_missing",
    500,
    Text("政策包中没有“{row}”这一行。", "The pack has no row “{row}”."),
    Text("在政策包中补上该行及其依据。", "Add the row, with its citation, to the pack."),
)
PACK_ID_TWICE = FaultKind(
    "pack.id_twice",
    400,
    Text(
        "政策包文件 {file} 的 {table} 中，编号“{row}”出现了 {times} 次。",
        "Pack file {file}: in {table} the id “{row}” stands {times} times.",
    ),
    Text("每行的编号在同一表中只能用一次。", "Give each row of a table an id of its own."),
)
PACK_UNKNOWN = FaultKind(
    "pack.unknown_reference",
    400,
    Text(
        "政策包文件 {file}，{row} 行，{field}：{table} 中没有“{named}”。",
        "Pack file {file}, row {row}, {field}: there is no “{named}” in {table}.",
    ),
    Text(
        "改正该编号，或补上被引用的那一行。",
        "Correct the id, or add the row it names.",
    ),
)
PACK_QUOTE_LONG = FaultKind(
    "pack.quote_long",
    400,
    Text(
        "政策包文件 {file}，{row} 行，{field}：引文 {characters} 字，至多 {most} 字。",
        "Pack file {file}, row {row}, {field}: {characters} characters, {most} at most.",
    ),
    Text("只引最关键的一句短语。", "Quote only the phrase that matters."),
)
PACK_NOT_CITED = FaultKind(
    "pack.not_cited",
    400,
    Text(
        "政策包文件 {file}，{row} 行，{field}：没有写明依据。",
        "Pack file {file}, row {row}, {field}: the citation is blank.",
    ),
    Text("写明文件和条款。", "Name the document and the clause."),
)
PACK_DATES = FaultKind(
    "pack.dates_reversed",
    400,
    Text(
        "政策包文件 {file}，{row} 行：to_date（{to}）早于 from_date（{since}）。",
        "Pack file {file}, row {row}: to_date ({to}) is before from_date ({since}).",
    ),
    _CORRECT,
)
PACK_PLACEHOLDER = FaultKind(
    "pack.placeholder",
    400,
    Text(
        "政策包文件 {file}，{row} 行，{field}：“{value}”是占位内容，不是规定。",
        "Pack file {file}, row {row}, {field}: “{value}” is a placeholder, not a rule.",
    ),
    Text(
        "填入文件中的规定；文件没有规定的，删去该行。",
        "Write what the document says; where it says nothing, leave the row out.",
    ),
)
PACK_STEP_UNKNOWN = FaultKind(
    "pack.unknown_step",
    400,
    Text(
        "政策包文件 {file}，{row} 行，{field}：本程序没有“{named}”这一步。",
        "Pack file {file}, row {row}, {field}: this procedure has no step “{named}”.",
    ),
    Text("从本程序的步骤中选择。", "Choose one of the procedure's own steps."),
)
PACK_LOOSER = FaultKind(
    "pack.looser",
    422,
    Text(
        "“{row}”的 {field} 比上位规定宽松：下层 {above}（{cite_above}），"
        "上位 {below}（{cite_below}）。",
        "“{row}” is looser in {field} than the rule it stands on: {above} ({cite_above}), "
        "while below it is {below} ({cite_below}).",
    ),
    Text(
        "地方规定可以更严，不得更宽；改正该行或删去。",
        "A local rule may be stricter, never looser: correct the row or leave it out.",
    ),
)
PACK_MISSING = FaultKind(
    "pack.missing",
    404,
    Text("找不到政策包“{pack}”。", "There is no pack “{pack}”."),
    Text(
        "给出政策包所在的文件夹，或随软件附带的政策包的名称。",
        "Give a pack's folder, or the name of a pack that is shipped.",
    ),
)
PACK_CIRCLE = FaultKind(
    "pack.circle",
    400,
    Text("政策包互为上下层：{packs}。", "Packs stand over one another: {packs}."),
    Text("改正其中一个 pack.toml 的 over。", "Correct `over` in one of their pack.toml."),
)

_NAMES: dict[Any, Text] = {
    str: Text("应为文字", "text is expected"),
    int: Text("应为整数", "a whole number is expected"),
    Natural: Text("应为不小于 0 的整数", "a whole number, 0 or more, is expected"),
    bool: Text("应为 true 或 false", "true or false is expected"),
    date: Text("应为日期，如 2025-08-01", "a date is expected, such as 2025-08-01"),
}


def expected(form: Any) -> Text:
    """What a field's type wants, in words."""
    if form in _NAMES:
        return _NAMES[form]
    origin, parts = get_origin(form), [each for each in get_args(form) if each is not type(None)]
    if origin is Literal:
        choices = ", ".join(f'"{each}"' for each in parts)
        return Text(f"应为 {choices} 之一", f"one of {choices} is expected")
    if origin in (Union, UnionType):
        return expected(parts[0])
    if isinstance(form, type) and issubclass(form, Document):
        return Text("应为一组 {键 = 值}", "a table {key = value} is expected")
    return Text("应为方括号中的列表", "a list in brackets is expected")


def reason(misfit: Misfit) -> Text:
    """Why a place does not fit: missing, unknown, or of the wrong kind."""
    if misfit.why == "unknown":
        return Text("没有这个字段", "there is no such field")
    wanted = expected(misfit.form)
    if misfit.why == "missing":
        return Text(f"缺少，{wanted.zh}", f"missing; {wanted.en}")
    return wanted
