"""The forms that open a course on the pages of an entry and of a grant, and what stands there."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.portal.conftest import Visitor
from tests.portal.town import Town
from yunzhang import clock
from yunzhang.people import cases
from yunzhang.people.models import Case
from yunzhang.share import corrections, disposals
from yunzhang.share.models import GrantRow

ENTRY = "/catalog/307001/000001"
OPEN_ENTRY = "/catalog/307001/000002"


@pytest.fixture
def grant(town: Town) -> str:
    """The page of a grant that its node has fetched."""
    return f"/grants/{town.grants['granted'].pk}"


def text(visit: Visitor, name: str, path: str) -> str:
    return str(visit(name).get(path).content.decode())


def latest() -> Case:
    return Case.objects.latest("pk")


def test_a_consumer_asks_for_verification_on_the_entry(visit, town):
    form = {"deed": "verify", "items": ["name"], "doubt": "名称与民政公告不一致"}

    answer = visit("consumer").post(ENTRY, form)

    assert (answer.status_code, answer["Location"]) == (302, f"/cases/{latest().number}")
    page = text(visit, "stats", ENTRY)
    assert "校核中" in page
    assert "照常办理" in page
    assert latest().number in page


def test_what_was_typed_stays_when_the_question_is_refused(visit, town):
    answer = visit("consumer").post(ENTRY, {"deed": "verify", "doubt": "有误", "items": []})

    assert answer.status_code == 422
    assert "没有选择有疑义的信息项" in answer.content.decode()
    assert "有误</textarea>" in answer.content.decode()


def test_a_correction_stands_on_the_entry_for_everyone(visit, town):
    resource = town.entries["townships"].resource
    case = corrections.ask(town.consumer, resource, ["name"], "有误", why="核对")
    papers = {"paper.finding": "已改为东凌镇"}
    cases.move(town.provider, case, "correct", papers=papers, why="核实")

    page = text(visit, "stats", ENTRY)

    assert "已改为东凌镇" in page
    assert "校核中" not in page


def test_nobody_is_offered_what_they_may_not_do(visit, town, grant):
    for name, path, deed in (
        ("provider", ENTRY, "verify"),  # its own data
        ("chief", ENTRY, "verify"),
        ("consumer", ENTRY, "propose"),
        ("stats", OPEN_ENTRY, "consent"),  # the head's alone
        ("provider_head", ENTRY, "consent"),  # conditional
        ("consumer", grant, "misuse"),
        ("consumer", grant, "suspend"),
        ("provider_head", grant, "over"),
        ("provider_head", grant, "end"),  # a service that is given
        ("auditor", grant, "suspend"),
    ):
        assert f'value="{deed}"' not in text(visit, name, path), (name, deed)


def test_the_provider_proposes_to_stop_the_service(visit, town):
    on = clock.today() + timedelta(days=60)
    form = {"deed": "propose", "change": "stop", "reason": "系统停用", "from_date": on.isoformat()}

    answer = visit("provider").post(ENTRY, form)

    assert answer["Location"] == f"/cases/{latest().number}"
    assert latest().step == "negotiate"
    assert latest().number in text(visit, "provider_head", ENTRY)


def test_a_stopped_service_says_so_and_cannot_be_asked_for(visit, town):
    resource = town.entries["townships"].resource
    type(resource).objects.filter(pk=resource.pk).update(
        stops_on=clock.today(), stop_reason="系统停用"
    )

    page = text(visit, "consumer", ENTRY)

    assert "该共享服务自" in page
    assert "/requests/new/" not in page


def test_a_head_consents_to_automatic_replies_and_takes_it_back(visit, town):
    head = visit("stats_head")
    assert "未开启" in text(visit, "stats_head", OPEN_ENTRY)

    head.post(OPEN_ENTRY, {"deed": "consent", "why": "基础信息"})
    assert "由 李卫东 于" in text(visit, "stats_head", OPEN_ENTRY)

    head.post(OPEN_ENTRY, {"deed": "end_consent", "why": "暂停"})
    assert "未开启" in text(visit, "stats_head", OPEN_ENTRY)


def test_misuse_is_reported_on_the_grant_and_judged_in_its_case(visit, town, grant):
    form = {"deed": "misuse", "problem": "疑似整库下载", "violation": "40-1"}

    answer = visit("provider").post(grant, form)

    assert answer["Location"] == f"/cases/{latest().number}"
    page = text(visit, "provider_head", grant)
    assert latest().number in page
    assert 'value="resume"' not in page
    refused = visit("provider_head").post(grant, {"deed": "resume", "why": "好了"})
    assert refused.status_code == 409


def test_an_auditor_reports_to_the_provider(visit, town, grant):
    visit("auditor").post(grant, {"deed": "misuse", "problem": "夜间大量调用"})

    assert latest().step == "weigh"
    assert GrantRow.objects.get(pk=town.grants["granted"].pk).state == "active"


def test_a_service_that_is_given_is_not_ended_by_a_button(visit, town, grant):
    answer = visit("provider_head").post(grant, {"deed": "end", "why": "不想提供了"})

    assert answer.status_code == 409
    assert "不得擅自终止" in answer.content.decode()


def test_the_consumer_ends_its_purpose_and_the_certificate_can_be_read(visit, town, grant):
    answer = visit("consumer").post(grant, {"deed": "over", "why": "流调结束"})
    case = latest()
    assert answer["Location"] == f"/cases/{case.number}"
    assert visit("consumer").get(f"{grant}/certificate").status_code == 404

    cases.move(town.consumer, case, "done", papers={"paper.disposal": "全部删除"}, why="处置")
    cases.move(town.provider, case, "confirm", why="核实")

    assert "全部删除" in text(visit, "consumer", f"{grant}/certificate")
    assert visit("stats").get(f"{grant}/certificate").status_code == 404
    file = visit("provider").get(f"{grant}/certificate.json")
    held = disposals.certificate(case)
    assert held
    assert file.content == bytes(held.file or b"")
    assert "已处置、已确认、已出证" in text(visit, "provider", grant)
