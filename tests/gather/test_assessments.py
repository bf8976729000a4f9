"""Assessments before cataloguing: whose hands, which items, and what is found secret."""

from __future__ import annotations

import pytest

from tests.hub_world import WHY, HubWorld
from yunzhang.gather import assessments, catalog
from yunzhang.gather.assessments import Assessed, covers
from yunzhang.gather.models import EntryVersion
from yunzhang.people import cases
from yunzhang.people.cases import Paper
from yunzhang.people.models import CasePaper, FactRow, Turn
from yunzhang.portal import seen as visible
from yunzhang.terms.codes import ItemType
from yunzhang.terms.document import decode, replace
from yunzhang.terms.entry import DataItem, EntryDraft
from yunzhang.terms.faults import Refused
from yunzhang.terms.levels import Grade

State = EntryVersion.State
pytestmark = pytest.mark.django_db


@pytest.fixture
def version(hub: HubWorld) -> EntryVersion:
    """An entry with everything but its assessment."""
    drafted = hub.drafted()
    form = replace(decode(drafted.draft, EntryDraft), share_type="1", open_type="0")
    return catalog.edit(hub.officer, drafted, replace(form, update_cycle="year"), why=WHY)


def begin(hub: HubWorld, version: EntryVersion, **papers: Paper | str):
    given = {"secrecy_risk": "不涉密", "privacy_impact": "无个人信息", **papers}
    return assessments.begin(hub.officer, version, **given, why=WHY)


def standing(version: EntryVersion) -> str:
    now = EntryVersion.objects.get(pk=version.pk)
    return assessments.standing(now.resource, decode(now.draft, EntryDraft).items)


def with_item(version: EntryVersion, **changes: object) -> EntryDraft:
    """The present draft with its first item changed."""
    form = decode(EntryVersion.objects.get(pk=version.pk).draft, EntryDraft)
    return replace(form, items=(replace(form.items[0], **changes), *form.items[1:]))


def test_an_entry_is_submitted_only_once_its_assessment_is_approved(hub: HubWorld, version):
    with pytest.raises(Refused, match=r"entry\.assessment_missing"):
        catalog.submit(hub.officer, version, why=WHY)

    case = begin(hub, version)
    with pytest.raises(Refused) as waiting:
        catalog.submit(hub.officer, version, why=WHY)
    cases.move(hub.head, case, "approve", why=WHY)

    assert waiting.value.codes == ("assessment.waiting",)
    assert standing(version) == "cleared"
    assert catalog.submit(hub.officer, version, why=WHY).state == State.SUBMITTED


def test_nobody_types_the_marks(hub: HubWorld, version):
    form = decode(version.draft, EntryDraft)
    typed = replace(form, secrecy_assessed=True, privacy_assessed=True)

    kept = catalog.edit(hub.officer, version, typed, why=WHY)

    assert not decode(kept.draft, EntryDraft).secrecy_assessed


def test_both_reports_are_asked_for_at_once(hub: HubWorld, version):
    with pytest.raises(Refused) as refused:
        begin(hub, version, secrecy_risk=" ", privacy_impact=Paper())

    assert refused.value.codes == ("procedure.paper_missing", "procedure.paper_missing")
    assert standing(version) == "none"


def test_a_report_may_be_a_file_and_is_kept_with_its_digest(hub: HubWorld, version):
    begin(hub, version, secrecy_risk=Paper("", "保密.pdf", b"%PDF"))

    kept = CasePaper.objects.get(paper="paper.secrecy_risk")
    assert (bytes(kept.file), kept.file_name, len(kept.digest)) == (b"%PDF", "保密.pdf", 64)


def test_the_head_who_assessed_does_not_approve(hub: HubWorld, version):
    case = begin(hub, version)

    for actor in (hub.officer, hub.outsider, hub.reviewer):
        with pytest.raises(Refused, match=r"case\.role_needed"):
            cases.move(actor, case, "approve", why=WHY)
    with pytest.raises(Refused, match=r"case\.role_needed"):
        assessments.begin(hub.outsider, hub.drafted("other"), secrecy_risk="无",
                          privacy_impact="无", why=WHY)  # fmt: skip


def test_one_assessment_runs_at_a_time_and_none_when_it_is_needless(hub: HubWorld, version):
    case = begin(hub, version)
    with pytest.raises(Refused, match=r"assessment\.waiting"):
        begin(hub, version)
    cases.move(hub.head, case, "approve", why=WHY)

    with pytest.raises(Refused, match=r"assessment\.needless"):
        begin(hub, version)


def test_one_that_was_sent_back_is_handed_in_again_for_the_items_of_then(hub: HubWorld, version):
    case = begin(hub, version)
    cases.move(hub.head, case, "return", papers={"paper.reason": "未说明汇聚风险"}, why=WHY)
    catalog.edit(hub.officer, version, with_item(version, kind="name"), why=WHY)

    again = begin(hub, version)
    cases.move(hub.head, again, "approve", why=WHY)

    assert again.pk == case.pk
    assert standing(version) == "cleared"


@pytest.mark.parametrize("change", [{"kind": "citizen_id"}, {"grade": Grade.GENERAL_4}])
def test_an_item_that_is_personal_or_graded_higher_calls_for_another(
    hub: HubWorld, version, change
):
    cases.move(hub.head, begin(hub, version), "approve", why=WHY)

    grown = catalog.edit(hub.officer, version, with_item(version, **change), why=WHY)

    assert standing(version) == "outgrown"
    assert not decode(grown.draft, EntryDraft).privacy_assessed
    with pytest.raises(Refused, match=r"entry\.assessment_missing"):
        catalog.submit(hub.officer, version, why=WHY)


def test_what_is_found_secret_is_never_submitted_and_named_to_its_unit_alone(
    hub: HubWorld, version
):
    case = begin(hub, version)

    cases.move(hub.head, case, "forbid", papers={"paper.reason": "含国家秘密"}, why=WHY)

    version.refresh_from_db()
    case.refresh_from_db()
    assert version.state == State.FORBIDDEN
    assert case.title == version.resource.code
    assert not Turn.objects.filter(subject=catalog.subject(version)).exists()
    for deed in (
        lambda: catalog.submit(hub.officer, version, why=WHY),
        lambda: catalog.edit(hub.officer, version, EntryDraft(), why=WHY),
        lambda: begin(hub, version),
    ):
        with pytest.raises(Refused, match=r"assessment\.forbidden"):
            deed()
    readers = {name: visible.versions(actor) for name, actor in hub.actors.items()}
    assert {name for name, found in readers.items() if found.filter(pk=version.pk)} == {
        "officer",
        "head",
    }


def test_a_refused_move_leaves_neither_state_nor_fact(hub: HubWorld, version):
    case = begin(hub, version)
    before = FactRow.objects.count()

    with pytest.raises(Refused, match=r"procedure\.paper_missing"):
        cases.move(hub.head, case, "forbid", why=WHY)

    assert FactRow.objects.count() == before
    assert EntryVersion.objects.get(pk=version.pk).state == State.DRAFT


def seen(item: DataItem) -> Assessed:
    return Assessed(name=item.name, column=item.column, kind=item.kind, grade=item.grade)


def test_what_was_assessed_covers_less_but_not_more():
    code = DataItem(name="代码", column="code", type=ItemType.CHARACTER, length=9)
    phone = replace(code, name="电话", column="phone", kind="phone", grade=Grade.GENERAL_2)
    known = [seen(item) for item in (code, phone)]

    assert covers(known, (code,))
    assert covers(known, (phone, replace(code, column="new", grade=Grade.GENERAL_2)))
    assert not covers(known, (replace(phone, column="mobile"),))
    assert not covers(known, (replace(phone, kind="citizen_id"),))
    assert not covers(known, (replace(phone, grade=Grade.GENERAL_3),))
    assert not covers(known, (replace(code, column="new", grade=Grade.GENERAL_3),))
    assert not covers([], (code,))


def test_an_item_is_known_by_its_column_or_else_by_its_name():
    phone = DataItem(name="电话", column="", type=ItemType.CHARACTER, length=11, kind="phone")
    address = replace(phone, name="住址", kind="address")

    assert covers([seen(phone), seen(address)], (phone, address))
    assert covers([seen(phone), seen(address)], (replace(phone, column="tel"), address))
    assert covers(
        [seen(replace(phone, column="tel"))], (replace(phone, name="号码", column="tel"),)
    )
    assert not covers([seen(phone)], (phone, address))
