"""Widths: a text longer than its record holds is named, before a database refuses or cuts it."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Field, Model

from yunzhang.terms.faults import Fault, FaultKind, Text

TEXT_LONG = FaultKind(
    "text.too_long",
    422,
    Text("“{start}……”超过 {most} 个字符。", "“{start}…” is longer than {most} characters."),
    Text("缩短后再提交。", "Shorten it and try again."),
)
SHOWN = 20  # characters that tell which text is meant


def too_long(row: Model, *fields: str) -> Iterator[Fault]:
    """A fault for each of these text fields that the row's column cannot hold."""
    for name in fields:
        field, text = row._meta.get_field(name), getattr(row, name)  # noqa: SLF001
        most = field.max_length if isinstance(field, Field) else None
        if most is not None and len(text) > most:
            yield TEXT_LONG(start=text[:SHOWN], most=most)
