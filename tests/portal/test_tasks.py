"""Pages of tasks, meetings and pain points: given, listed, followed, closed."""

from __future__ import annotations

from datetime import timedelta

from tests.portal.town import WHY
from yunzhang import clock
from yunzhang.oversee.duties.meeting_models import Meeting
from yunzhang.people.models import Case


def task(town, **changes: str) -> dict[str, str]:
    return {
        "deed": "give",
        "source": "instruction",
        "title": "清理长期未用授权",
        "order": "逐件核对",
        "lead": str(town.units[4].pk),
        "due_on": (clock.today() + timedelta(days=20)).isoformat(),
        "parts": "民政厅：提供清单\n统计局：核对口径",
        "why": WHY,
        **changes,
    }


def test_a_task_is_given_and_listed_with_its_lead_and_parts(town, visit) -> None:
    answered = visit("reviewer").post("/tasks", task(town), follow=True)

    case = Case.objects.get(procedure="instructed_task")
    listed = visit("provider").get("/tasks?q=长期未用").content.decode()
    page = answered.content.decode()
    assert "统计局的分工" in page
    assert f"/cases/{case.number}" in listed
    assert "民政厅、统计局" in listed
    assert "领导交办" in listed


def test_a_unit_nobody_knows_is_named_and_what_was_typed_stays(town, visit) -> None:
    answered = visit("reviewer").post("/tasks", task(town, parts="民政听：提供清单"))

    page = answered.content.decode()
    assert answered.status_code == 422
    assert "没有登记名为“民政听”的单位" in page
    assert "逐件核对</textarea>" in page
    assert not Case.objects.filter(procedure="instructed_task").exists()


def test_a_duty_unit_reports_its_part_on_the_cases_page(town, visit) -> None:
    visit("reviewer").post("/tasks", task(town, parts="民政厅：提供清单"))
    case = Case.objects.get(procedure="instructed_task")
    typed = {"deed": "move", "move": "part", "part.part": "清单已交", "part.why": WHY}

    answered = visit("provider").post(f"/cases/{case.number}", typed, follow=True)

    assert answered.status_code == 200, answered.content.decode()
    assert "已报送" in answered.content.decode()


def test_a_pain_point_is_registered_with_its_owner_and_day(town, visit) -> None:
    typed = task(town, source="pain_point", title="出生证明要交三次", parts="")

    visit("reviewer").post("/pain-points", typed)

    points = visit("consumer").get("/pain-points").content.decode()
    assert "出生证明要交三次" in points
    assert "清理长期未用授权" not in points
    assert "出生证明要交三次" in visit("consumer").get("/pain-points?export=csv").getvalue().decode(
        "utf-8-sig"
    )


def test_an_officer_gives_no_tasks(town, visit) -> None:
    assert 'value="give"' not in visit("provider").get("/tasks").content.decode()
    assert visit("provider").post("/tasks", task(town)).status_code == 403


def test_a_meeting_is_recorded_and_its_decision_becomes_a_task(town, visit) -> None:
    office = visit("reviewer")
    typed = {
        "deed": "record",
        "title": "年末云长会议",
        "held_on": clock.today().isoformat(),
        "called_by": "总云长",
        "present": [str(town.units[2].pk), str(town.units[4].pk)],
        "absent": [str(town.units[3].pk)],
        "heard": "民政厅：系统全部上云",
        "minutes": "一、清理长期未用授权。",
        "why": WHY,
    }
    office.post("/meetings", typed)
    meeting = Meeting.objects.get()

    office.post(f"/meetings/{meeting.pk}", task(town))

    page = visit("chief").get(f"/meetings/{meeting.pk}").content.decode()
    case = Case.objects.get(procedure="instructed_task")
    about = visit("chief").get(f"/cases/{case.number}").content.decode()
    assert "系统全部上云" in page
    assert case.number in page
    assert f'/meetings/{meeting.pk}">年末云长会议' in about
    assert "年末云长会议" in visit("reviewer").get("/meetings?q=清理").content.decode()


def test_a_meeting_without_a_unit_is_not_there_for_it(town, visit) -> None:
    typed = {
        "deed": "record",
        "title": "专题会",
        "held_on": clock.today().isoformat(),
        "called_by": "云长",
        "present": [str(town.units[2].pk)],
        "minutes": "纪要",
        "why": WHY,
    }
    visit("reviewer").post("/meetings", typed)

    assert visit("stats").get(f"/meetings/{Meeting.objects.get().pk}").status_code == 404
