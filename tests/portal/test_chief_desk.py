"""The chief's one page: a report signed with one tap, what was pressed for, the units below."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.portal.town import FOUNDED_ON, WHY
from yunzhang import clock
from yunzhang.oversee.duties import dated, supervision
from yunzhang.oversee.duties.supervision import Concern
from yunzhang.oversee.reports import quarterly
from yunzhang.oversee.seats import chiefs
from yunzhang.oversee.seats.chiefs import Warrant
from yunzhang.people import cases
from yunzhang.people.models import Case, CaseMove, Person, Post
from yunzhang.people.permissions import Actor, actor_of

QUERIES = 10
TODAY = clock.today()


def main(client) -> str:
    answer = client.get("/")
    assert answer.status_code == 200
    return str(answer.content, "utf-8").partition("<main")[2]


def part(text: str, id: str) -> str:
    return text.partition(f'id="{id}"')[2].partition("</section>")[0]


@pytest.fixture
def report(town, settings) -> Case:
    """The quarter's report of the civil affairs department, written and waiting for its chief."""
    settings.PACK = "guangxi-2018"
    on = TODAY + timedelta(days=7)
    [case] = dated.open_now(cases.WORKER, "reports", "quarterly_progress", on, why=WHY)
    text = "本季度上云三个系统，" + "整合两个系统，" * 60
    return quarterly.submit(town.provider, case, text, why=WHY)


def test_a_chief_signs_the_report_on_the_desk_with_a_reason(town, visit, report) -> None:
    waiting = part(main(visit("chief")), "sign")
    form = {"deed": "sign", "case": report.number}

    unreasoned = visit("chief").post("/", {**form, "why": ""})
    stranger = visit("provider").post("/", {**form, "why": "代签"})
    signed = visit("chief").post("/", {**form, "why": "已审阅"})
    again = visit("chief").post("/", {**form, "why": "已审阅"})

    assert "云工程推进情况" in waiting
    assert "本季度上云三个系统" in waiting
    assert "四(三)" in waiting
    # The beginning of the text alone; the whole stands in the case.
    assert waiting.count("整合两个系统") < 60
    assert (unreasoned.status_code, stranger.status_code) == (422, 404)
    assert (signed.status_code, again.status_code) == (302, 404)
    case = Case.objects.get(pk=report.pk)
    assert case.step == "review"
    made = CaseMove.objects.filter(case=case).latest("pk")
    assert (made.move, made.person, made.why) == ("sign", town.chief.person, "已审阅")
    assert 'id="sign"' not in main(visit("chief"))


def test_a_chief_follows_what_the_seat_pressed_for(town, visit) -> None:
    due = TODAY + timedelta(days=3)
    concern = Concern("table:1", "目录缺漏整改", town.units[2])
    case = supervision.order(town.chief, concern, due, why=WHY)
    # The next chief of the seat follows what the one before has ordered.
    Post.objects.filter(person=town.chief.person).update(to_date=TODAY - timedelta(days=1))
    next_one = Person.objects.create_user("next", full_name="石国梁")
    Post.objects.create(
        person=next_one, unit=town.units[2], role="cloud_chief", from_date=FOUNDED_ON
    )
    town.actors["next"] = actor_of(next_one, TODAY)

    before = part(main(visit("next")), "pressed")
    cases.move(town.provider_head, case, "hand_in", papers={"paper.progress": "已改"}, why=WHY)
    after = part(main(visit("next")), "pressed")

    assert "目录缺漏整改" in before
    assert "民政厅" in before
    assert str(due) in before
    assert before != after  # the step it has come to
    assert part(main(visit("consumer_head")), "pressed") == ""


def leader(town, name: str, role: str) -> Actor:
    person = Person.objects.create_user(name, full_name=name)
    Post.objects.create(person=person, unit=town.units[1], role=role, from_date=FOUNDED_ON)
    actor = actor_of(person, TODAY)
    town.actors[name] = actor
    return actor


def test_a_head_chief_sees_the_units_below_the_worst_first(town, visit, settings) -> None:
    settings.PACK = "chongqing-2019"
    leader(town, "head", "head_cloud_chief")
    client = visit("head")
    client.get("/")

    with CaptureQueriesContext(connection) as queries:
        below = part(main(client), "below")

    rows = re.findall(r'<tr><td><a href="/chiefs\?unit=\w+">([^<]+)</a>', below)
    assert rows[0] == "民政厅"  # one limit missed
    assert set(rows) == {"民政厅", "大数据发展局", "统计局", "卫健委"}
    assert "陈文涛" in below
    assert "空缺" in below  # the others have no chief
    assert len(queries) < QUERIES


def test_a_sector_chief_sees_the_units_of_the_field_alone(town, visit, settings) -> None:
    settings.PACK = "chongqing-2019"
    sector = leader(town, "sector", "sector_cloud_chief")
    chiefs.record(town.reviewer, sector.posts[0], Warrant(field="农业"), why=WHY)

    none = main(visit("sector"))
    chiefs.set_fields(town.reviewer, town.units[3], ["农业"], why=WHY)
    one = main(visit("sector"))

    assert 'id="below"' not in none
    assert "民政厅" not in part(none, "red")
    assert re.findall(r'<tr><td><a href="/chiefs\?unit=\w+">([^<]+)</a>', one) == ["统计局"]
    # The drifted entry of the statistics bureau is red; the late reply of another unit is not.
    assert "统计" in part(one, "red")
    assert "急救调度地址匹配" not in part(one, "red")
