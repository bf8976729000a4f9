"""Every quotation of the shipped packs stands in the document it cites."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.packs.seed_texts import FILES, SIMPLIFIED, TRADITIONAL, folded, seed_text
from yunzhang.packs import read, shipped
from yunzhang.terms.document import plain
from yunzhang.terms.pack import Pack


def citations(value: object) -> Iterator[dict[str, str]]:
    """Every citation anywhere within a row's plain form."""
    if isinstance(value, dict):
        if {"document", "clause"} <= value.keys():
            yield value
        for each in value.values():
            yield from citations(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from citations(each)


def quoted(pack: Pack) -> set[tuple[str, str, str]]:
    """(row, document, quotation) of every citation of one of the five source documents."""
    return {
        (f"{table} {row.id}", cite["document"], cite.get("quote", ""))
        for table, row in pack.rows()
        for cite in citations(plain(row))
        if cite["document"] in FILES
    }


@pytest.mark.parametrize("name", shipped())
def test_every_quotation_stands_in_its_document(name: str, seeds: Path) -> None:
    texts = {document: seed_text(seeds, document) for document in FILES}

    rows = quoted(read(name))

    assert not {each for each in rows if folded(each[2]) not in texts[each[1]]}


def test_the_search_would_notice_a_word_that_is_not_there(seeds: Path) -> None:
    for document in FILES:
        text = seed_text(seeds, document)
        assert folded("政务数据") in text
        assert folded("政务数据必须付费") not in text


def test_the_two_scripts_are_paired() -> None:
    assert len(TRADITIONAL) == len(SIMPLIFIED)
    assert len(set(TRADITIONAL)) == len(TRADITIONAL)


@pytest.mark.parametrize("name", sorted(set(shipped()) - {"national", "example"}))
def test_a_local_row_always_quotes(name: str) -> None:
    below = {(table, row.id): row for table, row in read(read(name).over).rows()}
    silent = [
        (table, row.id)
        for table, row in read(name).rows()
        if below.get((table, row.id)) != row
        if row.cite.document in FILES
        if not row.cite.quote
    ]

    assert not silent
