"""The cage's rules: every quotation stands in the article it cites, every text is complete."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from yunzhang.engines import parquet
from yunzhang.packs import read
from yunzhang.terms.cage import misnamed
from yunzhang.terms.faults import Refused
from yunzhang.terms.pack import parse
from yunzhang.terms.pack_rows import Citation

LAWS = "laws/laws_national_chongqing.parquet"
RULES = read("national").cage_rules


def cited() -> list[tuple[str, Citation]]:
    """Every citation of a text of law by a rule or one of its numbers."""
    return [
        (rule.id, cite)
        for rule in RULES
        for cite in (rule.cite, *rule.also, *(one.cite for one in rule.thresholds))
        if cite.document != "Yunzhang"
    ]


def article(text: str, number: str) -> str:
    """One article of a law, from its number to the next."""
    found = re.search(
        rf"\n{number}[ 　](.*?)(?=\n第[一二三四五六七八九十百]+条[ 　]|\Z)", text, re.DOTALL
    )
    return re.sub(r"\s", "", found[1]) if found else ""


@pytest.mark.parametrize("one", cited(), ids=lambda one: f"{one[0]}-{one[1].clause}")
def test_the_article_is_there_and_holds_the_quotation(
    shared_data: Path, one: tuple[str, Citation]
) -> None:
    cite = one[1]
    with parquet.opened(shared_data / LAWS) as file:
        laws = {row["title"]: row["text"] for row in file.read(["title", "text"]).to_pylist()}

    text = article(laws[cite.document], cite.clause)

    assert text
    assert cite.quote in text


def test_every_rule_cites_a_law_and_says_what_it_asks_in_two_languages() -> None:
    for rule in RULES:
        assert rule.cite.document != "Yunzhang"
        assert all((rule.says.zh, rule.says.en, rule.asks.zh, rule.asks.en))
        assert list(misnamed(rule)) == []


def test_a_rule_that_names_what_it_does_not_have_is_refused_with_every_fault() -> None:
    head = 'id = "x"\nzh = "甲"\nen = "A"\n'
    rule = (
        '[[cage_rules]]\nid = "r"\nzh = "甲"\nen = "A"\npower = "p"\nplan = "repeated"\n'
        'severity = "low"\ntried = "real"\nsubject = "none"\nconcerned = "nobody"\nsays = { zh = "甲", en = "A" }\n'
        'asks = { zh = "甲", en = "A" }\ncite = { document = "d", clause = "c" }\n'
        'sources = [{ id = "a", zh = "甲", en = "A" }, { id = "a", zh = "甲", en = "A" }]\n'
        'needs = [{ id = "n", of = "b", zh = "甲", en = "A", reads = "text" }]\n'
    )

    with pytest.raises(Refused) as refused:
        parse({"pack.toml": head, "cage.toml": rule})

    fields = [dict(fault.details)["field"] for fault in refused.value.faults]
    assert fields == ["sources", "needs[1].of", "subject", "concerned", "power"]
