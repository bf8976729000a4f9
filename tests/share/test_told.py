"""The other side learns what was decided, and is not told what is its own turn twice."""

from __future__ import annotations

from tests.share.world import WHY
from yunzhang import clock
from yunzhang.people import calendar
from yunzhang.people.models import CalendarYear, Clock, Notice
from yunzhang.people.permissions import Actor
from yunzhang.share import grants, requests


def told(actor: Actor) -> list[str]:
    """What the person was told since last asked."""
    found = Notice.objects.filter(person=actor.person, kind="told").order_by("pk")
    texts = [notice.zh for notice in found]
    found.delete()
    return texts


def test_the_consumer_learns_of_the_reply(world):
    world.agreed()
    requests.refuse(world.provider_head, world.applied(), "beyond_scope", "", "不属职责", why=WHY)

    assert told(world.consumer_officer) == [
        "民政厅同意共享：核对病例所在乡镇",
        "民政厅不同意共享：核对病例所在乡镇",
    ]
    assert told(world.provider_head) == []


def test_the_consumer_learns_of_a_longer_limit_and_by_when(world):
    for year in (clock.today().year, clock.today().year + 1):
        calendar.set_year(world.reviewer, year, "国办发明电〔2025〕7号", why=WHY)

    requests.extend(world.reviewer, world.applied(), why=WHY)

    due = Clock.objects.get(rule="C4").due_on
    assert told(world.consumer_head) == [f"答复期限延长至 {due}：核对病例所在乡镇"]


def test_a_longer_limit_that_the_calendar_may_still_move_is_told_as_provisional(world):
    assert not CalendarYear.objects.exists()

    requests.extend(world.reviewer, world.applied(), why=WHY)

    due = Clock.objects.get(rule="C4").due_on
    notice = Notice.objects.get(person=world.consumer_head.person, kind="told")
    assert notice.zh == f"答复期限延长至 {due}（暂定）：核对病例所在乡镇"
    assert notice.en.startswith(f"The reply is now due on {due} (provisional): ")


def test_a_one_time_notice_is_the_consumers_turn(world):
    requests.notice(world.provider_head, world.applied(), ["缺批文"], why=WHY)

    turns = Notice.objects.filter(person=world.consumer_officer.person, kind="turn")
    assert turns.latest("pk").zh == "补正申请：核对病例所在乡镇"


def test_the_provider_learns_of_a_withdrawal_only_of_what_it_had(world):
    requests.withdraw(world.consumer_officer, world.drafted(), why=WHY)
    assert told(world.provider_head) == []

    requests.withdraw(world.consumer_officer, world.applied(), why=WHY)
    assert told(world.provider_head) == ["卫健委撤回了申请：核对病例所在乡镇"]


def test_the_consumer_follows_its_grant(world):
    grant = world.granted()
    told(world.consumer_officer)

    grants.for_node(world.node, clock.now())
    grants.suspend(world.provider_head, grant, why="调用量异常")
    grants.resume(world.provider_head, grant, why="已说明")
    grants.end(world.reviewer, grant, why="专项结束")

    assert told(world.consumer_officer) == [
        "授权已送达节点，可以调用：核对病例所在乡镇",
        "授权已暂停（调用量异常）：核对病例所在乡镇",
        "授权已恢复：核对病例所在乡镇",
        "授权已终止（专项结束）：核对病例所在乡镇",
    ]
