"""Pages of projects: proposed, judged, handed in, planned and rolled, by whoever may and no other."""

from __future__ import annotations

from typing import Any

import pytest

from tests.portal import projects_of_town
from tests.portal.projects_of_town import Works
from tests.portal.town import WHY, Town
from yunzhang import clock
from yunzhang.gather import systems
from yunzhang.gather.models import Cloud, InformationSystem
from yunzhang.oversee.building import judging
from yunzhang.oversee.building.project_models import Budget, Project, ProjectPlan
from yunzhang.people.models import Case, FactRow
from yunzhang.terms.fact import Deed


@pytest.fixture
def works(town: Town) -> Works:
    return projects_of_town.add(town)


def typed(town: Town, **changes: Any) -> dict[str, Any]:
    """What an officer types into the form of a project."""
    year = clock.today().year
    usual = {
        "deed": "save",
        "name": "智慧殡葬服务系统",
        "kind": "trade",
        "owner": town.units[2].code,
        "money_source": "service",
        "amount_yuan": "880000",
        "from_year": str(year),
        "to_year": str(year),
        "functions": "遗体接运预约\n公墓年检",
        "title_0": "殡葬服务机构",
        "items_0": "机构名称、床位数，地址",
        "share_type_0": "1",
        "update_cycle_0": "year",
        "title_1": "",
        "items_1": "",
        "stand_network": "yes",
        "stand_cloud": "no",
        "how_cloud": "沿用自建机房",
        "anew_room": "on",
        "approval_room": "桂数据〔2026〕9号",
        "replaces": "社会救助系统",
        "why": WHY,
    }
    return {**usual, **changes}


def test_an_officer_writes_a_project_down_and_its_sheet_shows_it(town, visit, works) -> None:
    answered = visit("provider").post("/projects/new", typed(town), follow=True)

    made = Project.objects.get(name="智慧殡葬服务系统")
    page = answered.content.decode()
    assert (made.amount_yuan, made.money_source, made.state) == (880_000, "service", "draft")
    assert "遗体接运预约" in page
    assert "机构名称、床位数、地址" in page
    assert "桂数据〔2026〕9号" in page
    assert "社会救助系统" in page


def test_what_was_typed_stays_and_every_fault_is_told_at_once(town, visit, works) -> None:
    wrong = typed(
        town, name="", amount_yuan="八十万", to_year="1999", functions="", replaces="没有的系统"
    )

    answered = visit("provider").post("/projects/new", wrong)

    page = answered.content.decode()
    assert answered.status_code == 422
    for told in ("“八十万”不是整数", "没有登记名为“没有的系统”的系统"):
        assert told in page
    for kept in (
        "八十万",
        "殡葬服务机构",
        "机构名称、床位数，地址",
        "沿用自建机房",
        "桂数据〔2026〕9号",
    ):
        assert kept in page
    assert not Project.objects.filter(money_source="service").exists()


def test_a_cloud_or_owner_no_select_offers_is_refused(town, visit, works) -> None:
    for wrong in ({"cloud": "99999"}, {"cloud": "x"}, {"owner": town.units[3].code}):
        answered = visit("provider").post("/projects/new", typed(town, **wrong))

        assert answered.status_code in (404, 422)
    assert not Project.objects.filter(money_source="service").exists()


def test_the_sheet_tells_the_verdict_the_hits_and_the_record_and_links_what_one_may_see(
    town, visit, works
) -> None:
    system = InformationSystem.objects.get(name="社会救助系统")
    path = f"/projects/{works.projects['twin'].pk}"

    own = visit("provider").get(path).content.decode()
    finance = visit("finance").get(path).content.decode()

    for page in (own, finance):
        assert "不通过" in page
        assert "临时救助" in page
        assert f'href="/information-systems/{system.pk}"' in page
    assert visit("stats").get(path).status_code == 404


def test_a_hit_of_another_unit_is_named_and_not_linked(town, visit, works) -> None:
    other = systems.register(
        town.stats, town.units[3], "流浪人员寻亲平台", "站点登记、寻亲比对", why=WHY
    )
    project = works.projects["override"]
    judging.judge(town.provider, project, why=WHY)

    page = visit("provider").get(f"/projects/{project.pk}").content.decode()

    assert "流浪人员寻亲平台" in page
    assert f"/information-systems/{other.pk}" not in page


def test_who_overrode_the_gate_stands_on_the_sheet_with_post_and_reason(town, visit, works) -> None:
    page = visit("reviewer").get(f"/projects/{works.projects['override'].pk}").content.decode()

    for told in ("自治区政府经办人", "本级人民政府", "寒冬救助急需，目录随后补报"):
        assert told in page


def test_only_a_head_is_offered_to_let_a_project_pass(town, visit, works) -> None:
    path = f"/projects/{works.projects['twin'].pk}"
    button = 'value="override"'

    offered = [button in visit(who).get(path).content.decode() for who in ("provider", "reviewer", "government")]  # fmt: skip
    answered = visit("government").post(path, {"deed": "override", "why": "汛期急需"})

    assert offered == [False, False, True]
    assert answered.status_code == 302
    assert FactRow.objects.filter(deed=Deed.GATE_OVERRIDDEN, why="汛期急需").exists()


def test_judged_and_handed_in_on_its_page_it_goes_to_the_authority(town, visit, works) -> None:
    officer = visit("provider")
    officer.post("/projects/new", typed(town, replaces=""))
    project = Project.objects.get(name="智慧殡葬服务系统")
    path = f"/projects/{project.pk}"
    officer.post(path, {"deed": "judge", "why": "写好了"})

    handed = {"deed": "submit", "paper.implementation_plan": "实施方案", "why": "报请审批"}
    answered = officer.post(path, handed, follow=True)

    case = Case.objects.get(procedure="other_project")
    assert case.about == f"project:{project.pk}"
    assert Project.objects.get(pk=project.pk).state == "review"
    assert f'<a href="{path}">智慧殡葬服务系统</a>' in answered.content.decode()


def test_a_condition_is_found_met_and_a_contractor_named_and_cleared(town, visit, works) -> None:
    project = works.projects["building"]
    path, today = f"/projects/{project.pk}", clock.today().isoformat()
    condition = project.conditions.get(rule="gate.support")
    company = project.contractors.get()

    visit("reviewer").post(path, {"deed": "meet", "condition": str(condition.pk), "proof": "改用统一身份认证"})  # fmt: skip
    visit("reviewer").post(path, {"deed": "clear", "contractor": str(company.pk), "ended_on": today, "proof": "现场核查"})  # fmt: skip
    named = {"deed": "contract", "company": "某监理公司", "code": "11500226MB1D37341C", "part": "supervise", "contract": "8号", "pledged_on": today}  # fmt: skip
    visit("provider").post(path, named)

    page = visit("provider").get(path).content.decode()
    for told in ("改用统一身份认证", "现场核查", "某监理公司"):
        assert told in page
    foreign = visit("reviewer").post(path, {"deed": "meet", "condition": "999999", "proof": "x"})
    assert foreign.status_code == 404


def test_the_library_is_filtered_by_year_state_and_verdict_and_leaves_as_a_file(
    town, visit, works
) -> None:
    officer = visit("provider")

    stopped = officer.get("/projects?verdict=no").content.decode()
    building = officer.get("/projects?state=building").content.decode()
    later = officer.get(f"/projects?year={clock.today().year + 5}").content.decode()
    file = officer.get("/projects?export=csv")

    assert "困难群众一体化帮扶平台" in stopped
    assert "区划界线巡检系统" not in stopped
    assert "区划界线巡检系统" in building
    assert "困难群众一体化帮扶平台" not in building
    assert "困难群众一体化帮扶平台" in later  # a year that is not offered narrows nothing
    assert "3860000" in b"".join(file.streaming_content).decode("utf-8-sig")


def test_a_plan_is_begun_filled_handed_in_and_what_is_unfinished_rolls_forward(
    town, visit, works
) -> None:
    officer, year = visit("provider"), clock.today().year
    page = officer.get(f"/projects/plans/{works.plan.pk}").content.decode()
    building = works.projects["building"]

    rolled = officer.post(
        f"/projects/plans/{works.plan.pk}",
        {"deed": "roll", "projects": [str(building.pk)], "why": "征地延误"},
        follow=True,
    )

    following = ProjectPlan.objects.get(from_year=year + 1)
    assert "区划界线巡检系统" in page
    assert "征地延误" in rolled.content.decode()
    assert [line.project for line in following.lines.all()] == [building]
    draft = works.projects["draft"]
    officer.post(f"/projects/plans/{following.pk}", {"deed": "put", "projects": [str(draft.pk)], "why": WHY})  # fmt: skip
    officer.post(f"/projects/plans/{following.pk}", {"deed": "submit", "paper.yearly_plan": "见附件", "why": WHY})  # fmt: skip
    assert following.lines.count() == 2
    assert ProjectPlan.objects.get(pk=following.pk).state == "review"


def test_an_addition_is_asked_for_on_the_projects_page(town, visit, works) -> None:
    twin = works.projects["twin"]
    path = f"/projects/{twin.pk}"

    added = {"deed": "add", "plan": str(works.plan.pk), "urgency": "上级新增任务"}
    answered = visit("provider").post(path, added, follow=True)

    case = Case.objects.get(procedure="plan_addition")
    assert (case.about, case.step) == (f"project:{twin.pk}", "decide")
    assert "困难群众一体化帮扶平台" in answered.content.decode()


def test_a_budget_is_handed_in_beside_what_the_systems_brought(town, visit, works) -> None:
    place = InformationSystem.objects.get(name="区划地名管理系统")
    year = clock.today().year

    wrong = visit("provider").post(
        "/projects/plans",
        {"deed": "ask", "year": str(year), f"amount_{place.pk}": "十万", "paper.operation_budget": "合同", "why": WHY},
    )  # fmt: skip
    visit("provider").post(
        "/projects/plans",
        {"deed": "ask", "year": str(year), f"amount_{place.pk}": "100000", "paper.operation_budget": "合同", "why": WHY},
    )  # fmt: skip

    budget = Budget.objects.get(year=year)
    page = visit("finance").get(f"/projects/budgets/{budget.pk}").content.decode()
    assert (wrong.status_code, "十万" in wrong.content.decode()) == (422, True)
    assert "100,000" in page
    assert "区划地名管理系统" in page
    assert visit("stats").get(f"/projects/budgets/{budget.pk}").status_code == 404


def test_the_inventory_tells_who_owes_an_interface(town, visit, works) -> None:
    owes = visit("provider").get("/projects/applications?interface=owes").content.decode()
    other = visit("stats").get("/projects/applications").content.decode()

    assert "社会救助系统" in owes
    assert "区划地名管理系统" not in owes
    assert "社会救助系统" not in other


def test_where_a_system_runs_tells_its_class_its_owner_and_its_interface(
    town, visit, works
) -> None:
    system = InformationSystem.objects.get(name="社会救助系统")
    path = f"/information-systems/{system.pk}"
    told = {
        "deed": "place",
        "sensitivity": "plain",
        "build_kind": "common",
        "owner": str(town.units[1].pk),
        "livelihood": "on",
        "interface": "ftp://x",
        "why": WHY,
    }

    wrong = visit("provider").post(path, told)
    visit("provider").post(path, {**told, "interface": "https://api.example.gov.cn/relief"})

    held = InformationSystem.objects.get(pk=system.pk)
    assert (wrong.status_code, "ftp://x" in wrong.content.decode()) == (422, True)
    assert (held.build_kind, held.owner, held.livelihood) == ("common", town.units[1], True)
    assert held.interface == "https://api.example.gov.cn/relief"


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("name", ["provider", "chief", "reviewer", "finance", "auditor"])
def test_every_page_opens_with_few_queries(
    town, visit, works, name, language, django_assert_max_num_queries
) -> None:
    browser = visit(name, language)
    budget = Budget.objects.first()
    pages = [
        "/projects",
        *(f"/projects/{one.pk}" for one in works.projects.values()),
        "/projects/plans",
        f"/projects/plans/{works.plan.pk}",
        f"/projects/budgets/{budget.pk}",
        "/projects/applications",
    ]
    for page in pages:
        with django_assert_max_num_queries(70):
            answered = browser.get(page)

        assert answered.status_code == 200, page


def test_the_form_opens_for_who_may_propose_and_a_handed_in_project_is_not_edited(
    town, visit, works
) -> None:
    sound, draft = works.projects["sound"], works.projects["draft"]

    assert Cloud.objects.exists()
    assert visit("provider").get("/projects/new").status_code == 200
    assert visit("provider", "en").get(f"/projects/{draft.pk}/edit").status_code == 200
    assert visit("provider").get(f"/projects/{sound.pk}/edit").status_code == 404
    assert visit("chief").get("/projects/new").status_code == 403
    assert visit("stats").get(f"/projects/{draft.pk}/edit").status_code == 404
