"""Cases: matters on a pack's procedure; who may move them, with what, and what follows by itself."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.db import transaction

from tests.share.moments import Days
from tests.share.world import WHY, World
from yunzhang import clock as wall
from yunzhang.packs import read, shipped
from yunzhang.people import cases, courses, pack_verbs, turns
from yunzhang.people.cases import Doing, Paper
from yunzhang.people.models import Case, CaseMove, Clock, FactRow, Notice, Turn, Unit
from yunzhang.people.permissions import Actor, pack
from yunzhang.share import requests
from yunzhang.terms.document import decode
from yunzhang.terms.fact import Deed
from yunzhang.terms.faults import FaultKind, Refused, Text
from yunzhang.terms.pack_rows import Step

LOCAL = """
[[procedures]]
id = "errand"
zh = "跑腿"
en = "Errand"
subject = "errand"
cite = { document = "国务院令第809号", clause = "第二十八条" }

[[procedures.steps]]
id = "ask"
zh = "提出"
en = "Ask"
party = "applicant"
who = ["consumer_officer"]

[[procedures.steps.moves]]
id = "submit"
zh = "提出"
en = "Ask"
to = "run"

[[procedures.steps]]
id = "run"
zh = "跑"
en = "Run"
party = "provider"
who = ["provider_officer"]
clock = "C3"
overdue = "drop"

[[procedures.steps.moves]]
id = "fail"
zh = "试错"
en = "Fail"
to = "done"
does = "test.fail"

[[procedures.steps.moves]]
id = "wait"
zh = "等补正"
en = "Wait"
to = "rest"
once = true

[[procedures.steps.moves]]
id = "drop"
zh = "作罢"
en = "Drop"
to = "done"

[[procedures.steps]]
id = "rest"
zh = "补正"
en = "Complete"
party = "applicant"
who = ["consumer_officer"]
clock = "C3"
rests = true

[[procedures.steps.moves]]
id = "back"
zh = "补正"
en = "Complete"
to = "run"

[[procedures.steps]]
id = "done"
zh = "办结"
en = "Done"
"""


def parties(world: World) -> dict[str, list[Unit]]:
    return {"applicant": [world.consumer], "provider": [world.provider]}


def verification(world: World, doubt: Paper | str = "第 3 行代码与公布的不一致") -> Case:
    return cases.open(
        world.consumer_officer,
        "verification",
        about=f"resource:{world.resource.code}",
        title="足荣镇代码有误",
        parties=parties(world),
        papers={"paper.doubt": doubt},
        why=WHY,
    )


def dispute(world: World) -> Case:
    return cases.open(
        world.consumer_head,
        "dispute",
        about="request:1",
        title="拒绝理由之争",
        parties=parties(world),
        papers={"paper.positions": "我方认为属于履职所需"},
        why=WHY,
    )


@pytest.fixture
def errands(tmp_path: Path, settings) -> None:
    folder = tmp_path / "errands"
    folder.mkdir()
    head = 'id = "errands"\nzh = "试"\nen = "Try"\nover = "national"\n'
    (folder / "pack.toml").write_text(head, encoding="utf-8")
    (folder / "procedures.toml").write_text(LOCAL, encoding="utf-8")
    settings.PACK = str(folder)


def errand(world: World) -> Case:
    return cases.open(
        world.consumer_officer, "errand", about="x:1", title="取件", parties=parties(world), why=WHY
    )


def test_opening_takes_the_first_move_starts_the_clock_and_passes_the_turn(world: World) -> None:
    case = verification(world)

    clock = Clock.objects.get(subject=cases.subject_of(case))
    assert (case.step, clock.rule, clock.unit) == ("verify", "C6", world.provider)
    assert clock.reference == case.number
    assert [turn.subject for turn in turns.mine(world.provider_officer)] == [clock.subject]
    assert not turns.mine(world.consumer_officer).exists()
    assert Notice.objects.filter(person=world.provider_officer.person, kind="turn").exists()


def test_an_end_stops_the_clock_closes_the_case_and_waits_for_nobody(world: World) -> None:
    case = verification(world)

    cases.move(world.consumer_officer, case, "withdraw", why="自查无误")

    case.refresh_from_db()
    assert case.closed_on is not None
    assert not Clock.objects.filter(ended_on=None).exists()
    assert not Turn.objects.filter(subject=cases.subject_of(case)).exists()


def test_what_is_missing_is_told_at_once_and_nothing_is_written(world: World) -> None:
    with pytest.raises(Refused) as refused:
        cases.open(
            world.provider_officer,
            "assessment",
            about="entry:1",
            title="评估",
            parties={"provider": [world.provider]},
            why=WHY,
        )

    assert refused.value.codes == ("procedure.paper_missing", "procedure.paper_missing")
    assert not Case.objects.exists()
    assert not FactRow.objects.filter(deed="case.opened").exists()


def test_only_a_role_the_step_names_may_move_it_and_only_for_its_party(world: World) -> None:
    case = verification(world)
    finding = {"paper.finding": "已更正"}

    for actor in (world.consumer_officer, world.provider_head, world.reviewer):
        with pytest.raises(Refused) as refused:
            cases.move(actor, case, "keep", papers=finding, why=WHY)

        assert refused.value.codes == ("case.role_needed",)
        assert world.provider.short_name in refused.value.faults[0].sentence("zh")
        assert cases.moves_for(world.provider_officer, case)


def test_a_move_the_step_does_not_have_is_refused_in_words(world: World) -> None:
    case = verification(world)

    with pytest.raises(Refused) as refused:
        cases.move(world.provider_officer, case, "settle", why=WHY)

    assert refused.value.codes == ("procedure.move_wrong",)


def test_a_move_without_a_reason_is_refused(world: World) -> None:
    case = verification(world)

    with pytest.raises(Refused) as refused:
        cases.move(world.consumer_officer, case, "withdraw", why=" ")

    assert refused.value.codes == ("act.reason_missing",)
    case.refresh_from_db()
    assert case.step == "verify"


def test_a_move_that_needs_both_waits_for_the_second_consent(world: World) -> None:
    case = dispute(world)
    agreed = {"paper.agreement": "按最小范围共享"}

    cases.move(world.consumer_head, case, "settle", papers=agreed, why=WHY)

    case.refresh_from_db()
    assert case.step == "negotiate"
    assert {turn.unit for turn in Turn.objects.filter(role="sharing_body_head")} == {world.provider}
    with pytest.raises(Refused) as twice:
        cases.move(world.consumer_head, case, "settle", papers=agreed, why=WHY)
    assert twice.value.codes == ("case.consented",)

    cases.move(world.provider_head, case, "settle", papers=agreed, why=WHY)

    case.refresh_from_db()
    assert (case.step, bool(case.closed_on)) == ("settled", True)


def test_a_consent_given_before_the_matter_went_on_does_not_count_later(world: World) -> None:
    case = cases.open(
        world.provider_officer,
        "service_change",
        about=f"resource:{world.resource.code}",
        title="停止接口",
        parties={"provider": [world.provider], "consumers": [world.consumer, world.authority]},
        papers={"paper.reason": "系统下线"},
        why=WHY,
    )
    cases.move(world.consumer_head, case, "agree", why=WHY)
    cases.move(world.consumer_head, case, "object", papers={"paper.reason": "仍在使用"}, why=WHY)

    cases.move(world.provider_head, case, "again", papers={"paper.reason": "延后半年"}, why=WHY)
    cases.move(world.consumer_head, case, "agree", why=WHY)

    case.refresh_from_db()
    assert case.step == "negotiate"


def test_every_move_is_a_fact_with_the_papers_digests(world: World) -> None:
    case = verification(world)
    report = Paper("见附件", "核实.pdf", b"%PDF-1.7 found wrong")

    cases.move(world.provider_officer, case, "keep", papers={"paper.finding": report}, why=WHY)

    opened, moved = FactRow.objects.filter(subject=cases.subject_of(case)).order_by("number")
    assert (opened.deed, moved.deed) == ("case.opened", "case.moved")
    assert decode(moved.content, dict)["papers"] == {"paper.finding": report.digest}
    [kept] = CaseMove.objects.get(case=case, move="keep").papers.all()
    assert (bytes(kept.file), kept.digest) == (report.file, report.digest)


def test_a_file_larger_than_the_pack_allows_is_refused(world: World) -> None:
    large = Paper("", "大.pdf", b"0" * (pack().limit("case.file_bytes") + 1))

    with pytest.raises(Refused) as refused:
        verification(world, large)

    assert refused.value.codes == ("case.file_large",)


def test_a_case_keeps_the_procedure_it_began_with(world: World, settings) -> None:
    case = dispute(world)
    positions = {"paper.positions": "协商未果"}
    settings.PACK = "guangxi-2022"

    cases.move(world.provider_head, case, "refer", papers=positions, why=WHY)

    case.refresh_from_db()
    roles = Turn.objects.filter(subject=cases.subject_of(case)).values_list("role", flat=True)
    assert set(roles) == {"sharing_authority"}
    assert "coordination_office" in {role for step in _steps("dispute") for role in step.who}


def _steps(id: str) -> tuple[Step, ...]:
    return next(row for row in pack().procedures if row.id == id).steps


@pytest.mark.usefixtures("errands")
def test_the_hub_makes_the_overdue_move_itself(world: World) -> None:
    case = errand(world)

    cases.overdue(case)

    case.refresh_from_db()
    assert case.step == "done"
    assert FactRow.objects.get(subject=cases.subject_of(case), deed="case.moved").person is None


@pytest.mark.usefixtures("errands")
def test_a_limit_rests_while_the_other_side_completes_and_the_notice_is_given_once(
    world: World,
) -> None:
    case = errand(world)
    cases.move(world.provider_officer, case, "wait", why=WHY)

    clock = Clock.objects.get(subject=cases.subject_of(case))
    assert clock.rested_on is not None

    cases.move(world.consumer_officer, case, "back", why=WHY)
    clock.refresh_from_db()
    assert (clock.rested_on, clock.ended_on) == (None, None)
    with pytest.raises(Refused) as refused:
        cases.move(world.provider_officer, case, "wait", why=WHY)
    assert refused.value.codes == ("procedure.made_once",)


@pytest.mark.usefixtures("errands")
def test_a_verb_that_fails_leaves_the_case_where_it_was(world: World, monkeypatch) -> None:
    case = errand(world)
    broken = FaultKind("test.broken", 409, Text("坏了。", "Broken."), Text("修。", "Mend it."))

    def fail(doing: Doing) -> None:
        raise Refused(broken())

    monkeypatch.setitem(cases.VERBS, "test.fail", fail)

    with pytest.raises(Refused):
        cases.move(world.provider_officer, case, "fail", why=WHY)

    case.refresh_from_db()
    assert case.step == "run"
    assert case.moves.count() == 1
    assert Turn.objects.filter(subject=cases.subject_of(case), role="provider_officer").exists()


def test_every_verb_a_shipped_pack_names_is_there_and_none_is_there_for_nothing() -> None:
    packs = [read(name) for name in shipped()]

    faults = [fault.sentence("en") for one in packs for fault in pack_verbs.unknown(one)]
    procedures = [row for one in packs for row in one.procedures]
    named = {move.does for row in procedures for step in row.steps for move in step.moves}

    assert not faults
    assert set(cases.VERBS) <= named


def test_a_matter_with_nobody_to_act_is_refused(world: World) -> None:
    with pytest.raises(Refused) as refused:
        cases.open(
            Actor(None),
            "verification",
            about="resource:x",
            title="无主",
            parties={"applicant": [world.consumer]},
            papers={"paper.doubt": "错"},
            why=WHY,
        )

    assert "procedure.party_missing" in refused.value.codes


def test_the_due_date_of_a_verification_is_ten_working_days_on(world: World) -> None:
    case = verification(world)

    clock = Clock.objects.get(subject=cases.subject_of(case))

    assert (clock.days, clock.counted_in, clock.clause) == (10, "working_day", "第二十六条")
    assert clock.due_on > date(2025, 1, 1)


def test_no_course_extends_a_limit_that_is_over(world: World, days: Days) -> None:
    request = world.applied()
    procedure, matter = courses.of(request.procedure), requests.matter_of(request)
    due_on = Clock.objects.get(subject=matter.subject).due_on
    days.day = due_on + timedelta(days=1)

    with transaction.atomic(), pytest.raises(Refused, match=r"procedure\.extension_late"):
        courses.go(procedure, matter, "applied", Deed.REQUEST_EXTENDED)

    assert Clock.objects.get(subject=matter.subject).due_on == due_on


def test_a_case_of_new_years_morning_bears_the_new_year(world: World, monkeypatch) -> None:
    # Half past midnight in Beijing is still the old year in UTC, as facts are dated.
    now = datetime(2026, 12, 31, 16, 30, tzinfo=UTC)
    monkeypatch.setattr(wall, "now", lambda: now)

    assert verification(world).number.startswith("SX2027-")
