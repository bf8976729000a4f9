"""Opening: what the public sees, the course of a request, and what is never told."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.hub_world import WHY, HubWorld, hub, hub_home
from tests.share.moments import Days
from yunzhang.gather import assessments, catalog
from yunzhang.gather.models import EntryVersion
from yunzhang.people import calendar, cases, clocks
from yunzhang.people.models import Case, CasePaper, Clock, FactRow
from yunzhang.people.permissions import pack
from yunzhang.terms.document import decode, replace
from yunzhang.terms.entry import EntryDraft
from yunzhang.terms.faults import Refused
from yunzhang.terms.levels import Grade
from yunzhang.use import opening
from yunzhang.use.models import PublicAsk

__all__ = ["hub", "hub_home"]
MONDAY = date(2026, 3, 2)
CONTACT = "13807760001"


@pytest.fixture
def moments(monkeypatch: pytest.MonkeyPatch) -> Days:
    return Days(monkeypatch, MONDAY)


@pytest.fixture
def open_entry(hub: HubWorld, moments: Days) -> EntryVersion:
    """A published entry that is open, on the Monday on which everything here begins."""
    calendar.import_published(hub.reviewer, why=WHY)
    return hub.published(open_type="1")


def clock_of(case: Case) -> Clock:
    return Clock.objects.get(subject=cases.subject_of(case), ended_on=None)


def asked(version: EntryVersion) -> tuple[Case, opening.Receipt]:
    receipt = opening.ask(version.resource.code, " 乡镇名录,用于毕业论文 ", CONTACT)
    return opening.look(receipt.number, receipt.word), receipt


def test_only_what_is_open_is_ever_listed(hub: HubWorld, open_entry: EntryVersion) -> None:
    shown = {"open": "1", "conditions": "2", "shut": "0"}
    made = {name: hub.published(name, open_type=kind, title=name) for name, kind in shown.items()}
    withheld = {"share_type": "3", "share_basis": "law", "share_condition": "《某法》第一条"}
    hub.published("withheld", title="withheld", open_type="0", **withheld)
    hub.completed(hub.drafted("draft"), open_type="1", title="draft")
    graded = decode(made["open"].draft, EntryDraft)
    items = tuple(replace(item, grade=Grade.IMPORTANT) for item in graded.items)
    hub.published("important", title="important", open_type="1", items=items)

    titles = set(opening.listed().values_list("title", flat=True))

    assert titles == {open_entry.title, "open", "conditions"}
    with pytest.raises(Refused, match=r"opening\.not_open"):
        opening.find(made["shut"].resource.code)
    with pytest.raises(Refused, match=r"opening\.not_open"):
        opening.ask(made["shut"].resource.code, "请开放")


def test_a_text_cannot_pass_for_the_field_that_opens(hub: HubWorld, open_entry) -> None:
    hub.published("sly", open_type="0", abstract='说明 "open_type":"1" 完')

    assert opening.listed().count() == 1


def test_an_entry_whose_service_stopped_is_gone_on_that_day(
    open_entry: EntryVersion, moments: Days
) -> None:
    resource = open_entry.resource
    resource.stops_on = date(2026, 3, 3)
    resource.save()
    assert opening.listed().exists()

    moments.day = date(2026, 3, 3)

    assert not opening.listed().exists()


def test_an_entry_found_secret_is_gone_at_once(hub: HubWorld, open_entry: EntryVersion) -> None:
    second = catalog.revise(hub.officer, open_entry.resource, why=WHY)
    form = decode(second.draft, EntryDraft)
    item = replace(form.items[0], grade=Grade.GENERAL_4)
    second = catalog.edit(hub.officer, second, replace(form, items=(item,)), why=WHY)
    case = assessments.begin(hub.officer, second, secrecy_risk="涉密", privacy_impact="无", why=WHY)
    assert opening.listed().exists()

    cases.move(hub.head, case, "forbid", papers={"paper.reason": "涉密"}, why=WHY)

    assert not opening.listed().exists()


def test_a_request_is_answered_within_twenty_working_days(
    hub: HubWorld, open_entry: EntryVersion, moments: Days
) -> None:
    case, _ = asked(open_entry)
    # 2026-03-02 is a Monday; 20 working days later is Monday, 2026-03-30.
    assert (clock_of(case).due_on, case.step) == (date(2026, 3, 30), "answer")
    assert [move.id for move in cases.moves_for(hub.head, case)] == ["extend"]

    moments.day = date(2026, 3, 30)
    papers = {"paper.answer": "已同意,自四月起可在门户下载"}
    case = cases.move(hub.officer, case, "open", papers=papers, why=WHY)

    assert (case.step, case.closed_on) == ("opened", date(2026, 3, 30))
    assert not clocks.running().exists()


def test_the_head_extends_it_once_by_twenty_days_over_qingming(
    hub: HubWorld, open_entry: EntryVersion
) -> None:
    case, _ = asked(open_entry)
    reason = {"paper.reason": "涉及多部门"}
    with pytest.raises(Refused, match=r"case\.role_needed"):
        cases.move(hub.officer, case, "extend", papers=reason, why=WHY)

    case = cases.move(hub.head, case, "extend", papers=reason, why=WHY)

    # 2026-04-06 is the holiday of Qingming: the fortieth working day is 2026-04-28.
    assert clock_of(case).due_on == date(2026, 4, 28)
    with pytest.raises(Refused, match=r"clock\.final"):
        cases.move(hub.head, case, "extend", papers=reason, why=WHY)


def test_nobody_extends_what_is_late_already(hub: HubWorld, open_entry, moments: Days) -> None:
    case, _ = asked(open_entry)
    moments.day = date(2026, 3, 31)

    with pytest.raises(Refused, match=r"opening\.extension_late"):
        cases.move(hub.head, case, "extend", papers={"paper.reason": "忙"}, why=WHY)

    assert clock_of(case).due_on == date(2026, 3, 30)


def test_the_clock_rests_from_the_one_notice_until_the_asker_completes_it(
    hub: HubWorld, open_entry: EntryVersion, moments: Days
) -> None:
    case, receipt = asked(open_entry)
    moments.day = date(2026, 3, 10)
    missing = {"paper.missing": "请写明用途"}
    case = cases.move(hub.officer, case, "notice", papers=missing, why=WHY)
    assert clock_of(case).rested_on == date(2026, 3, 10)

    moments.day = date(2026, 3, 20)
    with pytest.raises(Refused, match=r"opening\.need_missing"):
        opening.complete(receipt.number, receipt.word, "  ")
    case = opening.complete(receipt.number, receipt.word, "用于毕业论文")

    # The whole limit anew from Friday, 2026-03-20, over the holiday of Qingming.
    assert (case.step, clock_of(case).due_on) == ("answer", date(2026, 4, 20))
    with pytest.raises(Refused, match=r"procedure\.made_once"):
        cases.move(hub.officer, case, "notice", papers=missing, why=WHY)
    with pytest.raises(Refused, match=r"opening\.not_waiting"):
        opening.complete(receipt.number, receipt.word, "再补")


def test_a_refusal_names_reason_and_law_and_both_at_once(hub: HubWorld, open_entry) -> None:
    case, _ = asked(open_entry)

    with pytest.raises(Refused) as refused:
        cases.move(hub.officer, case, "refuse", why=WHY)
    papers = {"paper.reason": "涉及个人隐私", "paper.law": "《个人信息保护法》第二十五条"}
    case = cases.move(hub.officer, case, "refuse", papers=papers, why=WHY)

    assert refused.value.codes == ("procedure.paper_missing", "procedure.paper_missing")
    assert case.step == "refused"


def test_what_was_closed_since_cannot_be_opened(hub: HubWorld, open_entry: EntryVersion) -> None:
    case, _ = asked(open_entry)
    open_entry.resource.versions.update(state="superseded")

    with pytest.raises(Refused, match=r"opening\.not_open"):
        cases.move(hub.officer, case, "open", papers={"paper.answer": "同意"}, why=WHY)

    case.refresh_from_db()
    assert case.step == "answer"


@pytest.mark.parametrize(
    ("number", "word"), [(None, "abcd-efgh-jkmn-pqrs"), (None, ""), ("SX2026-999999", None)]
)
def test_a_receipt_opens_with_its_own_word_alone(open_entry, number: Any, word: Any) -> None:
    _, receipt = asked(open_entry)

    with pytest.raises(Refused, match=r"opening\.unknown"):
        opening.look(number or receipt.number, receipt.word if word is None else word)

    assert opening.look(f" {receipt.number} ", receipt.word.upper())


def test_neither_contact_nor_word_stands_in_any_fact_or_record(
    hub: HubWorld, open_entry: EntryVersion
) -> None:
    case, receipt = asked(open_entry)

    kept = PublicAsk.objects.get(case=case)
    told = "".join(
        f"{fact.leaf}{fact.content}{fact.why}{fact.subject}" for fact in FactRow.objects.all()
    )
    records = f"{case.content}{case.title}{kept.contact}{kept.word}{kept.salt}"
    records += "".join(CasePaper.objects.values_list("text", flat=True))
    assert opening.contact_of(case) == CONTACT
    for secret in (CONTACT, receipt.word):
        assert secret not in told
        assert secret not in records
    assert "毕业论文" not in told


def test_a_contact_is_forgotten_ninety_days_after_the_answer(
    hub: HubWorld, open_entry: EntryVersion, moments: Days
) -> None:
    case, _ = asked(open_entry)
    other, _ = asked(open_entry)
    cases.move(hub.officer, case, "open", papers={"paper.answer": "同意"}, why=WHY)

    # 2026-03-02 and 90 days is 2026-05-31.
    assert opening.forget(date(2026, 5, 30)) == 0
    assert opening.forget(date(2026, 5, 31)) == 1

    assert (opening.contact_of(case), opening.contact_of(other)) == ("", CONTACT)
    assert opening.forget(date(2026, 5, 31)) == 0


def test_everything_wrong_with_a_request_is_told_at_once(open_entry: EntryVersion) -> None:
    code = open_entry.resource.code

    with pytest.raises(Refused) as refused:
        opening.ask(code, " ", "1" * 201)
    with pytest.raises(Refused) as reported:
        opening.report(code, [], "字" * 2001)

    assert refused.value.codes == ("opening.need_missing", "opening.text_long")
    assert reported.value.codes == ("opening.item_missing", "opening.text_long")
    assert not Case.objects.filter(procedure="public_request").exists()


def test_a_day_takes_in_no_more_than_the_officers_can_answer(
    open_entry: EntryVersion, moments: Days, monkeypatch
) -> None:
    limits = {"opening.asked_in_all": 2}
    whole = pack()

    class Fewer:
        def __getattr__(self, name: str) -> Any:
            return getattr(whole, name)

        def limit(self, id: str) -> int:
            return limits.get(id, whole.limit(id))

    monkeypatch.setattr("yunzhang.use.opening.pack", Fewer)
    asked(open_entry)
    asked(open_entry)

    with pytest.raises(Refused, match=r"opening\.too_many"):
        asked(open_entry)
    moments.day = date(2026, 3, 4)
    assert asked(open_entry)


def test_an_error_reported_becomes_a_verification_with_its_clock(
    hub: HubWorld, open_entry: EntryVersion
) -> None:
    receipt = opening.report(open_entry.resource.code, ["name"], "足荣镇写错了")

    case = opening.look(receipt.number, receipt.word)
    # Ten working days from Monday, 2026-03-02.
    assert (case.procedure, clock_of(case).due_on) == ("verification", date(2026, 3, 16))
    finding = {"paper.finding": "已更正"}
    assert cases.move(hub.officer, case, "correct", papers=finding, why=WHY).step == "corrected"
