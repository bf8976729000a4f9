"""Sealing: only the same secret for the same use opens what was sealed, and only if untouched."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yunzhang.protect.sealing import seal, unseal
from yunzhang.terms.faults import Refused

SECRET = "the hub's own"


@given(st.text())
def test_what_is_sealed_opens_again_and_never_looks_the_same(text: str) -> None:
    one, other = seal(text, SECRET, "test"), seal(text, SECRET, "test")

    assert unseal(one, SECRET, "test") == unseal(other, SECRET, "test") == text
    assert one != other


@pytest.mark.parametrize(("secret", "use"), [("another's", "test"), (SECRET, "other")])
def test_another_secret_or_use_opens_nothing(secret: str, use: str) -> None:
    with pytest.raises(Refused) as refused:
        unseal(seal("code", SECRET, "test"), secret, use)

    assert refused.value.codes == ("seal.broken",)


@given(st.integers(0, 31))
def test_one_changed_byte_opens_nothing(place: int) -> None:
    data = bytearray(base64.b64decode(seal("code", SECRET, "test")))
    data[place % len(data)] ^= 1

    with pytest.raises(Refused) as refused:
        unseal(base64.b64encode(data).decode(), SECRET, "test")

    assert refused.value.codes == ("seal.broken",)


@pytest.mark.parametrize("junk", ["", "no base64!", "c2hvcnQ="])
def test_junk_is_no_seal(junk: str) -> None:
    with pytest.raises(Refused):
        unseal(junk, SECRET, "test")
