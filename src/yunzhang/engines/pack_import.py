"""The command `yunzhang pack import`: task tables and directories of chiefs into rows of a pack."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from yunzhang import packs
from yunzhang.packs import commands, writing
from yunzhang.packs.understanding import (
    Reader,
    Sheet,
    Understood,
    recognise,
    understand,
    unit_kind,
)
from yunzhang.terms.faults import FaultKind, Language, Refused, Text
from yunzhang.terms.grids import Grid, half
from yunzhang.terms.pack_rows import Citation, SourceText

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
    Text(
        "{folder} 中没有 Excel、CSV 或 Word（.docx）文件。",
        "There is no Excel, CSV or Word (.docx) file in {folder}.",
    ),
    Text("旧版 .xls、.doc 请先另存为新格式。", "Save old .xls and .doc files in the new format."),
)
PREVIEW_ROWS = 5
SUFFIXES = (".xlsx", ".xlsm", ".csv", ".tsv", ".docx")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add `check`, `diff` and `import` to the parser of `pack`."""
    kinds = commands.add_arguments(parser)
    command = kinds.add_parser(
        "import", help="读入任务表和云长名录 / read task tables and directories"
    )
    command.add_argument(
        "folder", metavar="DIR", type=Path, help="folder of Excel, CSV or Word files"
    )
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
    """Every sheet and table of a folder's Excel, CSV and Word files, its columns found."""
    # A workbook's reader takes a while to load: `pack check` does without it.
    from yunzhang.engines import grids

    within = packs.read("national").limit("import.header_rows")
    files = [path for path in sorted(folder.iterdir()) if _is_table(path)]
    if not files:
        raise Refused(NO_TABLES(folder=folder))
    for path in files:
        for grid in grids.read(path):
            if grid.rows:
                name = path.name if path.suffix.lower() == ".csv" else f"{path.name}#{grid.name}"
                yield _sheet(name, grid, within)


def _is_table(path: Path) -> bool:
    return path.suffix.lower() in SUFFIXES and not path.name.startswith((".", "~$"))


def _sheet(name: str, grid: Grid, within: int) -> Sheet:
    """The sheet below its header: the first row that names a known table's columns, else the top.

    Titles and notes above it are left out; so are cells beyond its last column.
    """
    known = (at for at, (_, cells) in enumerate(grid.rows[:within]) if recognise(cells)[0])
    top = next(known, 0)
    columns = grid.rows[top][1]
    width = len(columns)
    rows = [
        (number, tuple(half(cell) for cell in (*cells, *[""] * width)[:width]))
        for number, cells in grid.rows[top + 1 :]
    ]
    lost = sum(any(cell.strip() for cell in cells[width:]) for _, cells in grid.rows[top + 1 :])
    return Sheet(name, columns, tuple(rows), lost=lost)


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
