"""The command `yunzhang hub import`: a table of records, entered in the name of a person."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from yunzhang.terms.faults import FaultKind, Language, Refused, Text

if TYPE_CHECKING:
    from yunzhang.people.imports import Kind, Plan
    from yunzhang.people.permissions import Actor

KINDS = ("units", "people", "systems", "entries", "networks", "extranet")
PERSON_UNKNOWN = FaultKind(
    "import.person_unknown",
    404,
    Text("没有用户名为“{username}”的人员。", "Nobody signs in as {username}."),
    Text("--as 后写办理人的用户名。", "Give the user name of who does this after --as."),
)


def add_arguments(commands: Any) -> None:
    """Add `import` to the hub's commands."""
    command = commands.add_parser("import", help="enter records from an Excel, CSV or Word table")
    command.add_argument("kind", choices=KINDS, help="what the table holds")
    command.add_argument("file", type=Path)
    command.add_argument("--as", dest="username", required=True, help="who enters them")
    command.add_argument("--dry-run", action="store_true", help="only name every flaw")
    command.add_argument("--sound-only", action="store_true", help="leave out what has flaws")
    command.add_argument("--why", default="批量导入", help="the reason that is put on record")
    command.add_argument("--out", type=Path, help="write the table here, its flaws marked (.xlsx)")
    command.add_argument("--lang", choices=("zh", "en"), default="zh")


def run(arguments: argparse.Namespace) -> None:
    """Look a table through and enter it; raises Refused where a flaw stands."""
    from yunzhang.engines import grids, workbooks
    from yunzhang.people import imports
    from yunzhang.people.imports import Source
    from yunzhang.terms.document import digest

    actor, kind = person_of(arguments.username), _kind(arguments.kind)
    file: Path = arguments.file
    read = grids.read(file)
    planned = imports.plan(actor, kind, read, _quietly)
    sys.stdout.write("\n".join(_said(planned, arguments.lang)) + "\n")
    if planned.flaws and arguments.out:
        arguments.out.write_bytes(workbooks.marked(read, planned.flaws, arguments.lang))
    if arguments.dry_run:
        return
    source = Source(file.name, digest(file.read_bytes()))
    made = imports.enter(
        actor,
        kind,
        planned,
        source,
        _quietly,
        sound_only=arguments.sound_only,
        why=arguments.why,
    )
    sys.stdout.write(f"✓ {len(made)}\n")
    _tell_once(kind, [one.told_once for one in made if one.told_once], arguments.lang)


def person_of(username: str) -> Actor:
    """The person of this user name, with the posts of today."""
    from yunzhang import clock
    from yunzhang.people.models import Person
    from yunzhang.people.permissions import actor_of

    person = Person.objects.filter(username=username).first()
    if person is None:
        raise Refused(PERSON_UNKNOWN(username=username))
    return actor_of(person, clock.today())


def _kind(id: str) -> Kind:
    from yunzhang.gather.entry_table import ENTRIES
    from yunzhang.gather.network_table import NETWORKS
    from yunzhang.gather.system_table import SYSTEMS
    from yunzhang.oversee.clouds.extranet_table import EXTRANET
    from yunzhang.oversee.clouds.register_tables import KINDS
    from yunzhang.oversee.seats.chief_table import CHIEFS
    from yunzhang.people.person_table import PEOPLE
    from yunzhang.people.unit_table import UNITS

    kinds = (UNITS, PEOPLE, CHIEFS, SYSTEMS, ENTRIES, NETWORKS, EXTRANET, *KINDS)
    return {kind.id: kind for kind in kinds}[id]


def _said(planned: Plan, language: Language) -> list[str]:
    """How many records, and every flaw with its place and its next step."""
    zh = language == "zh"
    lines = [f"records {len(planned.records)}, sound {len(planned.sound)}"]
    lines += [f"? {note.sentence(language)}" for note in planned.notes]
    for flaw in planned.flaws:
        words = f"{flaw.zh} {flaw.next_zh}" if zh else f"{flaw.en} {flaw.next_en}"
        lines.append(f"✗ {flaw.sheet} {flaw.row} {flaw.column}: {words} [{flaw.code}]")
    return lines


def _tell_once(kind: Kind, rows: Sequence[Sequence[str]], language: Language) -> None:
    if rows:
        heads = [head.zh if language == "zh" else head.en for head in kind.told_once]
        sys.stdout.write("\n".join("\t".join(row) for row in [heads, *rows]) + "\n")


def _quietly(*_: object) -> None:
    """A command says what it did when it is done."""
