"""The glossary of deeds is whole: each has a name and a need, and someone does it through `act`."""

from __future__ import annotations

import ast

import pytest

from tests.guards.house import PACKAGE, python_files, tree
from yunzhang.packs import read
from yunzhang.people.permissions import NEEDS, WORKER
from yunzhang.terms.fact import DEED_NAMES, Deed

# Where a deed is only named: the glossary itself, and what a deed needs.
NAMED_ONLY = {PACKAGE / "terms" / "fact.py", PACKAGE / "people" / "permissions.py"}


def deeds_in(node: ast.AST) -> set[str]:
    """The members of Deed a piece of source names."""
    return {
        one.attr
        for one in ast.walk(node)
        if isinstance(one, ast.Attribute)
        and isinstance(one.value, ast.Name)
        and one.value.id == "Deed"
    }


def calls_of_act() -> list[ast.Call]:
    return [
        node
        for path in python_files("src")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "act"
    ]


def done() -> set[str]:
    """Deeds that a function names beside the act it opens, itself or through a step it calls."""
    found: set[str] = set()
    for path in set(python_files("src")) - NAMED_ONLY:
        module = tree(path)
        if any(isinstance(node, ast.Name) and node.id == "act" for node in ast.walk(module)):
            found |= deeds_in(module)
    return found


@pytest.mark.parametrize("deed", Deed)
def test_a_deed_has_a_name_and_a_need(deed: Deed) -> None:
    assert DEED_NAMES[deed].zh
    assert DEED_NAMES[deed].en
    assert NEEDS[deed]


@pytest.mark.parametrize("deed", Deed)
def test_a_deed_is_done_somewhere(deed: Deed) -> None:
    assert deed.name in done()


def test_a_name_or_need_belongs_to_a_deed() -> None:
    assert set(DEED_NAMES) == set(NEEDS) == set(Deed)


def test_what_a_deed_needs_is_given_by_a_role() -> None:
    given = {permission for role in read("national").roles for permission in role.may}

    assert set(NEEDS.values()) - {WORKER} <= given


def test_every_act_names_its_deed_its_unit_and_its_reason() -> None:
    calls = calls_of_act()

    assert calls
    for call in calls:
        assert len(call.args) >= 2, ast.unparse(call)
        assert {"unit", "why"} <= {keyword.arg for keyword in call.keywords}, ast.unparse(call)
