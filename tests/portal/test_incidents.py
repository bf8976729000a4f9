"""The register of incidents: reported on its page, seen by whose affair it is, closed as a case."""

from __future__ import annotations

from datetime import timedelta

from yunzhang import clock
from yunzhang.people.models import Case

FORM = {
    "deed": "report",
    "kind": "leak",
    "title": "村级名录被转发",
    "found_on": "",
    "paper": "导出文件出现在外部群组",
}


def form(**changes: str) -> dict[str, str]:
    return {**FORM, "found_on": str(clock.today()), **changes}


def test_an_incident_is_reported_and_stands_on_the_register(town, visit):
    browser = visit("provider")

    answer = browser.post("/incidents", form())

    case = Case.objects.get(procedure="incident")
    assert answer.headers["Location"] == f"/cases/{case.number}"
    page = browser.get("/incidents").content.decode()
    assert "村级名录被转发" in page
    assert "数据泄露" in page
    told = browser.get(f"/cases/{case.number}").content.decode()
    assert "数据泄露" in told
    assert "导出文件出现在外部群组" in told


def test_what_was_typed_stays_with_every_fault(town, visit):
    ahead = str(clock.today() + timedelta(days=2))

    page = visit("provider").post("/incidents", form(found_on=ahead, paper="", title=""))

    told = page.content.decode()
    assert page.status_code == 422
    assert "还没有到" in told
    assert "名称应为 1 至 100 个字" in told
    assert f'value="{ahead}"' in told


def test_an_incident_is_seen_by_its_unit_and_its_overseers_alone(town, visit):
    visit("provider").post("/incidents", form())

    seen = {
        who: "村级名录被转发" in visit(who).get("/incidents").content.decode()
        for who in ("provider", "reviewer", "auditor", "stats", "consumer")
    }

    assert seen == {
        "provider": True, "reviewer": True, "auditor": True, "stats": False, "consumer": False,
    }  # fmt: skip
