"""Documents: what hub and node exchange, as one canonical form in bytes.

The door to msgspec. A document is frozen, refuses unknown fields, and has exactly one
encoding: UTF-8 JSON with sorted keys and no spaces, so that a digest or a signature over it
means one thing only.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Annotated, Any, Literal, TypeVar, get_args, get_origin

import msgspec

from yunzhang.terms.faults import FaultKind, Refused, Text

Raw = msgspec.Raw
field = msgspec.field
replace = msgspec.structs.replace  # a copy of a document with some fields changed
Natural = Annotated[int, msgspec.Meta(ge=0)]  # a whole number that cannot be negative

DOCUMENT_MALFORMED = FaultKind(
    "document.malformed",
    400,
    Text("文档格式不符:{reason}", "The document is malformed: {reason}"),
    Text(
        "按接口说明改正该字段后重发。",
        "Correct that field as the interface page says and send again.",
    ),
)


class Document(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A frozen record with one canonical encoding."""


D = TypeVar("D")
_fields = cache(msgspec.structs.fields)  # working them out anew each time is slow


def encode(value: Any) -> bytes:
    """The canonical bytes of a document or of plain JSON data."""
    return msgspec.json.encode(value, order="sorted")


def decode(data: bytes | str, form: type[D]) -> D:
    """Read one document; raises Refused with `document.malformed` that names the field."""
    try:
        return msgspec.json.decode(data, type=form)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Refused(DOCUMENT_MALFORMED(reason=str(error))) from error


def plain(value: Any) -> Any:
    """The document as builtin types, for templates and JSON columns."""
    return msgspec.to_builtins(value)


def stated(value: Any) -> Any:
    """A document as plain data without what stands at its default; dates stay dates."""
    if isinstance(value, Document):
        pairs = ((each, getattr(value, each.name)) for each in _fields(type(value)))
        return {each.name: stated(said) for each, said in pairs if said != each.default}
    if isinstance(value, tuple):
        return [stated(each) for each in value]
    return value


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every single value within a document's plain form with its path: `due[1].cite.clause`."""
    if isinstance(value, dict):
        for name, each in value.items():
            yield from leaves(each, f"{path}.{name}" if path else name)
    elif isinstance(value, list | tuple):
        for number, each in enumerate(value, 1):
            yield from leaves(each, f"{path}[{number}]")
    else:
        yield path, value


def build(data: Any, form: type[D]) -> D:
    """The inverse of `plain`; raises Refused with `document.malformed`."""
    try:
        return msgspec.convert(data, type=form)
    except msgspec.ValidationError as error:
        raise Refused(DOCUMENT_MALFORMED(reason=str(error))) from error


@dataclass(frozen=True)
class Misfit:
    """One place where data does not fit its form; `form` is the type wanted there."""

    path: str
    why: Literal["missing", "unknown", "wrong"]
    form: Any


def misfits(data: Any, form: Any, path: str = "") -> Iterator[Misfit]:
    """Every place where plain data does not fit a form, where `build` names only the first."""
    if isinstance(form, type) and issubclass(form, Document):
        yield from _misfits_of_record(data, form, path)
    elif get_origin(form) is tuple and isinstance(data, list):
        for number, each in enumerate(data, 1):
            yield from misfits(each, get_args(form)[0], f"{path}[{number}]")
    else:
        try:
            msgspec.convert(data, type=form)
        except msgspec.ValidationError:
            yield Misfit(path, "wrong", form)


def _misfits_of_record(data: Any, form: type[Document], path: str) -> Iterator[Misfit]:
    if not isinstance(data, dict):
        yield Misfit(path, "wrong", form)
        return
    fields = {field.name: field for field in _fields(form)}
    within = f"{path}." if path else ""
    yield from (Misfit(f"{within}{name}", "unknown", None) for name in data.keys() - fields.keys())
    for name, each in fields.items():
        if name in data:
            yield from misfits(data[name], each.type, f"{within}{name}")
        elif each.required:
            yield Misfit(f"{within}{name}", "missing", each.type)


def digest(data: bytes) -> str:
    """SHA-256 in hex."""
    return hashlib.sha256(data).hexdigest()


def to_second(moment: datetime) -> datetime:
    """The moment in UTC, cut to the second: documents carry no finer time."""
    return moment.astimezone(UTC).replace(microsecond=0)
