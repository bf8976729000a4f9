"""Law: every requirement of the five documents and every rule of Order 809, and where it is kept.

The rows are in law.toml. docs/law.md and the portal's page show them; tests/guards/test_law.py
holds each page, function, test and pack row they name to one that exists.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Literal

from yunzhang.terms.document import Document, build

# built: the software does it. part: some of it. recorded: people act, the software opens, times and
# evidences it. shown: only a row of a pack. missing: not built. outside: not a matter of software.
State = Literal["built", "part", "recorded", "shown", "missing", "outside"]
STATES: tuple[State, ...] = ("built", "part", "recorded", "shown", "missing", "outside")
GROUPS = ("cloud", "gather", "share", "use", "secure", "oversee")
ORDER = "国务院令第809号"


class Kept(Document, frozen=True, kw_only=True):
    """What is asked for and how it is kept, on which page (a route), in which code and tests."""

    clause: str
    zh: str
    en: str
    state: State
    page: str = ""
    code: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()
    told_zh: str
    told_en: str


class Requirement(Kept, frozen=True, kw_only=True):
    """One of the numbered requirements of the five documents.

    `mark`: S a matter of software, T people act and software may record it, A administration alone.
    """

    number: int
    group: Literal["cloud", "gather", "share", "use", "secure", "oversee"]
    mark: Literal["S", "T", "A"]
    document: str
    quote: str


class Article(Kept, frozen=True, kw_only=True):
    """An article of Order 809 that carries a rule; `rows` are its rows in the national pack."""

    rows: tuple[str, ...] = ()


class Law(Document, frozen=True):
    """All of them."""

    requirements: tuple[Requirement, ...]
    articles: tuple[Article, ...]


@cache
def law() -> Law:
    """The rows of law.toml; raises Refused where one has not its form."""
    text = files(__package__).joinpath("law.toml").read_text(encoding="utf-8")
    return build(tomllib.loads(text), Law)
