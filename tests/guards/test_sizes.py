"""Small enough to read: what grows past its size gives its reason here, or is split."""

from __future__ import annotations

import ast

from tests.guards.house import OURS, ROOT, name_of, python_files, tracked, tree

FILE_LINES = 400
FUNCTION_LINES = 60
PAGES = {".css", ".html", ".js"}

# "file" or "file::function": why it is longer.
REASONS: dict[str, str] = {
    "tests/browser/test_nine_steps.py::test_five_people_walk_one_table_through_its_life": (
        "the walk through the pages is told in order"
    ),
    "tests/journey/test_one_table.py::test_one_table_is_registered_catalogued_asked_for_called_"
    "proven_and_scored": "the tour is one story, told in order",
}


def long_files() -> set[str]:
    pages = [
        path
        for path in tracked()
        if path.suffix in PAGES and any(path.is_relative_to(ROOT / top) for top in OURS)
    ]
    return {
        name_of(path)
        for path in [*python_files(), *pages]
        if len(path.read_text(encoding="utf-8").splitlines()) > FILE_LINES
    }


def long_functions() -> set[str]:
    return {
        f"{name_of(path)}::{node.name}"
        for path in python_files()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or node.lineno) - node.lineno + 1 > FUNCTION_LINES
    }


def test_nothing_is_too_long_without_a_reason():
    unexplained = (long_files() | long_functions()) - REASONS.keys()

    assert not unexplained


def test_no_reason_outlives_its_need():
    needless = REASONS.keys() - long_files() - long_functions()

    assert not needless
