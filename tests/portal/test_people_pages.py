"""Units, persons, delegations and permissions through their pages."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.hub_world import PASSWORD, credit_code
from yunzhang import clock
from yunzhang.people import delegations, units
from yunzhang.people.models import Delegation, FactRow, Person, Post, Unit
from yunzhang.people.permission_names import PERMISSION_NAMES

TODAY = clock.today()
NEXT_WEEK = TODAY + timedelta(days=7)


def post_of(town, name: str) -> Post:
    return Post.objects.get(person=getattr(town, name).person)


def lend(town) -> Delegation:
    """The provider's head is away; an officer does the post."""
    return delegations.delegate(
        town.provider_head,
        Post.objects.select_related("unit").get(person=town.provider_head.person),
        town.provider.person,
        TODAY,
        NEXT_WEEK,
        why="出差",
    )


def test_the_tree_shows_each_unit_below_its_own_with_its_head(town, visit) -> None:
    units.register(
        town.reviewer, credit_code(40), "柳州市民政局", "柳州民政", "city", town.units[2],
        sharing_body="数据科", why="登记",
    )  # fmt: skip

    page = visit("reviewer").get("/units").content.decode()

    tree = page[page.index('<ul class="tree">') : page.index("登记单位")]
    assert tree.index("广西壮族自治区民政厅") < tree.index("柳州市民政局")
    assert "<details open><summary>" in tree
    assert "陈文涛" in tree
    assert "共享工作机构：数据科" in tree


def test_units_are_narrowed_by_their_kind(town, visit) -> None:
    Unit.objects.filter(pk=town.units[4].pk).update(kind="court")

    page = visit("reviewer").get("/units?kind=court&export=csv")

    rows = b"".join(page.streaming_content).decode().strip().splitlines()[1:]
    assert len(rows) == 1
    assert town.units[4].code in rows[0]
    assert "人民法院" in rows[0]


def test_a_unit_is_changed_on_its_page_and_faults_come_back_together(town, visit) -> None:
    client, unit = visit("reviewer"), town.units[2]
    form = {
        "deed": "change",
        "name": "广西壮族自治区民政厅",
        "short_name": "民政厅",
        "tier": "province",
        "parent": town.units[1].code,
        "kind": "department",
        "row": "",
        "sharing_body": "信息中心",
        "why": "机构改革",
    }

    wrong = client.post(f"/units/{unit.code}", {**form, "parent": unit.code, "kind": "galaxy"})
    done = client.post(f"/units/{unit.code}", form)

    assert wrong.status_code == 422
    assert "不能作为上级" in wrong.content.decode()
    assert "没有单位类型" in wrong.content.decode()
    assert done.status_code == 302
    after = Unit.objects.get(pk=unit.pk)
    assert (after.parent, after.sharing_body, after.is_authority) == (
        town.units[1],
        "信息中心",
        False,
    )


def test_a_person_gets_a_post_ahead_and_is_relieved(town, visit) -> None:
    client = visit("reviewer")
    form = {"unit": town.units[2].code, "role": "sharing_body_head", "why": "换届"}

    client.post(
        "/people/provider", {"deed": "appoint", **form, "from_date": NEXT_WEEK, "to_date": ""}
    )
    page = client.get("/people/provider").content.decode()
    ahead = Post.objects.get(person=town.provider.person, role="sharing_body_head")
    client.post(
        "/people/provider",
        {"deed": "relieve", "post": ahead.pk, "to_date": TODAY, "why": "另有任用"},
    )

    assert "待就任" in page
    assert Post.objects.get(pk=ahead.pk).to_date == TODAY
    assert "已卸任" in client.get("/people/provider").content.decode()


def test_a_post_of_someone_else_is_not_ended_on_this_persons_page(town, visit) -> None:
    other = post_of(town, "stats")

    answer = visit("reviewer").post(
        "/people/provider", {"deed": "relieve", "post": other.pk, "to_date": TODAY, "why": "x"}
    )

    assert answer.status_code == 404
    assert Post.objects.get(pk=other.pk).to_date is None


def test_a_forgotten_password_is_shown_once_and_changed_at_the_first_sign_in(
    town, visit, client
) -> None:
    answer = visit("reviewer").post(
        "/people/provider", {"deed": "reset_password", "why": "当面核验"}, follow=True
    )

    told = answer.content.decode().split("（只显示这一次）：")[1].split("<")[0].strip()
    entered = client.post("/sign-in", {"username": "provider", "password": told})
    assert entered.status_code == 302
    assert client.get("/catalog")["Location"] == "/password"
    assert told not in FactRow.objects.filter(deed="password.changed").latest("number").content
    assert not Person.objects.get(username="provider").check_password(PASSWORD)


def test_a_head_delegates_a_post_and_calls_it_back(town, visit) -> None:
    client = visit("provider_head")
    form = {
        "deed": "delegate",
        "post": post_of(town, "provider_head").pk,
        "to": "provider",
        "from_date": TODAY,
        "to_date": NEXT_WEEK,
        "why": "休假外出",
    }

    done = client.post("/me", form)
    mine, theirs = (visit(who).get("/me").content.decode() for who in ("provider_head", "provider"))
    given = Delegation.objects.get()
    client.post("/me", {"deed": "call_back", "delegation": given.pk, "why": "已返岗"})

    assert done.status_code == 302
    assert "由韦国强代行" in mine
    assert "代黄志远办理" in theirs
    assert Delegation.objects.get().ended_on == TODAY


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"to": "stats"}, "不在“广西壮族自治区民政厅”任职"),
        ({"to": "provider_head"}, "不能委托给岗位本人"),
        ({"from_date": TODAY - timedelta(days=1)}, "委托期间须从今天"),
        ({"from_date": ""}, "不是日期"),
    ],
)
def test_a_delegation_that_cannot_be_is_refused_in_words(town, visit, change, said) -> None:
    form = {
        "deed": "delegate",
        "post": post_of(town, "provider_head").pk,
        "to": "provider",
        "from_date": TODAY,
        "to_date": NEXT_WEEK,
        "why": "休假外出",
    }

    answer = visit("provider_head").post("/me", {**form, **change})

    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not Delegation.objects.exists()


def test_nobody_delegates_the_post_of_another_on_their_own_page(town, visit) -> None:
    answer = visit("provider").post(
        "/me",
        {
            "deed": "delegate", "post": post_of(town, "provider_head").pk, "to": "provider",
            "from_date": TODAY, "to_date": NEXT_WEEK, "why": "x",
        },
    )  # fmt: skip

    assert answer.status_code == 404
    assert not Delegation.objects.exists()


def test_a_delegate_sees_and_does_what_the_holder_would_and_the_history_names_both(
    town, visit
) -> None:
    lend(town)
    waiting = town.requests["applied"]

    answer = visit("provider").post(
        f"/requests/{waiting.number}",
        {"deed": "agree", "note": "同意", "text": "同意", "why": "代行职责"},
    )
    page = visit("provider").get(f"/requests/{waiting.number}").content.decode()

    assert answer.status_code == 302, answer.content.decode()[:2000]
    assert "代黄志远办理" in page


def test_the_question_who_may_is_answered_with_reasons(town, visit) -> None:
    lend(town)
    ask = "/permissions?person=provider&permission=catalog.approve"

    own = visit("auditor").get(f"{ask}&unit={town.units[2].code}").content.decode()
    other = visit("auditor").get(f"{ask}&unit={town.units[3].code}").content.decode()

    assert "<b>可以</b>" in own
    assert "代黄志远办理" in own
    assert "国务院令第809号 第二十条" in own
    assert "<b>不可以</b>" in other
    assert "仅限其本单位" in other
    assert "有此权限的角色" in other


def test_an_officer_asks_about_their_own_unit_only(town, visit) -> None:
    page = visit("provider").get("/permissions?person=stats&permission=catalog.draft")

    text = page.content.decode()
    assert "黄志远" in text
    assert "梁晓燕" not in text
    assert 'id="answer"' not in text


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_no_page_shows_the_code_of_a_permission(town, visit, language) -> None:
    paths = ("/permissions", "/packs/national?table=roles", "/me")
    shown = [visit("auditor", language).get(path).content.decode() for path in paths]
    refused = visit("provider", language).get("/people").content.decode()

    for text in (*shown, refused):
        words = text.replace('value="', "")
        leaks = [id for id in PERMISSION_NAMES if "." in id and f">{id}<" in words]
        assert not leaks
        assert "person.register" not in text.replace('value="person.register"', "")
