"""The desk and the queue: what each role sees, what may be done there, and at what cost."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.portal.town import FOUNDED_ON, WHY
from tests.portal.volume import supervised, volume, wipe
from yunzhang import clock
from yunzhang.gather.models import Drift, EntryVersion
from yunzhang.oversee.duties import supervision
from yunzhang.oversee.models import Score
from yunzhang.people import cases
from yunzhang.people.models import Case, Clock, Person, Post, Turn
from yunzhang.people.permissions import actor_of
from yunzhang.share.models import GrantRow
from yunzhang.use.models import UsageDay

QUERIES = 10
WAY = re.compile(r'<article class="parcel">.*?">([^<]+)</a>(.*?)</ol>', re.DOTALL)
ROLES = ("chief", "reviewer", "provider", "provider_head", "consumer", "consumer_head", "auditor")


def page(client, address: str = "/") -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return str(answer.content, "utf-8")


def main(text: str) -> str:
    return text.partition("<main")[2]


@pytest.mark.parametrize("address", ["/", "/queue"])
@pytest.mark.parametrize("who", ROLES)
def test_a_desk_and_the_queue_cost_under_ten_queries_at_any_volume(who, address, town, visit):
    supervised(town)
    client = visit(who)
    client.get(address)
    asked = []

    for times in (1, 200):
        volume(town, times)
        cache.clear()
        with CaptureQueriesContext(connection) as queries:
            page(client, address)
        asked.append(len(queries))
        wipe()

    assert asked[0] == asked[1]
    assert asked[1] < QUERIES


def test_one_with_the_posts_of_every_role_costs_no_more(town, visit):
    person = town.chief.person
    for role, unit in (
        ("provider_officer", 2),
        ("consumer_officer", 4),
        ("sharing_body_head", 2),
        ("sharing_authority", 1),
        ("auditor", 1),
    ):
        Post.objects.create(person=person, unit=town.units[unit], role=role, from_date=FOUNDED_ON)
    client = visit("chief")
    client.get("/")

    with CaptureQueriesContext(connection) as queries:
        text = page(client)

    assert len(queries) < QUERIES
    for part in ('id="red"', 'id="parcels"', 'id="back"', "/audit"):
        assert part in text


def test_a_chief_sees_what_is_red_with_its_owner_days_and_article(town, visit):
    text = main(page(visit("chief")))

    red = text.partition('id="red"')[2].partition("</section>")[0]
    for said in ("急救调度地址匹配", "民政厅 黄志远", "工作日", "国务院令第809号 第二十一条"):
        assert said in red
    assert "乡级行政区划代码" in red
    assert red.count("督办</summary>") == 2


def test_a_chief_sees_rank_score_and_trend(town, visit):
    text = main(page(visit("chief")))

    score = Score.objects.get(period="2026Q4", unit=town.units[2])
    assert f"{score.total:.2f}" in text
    assert re.search(r'<polyline points="[\d., ]+"', text)
    assert "2026Q3" in text


def test_one_tap_opens_a_supervised_task_that_runs_to_its_end(town, visit):
    item = re.search(r'name="item" value="(clock:\d+)"', page(visit("chief")))
    assert item
    due = clock.today() + timedelta(days=5)

    answer = visit("chief").post(
        "/",
        {"deed": "supervise", "item": item[1], "due_on": due.isoformat(), "why": "群众反映强烈"},
    )

    case = Case.objects.get(procedure=supervision.PROCEDURE)
    assert answer["Location"] == f"/cases/{case.number}"
    assert Clock.objects.get(subject=cases.subject_of(case)).due_on == due
    assert case.number in page(visit("provider_head"))
    assert f"/cases/{case.number}" in main(page(visit("chief")))
    case = cases.move(
        town.provider_head, case, "hand_in", papers={"paper.progress": "已答复"}, why=WHY
    )
    assert "急救调度地址匹配" in page(visit("chief")).partition('id="tasks"')[2]
    case = cases.move(town.chief, case, "close", why="属实")
    assert case.closed_on == clock.today()


def test_a_supervised_task_is_refused_twice_late_without_reason_and_of_another_unit(town, visit):
    supervised(town)
    late = Clock.objects.get(subject=f"request:{town.requests['applied'].pk}")
    own = {"deed": "supervise", "item": f"clock:{late.pk}", "why": WHY}
    tomorrow = (clock.today() + timedelta(days=1)).isoformat()

    twice = visit("chief").post("/", {**own, "due_on": tomorrow})
    over = visit("chief").post("/", {**own, "due_on": "2020-01-01"})
    unreasoned = visit("chief").post(
        "/", {**own, "item": f"turn:{_verdict()}", "due_on": tomorrow, "why": " "}
    )
    stranger = visit("consumer").post("/", {**own, "due_on": tomorrow})

    assert (twice.status_code, over.status_code) == (409, 422)
    assert unreasoned.status_code in (400, 422)
    assert stranger.status_code == 404
    assert Case.objects.filter(procedure=supervision.PROCEDURE).count() == 1


def _verdict() -> int:
    return Turn.objects.filter(step="verdict").values_list("pk", flat=True)[0]


def test_an_officer_of_the_unit_orders_no_supervision(town, visit):
    late = Clock.objects.get(subject=f"request:{town.requests['applied'].pk}")

    answer = visit("provider").post(
        "/",
        {
            "deed": "supervise",
            "item": f"clock:{late.pk}",
            "due_on": clock.today().isoformat(),
            "why": WHY,
        },
    )

    assert answer.status_code == 403
    assert not Case.objects.filter(procedure=supervision.PROCEDURE).exists()


def test_a_provider_sees_its_day_kind_by_kind(town, visit):
    Drift.objects.create(
        resource=town.entries["townships"].resource, kind="stale", sentence_zh="旧",
        sentence_en="old", found_at=clock.now(),
    )  # fmt: skip

    text = main(page(visit("provider")))

    kinds = re.findall(r'<h3 class="kind">([^<]+)', text)
    assert {"目录编制和更新", "未通过的质量规则", "待归集或编目的数据表"} <= set(kinds)


def test_more_of_a_kind_than_a_desk_shows_stands_behind_a_link(town, visit):
    volume(town, 20)

    desk = main(page(visit("provider")))
    rest = main(page(visit("provider"), "/?of=drift"))

    assert "还有 12 项" in desk
    assert desk.count('href="/?of=drift') or "?of=drift" in desk
    assert rest.count('class="task"') == 20


def test_a_consumer_follows_each_request_like_a_parcel(town, visit):
    text = main(page(visit("consumer")))

    ways = {title: re.findall(r'<li class="(\w+)"', way) for title, way in WAY.findall(text)}
    assert ways["急救调度地址匹配"] == ["done", "done", "here", "ahead", "ahead", "ahead"]
    assert ways["健康产业招商名录"][2] == "stopped"
    assert ways["核对病例所在乡镇"] == ["done"] * 6


def test_a_grant_never_used_goes_back_by_one_tap(town, visit):
    unused = town.grants["granted"]
    UsageDay.objects.filter(grant=unused.pk).delete()
    GrantRow.objects.filter(pk=unused.pk).update(issued_at=clock.now() - timedelta(days=60))
    assert f'value="{unused.pk}"' in page(visit("consumer"))

    answer = visit("consumer").post(
        "/", {"deed": "over", "grant": unused.pk, "why": "已改用其他途径"}
    )

    unused.refresh_from_db()
    assert answer["Location"].startswith("/cases/")
    assert unused.state == GrantRow.State.ENDED
    assert Case.objects.get(procedure="disposal").about == f"grant:{unused.pk}"


def test_another_units_grant_is_not_given_back(town, visit):
    grant = town.grants["granted"]

    answer = visit("provider").post("/", {"deed": "over", "grant": grant.pk, "why": WHY})

    grant.refresh_from_db()
    assert answer.status_code == 404
    assert grant.state == GrantRow.State.ACTIVE


def test_the_queue_is_narrowed_by_unit_procedure_and_state(town, visit):
    civil = town.units[2]

    late = main(page(visit("reviewer"), f"/queue?unit={civil.code}&state=late"))
    review = main(page(visit("reviewer"), "/queue?procedure=catalog_update"))
    resting = main(page(visit("reviewer"), "/queue?state=resting"))
    found = main(page(visit("reviewer"), "/queue?q=急救"))

    assert ("急救调度地址匹配" in late, "村级组织名录" in late) == (True, False)
    assert ("急救调度地址匹配" in review, "村级组织名录" in review) == (False, True)
    assert ("疫苗接种点规划" in resting, "急救调度地址匹配" in resting) == (True, False)
    assert ("急救调度地址匹配" in found, "村级组织名录" in found) == (True, False)


def test_a_chief_sees_own_limits_only_in_the_queue(town, visit):
    text = main(page(visit("chief"), "/queue"))

    assert "急救调度地址匹配" in text
    assert "村级组织名录" not in text


def test_a_cell_of_the_heat_map_opens_the_list_it_counts(town, visit):
    client = visit("reviewer")
    text = page(client, "/queue")

    cells = re.findall(r'<td class="h[1-4]"><a [^>]*href="([^"]+)">(\d+)</a>', text)

    assert cells
    for address, number in cells:
        listed = client.get(address.replace("&amp;", "&") + "&export=csv")
        lines = b"".join(listed.streaming_content).decode("utf-8-sig").splitlines()
        assert len(lines) - 1 == int(number), address


def test_the_queue_is_of_one_unit_for_its_people_and_of_all_for_the_office(town, visit):
    office = Person.objects.create_user("office", full_name="何秘书")
    Post.objects.create(
        person=office, unit=town.units[1], role="cloud_chief_office", from_date=FOUNDED_ON
    )
    town.actors["office"] = actor_of(office, clock.today())

    text = page(visit("office"), "/queue")
    desk = page(visit("office"))

    assert "急救调度地址匹配" in text
    assert "村级组织名录" in text
    assert 'href="/queue"' in desk


def test_entries_that_differ_are_listed_alone(town, visit):
    text = main(page(visit("reviewer"), "/catalog?drift=yes"))

    assert "统计用乡级区划代码" in text
    assert EntryVersion.objects.filter(state="published").count() > text.count('class="hit"')


def test_a_head_chief_presses_over_all_units_where_the_pack_has_one(town, visit, settings):
    settings.PACK = "chongqing-2019"
    head = Person.objects.create_user("head", full_name="总云长")
    Post.objects.create(
        person=head, unit=town.units[1], role="head_cloud_chief", from_date=FOUNDED_ON
    )
    town.actors["head"] = actor_of(head, clock.today())
    late = Clock.objects.get(subject=f"request:{town.requests['applied'].pk}")

    text = main(page(visit("head")))
    answer = visit("head").post(
        "/",
        {
            "deed": "supervise",
            "item": f"clock:{late.pk}",
            "due_on": (clock.today() + timedelta(days=2)).isoformat(),
            "why": "总云长交办",
        },
    )

    assert "急救调度地址匹配" in text
    assert "统计用乡级区划代码" in text or "307001/000002" in text
    assert answer.status_code == 302
    assert Case.objects.get(procedure=supervision.PROCEDURE).opened_by == head
