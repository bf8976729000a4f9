"""The command `yunzhang pack import`: task tables and directories of chiefs into rows of a pack."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from yunzhang import packs
from yunzhang.packs import commands, writing
from yunzhang.packs.understanding import Reader, Sheet, Understood, understand, unit_kind
from yunzhang.terms.faults import FaultKind, Language, Refused, Text
from yunzhang.terms.pack_rows import Citation, SourceText

if TYPE_CHECKING:
    from yunzhang.engines.readings import Reading

PACK_OCCUPIED = FaultKind(
    "pack.occupied",
    409,
    Text(
        "{folder} 中已有政策包文件，没有写入。",
        "{folder} already holds a pack; nothing was written.",
    ),
    Text("另给一个空文件夹。", "Give an empty folder."),
)
NO_TABLES = FaultKind(
    "import.no_tables",
    404,
    Text("{folder} 中没有 Excel 或 CSV 表格。", "There is no Excel or CSV table in {folder}."),
    Text("Word 文件请先另存为 Excel 或 CSV。", "Save a Word file as Excel or CSV first."),
)
PREVIEW_ROWS = 5
FIRST_ROW = 2  # below the names of the columns


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add `check`, `diff` and `import` to the parser of `pack`."""
    kinds = commands.add_arguments(parser)
    command = kinds.add_parser(
        "import", help="读入任务表和云长名录 / read task tables and directories"
    )
    command.add_argument("folder", metavar="DIR", type=Path, help="folder of Excel or CSV files")
    command.add_argument(
        "--out", metavar="PACKDIR", type=Path, help="write here; without it, only a preview"
    )
    command.add_argument("--document", required=True, help="the document the tables belong to")
    command.add_argument(
        "--issued", type=date.fromisoformat, help="the day it was issued, 2020-03-24"
    )
    command.add_argument("--over", default="national", help="the pack it stands on")
    command.add_argument("--lang", choices=("zh", "en"), default="zh")
    command.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print what was understood and every doubt; with --out, write it as a pack and check it."""
    out: Path | None = arguments.out
    name = out.name if out else arguments.folder.resolve().name
    reader = Reader(name, arguments.document, arguments.issued)
    found = understand(tuple(sheets(arguments.folder)), reader)
    sys.stdout.write("\n".join(preview(found, arguments.lang)) + "\n")
    if out is None:
        return 0
    write(out, found, reader, arguments.over)
    return commands.run_check(argparse.Namespace(pack=str(out), lang=arguments.lang))


def sheets(folder: Path) -> Iterator[Sheet]:
    """Every sheet of every Excel and CSV file of a folder, its first row naming the columns."""
    # Arrow takes a while to load: `pack check` does without it.
    from yunzhang.engines import sources

    batch_rows = packs.read("national").limit("engines.batch_rows")
    empty = True
    for kind in (sources.SourceKind.EXCEL, sources.SourceKind.CSV):
        spec = sources.SourceSpec(kind=kind, location=str(folder))
        for table in sources.tables(spec):
            empty = False
            chosen = sources.SourceSpec(kind=kind, location=str(folder), table=table)
            yield _sheet(str(table), sources.read(chosen, batch_rows))
    if empty:
        raise Refused(NO_TABLES(folder=folder))


def _sheet(name: str, reading: Reading) -> Sheet:
    columns = tuple(column.name for column in reading.columns)
    drawn = (row for batch in reading.batches for row in batch.to_pylist())
    cells = [tuple(row[column] or "" for column in columns) for row in drawn]
    return Sheet(name, columns, tuple(enumerate(cells, FIRST_ROW)), lost=reading.faults.rejected)


def preview(found: Understood, language: Language) -> Iterator[str]:
    """Each sheet's kind and columns, the first rows, and everything that was not understood."""
    for sheet, (kind, columns) in found.kinds.items():
        paired = ", ".join(f"{column} → {field}" for field, column in columns.items())
        yield f"{sheet}: {kind} ({paired})"
    names = {unit.id: unit.zh for unit in found.units.values()}
    for task in found.tasks[:PREVIEW_ROWS]:
        lead = "、".join(names[each] for each in task.lead)
        due = ", ".join(f"{each.kind} {each.on}" for each in task.due)
        yield f"  {task.number}. {task.zh} | {lead} | {due or '—'}"
    for chief in found.chiefs[:PREVIEW_ROWS]:
        yield f"  {chief.zh} | {chief.holder} | {chief.cloud or '—'}"
    yield f"tasks {len(found.tasks)}, chiefs {len(found.chiefs)}, units {len(found.units)}"
    for doubt in found.doubts:
        yield f"? {doubt.sentence(language)} {doubt.next_step(language)}"


def write(out: Path, found: Understood, reader: Reader, over: str) -> None:
    """Write the rows as a new pack; refuses with `pack.occupied` where one already is."""
    if out.is_dir() and any(out.glob("*.toml")):
        raise Refused(PACK_OCCUPIED(folder=out))
    out.mkdir(parents=True, exist_ok=True)
    cite = Citation(document=reader.document, clause="全文")
    document = SourceText(
        id=reader.document,
        zh=reader.document,
        en=reader.document,
        issued_on=reader.issued,
        cite=cite,
    )
    files = {
        "pack": writing.head(id=out.name, zh=out.name, en=out.name, over=over),
        "documents": writing.table("documents", [document]),
        "unit_kinds": writing.table("unit_kinds", [unit_kind(reader)]),
        "units": writing.table("units", found.units.values()),
        "tasks": writing.table("tasks", found.tasks),
        "chiefs": writing.table("chiefs", found.chiefs),
    }
    for name, text in files.items():
        if text:
            (out / f"{name}.toml").write_text(text, encoding="utf-8")
