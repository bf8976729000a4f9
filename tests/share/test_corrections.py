"""Verification and correction: asked by anyone who sees the data, told to everyone who uses it."""

from __future__ import annotations

from datetime import date

import pytest

from tests.share.moments import refused
from tests.share.world import WHY, World, person, unit
from yunzhang import clock
from yunzhang.people import cases, turns
from yunzhang.people.cases import Paper
from yunzhang.people.models import CasePaper, Clock, Notice
from yunzhang.people.permissions import Actor
from yunzhang.share import corrections, grants

DOUBT = "451024003 应为东凌镇，库中写作东陵镇"


def asked(world: World, actor: Actor | None = None, *items: str):
    return corrections.ask(
        actor or world.consumer_officer, world.resource, items or ("区划名称",), DOUBT, why=WHY
    )


def told(actor: Actor) -> list[str]:
    """What the person was told, in order."""
    found = Notice.objects.filter(person=actor.person, kind="told").order_by("pk")
    return list(found.values_list("zh", flat=True))


def test_the_provider_has_ten_working_days_and_answers_in_them(world, days):
    case = asked(world)

    running = Clock.objects.get(rule="C6")
    assert (running.unit, running.started_on, running.due_on) == (
        world.provider,
        date(2026, 3, 2),
        date(2026, 3, 16),
    )
    assert [turn.deed_zh for turn in turns.mine(world.provider_officer)] == ["核实、更正并反馈"]

    days.on(3, 13)
    cases.move(
        world.provider_officer, case, "correct", papers={"paper.finding": "已改为东凌镇"}, why=WHY
    )
    running.refresh_from_db()
    assert (running.ended_on, case.__class__.objects.get().closed_on) == (
        date(2026, 3, 13),
        date(2026, 3, 13),
    )


def test_everyone_who_holds_a_grant_learns_of_the_correction_and_so_does_whoever_asked(world):
    other = unit(7, "教育厅")
    asker = person("ma", (other, "consumer_officer"))
    stranger = person("he", (unit(8, "林业局"), "consumer_officer"))
    suspended = world.granted()
    grants.suspend(world.provider_head, suspended, why=WHY)
    case = asked(world, asker)
    Notice.objects.all().delete()

    cases.move(world.provider_officer, case, "correct", papers={"paper.finding": "已改"}, why=WHY)

    assert told(world.consumer_officer) == ["“乡镇区划代码”已更正（区划名称）：已改"]
    assert told(world.consumer_head) == told(world.consumer_officer)
    assert told(asker)[0] == told(world.consumer_officer)[0]
    assert told(stranger) == []


def test_an_ended_grant_is_told_nothing(world):
    grants.end(world.reviewer, world.granted(), why=WHY)
    case = asked(world, person("wu", (world.authority, "auditor")))
    Notice.objects.all().delete()

    cases.move(world.provider_officer, case, "correct", papers={"paper.finding": "已改"}, why=WHY)

    assert told(world.consumer_officer) == []


def test_a_correction_is_listed_with_its_entry_and_a_right_answer_is_not(world):
    first, second = asked(world), asked(world, None, "区划代码")
    finding = {"paper.finding": "已改为东凌镇"}
    cases.move(world.provider_officer, first, "correct", papers=finding, why=WHY)
    assert [(c.number, c.corrected) for c in corrections.of(world.resource)] == [
        (second.number, False),
        (first.number, True),
    ]

    cases.move(
        world.provider_officer, second, "keep", papers={"paper.finding": "与国标一致"}, why=WHY
    )

    [listed] = corrections.of(world.resource)
    assert (listed.items, listed.finding, listed.closed) == (
        ("区划名称",),
        "已改为东凌镇",
        clock.today(),
    )
    assert told(world.consumer_officer)[-1] == "“乡镇区划代码”经核实无误（区划代码）：与国标一致"


def test_an_answer_without_a_finding_is_refused(world):
    case = asked(world)

    codes = refused(lambda: cases.move(world.provider_officer, case, "correct", why=WHY))

    assert codes == ("procedure.paper_missing",)


def test_the_same_unit_does_not_ask_the_same_twice_at_once(world):
    case = asked(world, None, "区划名称", "区划代码")

    assert refused(lambda: asked(world, world.consumer_head, "区划代码", "区划名称")) == (
        "correction.asked_already",
    )

    asked(world, None, "区划名称")
    cases.move(world.consumer_officer, case, "withdraw", why=WHY)
    asked(world, None, "区划代码", "区划名称")


def test_everything_wrong_with_the_items_is_said_at_once(world):
    assert refused(
        lambda: corrections.ask(
            world.provider_head, world.resource, ["户籍", "学历"], DOUBT, why=WHY
        )
    ) == ("correction.item_unknown", "correction.item_unknown", "correction.own_data")
    assert refused(
        lambda: corrections.ask(world.consumer_officer, world.resource, [], DOUBT, why=WHY)
    ) == ("correction.items_missing",)
    assert refused(
        lambda: corrections.ask(world.consumer_officer, world.resource, ["区划名称"], " ", why=WHY)
    ) == ("procedure.paper_missing",)


@pytest.mark.parametrize("role", ["cloud_chief", "government"])
def test_who_is_not_named_by_the_pack_does_not_ask(world, role):
    actor = person("su", (world.consumer, role))

    assert refused(lambda: asked(world, actor)) == ("case.role_needed",)


def test_only_the_provider_answers(world):
    case = asked(world)

    for actor in (world.consumer_officer, world.consumer_head, world.reviewer):
        codes = refused(cases.move, actor, case, "keep", papers={"paper.finding": "无误"}, why=WHY)
        assert codes == ("case.role_needed",)


def test_evidence_is_kept_with_the_doubt(world):
    evidence = Paper(text="", file_name="公文.pdf", file=b"%PDF-1.7")

    corrections.ask(world.consumer_officer, world.resource, ["区划名称"], DOUBT, evidence, why=WHY)

    assert dict(CasePaper.objects.values_list("paper", "file_name")) == {
        "paper.doubt": "",
        "paper.evidence": "公文.pdf",
    }


def test_the_hub_asks_for_a_unit_whose_data_disagrees(world):
    case = corrections.ask_for_unit(
        world.consumer, world.resource, ["区划名称"], "与本单位数据不一致", why="跨源核对"
    )

    assert case.opened_by is None
    assert case.parties.get(party="applicant").unit == world.consumer
    assert refused(lambda: asked(world)) == ("correction.asked_already",)
    cases.move(world.provider_officer, case, "keep", papers={"paper.finding": "无误"}, why=WHY)
    assert told(world.consumer_officer) == ["“乡镇区划代码”经核实无误（区划名称）：无误"]
