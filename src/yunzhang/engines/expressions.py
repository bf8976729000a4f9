"""Expressions: a plain SQL test of a row, held to this table's columns and harmless functions.

Pure: the engine's own parser makes the tree, this file judges it. Whatever is not listed here
is refused, so what a later engine adds stays outside until someone lets it in.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

TABLE = "checked"

NODES = frozenset(
    {"COLUMN_REF", "CONSTANT", "COMPARISON", "CONJUNCTION", "OPERATOR", "BETWEEN", "CASE", "CAST", "FUNCTION"}
)
FUNCTIONS = frozenset(
    "+ - * / // % || ~~ !~~ ~~* !~~* like_escape not_like_escape abs round floor ceil ceiling greatest least "
    "sign mod length char_length strlen lower upper trim ltrim rtrim substr substring left right "
    "starts_with prefix ends_with suffix contains instr position strpos replace concat ascii "
    "regexp_matches regexp_full_match regexp_extract nullif year month day date_diff datediff "
    "date_part datepart try_strptime".split()
)
TYPES = frozenset(
    "VARCHAR BOOLEAN TINYINT SMALLINT INTEGER BIGINT HUGEINT FLOAT DOUBLE DECIMAL DATE TIME TIMESTAMP".split()
)
EMPTY_PARTS = ("modifiers", "where_clause", "group_expressions", "group_sets", "having", "sample", "qualify")


@dataclass(frozen=True)
class Judged:
    """The columns an expression reads, in order, and why it is refused ("" when it is not)."""

    columns: tuple[str, ...]
    refusal: str = ""


def statement(sql: str) -> str:
    """The whole statement an expression is tried as; the line break ends any comment in it."""
    return f"SELECT ({sql}\n) FROM {TABLE}"


def judge(tree: str, columns: tuple[str, ...]) -> Judged:
    """Say whether the parsed statement is one harmless test over these columns."""
    try:
        parsed = json.loads(tree)
    except RecursionError:
        return Judged((), "嵌套过深 nested too deeply")
    if parsed.get("error"):
        return Judged((), "语法错误 syntax error")
    expression = _only_expression(parsed)
    if expression is None:
        return Judged((), "不是单个表达式 not one expression")
    used: dict[str, None] = {}
    spelled = {column.lower(): column for column in columns}
    for node in _nodes(expression):
        refusal = _refusal(node, spelled)
        if refusal:
            return Judged((), refusal)
        if node["class"] == "COLUMN_REF":
            used[spelled[node["column_names"][0].lower()]] = None
    return Judged(tuple(used))


def _only_expression(parsed: dict[str, Any]) -> Any:
    """The one select item of the one plain SELECT from our table; None for any other shape."""
    statements = parsed.get("statements") or []
    node = statements[0]["node"] if len(statements) == 1 else {}
    source = node.get("from_table") or {}
    plain = (
        node.get("type") == "SELECT_NODE"
        and not any(node.get(part) for part in EMPTY_PARTS)
        and not node.get("cte_map", {}).get("map")
        and source.get("type") == "BASE_TABLE"
        and (source.get("schema_name"), source.get("table_name")) == ("", TABLE)
    )
    items = node.get("select_list") or []
    return items[0] if plain and len(items) == 1 else None


def _nodes(tree: Any) -> Iterator[dict[str, Any]]:
    waiting = [tree]
    while waiting:
        part = waiting.pop()
        if isinstance(part, list):
            waiting.extend(part)
        elif isinstance(part, dict):
            if "class" in part:
                yield part
            waiting.extend(part.values())


def _refusal(node: dict[str, Any], columns: dict[str, str]) -> str:
    form = str(node["class"])
    if form not in NODES:
        return form.lower()
    if form == "COLUMN_REF":
        path = node["column_names"]
        return "" if len(path) == 1 and path[0].lower() in columns else f"列 column {'.'.join(path)}"
    if form == "CAST" and node["cast_type"]["id"] not in TYPES:
        return f"类型 type {node['cast_type']['id']}"
    if form == "FUNCTION" and not _plain_function(node):
        return f"函数 function {node['function_name']}"
    return ""


def _plain_function(node: dict[str, Any]) -> bool:
    dressed = (node.get("distinct"), node.get("filter"), node.get("export_state"),
               (node.get("order_bys") or {}).get("orders"), node.get("catalog"))
    known = node["function_name"].lower() in FUNCTIONS
    return known and node.get("schema") in ("", "main") and not any(dressed)
