"""A file is one noun of the field: rooms named after nothing in particular are not built."""

from __future__ import annotations

from tests.guards.house import OURS, ROOT, name_of, python_files

EMPTY_WORDS = {
    "common",
    "core",
    "helper",
    "helpers",
    "manager",
    "managers",
    "misc",
    "util",
    "utils",
}


def test_no_file_is_named_after_nothing():
    nameless = [
        name_of(path)
        for path in python_files()
        if {part.removesuffix(".py") for part in path.relative_to(ROOT).parts} & EMPTY_WORDS
    ]

    assert not nameless


def test_every_file_of_the_package_opens_with_a_sentence():
    silent = [
        name_of(path)
        for path in python_files(*OURS)
        if (text := path.read_text(encoding="utf-8").strip()) and not text.startswith(('"""', "#!"))
    ]

    assert not silent
