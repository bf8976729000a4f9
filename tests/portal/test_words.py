"""Words: nothing the pages say lacks its Chinese, and nothing is translated that nobody says."""

from __future__ import annotations

import re

from babel.messages.pofile import read_po

from tests.portal.words import CATALOG, collected

PLACE = re.compile(r"%\((\w+)\)s")


def translated() -> dict[str, str]:
    with CATALOG.open("rb") as file:
        found: dict[str, str] = {}
        for message in read_po(file, locale="zh_Hans"):
            found[_first(message.id)] = _first(message.string)
    found.pop("")
    return found


def _first(texts: object) -> str:
    return str(texts[0] if isinstance(texts, list | tuple) else texts)


def test_nothing_the_pages_say_lacks_its_chinese():
    chinese = translated()

    missing = {text for text in collected() if not chinese.get(text)}

    assert not missing


def test_nothing_is_translated_that_no_page_says():
    assert not translated().keys() - collected().keys()


def test_the_catalog_is_sorted_by_what_the_pages_say_and_says_nothing_twice():
    lines = CATALOG.read_text(encoding="utf-8").splitlines()
    said = list(translated())

    assert said == sorted(said)
    # Beside each message, the header has an empty one.
    assert sum(line.startswith("msgid ") for line in lines) == len(said) + 1


def test_a_translation_names_the_same_details():
    wrong = {
        text
        for text, chinese in translated().items()
        if set(PLACE.findall(text)) != set(PLACE.findall(chinese))
    }

    assert not wrong
