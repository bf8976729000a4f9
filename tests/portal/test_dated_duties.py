"""The page of dated duties: what is late, what comes, whose, with its clause; the yearly campaign."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest

from tests.portal.town import WHY
from yunzhang import clock
from yunzhang.gather.models import EntryVersion
from yunzhang.oversee.duties import campaign, dated, handing_in
from yunzhang.people.models import Case, Unit

LINE = re.compile(r"<tr>(?:(?!</tr>).)*data-label(?:(?!</tr>).)*</tr>", re.DOTALL)
QUERIES = 40


@pytest.fixture
def guangxi(town, settings):
    settings.PACK = "guangxi-2022"
    return town


def lines(text: str) -> list[str]:
    return LINE.findall(text)


def page(client, address: str = "/duties") -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return str(answer.content, "utf-8")


def campaign_of(town, unit: Unit) -> Case:
    """The unit's yearly campaign, due in a week, nothing of it published this year."""
    EntryVersion.objects.filter(state="published").update(published_on=date(2020, 1, 5))
    on = clock.today() + timedelta(days=7)
    found = dated.open_now(town.reviewer, "reports", "yearly_catalog", on, why=WHY)
    return next(c for c in found if c.parties.get(party=handing_in.UNIT).unit == unit)


def test_a_duty_shows_its_day_unit_clause_and_days_left(guangxi, visit):
    case = campaign_of(guangxi, guangxi.units[2])

    found = [line for line in lines(page(visit("reviewer"))) if case.number in line]

    [line] = found
    for said in (str(clock.today() + timedelta(days=7)), "民政厅", "二(一)5", "还剩", "办理中"):
        assert said in line


def test_a_chief_sees_own_duties_only(guangxi, visit):
    campaign_of(guangxi, guangxi.units[2])

    own, all = page(visit("chief")), page(visit("reviewer"))

    assert "统计局" not in own.partition("<main")[2]
    assert "统计局" in all.partition("<main")[2]


def test_what_is_late_comes_first_and_is_counted(guangxi, visit):
    today = clock.today()
    dated.open_due(today - timedelta(days=31), today - timedelta(days=100))
    assert dated.supervised(today)

    text = page(visit("reviewer"))

    assert "逾期" in lines(text)[0]
    assert re.search(r'<b class="bad">[1-9]', text)


def test_the_other_date_of_a_contradicting_text_stands_beside_the_deadline(town, visit, settings):
    settings.PACK = "liuzhou-2020"

    found = [
        line for line in lines(page(visit("reviewer"), "/duties?year=2020")) if "四(一)1" in line
    ]

    assert "2020-06-30" in found[0]
    assert "2020-12-31" in found[0]


def test_the_page_asks_little_of_the_database(guangxi, visit, django_assert_max_num_queries):
    campaign_of(guangxi, guangxi.units[2])
    client = visit("reviewer")

    with django_assert_max_num_queries(QUERIES):
        page(client)


def test_the_office_opens_an_undated_duty_and_an_officer_is_not_offered_it(guangxi, visit):
    form = {
        "deed": "open",
        "duty": "reports:secrecy_review",
        "on": str(clock.today() + timedelta(days=30)),
        "why": "年度保密风险评估",
    }

    refused = visit("provider").post("/duties", form)
    answer = visit("reviewer").post("/duties", form)
    again = visit("reviewer").post("/duties", form)

    assert [refused.status_code, answer.status_code, again.status_code] == [403, 302, 409]
    assert Case.objects.filter(about__contains="secrecy_review").count() == 3
    assert 'name="deed" value="open"' not in page(visit("provider"))


def test_a_task_whose_day_is_past_can_be_opened_with_a_new_one(town, visit, settings):
    settings.PACK = "liuzhou-2020"
    Unit.objects.filter(is_authority=True).update(row="liuzhou.data_bureau")
    on = clock.today() + timedelta(days=60)
    client = visit("reviewer")
    assert 'value="tasks:liuzhou.15"' in page(client)

    form = {"deed": "open", "duty": "tasks:liuzhou.15", "on": str(on), "why": "重新部署"}
    answer = client.post("/duties", form)

    assert answer.status_code == 302
    assert Case.objects.get(about=f"dated:tasks:liuzhou.15:{on}").procedure == "task"


def test_entries_are_confirmed_one_by_one_on_the_campaigns_page(guangxi, visit):
    case = campaign_of(guangxi, guangxi.units[2])
    [entry] = campaign.unconfirmed(case)
    client = visit("provider")
    assert entry.title in page(client, f"/duties/{case.number}")

    form = {"deed": "confirm", "code": entry.resource.code, "why": "已核对"}
    answer = client.post(f"/duties/{case.number}", form)

    assert answer.status_code == 302
    assert not campaign.unconfirmed(Case.objects.get(pk=case.pk))
    assert "所有条目均已确认或更新" in page(client, f"/duties/{case.number}")


def test_another_units_campaign_is_not_there(guangxi, visit):
    case = campaign_of(guangxi, guangxi.units[2])

    assert visit("stats").get(f"/duties/{case.number}").status_code == 404
    assert visit("provider").get("/duties/none").status_code == 404
