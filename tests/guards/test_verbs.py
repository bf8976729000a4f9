"""What a file registers as it is read, its app reads at the start: hub, worker and tests alike."""

from __future__ import annotations

import ast
from importlib import import_module

from tests.guards.house import PACKAGE, python_files, tree

REGISTERING = {"does", "after", "when_expired"}
FOLDERS = ("gather", "share", "use", "oversee")


def registering() -> set[str]:
    """The files, as `folder.file` or `folder.room.file`, with a function decorated so."""
    return {
        ".".join(path.relative_to(PACKAGE).with_suffix("").parts)
        for path in python_files("src")
        if path.is_relative_to(PACKAGE) and path.relative_to(PACKAGE).parts[0] in FOLDERS
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef) and any(registers(one) for one in node.decorator_list)
    }


def registers(node: ast.expr) -> bool:
    if not isinstance(node, ast.Call):
        return False
    called = node.func
    name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
    return name in REGISTERING


def read_at_start() -> set[str]:
    return {
        f"{folder}.{name}"
        for folder in FOLDERS
        for name in import_module(f"yunzhang.{folder}.apps").VERBS
    }


def test_whatever_registers_is_read_at_the_start():
    assert registering() == read_at_start()


def test_the_guard_sees_what_registers():
    assert "oversee.clouds.plans" in registering()
