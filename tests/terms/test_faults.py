"""Faults speak two languages and a refusal carries all of them."""

from __future__ import annotations

import pytest

from yunzhang.terms.fact import DEED_NAMES, Deed
from yunzhang.terms.faults import FaultKind, Refused, Text, refuse_if

LATE = FaultKind("a.late", 409, Text("{name} 迟了。", "{name} is late."), Text("快办。", "Hurry."))
GONE = FaultKind("a.gone", 404, Text("没有。", "Gone."), Text("查找。", "Look."))


def test_a_refusal_says_everything_with_the_gravest_status() -> None:
    refused = Refused(GONE(), LATE(name="甲"))

    assert refused.status == 409
    assert refused.codes == ("a.gone", "a.late")
    assert refused.plain("en")["faults"][1] == {
        "code": "a.late",
        "sentence": "甲 is late.",
        "next_step": "Hurry.",
        "details": {"name": "甲"},
    }


def test_nothing_found_refuses_nothing() -> None:
    refuse_if([])
    with pytest.raises(Refused):
        refuse_if(iter([GONE()]))


def test_every_deed_has_a_name_in_both_languages() -> None:
    assert set(DEED_NAMES) == set(Deed)
    assert all(text.zh and text.en for text in DEED_NAMES.values())
