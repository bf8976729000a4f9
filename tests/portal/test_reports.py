"""A unit's report: drafted from its figures, handed over with them, kept as they were."""

from __future__ import annotations

import pytest

from tests.portal.town import WHY
from yunzhang import clock
from yunzhang.oversee.reports import quarterly
from yunzhang.people import cases
from yunzhang.people.models import Case
from yunzhang.terms.faults import Refused


@pytest.fixture
def report(town) -> Case:
    """A report of the unit, opened as the worker opens one."""
    due = clock.today()
    return cases.open(
        town.reviewer,
        "report",
        about=f"dated:reports:quarterly:{due}",
        title="季度报告",
        parties={"unit": [town.units[2]]},
        why=WHY,
        content={"due_on": str(due), "document": "文件", "clause": "条", "others": []},
    )


def test_the_officer_drafts_from_figures_that_open_and_hands_both_over(town, visit, report) -> None:
    officer = visit("provider")
    page = officer.get(f"/reports/{report.number}").content.decode()
    rows = officer.get(f"/reports/{report.number}/published").content.decode()

    officer.post(f"/reports/{report.number}", {"deed": "submit", "report": "发布一个目录。"})

    kept = quarterly.kept(report)
    after = visit("chief").get(f"/reports/{report.number}").content.decode()
    case = visit("chief").get(f"/cases/{report.number}").content.decode()
    assert f'href="/reports/{report.number}/kept"' in page
    assert "发布目录条目" in rows
    assert kept is not None
    assert kept.unit == town.units[2].code
    assert "报送时的数据" in after
    assert "发布一个目录。" in case
    assert "{&quot;" not in case


def test_a_report_of_another_unit_is_not_there(visit, report) -> None:
    assert visit("stats").get(f"/reports/{report.number}").status_code == 404


def test_the_case_page_hands_over_to_the_report_and_freezes_figures_whatever_is_sent_to_it(
    visit, report
) -> None:
    officer, address = visit("provider"), f"/cases/{report.number}"

    page = officer.get(address).content.decode()
    sent = {"deed": "move", "move": "submit", "submit.report": "发布一个目录。", "submit.why": WHY}
    officer.post(address, sent)

    assert 'name="submit.report"' not in page
    assert page.count(f'href="/reports/{report.number}"') > 1
    assert quarterly.kept(report) is not None


def test_no_report_goes_up_without_its_figures(town, report) -> None:
    with pytest.raises(Refused) as refused:
        cases.move(town.provider, report, "submit", papers={"paper.report": "见附件"}, why=WHY)

    assert refused.value.codes == ("procedure.paper_missing",)
