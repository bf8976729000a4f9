"""Asked: how pages ask, field by field, and keep what was typed after a refusal."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import template
from django.template import Context

from yunzhang.portal.templatetags.said import said
from yunzhang.terms.pack_rows import Role

register = template.Library()

Choices = Iterable[tuple[str, str]]


@register.inclusion_tag("portal/part/field.html", takes_context=True)
def field(
    context: Context,
    name: str,
    label: str,
    value: Any = "",
    *,
    kind: str = "text",
    choices: Choices = (),
    required: bool = True,
    hint: str = "",
    deed: str = "",
) -> dict[str, Any]:
    """One labelled field; what was typed wins over the stored value after a refusal.

    Where a page has several forms, `deed` names the field's own: what was typed for a refusal
    must not turn up in the form that agrees.
    """
    typed = context.get("typed")
    if typed and deed and typed.get("deed") != deed:
        typed = None
    shown = typed.getlist(name)[-1] if typed and name in typed else value
    if typed and kind == "check":
        shown = name in typed
    return {
        "name": name,
        "label": label,
        "value": "" if shown is None else shown,
        "kind": kind,
        "choices": choices,
        "required": required,
        "hint": hint,
        "id": f"{deed}-{name}" if deed else name,
    }


@register.filter
def choices(rows: Iterable[Any], attribute: str = "code") -> list[tuple[str, str]]:
    """Pack rows or records as choices of a select: (value, words)."""
    return [(str(getattr(row, attribute)), said(row) or str(row)) for row in rows]


@register.filter
def values(members: Iterable[Any]) -> list[tuple[str, str]]:
    """Members of an enumeration as choices."""
    return [(member.value, member.value) for member in members]


@register.filter
def names(records: Iterable[Any]) -> list[tuple[str, str]]:
    """Records known by their name as choices."""
    return [(record.name, record.name) for record in records]


@register.filter
def named(rows: Iterable[Any]) -> list[tuple[str, str]]:
    """Rows of the pack as choices, known by their id and called by their clause and name."""
    return [(row.id, f"{row.cite.clause} {said(row)}") for row in rows]


@register.filter
def keyed(records: Iterable[Any]) -> list[tuple[str, str]]:
    """Callers' keys as choices."""
    return [(str(record.pk), record.name) for record in records]


@register.simple_tag(takes_context=True)
def typed_or(context: Context, name: str, row: int, value: Any = "") -> str:
    """What was typed into the field of a numbered row, else its stored value."""
    typed, field_name = context.get("typed"), f"{name}_{row}"
    if typed and field_name in typed:
        return str(typed[field_name])
    return ", ".join(value) if isinstance(value, list) else str(value or "")


@register.filter
def words(pairs: Iterable[tuple[str, Any]]) -> list[tuple[str, str]]:
    """Ids with their words in both languages, as choices."""
    return [(id, said(text)) for id, text in pairs]


@register.filter
def role_choices(rows: Iterable[Role]) -> list[tuple[str, str]]:
    """Roles of the pack as choices."""
    return [(row.id, said(row)) for row in rows]


@register.inclusion_tag("portal/part/many.html", takes_context=True)
def many(
    context: Context,
    name: str,
    label: str,
    records: Iterable[tuple[str, str]],
    chosen: Iterable[object] = (),
    *,
    hint: str = "",
) -> dict[str, Any]:
    """Several of many as boxes to tick; what was ticked stays ticked after a refusal."""
    typed = context.get("typed")
    held = set(typed.getlist(name)) if typed else {str(one) for one in chosen}
    rows = [(value, words, value in held) for value, words in records]
    return {"name": name, "label": label, "rows": rows, "hint": hint}


@register.filter
def numbers(records: Iterable[Any]) -> list[int]:
    """The numbers of records, for what is ticked already."""
    return [record.pk for record in records]
