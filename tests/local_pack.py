"""A local pack over the national one, written for a test: its name, its one document, its rows."""

from __future__ import annotations

from pathlib import Path

HEAD = """id = "town"
zh = "镇"
en = "Town"
over = "national"
"""
DOCUMENT = """
[[documents]]
id = "办法"
zh = "办法"
en = "Rules"
cite = { document = "办法", clause = "全文" }
"""


def board(id: str, zh: str, colour: str, clause: str, bound: str = "") -> str:
    """A board of the document; without a bound it names nobody."""
    return f"""
[[boards]]
id = "{id}"
zh = "{zh}"
en = "The board {id}"
colour = "{colour}"
{bound}
cite = {{ document = "办法", clause = "{clause}" }}
"""


def written(folder: Path, *rows: str) -> str:
    """The pack's folder with these rows, as the setting names it."""
    place = folder / "town"
    place.mkdir()
    (place / "pack.toml").write_text(HEAD, encoding="utf-8")
    (place / "rows.toml").write_text(DOCUMENT + "".join(rows), encoding="utf-8")
    return str(place)
