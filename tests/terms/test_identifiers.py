"""Check digits and shapes, held to published vectors and to arithmetic."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yunzhang.terms import identifiers as ids

CREDIT_CODES = ("91350100M000100Y43", "11500226MB1D37341C")
CITIZEN_ID = "11010519491231002X"
ORG_CODE = "M000100Y4"


@pytest.mark.parametrize("code", CREDIT_CODES)
def test_a_valid_credit_code_is_accepted_and_holds_a_valid_org_code(code: str) -> None:
    assert ids.credit_code_valid(code)
    assert ids.org_code_valid(code[8:17])


def test_the_weights_are_those_of_the_standard() -> None:
    assert ids.USCC_WEIGHTS == (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
    assert len(ids.USCC_ALPHABET) == 31


def test_a_valid_citizen_id_and_org_code_are_accepted() -> None:
    assert ids.citizen_id_valid(CITIZEN_ID)
    assert ids.org_code_valid(ORG_CODE)


@given(st.sampled_from(CREDIT_CODES), st.integers(0, 17), st.sampled_from(ids.USCC_ALPHABET))
def test_one_wrong_character_is_always_caught_in_a_credit_code(
    code: str, at: int, wrong: str
) -> None:
    assert ids.credit_code_valid(code[:at] + wrong + code[at + 1 :]) == (wrong == code[at])


@given(st.integers(6, 17), st.sampled_from("0123456789"))
def test_one_wrong_digit_is_always_caught_in_a_citizen_id(at: int, wrong: str) -> None:
    changed = CITIZEN_ID[:at] + wrong + CITIZEN_ID[at + 1 :]

    assert ids.citizen_id_valid(changed) == (wrong == CITIZEN_ID[at])


@pytest.mark.parametrize(
    "number",
    [
        "110105194912310021",
        "11010519490231002X",
        "1101051949123100",
        "",
        "x" * 18,
        "11010519491231002x",
        "１１０１０５１９４９１２３１００２Ｘ",
    ],
)
def test_what_is_no_citizen_id_is_refused(number: str) -> None:
    assert not ids.citizen_id_valid(number)


@given(st.text(max_size=20))
def test_no_text_makes_a_check_fail(text: str) -> None:
    ids.credit_code_valid(text)
    ids.citizen_id_valid(text)
    ids.org_code_valid(text)
    ids.resource_code_valid(text)


@pytest.mark.parametrize("code", ["307001/000001", "101001/A1", "210001BM/000009"])
def test_a_lawful_resource_code_is_accepted(code: str) -> None:
    assert ids.resource_code_valid(code)


@pytest.mark.parametrize(
    "code",
    [
        "407001/000001",
        "307001",
        "307001/",
        "30700/1",
        "307001/00 1",
        "307001/1\n",
        "307001/1\n2",
        "3０7001/1",
    ],
)
def test_a_lawless_resource_code_is_refused(code: str) -> None:
    assert not ids.resource_code_valid(code)


@given(st.integers(1, 10**9))
def test_made_codes_are_lawful_and_differ(sequence: int) -> None:
    made = ids.resource_code("307001", sequence)

    assert ids.resource_code_valid(made)
    assert made != ids.resource_code("307001", sequence + 1)
