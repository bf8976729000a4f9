"""Writing rows as TOML, in the form people edit them afterwards."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from typing import Any

from yunzhang.terms.document import stated
from yunzhang.terms.pack_rows import Row


def table(name: str, rows: Iterable[Row]) -> str:
    """The rows of one table, fields at their default left out."""
    return "\n".join(f"[[{name}]]\n{_fields(stated(row))}" for row in rows)


def head(**fields: str) -> str:
    """The fields of pack.toml that are not blank."""
    return _fields({name: value for name, value in fields.items() if value})


def _fields(fields: dict[str, Any]) -> str:
    return "".join(f"{name} = {_value(value)}\n" for name, value in fields.items())


def _value(value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{name} = {_value(each)}" for name, each in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(_value(each) for each in value) + "]"
    # JSON's strings and numbers are TOML's, but for one control character that TOML forbids.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007F")
