"""A local pack over a regime's own: it states what brings a unit onto the red and black boards."""

from __future__ import annotations

from pathlib import Path

from yunzhang.packs import read

RED_AT_LEAST, BLACK_BELOW = 90, 50  # percent of the total score

ANY = "450000"  # the national pack is of no area

HEAD = """id = "local"
zh = "本地细则"
en = "Local rules"
over = "{over}"
division = "{division}"
"""
ROWS = f"""
[[documents]]
id = "本地细则"
zh = "本地细则"
en = "Local rules"
cite = {{ document = "本地细则", clause = "全文" }}

[[boards]]
id = "red"
zh = "红榜"
en = "Red board"
colour = "red"
at_least = {RED_AT_LEAST}
cite = {{ document = "本地细则", clause = "第一条" }}

[[boards]]
id = "black"
zh = "黑榜"
en = "Black board"
colour = "black"
below = {BLACK_BELOW}
cite = {{ document = "本地细则", clause = "第二条" }}
"""


def written(folder: Path, over: str) -> str:
    """The pack's folder, to be put in force."""
    place = folder / f"local-{over}"
    place.mkdir()
    (place / "pack.toml").write_text(
        HEAD.format(over=over, division=read(over).division or ANY), encoding="utf-8"
    )
    (place / "rows.toml").write_text(ROWS, encoding="utf-8")
    return str(place)
