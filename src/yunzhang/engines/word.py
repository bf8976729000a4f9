"""Word: the tables of a .docx document; merged cells are filled down as in Excel.

Read with Python's own zip and XML readers: a table is rows of cells of paragraphs, and a library
for writing documents would be a dependency for sixty lines.
"""

from __future__ import annotations

from xml.etree import ElementTree as ET
from zipfile import ZipFile

from yunzhang.terms.grids import Grid

PART = "word/document.xml"
SPACE = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def tables(archive: ZipFile) -> tuple[Grid, ...]:
    """Every table of the document in its order; the caller has weighed the parts."""
    with archive.open(PART) as source:
        # Entities cannot come in: the caller refuses a part that declares a document type.
        body = ET.parse(source).getroot()  # noqa: S314
    found = enumerate(body.iter(f"{SPACE}tbl"), 1)
    return tuple(Grid(f"表{number}", _rows(table)) for number, table in found)


def _rows(table: ET.Element) -> tuple[tuple[int, tuple[str, ...]], ...]:
    rows = []
    above: list[str] = []
    for number, row in enumerate(table.findall(f"{SPACE}tr"), 1):
        cells: list[str] = []
        for cell in row.findall(f"{SPACE}tc"):
            at = len(cells)
            carried = _goes_on(cell) and at < len(above)
            cells.append(above[at] if carried else _text(cell))
            cells += [""] * (_span(cell) - 1)
        above = cells
        if any(cells):
            rows.append((number, tuple(cells)))
    return tuple(rows)


def _text(cell: ET.Element) -> str:
    paragraphs = (
        "".join(part.text or "" for part in paragraph.iter(f"{SPACE}t"))
        for paragraph in cell.iter(f"{SPACE}p")
    )
    return "\n".join(filter(None, paragraphs)).strip()


def _goes_on(cell: ET.Element) -> bool:
    """Whether the cell continues the one above it."""
    merge = cell.find(f"{SPACE}tcPr/{SPACE}vMerge")
    return merge is not None and merge.get(f"{SPACE}val", "continue") == "continue"


def _span(cell: ET.Element) -> int:
    """How many columns it takes; more than a table can have is not believed."""
    grid = cell.find(f"{SPACE}tcPr/{SPACE}gridSpan")
    said = grid.get(f"{SPACE}val", "1") if grid is not None else "1"
    return min(int(said), 64) if said.isdigit() and int(said) else 1
