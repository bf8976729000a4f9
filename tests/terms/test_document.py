"""Documents have one encoding, refuse what they do not know, and say which field is wrong."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yunzhang.terms.codes import Operator
from yunzhang.terms.document import build, decode, digest, encode, plain, to_second
from yunzhang.terms.faults import Refused
from yunzhang.terms.grant import Condition, Mask

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
CONDITIONS = st.builds(
    Condition,
    item=st.text(),
    op=st.sampled_from(Operator),
    values=st.lists(st.text()).map(tuple),
)


@given(JSON)
def test_the_canonical_form_is_plain_json_with_sorted_keys(value: object) -> None:
    expected = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)

    assert json.loads(encode(value)) == value
    assert json.loads(expected) == json.loads(encode(value))
    assert encode(json.loads(encode(value))) == encode(value)


@given(st.dictionaries(st.text(), st.integers(), max_size=6), st.randoms())
def test_the_order_of_writing_does_not_matter(value: dict[str, int], random) -> None:
    keys = list(value)
    random.shuffle(keys)

    assert encode({key: value[key] for key in keys}) == encode(value)


@given(CONDITIONS)
def test_a_document_survives_every_form(document: Condition) -> None:
    assert decode(encode(document), Condition) == document
    assert build(plain(document), Condition) == document
    assert encode(decode(encode(document), Condition)) == encode(document)


@given(CONDITIONS, CONDITIONS)
def test_different_documents_have_different_digests(one: Condition, other: Condition) -> None:
    assert (digest(encode(one)) == digest(encode(other))) == (one == other)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ('{"item":"a","way":"keep","more":1}', "more"),
        ('{"item":"a","way":"burn"}', "$.way"),
        ('{"item":1,"way":"keep"}', "$.item"),
        ('{"way":"keep"}', "item"),
        ("not json", "malformed"),
        (b"\xff\xfe", "malformed"),
        ("", ""),
    ],
)
def test_a_wrong_document_is_refused_and_its_field_named(text: str | bytes, named: str) -> None:
    with pytest.raises(Refused) as refused:
        decode(text, Mask)

    assert refused.value.codes == ("document.malformed",)
    assert named in str(refused.value)


def test_a_document_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        Mask(item="a", way="keep").way = "drop"  # type: ignore[misc]


def test_moments_are_told_in_utc_to_the_second() -> None:
    moment = datetime(2026, 3, 2, 8, 0, 0, 999_999, tzinfo=timezone(timedelta(hours=8)))

    assert to_second(moment) == datetime(2026, 3, 2, tzinfo=UTC)
    assert encode(to_second(moment)) == b'"2026-03-02T00:00:00Z"'
