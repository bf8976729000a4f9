"""One language for the builders: documents and comments in English, the pages in Chinese."""

from __future__ import annotations

import re
import tokenize

from tests.guards.house import name_of, python_files, tracked

CHINESE = re.compile(r"[\u4e00-\u9fff]")
CHINESE_SENTENCE = re.compile(r"[\u4e00-\u9fff,。;:、]{24,}")
WORDS = re.compile(r"[A-Za-z\u4e00-\u9fff]")
A_FEW_TERMS = 0.2


def share_of_chinese(text: str) -> float:
    return len(CHINESE.findall(text)) / max(1, len(WORDS.findall(text)))


def documents():
    return [path for path in tracked() if path.suffix == ".md"]


def test_documents_are_in_english_and_the_chinese_readme_in_chinese():
    wrong = [
        name_of(path)
        for path in documents()
        if (share_of_chinese(path.read_text(encoding="utf-8")) > A_FEW_TERMS)
        != path.name.endswith(".zh-CN.md")
    ]

    assert not wrong


def test_comments_are_in_english():
    chinese = [
        f"{name_of(path)}:{token.start[0]}"
        for path in python_files()
        for token in comments(path)
        if CHINESE_SENTENCE.search(token.string)
    ]

    assert not chinese


def comments(path):
    with path.open("rb") as file:
        return [
            token for token in tokenize.tokenize(file.readline) if token.type == tokenize.COMMENT
        ]
