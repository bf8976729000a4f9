"""The 13 core items: all faults of a draft at once, and none of a lawful one."""

from __future__ import annotations

import pytest

from yunzhang.packs import read
from yunzhang.terms.codes import ItemType
from yunzhang.terms.document import replace
from yunzhang.terms.entry import DataItem, EntryDraft, draft_grade, faults
from yunzhang.terms.levels import Grade

PACK = read("national")
ITEM = DataItem(name="代码", column="code", type=ItemType.CHARACTER, length=9)
LAWFUL = EntryDraft(
    classification="307001",
    title="乡级行政区划",
    provider_name="民政厅",
    provider_code="11500226MB1D37341C",
    abstract="全省乡级行政区划代码和名称。",
    format="3",
    items=(ITEM,),
    share_type="1",
    share_method="platform_api",
    open_type="0",
    update_cycle="year",
    system_name="区划系统",
    secrecy_assessed=True,
    privacy_assessed=True,
)

WITHHELD = {"share_type": "3", "share_condition": "某法第一条", "share_basis": "law"}


def codes(**changes: object) -> list[str]:
    return [fault.code for fault in faults(replace(LAWFUL, **changes), PACK)]


def test_a_lawful_draft_has_no_fault() -> None:
    assert codes() == []


def test_an_empty_draft_is_told_everything_at_once() -> None:
    found = faults(EntryDraft(), PACK)

    named = {fault.sentence() for fault in found if fault.code == "entry.required"}
    assert len(named) == 11
    assert "entry.assessment_missing" in [fault.code for fault in found]
    assert all(fault.next_step("zh") and fault.next_step("en") for fault in found)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"provider_code": "11500226MB1D37341D"}, "entry.provider_code"),
        ({"classification": "999999"}, "entry.code_unknown"),
        ({"update_cycle": "sometimes"}, "entry.code_unknown"),
        ({"title": "区划系统"}, "entry.title_is_system"),
        ({"share_type": "2"}, "entry.condition_required"),
        ({"share_type": "3", "share_basis": "law"}, "entry.basis_required"),
        ({"share_type": "3", "share_condition": "某法第一条"}, "entry.basis_kind"),
        ({**WITHHELD, "share_basis": "local"}, "entry.basis_kind"),
        ({**WITHHELD, "open_type": "1"}, "entry.open_not_shared"),
        ({"items": (ITEM, ITEM)}, "entry.item_twice"),
        ({"privacy_assessed": False}, "entry.assessment_missing"),
    ],
)
def test_each_rule_is_told_by_itself(changes: dict[str, object], code: str) -> None:
    assert codes(**changes) == [code]


def test_not_shared_can_never_be_open_on_conditions_either() -> None:
    assert codes(**{**WITHHELD, "open_type": "2"}) == ["entry.open_not_shared"]


@pytest.mark.parametrize("basis", ["law", "regulation", "decision"])
def test_a_law_a_regulation_or_a_decision_of_the_state_council_forbids_sharing(basis: str) -> None:
    assert codes(**{**WITHHELD, "share_basis": basis}) == []


def test_the_highest_item_decides_the_grade() -> None:
    items = (ITEM, replace(ITEM, name="证号", grade=Grade.GENERAL_4))

    assert draft_grade(replace(LAWFUL, items=items)) is Grade.GENERAL_4
    assert draft_grade(EntryDraft()) is Grade.GENERAL_1
