"""Packs on disk: reads a jurisdiction's TOML files and hands them to `terms.pack`."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from yunzhang.terms.pack import Pack, parse


@cache
def read(name: str) -> Pack:
    """The pack shipped under this name; raises Refused naming every file and row that is wrong."""
    folder = files(__name__).joinpath(name)
    texts = {
        file.name: file.read_text(encoding="utf-8")
        for file in folder.iterdir()
        if file.name.endswith(".toml")
    }
    return parse(texts)
