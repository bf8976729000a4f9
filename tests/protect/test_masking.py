"""Masks: the Python reference, and that SQLite says exactly the same."""

from __future__ import annotations

import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yunzhang.packs import read
from yunzhang.protect import masking
from yunzhang.terms.codes import ItemType
from yunzhang.terms.entry import DataItem
from yunzhang.terms.grant import Mask
from yunzhang.terms.levels import Grade

KEY = b"k" * 32
KINDS = ("", "name", "citizen_id", "phone", "address", "date")
WAYS = ("keep", "drop", "partial", "hash", "generalise")

# Markers are drawn often, so that addresses of every shape are met.
PIECES = st.sampled_from(
    ["广西", "自治区", "省", "市", "自治州", "县", "区", "路", "1号", "盟", "𠮷"]
)
TEXTS = st.one_of(
    st.none(),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30),
    st.lists(PIECES, max_size=8).map("".join),
    st.from_regex(r"[0-9]{3,5}[-/][0-9]{2}", fullmatch=True),
)


@pytest.fixture(scope="module")
def database():
    connection = sqlite3.connect(":memory:")
    connection.create_function("keyed_hash", 2, masking.keyed_hash, deterministic=True)
    return connection


@given(TEXTS, st.sampled_from(WAYS), st.sampled_from(KINDS))
def test_sqlite_masks_every_text_as_python_does(database, text, way, kind):
    rule = Mask(item="x", way=way, kind=kind)

    statement = f"SELECT {masking.sql(rule, chr(34) + 'x' + chr(34))} FROM (SELECT ?2 AS x)"
    (found,) = database.execute(statement, (KEY, text)).fetchone()

    assert found == masking.mask(text, rule, KEY)


@pytest.mark.parametrize(
    ("way", "kind", "text", "shown"),
    [
        ("partial", "name", "张三丰", "张**"),
        ("partial", "name", "张", "**"),
        ("partial", "citizen_id", "110101199003070134", "110101********0134"),
        ("partial", "phone", "13800138000", "138****8000"),
        ("partial", "phone", "110", "****"),
        (
            "partial",
            "address",
            "广西壮族自治区南宁市青秀区民族大道1号",
            "广西壮族自治区南宁市青秀区****",
        ),
        ("partial", "address", "重庆市渝中区人民路232号", "重庆市渝中区****"),
        ("partial", "address", "广西桂林市荔浦市荔城镇", "广西桂林市荔浦市****"),
        ("partial", "address", "南宁市民族大道市场区1号", "南宁市****"),
        ("partial", "address", "民族大道1号", "****"),
        ("partial", "address", "建设路菜市口12号", "****"),
        ("partial", "address", "广西建设路农贸市场3号", "****"),
        ("partial", "address", "江西省景德镇市珠山区某路1号", "江西省景德镇市珠山区****"),
        ("partial", "address", "河南省新乡市牧野区1号", "河南省新乡市牧野区****"),
        ("partial", "", "abcdefg", "ab***"),
        ("generalise", "date", "1990-03-07", "1990"),
        ("generalise", "date", "07/03/1990", None),
        ("generalise", "citizen_id", "110101199003070134", "110101"),
        ("generalise", "", "anything", None),
        ("keep", "name", "张三丰", "张三丰"),
        ("drop", "name", "张三丰", None),
    ],
)
def test_a_text_is_shown_as_its_kind_demands(way, kind, text, shown):
    assert masking.mask(text, Mask(item="x", way=way, kind=kind), KEY) == shown


def test_two_grants_hash_one_person_differently():
    rule = Mask(item="x", way="hash")

    first = masking.mask("110101199003070134", rule, b"a" * 32)
    second = masking.mask("110101199003070134", rule, b"b" * 32)

    assert first != second
    assert masking.mask("110101199003070134", rule, b"a" * 32) == first


def test_grades_decide_the_default_masks():
    items = [
        DataItem(name="code", column="c", type=ItemType.CHARACTER, length=9),
        DataItem(
            name="tel",
            column="t",
            type=ItemType.CHARACTER,
            length=11,
            grade=Grade.GENERAL_2,
            kind="phone",
        ),
        DataItem(name="secret", column="s", type=ItemType.CHARACTER, length=9, grade=Grade.CORE),
    ]

    masks = masking.default_masks(items, read("national"))

    assert [(rule.item, rule.way, rule.kind) for rule in masks] == [
        ("code", "keep", ""),
        ("tel", "partial", "phone"),
        ("secret", "drop", ""),
    ]
