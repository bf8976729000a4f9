"""Tasks given: a lead with its day, parts of others with their proof, review, closure; meetings."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.hub_world import WHY, HubWorld, credit_code
from tests.oversee.duties import holder, take
from tests.share.moments import Days, refused
from yunzhang import clock
from yunzhang.oversee.duties import dated, meetings, supervision, tasks
from yunzhang.oversee.duties.meetings import MeetingForm
from yunzhang.oversee.duties.supervision import Concern
from yunzhang.oversee.duties.tasks import Part, TaskForm
from yunzhang.oversee.seats import chiefs
from yunzhang.oversee.seats.chiefs import Warrant
from yunzhang.people import turns, units
from yunzhang.people.cases import Paper
from yunzhang.people.models import Case, Clock, Unit
from yunzhang.people.permissions import Actor, actor_of, may


@pytest.fixture(autouse=True)
def days(monkeypatch: pytest.MonkeyPatch) -> Days:
    return Days(monkeypatch, date(2026, 3, 2))


@pytest.fixture
def chief(hub: HubWorld) -> Actor:
    """The chief of the unit that leads."""
    return holder(hub, "chief", hub.units[2], "cloud_chief")


def form(hub: HubWorld, **changes: Any) -> TaskForm:
    return TaskForm(
        **{
            "title": "建立困难群众主题库",
            "order": "三月底前完成",
            "lead": hub.units[2],
            "due_on": date(2026, 3, 31),
            "source": tasks.INSTRUCTION,
            "parts": [Part(hub.units[3], "提供医疗救助名单")],
            **changes,
        }
    )


def given(hub: HubWorld, **changes: Any) -> Case:
    return tasks.give(hub.reviewer, form(hub, **changes), why=WHY)


def desk(actor: Actor) -> list[str]:
    return [turn.deed_zh for turn in turns.mine(actor)]


def test_a_task_is_done_when_every_part_is_in_and_the_office_accepts(
    hub: HubWorld, days: Days
) -> None:
    case = given(hub)
    waiting = desk(hub.officer), desk(hub.outsider)
    early = refused(take, hub.officer, case, "hand_in", progress="已建成", evidence="截图")

    days.on(3, 20)
    take(hub.outsider, case, "part", part="名单已归集", evidence="登记号")
    after = desk(hub.outsider)
    take(hub.officer, case, "hand_in", progress="已建成", evidence="截图")
    case = take(hub.reviewer, case, "accept")

    assert waiting == (["落实任务"], ["报送本单位分工完成情况"])
    assert (early, after) == (("task.parts_open",), [])
    assert tasks.parts_of(case) == [(hub.units[3], "提供医疗救助名单", "2026-03-20")]
    assert (case.step, case.closed_on) == ("done", date(2026, 3, 20))
    assert Clock.objects.get(subject=f"case:{case.pk}").ended_on == date(2026, 3, 20)


def test_progress_keeps_the_day_and_the_turns_of_all(hub: HubWorld, days: Days) -> None:
    case = given(hub)
    days.on(3, 10)

    case = take(hub.officer, case, "progress", progress="过半", evidence="台账")

    assert case.step == "work"
    assert {turn.clock and turn.clock.due_on for turn in turns.mine(hub.officer)} == {
        date(2026, 3, 31)
    }
    assert desk(hub.outsider) == ["报送本单位分工完成情况"]


def test_without_a_part_it_is_reported_with_the_reason_only(hub: HubWorld, days: Days) -> None:
    case = given(hub)
    papers = {"progress": "其余已完成", "evidence": "截图"}

    bare = refused(take, hub.officer, case, "hand_in_without", **papers)
    case = take(hub.officer, case, "hand_in_without", reason="对方系统停机", **papers)

    assert bare == ("procedure.paper_missing",)
    assert case.step == "review"


def test_what_is_sent_back_after_its_day_stands_under_key_supervision(
    hub: HubWorld, days: Days
) -> None:
    case = given(hub, parts=())
    take(hub.officer, case, "hand_in", progress="已建成", evidence="截图")
    days.on(4, 2)

    case = take(hub.reviewer, case, "return", reason="没有凭据")

    assert case.step == "work"
    assert [one.subject for one in dated.supervised(days.day)] == [f"case:{case.pk}"]


def test_a_chief_gives_a_task_to_the_own_unit(hub: HubWorld, chief: Actor) -> None:
    case = tasks.give(chief, form(hub, parts=()), why=WHY)

    assert case.parties.get(party="office").unit == hub.units[2]
    assert refused(tasks.give, hub.officer, form(hub), why=WHY) == ("task.no_office",)


def test_everything_wrong_with_a_task_is_said_at_once(hub: HubWorld) -> None:
    wrong = form(
        hub,
        title="",
        order="",
        due_on=date(2026, 3, 1),
        source="rumour",
        parts=[Part(hub.units[2], "同一单位")],
    )

    codes = refused(tasks.give, hub.reviewer, wrong, why=WHY)

    assert codes == (
        "task.title_missing",
        "task.day_over",
        "task.source_unknown",
        "task.lead_twice",
        "procedure.paper_missing",
    )
    assert not Case.objects.exists()


def meeting_form(hub: HubWorld, **changes: Any) -> MeetingForm:
    return MeetingForm(
        **{
            "title": "2026年第一次云长会议",
            "held_on": date(2026, 3, 1),
            "called_by": "总云长",
            "present": [hub.units[1], hub.units[2]],
            "absent": [hub.units[3]],
            "heard": [Part(hub.units[2], "十个系统已有九个上云")],
            "minutes": Paper("一、建立主题库。"),
            **changes,
        }
    )


def test_a_decision_of_the_minutes_becomes_a_task_that_names_its_meeting(hub: HubWorld) -> None:
    meeting = meetings.record(hub.reviewer, hub.units[1], meeting_form(hub), why=WHY)

    case = meetings.decide(hub.reviewer, meeting, form(hub), why=WHY)

    limit = Clock.objects.get(subject=f"case:{case.pk}")
    assert meetings.decisions(meeting) == [case]
    assert tasks.source_of(case) == "meeting"
    assert (limit.document, limit.clause, limit.due_on) == (
        "2026年第一次云长会议",
        "2026-03-01",
        date(2026, 3, 31),
    )
    assert [one.unit for one in meeting.heard.all()] == [hub.units[2]]


def test_minutes_that_contradict_themselves_are_refused_with_all_their_faults(
    hub: HubWorld,
) -> None:
    wrong = meeting_form(
        hub,
        called_by=" ",
        held_on=date(2026, 3, 9),
        absent=[hub.units[2]],
        heard=[Part(hub.units[3], "汇报")],
        minutes=Paper(),
    )

    codes = refused(meetings.record, hub.reviewer, hub.units[1], wrong, why=WHY)

    assert codes == (
        "meeting.title_missing",
        "meeting.day_ahead",
        "meeting.both",
        "meeting.heard_absent",
        "meeting.minutes_missing",
    )


def test_a_meeting_is_seen_by_those_who_were_to_come(hub: HubWorld) -> None:
    meetings.record(hub.reviewer, hub.units[1], meeting_form(hub, absent=[]), why=WHY)

    seen = [meetings.of_units(frozenset({hub.units[number].pk})).count() for number in (1, 2, 3)]

    assert seen == [1, 1, 0]
    assert meetings.of_units(None).count() == 1


def unit_under(hub: HubWorld, above: Unit | None, serial: int, name: str) -> Unit:
    return units.register(
        hub.reviewer, credit_code(serial), name, name, "county", above, kind="department", why=WHY
    )


def test_a_citys_chief_gives_tasks_to_the_citys_units_at_any_depth_and_to_no_other(
    hub: HubWorld, chief: Actor
) -> None:
    bureau = unit_under(hub, hub.units[2], 41, "城区民政局")
    station = unit_under(hub, bureau, 42, "救助管理站")
    chief = actor_of(chief.person, clock.today())

    case = tasks.give(chief, form(hub, lead=station, parts=[Part(bureau, "派人")]), why=WHY)
    elsewhere = refused(tasks.give, chief, form(hub, lead=station), why=WHY)

    assert case.parties.get(party=tasks.OFFICE).unit == hub.units[2]
    assert elsewhere == ("task.out_of_reach",)  # the part of a unit of another branch
    assert set(tasks.takers(chief)) == {hub.units[2], bureau, station}


def test_a_citys_chief_presses_the_citys_units_and_sees_them(hub: HubWorld, chief: Actor) -> None:
    bureau = unit_under(hub, hub.units[2], 41, "城区民政局")
    stranger = unit_under(hub, None, 43, "邻市民政局")
    chief = actor_of(chief.person, clock.today())
    due = date(2026, 3, 20)

    case = supervision.order(chief, Concern("unit:1", "按期编目", bureau), due, why=WHY)
    other = refused(supervision.order, chief, Concern("unit:2", "按期编目", stranger), due, why=WHY)

    assert case.parties.get(party=supervision.CHIEF).unit == hub.units[2]
    assert other == ("task.out_of_reach",)
    assert may(chief, "score.see", bureau)
    assert not may(chief, "score.see", stranger)


def test_a_sectors_chief_gives_tasks_in_the_field_and_the_head_chief_everywhere(
    hub: HubWorld, settings
) -> None:
    settings.PACK = "chongqing-2019"
    sector = holder(hub, "sector", hub.units[1], "sector_cloud_chief")
    head = holder(hub, "top", hub.units[1], "head_cloud_chief")
    chiefs.record(hub.reviewer, sector.posts[0], Warrant(field="农业"), why=WHY)
    chiefs.set_fields(hub.reviewer, hub.units[2], ["农业"], why=WHY)

    given_ = tasks.give(sector, form(hub, parts=[]), why=WHY)
    outside = refused(tasks.give, sector, form(hub, lead=hub.units[3], parts=[]), why=WHY)
    everywhere = tasks.give(head, form(hub), why=WHY)

    assert given_.parties.get(party="unit").unit == hub.units[2]
    assert outside == ("task.out_of_reach",)
    assert everywhere.parties.get(party="duty").unit == hub.units[3]
    assert list(tasks.takers(sector)) == [hub.units[2]]
