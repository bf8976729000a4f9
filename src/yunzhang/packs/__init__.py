"""Packs on disk: a jurisdiction's TOML files, read with the packs they stand over."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from yunzhang.terms.faults import Refused
from yunzhang.terms.pack import Pack, over_of, parse
from yunzhang.terms.pack_faults import PACK_CIRCLE, PACK_MISSING


def shipped() -> tuple[str, ...]:
    """The names of the packs that come with the software."""
    folders = (each for each in files(__name__).iterdir() if each.is_dir())
    return tuple(sorted(each.name for each in folders if each.joinpath("pack.toml").is_file()))


@cache
def read(name: str) -> Pack:
    """The pack shipped under this name, layered over those it stands on.

    Raises Refused naming every file, row and field that is wrong.
    """
    return _read(_shipped(name), None, ())


def load(place: str) -> Pack:
    """A pack by its folder, or by its name when it is shipped; see `read`.

    The pack it stands over is looked for beside its folder first, then among the shipped.
    """
    folder = Path(place)
    if not folder.is_dir():
        return read(place)
    return _read(folder, folder.resolve().parent, ())


def _read(folder: Traversable, beside: Path | None, above: tuple[str, ...]) -> Pack:
    # A byte that is no UTF-8 is marked here and named by `parse`.
    texts = {
        file.name: file.read_bytes().decode("utf-8-sig", errors="replace")
        for file in folder.iterdir()
        if file.name.endswith(".toml")
    }
    over = over_of(texts)
    if not over:
        return parse(texts)
    chain = (*above, folder.name)
    if over in chain:
        raise Refused(PACK_CIRCLE(packs=" → ".join((*chain, over))))
    return parse(texts, _read(_place(over, beside), beside, chain))


def _place(name: str, beside: Path | None) -> Traversable:
    if beside is not None and _plain(name) and beside.joinpath(name, "pack.toml").is_file():
        return beside / name
    return _shipped(name)


def _shipped(name: str) -> Traversable:
    if name not in shipped():
        raise Refused(PACK_MISSING(pack=name))
    return files(__name__).joinpath(name)


def _plain(name: str) -> bool:
    """Whether it is a folder's name and not a way out of the folder."""
    return Path(name).name == name
