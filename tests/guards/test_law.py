"""What the law asks is kept where we say: every page, function, test and quotation named exists."""

from __future__ import annotations

import ast
from importlib import import_module
from pathlib import Path

import pytest
from django.urls import NoReverseMatch, reverse

from tests.guards.house import ROOT, tree
from tests.packs.seed_texts import FILES, folded, seed_text
from tools.law import PAGE, text
from yunzhang.packs import read
from yunzhang.packs.law import Kept, Requirement, law
from yunzhang.terms.pack_rows import QUOTE_CHARACTERS

REQUIREMENTS = 142
SEEDS = ROOT.parent / "shared" / "seeds"


def rows() -> list[Kept]:
    return [*law().requirements, *law().articles]


def named(row: Kept) -> str:
    return f"{row.number} {row.zh}" if isinstance(row, Requirement) else f"{row.clause} {row.zh}"


def is_there(path: str) -> bool:
    """Whether `room.file.function` (or a class of it) exists in the package."""
    module, _, name = path.rpartition(".")
    try:
        return hasattr(import_module(f"yunzhang.{module}"), name)
    except ModuleNotFoundError:
        return False


def has_page(route: str) -> bool:
    try:
        return bool(reverse(route))
    except NoReverseMatch:
        return False


def has_test(place: str) -> bool:
    """Whether `tests/x/test_y.py::test_z` is a test there."""
    file, _, name = place.partition("::")
    path = ROOT / file
    return path.is_file() and any(
        isinstance(node, ast.FunctionDef) and node.name == name for node in ast.walk(tree(path))
    )


def test_every_requirement_has_its_row_once_in_order():
    assert [row.number for row in law().requirements] == list(range(1, REQUIREMENTS + 1))


def test_every_row_says_what_is_kept_and_what_not():
    silent = [
        named(row)
        for row in rows()
        if not (row.zh and row.en and row.clause and row.told_zh and row.told_en)
    ]

    assert not silent


def test_what_is_said_to_be_kept_names_code_and_a_test():
    hollow = [
        named(row)
        for row in rows()
        if row.state in ("built", "part", "recorded") and not (row.code and row.tests)
    ]

    assert not hollow


def test_what_is_not_built_names_no_code():
    boasting = [named(row) for row in rows() if row.state in ("missing", "outside") and row.code]

    assert not boasting


def test_what_is_software_is_neither_only_shown_nor_called_something_else():
    evading = [
        named(row)
        for row in law().requirements
        if row.mark == "S" and row.state in ("recorded", "shown", "outside")
    ]

    assert not evading


@pytest.mark.parametrize("kind", ["page", "code", "tests"])
def test_every_name_is_one_that_exists(kind):
    known = {"page": has_page, "code": is_there, "tests": has_test}[kind]
    names = {
        (name, named(row))
        for row in rows()
        for name in ([row.page] if kind == "page" else getattr(row, kind))
        if name
    }

    assert {each for each in names if not known(each[0])} == set()


def test_every_row_of_the_pack_that_an_article_names_is_there():
    pack = {f"{table} {row.id}" for table, row in read("national").rows()}

    assert {name for row in law().articles for name in row.rows} - pack == set()


def test_a_quotation_is_short_and_its_document_one_of_the_five():
    wrong = [
        named(row)
        for row in law().requirements
        if len(row.quote) > QUOTE_CHARACTERS or not row.quote or row.document not in FILES
    ]

    assert not wrong


@pytest.mark.skipif(not SEEDS.is_dir(), reason="the documents themselves are not at hand")
def test_a_quotation_stands_in_its_document():
    texts = {document: seed_text(SEEDS, document) for document in FILES}

    foreign = [
        named(row) for row in law().requirements if folded(row.quote) not in texts[row.document]
    ]

    assert not foreign


def test_the_page_is_what_the_rows_give():
    assert PAGE.read_text(encoding="utf-8") == text(law()), "run make law"


def test_the_guard_sees_what_is_not_there():
    assert not is_there("people.act.undo")
    assert not has_page("no_such_page")
    assert not has_test("tests/guards/test_law.py::test_that_is_none")
    assert Path(PAGE).is_file()
