"""Checks as SQL: for each, which rows are judged and which of them fail. Pure text."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from yunzhang.engines.checks import CheckDigit, CodeList, Format, Required
from yunzhang.terms.codes import ItemType
from yunzhang.terms.identifiers import (
    ID_CHECKS,
    ID_WEIGHTS,
    ORG_WEIGHTS,
    USCC_ALPHABET,
    USCC_WEIGHTS,
)

RowCheck = Required | Format | CodeList | CheckDigit

READ_AS: Mapping[ItemType, str] = {
    ItemType.NUMBER: "DECIMAL(38, 10)",
    ItemType.CURRENCY: "DECIMAL(38, 10)",
    ItemType.INTEGER: "HUGEINT",
    ItemType.DOUBLE: "DOUBLE",
    ItemType.FLOAT: "DOUBLE",
    ItemType.DATE: "DATE",
    ItemType.DATETIME: "TIMESTAMP",
}
TRUTHS = ("是", "否", "true", "false", "yes", "no", "y", "n", "t", "f", "0", "1")
ORG_CHECKS = "0123456789X0"
ORG_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def literal(value: str) -> str:
    """A text as a SQL literal."""
    return "'" + value.replace("'", "''") + "'"


def name(column: str) -> str:
    """A column's name as a SQL identifier."""
    return '"' + column.replace('"', '""') + '"'


def table(parquet: Path) -> str:
    """A gathered table as the FROM of a query; `file_row_number` counts its rows from 0."""
    return f"read_parquet({literal(str(parquet.resolve()))}, file_row_number = true)"


def listed(values: tuple[str, ...]) -> str:
    """Texts as the inside of an IN list."""
    return ", ".join(map(literal, values))


def judged(check: RowCheck) -> str:
    """SQL that is true for the rows the check judges."""
    return "true" if isinstance(check, Required) else f"{name(check.column)} IS NOT NULL"


def failing(check: RowCheck) -> str:
    """SQL that is true for the rows that fail, never null, and false for rows not judged."""
    value = name(check.column)
    match check:
        case Required():
            return blank(value)
        case Format(pattern=pattern) if pattern:
            test = f"NOT regexp_full_match({value}, {literal(pattern)})"
        case Format(type=type):
            test = unlike(value, type)
        case CodeList(codes=codes):
            test = f"{value} NOT IN ({listed(codes)})" if codes else "true"
        case CheckDigit(scheme=scheme):
            test = f"NOT {check_digit(value, scheme)}"
    return f"({value} IS NOT NULL AND {test})"


def blank(value: str) -> str:
    """SQL that is true for null and for nothing but blanks (ASCII ones and U+3000).

    Only a text that sorts where a blank first character puts it is trimmed: trimming costs more
    than all the rest of the check.
    """
    suspect = f"{value} < '!' OR ({value} >= '\u3000' AND {value} < '\u3001')"
    trimmed = f"trim({value}, ' \t\n\v\f\r\u3000') = ''"
    return f"({value} IS NULL OR CASE WHEN {suspect} THEN {trimmed} ELSE false END)"


def unlike(value: str, type: ItemType) -> str:
    """SQL that is true for a value that is there and cannot be read as this catalog type."""
    if type is ItemType.LOGICAL:
        return f"lower({value}) NOT IN ({listed(TRUTHS)})"
    if type not in READ_AS:
        return "false"
    return f"({value} IS NOT NULL AND TRY_CAST({value} AS {READ_AS[type]}) IS NULL)"


def check_digit(value: str, scheme: Literal["credit_code", "citizen_id", "org_code"]) -> str:
    """SQL that is true where the check character is right; the same rules as terms.identifiers."""
    match scheme:
        case "credit_code":
            shape, right = f"[{USCC_ALPHABET}]{{18}}", _credit_code(value)
        case "citizen_id":
            shape, right = "[1-9][0-9]{16}[0-9X]", _citizen_id(value)
        case "org_code":
            shape, right = "[0-9A-Z]{8}[0-9X]", _org_code(value)
    return f"(CASE WHEN regexp_full_match({value}, '{shape}') THEN {right} ELSE false END)"


def _credit_code(value: str) -> str:
    total = _weighted(value, USCC_WEIGHTS, USCC_ALPHABET)
    return f"'{USCC_ALPHABET}'[(31 - ({total}) % 31) % 31 + 1] = {value}[18]"


def _citizen_id(value: str) -> str:
    total = _weighted(value, ID_WEIGHTS)
    born = f"{value}[7:10] || '-' || {value}[11:12] || '-' || {value}[13:14]"
    real = f"{value}[7:10] <> '0000' AND TRY_CAST({born} AS DATE) IS NOT NULL"
    return f"('{ID_CHECKS}'[({total}) % 11 + 1] = {value}[18] AND {real})"


def _org_code(value: str) -> str:
    total = _weighted(value, ORG_WEIGHTS, ORG_ALPHABET)
    return f"'{ORG_CHECKS}'[11 - ({total}) % 11 + 1] = {value}[9]"


def _weighted(value: str, weights: tuple[int, ...], alphabet: str = "") -> str:
    """The weighted sum of the first characters: their places in the alphabet, or their digits."""
    if alphabet:
        parts = (f"(instr('{alphabet}', {value}[{n}]) - 1) * {w}" for n, w in enumerate(weights, 1))
    else:
        parts = (f"(ascii({value}[{n}]) - 48) * {w}" for n, w in enumerate(weights, 1))
    return " + ".join(parts)
