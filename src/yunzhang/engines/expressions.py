"""Expressions: a plain SQL test of a row, held to this table's columns and harmless functions.

Pure: the engine's own parser makes the tree, this file judges it. Whatever is not listed here
is refused, so what a later engine adds stays outside until someone lets it in.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from yunzhang.engines.checks import CHECK_EXPRESSION_REFUSED, CHECK_EXPRESSION_WRONG
from yunzhang.terms.faults import Refused, refuse_if

TABLE = "checked"

NODES = {
    "BETWEEN",
    "CASE",
    "CAST",
    "COLUMN_REF",
    "COMPARISON",
    "CONJUNCTION",
    "CONSTANT",
    "FUNCTION",
    "OPERATOR",
}
OPERATORS = {"+", "-", "*", "/", "//", "%", "||", "~~", "!~~", "~~*", "!~~*"}
NUMBERS = {"abs", "round", "floor", "ceil", "ceiling", "sign", "mod", "greatest", "least"}
TEXTS = {
    *("length", "char_length", "strlen", "lower", "upper", "trim", "ltrim", "rtrim", "ascii"),
    *("substr", "substring", "left", "right", "starts_with", "prefix", "ends_with", "suffix"),
    *("contains", "instr", "position", "strpos", "replace", "concat", "nullif"),
    *("like_escape", "not_like_escape"),
    *("regexp_matches", "regexp_full_match", "regexp_extract"),
}
DATES = {"year", "month", "day", "date_diff", "datediff", "date_part", "try_strptime"}
FUNCTIONS = OPERATORS | NUMBERS | TEXTS | DATES
TYPES = {
    *("VARCHAR", "BOOLEAN", "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT"),
    *("FLOAT", "DOUBLE", "DECIMAL", "DATE", "TIME", "TIMESTAMP"),
}
EMPTY_PARTS = (
    "modifiers",
    "where_clause",
    "group_expressions",
    "group_sets",
    "having",
    "sample",
    "qualify",
)


def statement(sql: str) -> str:
    """The whole statement an expression is tried as; the line break ends any comment in it."""
    return f"SELECT ({sql}\n) FROM {TABLE}"


def judge(tree: str, columns: tuple[str, ...]) -> tuple[str, ...]:
    """The columns an expression reads, in order of the table, from the engine's parse of it.

    Raises Refused with every part that is not allowed, or `check.expression_wrong`.
    """
    expression = _only_expression(tree)
    if expression is None:
        raise Refused(CHECK_EXPRESSION_WRONG())
    nodes = list(_nodes(expression))
    spelled = {column.lower() for column in columns}
    parts = dict.fromkeys(part for node in nodes if (part := _outside(node, spelled)))
    refuse_if(CHECK_EXPRESSION_REFUSED(part=part) for part in parts)
    used = {node["column_names"][0].lower() for node in nodes if node["class"] == "COLUMN_REF"}
    return tuple(column for column in columns if column.lower() in used)


def _only_expression(tree: str) -> Any:
    """The one select item of the one plain SELECT from our table; None for any other shape."""
    try:
        parsed = json.loads(tree)
    except RecursionError:
        return None
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


def _outside(node: dict[str, Any], columns: set[str]) -> str:
    """What of this node is not allowed, "" when all of it is."""
    form = str(node["class"])
    if form not in NODES:
        return form.lower()
    if form == "COLUMN_REF":
        path = [str(part) for part in node["column_names"]]
        return "" if len(path) == 1 and path[0].lower() in columns else ".".join(path)
    if form == "CAST" and node["cast_type"]["id"] not in TYPES:
        return str(node["cast_type"]["id"]).lower()
    if form == "FUNCTION" and not _plain_function(node):
        return str(node["function_name"])
    return ""


def _plain_function(node: dict[str, Any]) -> bool:
    dressed = (
        node.get("distinct"),
        node.get("filter"),
        node.get("export_state"),
        (node.get("order_bys") or {}).get("orders"),
        node.get("catalog"),
    )
    name = node["function_name"].lower()
    known = name in FUNCTIONS and not (name == "replace" and _grows(node))
    return known and node.get("schema") in ("", "main") and not any(dressed)


def _grows(node: dict[str, Any]) -> bool:
    """Whether a replacement may be longer than what it replaces.

    A few such nested fill any memory, and the engine cannot be interrupted within one text.
    """
    match [(part.get("value") or {}).get("value") for part in node["children"]]:
        case [_, str(old), str(new)]:
            return len(new) > len(old)
    return True
