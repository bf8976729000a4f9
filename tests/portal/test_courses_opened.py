"""The pages that open a need, a dispute, a back-flow and an assessment, and what follows them."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from tests.portal.town import WHY
from yunzhang.gather import assessments, catalog
from yunzhang.gather.models import EntryVersion
from yunzhang.people import cases
from yunzhang.people.models import Case, CasePaper
from yunzhang.share import disputes, needs


def body(answer: Any) -> str:
    return str(answer.content.decode())


def stated(town: Any, **changes: Any) -> Case:
    wish = {"scenario": "免疫规划", "legal_basis": "《疫苗管理法》", "why": WHY, **changes}
    return needs.state(town.consumer, "接种点名录", ["名称"], provider=town.units[2], **wish)


def test_a_need_shows_first_what_the_catalog_holds(town, visit):
    page = body(visit("consumer").get("/needs/new?q=行政区划"))
    nothing = body(visit("consumer").get("/needs/new?q=接种点"))

    assert "乡级行政区划代码" in page
    assert "目录中没有相关条目" in nothing
    assert 'value="接种点"' in nothing


def test_a_need_stated_on_the_page_becomes_a_case(town, visit):
    form = {
        "deed": "state", "title": "接种点名录", "items": "名称\n地址", "scenario": "免疫规划",
        "legal_basis": "《疫苗管理法》", "provider": "", "frequency": "month", "why": WHY,
    }  # fmt: skip

    answer = visit("consumer").post("/needs/new", form)

    case = Case.objects.latest("pk")
    assert answer["Location"] == f"/cases/{case.number}"
    assert case.step == "approve_unknown"
    assert needs.need_of(case).items == ("名称", "地址")


def test_a_need_refused_is_shown_again_with_every_fault(town, visit):
    answer = visit("consumer").post("/needs/new", {"deed": "state", "title": "x", "why": WHY})

    assert answer.status_code == 422
    assert body(answer).count("<li>") >= 3
    assert 'value="x"' in body(answer)


def test_a_listed_need_leads_to_a_request_filled_in(town, visit):
    case = stated(town)
    cases.move(town.consumer_head, case, "approve", why=WHY)
    cases.move(town.provider, case, "accept", papers={"paper.plan": "编目"}, why=WHY)
    code = town.entries["townships"].resource.code
    cases.move(town.provider, case, "listed", papers={"paper.resource_code": code}, why=WHY)
    address = f"/requests/new/{code}?case={case.number}"

    page = body(visit("consumer").get(f"/cases/{case.number}"))
    form = body(visit("consumer").get(address))

    assert address in page
    assert address not in body(visit("provider").get(f"/cases/{case.number}"))
    assert "《疫苗管理法》" in form
    assert "免疫规划" in form


def test_a_dispute_is_raised_from_a_refused_request_and_leads_back_to_it(town, visit):
    number = town.requests["refused"].number
    address = f"/disputes/new/request/{number}"
    head = visit("consumer_head")
    assert address in body(head.get(f"/requests/{number}"))
    assert address not in body(visit("consumer").get(f"/requests/{number}"))
    assert "广西壮族自治区大数据发展局" in body(head.get(address))

    answer = head.post(address, {"deed": "raise", "positions": "双方意见不一", "why": WHY})

    case = Case.objects.latest("pk")
    assert answer["Location"] == f"/cases/{case.number}"
    page = body(head.get(answer["Location"]))
    assert f'href="/requests/{number}"' in page
    assert address not in body(head.get(f"/requests/{number}"))


def test_a_settled_dispute_says_where_to_carry_it_out(town, visit):
    case = disputes.raise_(town.consumer_head, town.grants["granted"], "意见", why=WHY)
    for head in (town.consumer_head, town.provider_head):
        cases.move(head, case, "settle", papers={"paper.agreement": "恢复"}, why=WHY)

    page = body(visit("provider_head").get(f"/cases/{case.number}"))

    assert "到争议事项中执行处理结果" in page
    assert f'href="/grants/{town.grants["granted"].pk}"' in page


@pytest.mark.parametrize("kind", ["grant/nothing", "entry/307001/999999", "town/1"])
def test_there_is_no_dispute_about_what_is_not_there(town, visit, kind):
    assert visit("consumer_head").get(f"/disputes/new/{kind}").status_code == 404


def test_an_entry_in_the_making_is_nobody_elses_to_dispute(town, visit):
    waiting = town.entries["villages"].resource.code

    for head in ("consumer_head", "stats_head"):
        page = visit(head).get(f"/disputes/new/entry/{waiting}")
        assert page.status_code == 404
        assert "村级组织名录" not in body(page)


def test_a_dispute_is_called_by_what_is_published(town):
    published = town.entries["townships"]
    newer = catalog.revise(town.provider, published.resource, why=WHY)
    EntryVersion.objects.filter(pk=newer.pk).update(title="尚未公开的名称")

    case = disputes.raise_(town.consumer_head, published.resource, "意见", why=WHY)

    assert case.title == published.title


def test_a_late_reply_and_a_grant_offer_a_dispute(town, visit):
    late = town.requests["applied"].number

    assert "/disputes/new/request/" in body(visit("consumer_head").get(f"/requests/{late}"))
    grant = town.grants["granted"].pk
    assert f"/disputes/new/grant/{grant}" in body(visit("provider_head").get(f"/grants/{grant}"))


def test_a_lower_unit_asks_for_its_own_area_and_may_request_those_rows(town, visit):
    town.units[4].tier = "city"
    town.units[4].save()
    code = town.entries["townships"].resource.code
    client = visit("consumer")
    assert "民政厅" in body(client.get("/backflow/new"))

    form = {
        "deed": "ask", "provider": "", "resource": code, "area": "451024", "scenario": "防疫",
        "why": WHY,
    }  # fmt: skip
    answer = client.post("/backflow/new", form)

    case = Case.objects.latest("pk")
    assert answer["Location"] == f"/cases/{case.number}"
    filled = body(client.get(f"/requests/new/{code}?case={case.number}"))
    assert 'value="451024"' in filled
    assert "<option selected>county_code</option>" in filled


def test_the_highest_tier_has_nobody_to_ask_back_from(town, visit):
    client = visit("consumer")

    assert "没有登记上级部门" in body(client.get("/backflow/new"))
    answer = client.post("/backflow/new", {"deed": "ask", "area": "45", "why": WHY})
    assert answer.status_code == 422


def test_the_officer_hands_in_the_assessment_on_the_page_of_the_entry(town, visit):
    version = town.entries["relief"]
    address = reverse("version", args=[version.pk])
    assert "尚未评估" in body(visit("provider").get(address))
    form = {
        "deed": "assess",
        "secrecy_risk": "不涉密",
        "privacy_impact": "涉及低保对象",
        "why": WHY,
    }

    visit("provider").post(address, form)

    case = assessments.latest(version.resource)
    assert case is not None
    page = body(visit("provider").get(address))
    assert f"/cases/{case.number}" in page
    assert "评估等待本单位负责人审核" in page
    assert 'value="assess"' not in page
    assert address in body(visit("provider_head").get(f"/cases/{case.number}"))


def test_a_report_too_large_is_refused_by_its_size(town, visit, settings):
    from django.core.files.uploadedfile import SimpleUploadedFile

    address = reverse("version", args=[town.entries["relief"].pk])
    large = SimpleUploadedFile("保密.pdf", b"%" * 5_000_001)
    form = {"deed": "assess", "secrecy_risk-file": large, "privacy_impact": "无", "why": WHY}

    answer = visit("provider").post(address, form)

    assert answer.status_code == 422
    assert "保密.pdf" in body(answer)
    assert not CasePaper.objects.filter(paper="paper.secrecy_risk", text="").exists()


def test_what_was_found_secret_is_named_to_its_unit_alone(town, visit):
    version = town.entries["relief"]
    case = assessments.begin(
        town.provider, version, secrecy_risk="涉密", privacy_impact="高", why=WHY
    )
    cases.move(town.provider_head, case, "forbid", papers={"paper.reason": "涉密"}, why=WHY)

    address = reverse("version", args=[version.pk])
    assert "不得提交" in body(visit("provider").get(address))
    for name in ("reviewer", "auditor", "consumer"):
        assert visit(name).get(address).status_code == 404
        assert visit(name).get(f"/cases/{case.number}").status_code == 404
        assert case.number not in body(visit(name).get("/cases"))
    assert EntryVersion.objects.get(pk=version.pk).state == catalog.State.FORBIDDEN
