"""A hub's beginning from one file: its first units, its first people, their first passwords."""

from __future__ import annotations

import secrets
import tomllib
from pathlib import Path

from yunzhang import clock
from yunzhang.people import founding
from yunzhang.terms.document import Document, build, plain
from yunzhang.terms.faults import FaultKind, Refused, Text

FILE_WRONG = FaultKind(
    "founding.file_wrong",
    422,
    Text("文件 {file} 有误：{reason}", "The file {file} is wrong: {reason}"),
    Text(
        "对照 docs/operating.md 中的样例改正后重试。",
        "Correct it by the sample in docs/operating.md and try again.",
    ),
)


class UnitRow(Document, frozen=True, kw_only=True):
    """A unit; `parent` is the credit code of one that stands before it.

    `kind` and `row` are ids of the pack, by which tasks and reports find the unit.
    """

    code: str
    name: str
    short_name: str
    tier: str
    parent: str = ""
    is_authority: bool = False
    kind: str = ""
    row: str = ""
    sharing_body: str = ""
    division: str = ""


class PersonRow(Document, frozen=True, kw_only=True):
    """A person; each post is a credit code and a role of the pack."""

    username: str
    full_name: str
    posts: tuple[tuple[str, str], ...]


class FoundingFile(Document, frozen=True, kw_only=True):
    """The whole file."""

    units: tuple[UnitRow, ...]
    persons: tuple[PersonRow, ...]


def found(path: Path) -> dict[str, str]:
    """Found the hub as the file says; each user's first password, told this once.

    Raises `founding.file_wrong`, `hub.founded`, or everything wrong with units and people; then
    nothing is entered.
    """
    plan = _read(path)
    passwords = {row.username: secrets.token_urlsafe(12) for row in plan.persons}
    founding.found(
        [_unit(row) for row in plan.units],
        [_person(row, passwords[row.username]) for row in plan.persons],
        clock.today(),
    )
    return passwords


def _read(path: Path) -> FoundingFile:
    try:
        return build(tomllib.loads(path.read_text(encoding="utf-8")), FoundingFile)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, Refused) as error:
        raise Refused(FILE_WRONG(file=path, reason=error)) from error


def _unit(row: UnitRow) -> founding.NewUnit:
    return founding.NewUnit(**plain(row))


def _person(row: PersonRow, password: str) -> founding.NewPerson:
    return founding.NewPerson(row.username, row.full_name, password, row.posts)
