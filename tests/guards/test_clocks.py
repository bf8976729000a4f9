"""Only clock.py asks what time it is; everything else is told."""

from __future__ import annotations

import ast

from tests.guards.house import dotted, python_files, room_of, tree

ASKING = {
    "date.today",
    "datetime.date.today",
    "datetime.datetime.now",
    "datetime.datetime.utcnow",
    "datetime.now",
    "datetime.today",
    "datetime.utcnow",
    "time.monotonic",
    "time.time",
    "time.time_ns",
    "timezone.localdate",
    "timezone.now",
}


def asked(module: ast.Module) -> list[str]:
    """Where a file asks: `datetime.now` as a call or handed on, and `from time import time`."""
    found = []
    for node in ast.walk(module):
        if isinstance(node, ast.Attribute) and dotted(node) in ASKING:
            found.append(f"line {node.lineno}: {dotted(node)}")
        if isinstance(node, ast.ImportFrom) and node.module == "time":
            names = {alias.name for alias in node.names} & {"time", "time_ns", "monotonic"}
            found += [f"line {node.lineno}: from time import {name}" for name in sorted(names)]
    return found


def test_only_the_clock_asks_for_the_time():
    asking = {
        room_of(path): asked(tree(path))
        for path in python_files("src/yunzhang")
        if room_of(path) != "clock.py" and asked(tree(path))
    }

    assert not asking, f"use yunzhang.clock: {asking}"


def test_the_guard_sees_a_hidden_clock():
    assert asked(ast.parse("from datetime import datetime\nhow = datetime.now\n"))
    assert asked(ast.parse("from time import time\n"))
