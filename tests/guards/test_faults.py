"""Errors speak to the person: every fault has a code, a sentence and a next step, twice over."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from string import Formatter

import pytest

from tests.guards.house import PACKAGE, dotted, python_files, room_of, tree

TEXTS = ("sentence", "next_step")
# Files that make kinds at run time, and why.
PASSED_ON = {"node/transport.py": "what the hub refused is said again in the hub's own words"}
CODE = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+")
CHINESE = re.compile(r"[\u4e00-\u9fff]")


@dataclass(frozen=True)
class Kind:
    """A fault kind as it stands in the source; `texts` is {sentence|next_step: (zh, en)}."""

    where: str
    name: str
    code: str
    status: int
    texts: dict[str, tuple[str, str]]

    def details(self) -> set[str]:
        """The placeholders that a fault of this kind must be given."""
        return {name for pair in self.texts.values() for text in pair for name in holes(text)}


def holes(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def same_details(zh: str, en: str) -> bool:
    """A detail may come once per language: `name_zh` in one text, `name_en` in the other."""
    return {name.removesuffix("_zh") for name in holes(zh)} == {
        name.removesuffix("_en") for name in holes(en)
    }


def literal(node: ast.AST, shared: dict[str, ast.expr]) -> ast.AST:
    """The expression itself, or the module constant that a name stands for."""
    return shared.get(node.id, node) if isinstance(node, ast.Name) else node


def kinds_in(path: Path) -> Iterator[Kind]:
    module = tree(path)
    shared = {
        target.id: node.value
        for node in module.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for name, value in shared.items():
        if isinstance(value, ast.Call) and dotted(value.func).endswith("FaultKind"):
            yield kind_from(f"{room_of(path)}:{value.lineno}", name, value, shared)


def kind_from(where: str, name: str, call: ast.Call, shared: dict[str, ast.expr]) -> Kind:
    parts = dict(zip(("code", "status", *TEXTS), call.args, strict=False))
    parts |= {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg}
    texts = {}
    for part in TEXTS:
        text = literal(parts[part], shared)
        assert isinstance(text, ast.Call), f"{where}: write {part} as a Text"
        both = [*text.args, *(keyword.value for keyword in text.keywords)]
        texts[part] = tuple(ast.literal_eval(each) for each in both)
    code = ast.literal_eval(parts["code"])
    return Kind(where, name, code, ast.literal_eval(parts["status"]), texts)


KINDS = [kind for path in python_files("src/yunzhang") for kind in kinds_in(path)]


def test_the_guard_finds_the_faults():
    assert len(KINDS) > 10
    assert PACKAGE.joinpath("terms", "faults.py").exists()


def test_no_two_kinds_share_a_code():
    twice = [code for code, count in Counter(kind.code for kind in KINDS).items() if count > 1]

    assert not twice


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.code)
def test_a_kind_is_complete_in_both_languages(kind):
    assert CODE.fullmatch(kind.code), kind.where
    assert 400 <= kind.status < 600, kind.where
    for part, (zh, en) in kind.texts.items():
        assert CHINESE.search(zh), f"{kind.where}: the {part} in Chinese"
        assert en.strip(), f"{kind.where}: the {part} in English"
        assert not CHINESE.search(en), f"{kind.where}: the {part} in English"
        assert same_details(zh, en), f"{kind.where}: both {part}s need the same details"
        assert all(name.isidentifier() for name in holes(zh)), f"{kind.where}: name the details"


def test_kinds_are_module_constants():
    declared = {kind.where for kind in KINDS}
    made = {
        f"{room_of(path)}:{node.lineno}"
        for path in python_files("src/yunzhang")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and dotted(node.func).endswith("FaultKind")
    }

    assert {where.partition(":")[0] for where in made - declared} == PASSED_ON.keys()


def known_in(path: Path) -> dict[str, Kind]:
    """The kinds that a file can name: its own constants and those that it imports."""
    known = {kind.name: kind for kind in kinds_in(path)}
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("yunzhang."):
            origin = PACKAGE.parent.joinpath(*(node.module or "").split(".")).with_suffix(".py")
            theirs = {kind.name: kind for kind in kinds_in(origin)} if origin.is_file() else {}
            for alias in node.names:
                if alias.name in theirs:
                    known[alias.asname or alias.name] = theirs[alias.name]
    return known


def lacking_in(path: Path) -> Iterator[str]:
    known = known_in(path)
    for node in ast.walk(tree(path)):
        if not isinstance(node, ast.Call) or dotted(node.func) not in known:
            continue
        given = {keyword.arg for keyword in node.keywords}
        missing = known[dotted(node.func)].details() - given
        if missing and None not in given:
            yield f"{room_of(path)}:{node.lineno} {dotted(node.func)} needs {sorted(missing)}"


def test_every_fault_raised_brings_its_details():
    """A detail that is missing would break the sentence at the moment somebody needs it."""
    lacking = [line for path in python_files("src/yunzhang") for line in lacking_in(path)]

    assert not lacking
