"""Pages of circulars, surveys and reports: every figure opens to its rows; anyone may answer."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client

from tests.portal.town import WHY
from yunzhang import clock
from yunzhang.oversee.reports import surveys
from yunzhang.oversee.reports.circular_models import Circular, Survey, SurveyAnswer
from yunzhang.oversee.reports.surveys import SurveyForm


def draft(town, visit) -> Circular:
    today = clock.today()
    typed = {
        "deed": "draft",
        "title": "第四季度通报",
        "since": (today - timedelta(days=90)).isoformat(),
        "until": today.isoformat(),
        "text": "总体平稳",
        "praised": "统计局",
    }
    assert visit("reviewer").post("/circulars", typed).status_code == 302
    return Circular.objects.get()


def test_a_drafted_circular_is_the_offices_until_it_is_published(town, visit) -> None:
    made = draft(town, visit)

    listed = visit("provider").get("/circulars").content.decode()

    assert "第四季度通报" not in listed
    assert visit("provider").get(f"/circulars/{made.pk}").status_code == 404
    assert "第四季度通报" in visit("reviewer").get("/circulars").content.decode()


def test_every_figure_of_a_circular_opens_to_as_many_rows(town, visit) -> None:
    made = draft(town, visit)
    page = visit("reviewer").get(f"/circulars/{made.pk}").content.decode()
    shown = re.findall(rf'href="(/circulars/{made.pk}/[\w-]+)"><b>([\d,]+)</b>', page)

    assert len(shown) > 10
    for address, number in shown:
        rows = visit("reviewer").get(f"{address}?export=csv").getvalue().decode("utf-8-sig")
        n = int(number.replace(",", ""))
        # Calls are counted within the rows of their days; every other figure is its rows.
        counted = len(rows.strip().splitlines()) - 1
        assert counted == n or address.endswith(("served", "called")), address


def test_the_author_cannot_review_and_a_wrong_period_keeps_what_was_typed(town, visit) -> None:
    made = draft(town, visit)
    office = visit("reviewer")
    office.post(f"/circulars/{made.pk}", {"deed": "submit"})

    own = office.post(f"/circulars/{made.pk}", {"deed": "agree"})
    typed = {"deed": "draft", "title": "通报", "since": "2099-01-01", "until": "2098-01-01"}
    wrong = office.post("/circulars", {**typed, "text": "正文在此"})

    assert own.status_code == 403
    assert "不能审核自己的通报" in own.content.decode()
    assert wrong.status_code == 422
    assert "正文在此</textarea>" in wrong.content.decode()


@pytest.fixture
def survey(town) -> Survey:
    today = clock.today()
    form = SurveyForm(
        "办事满意度", today, today + timedelta(days=7), ["办事是否方便", "速度是否满意"]
    )
    return surveys.open_survey(town.reviewer, town.units[1], form, today, why=WHY)


def test_anyone_answers_without_an_account_and_nothing_of_them_is_kept(visit, survey) -> None:
    anyone = Client(REMOTE_ADDR="203.0.113.7", HTTP_USER_AGENT="某浏览器")
    page = anyone.get(f"/survey/{survey.pk}").content.decode()
    [token] = re.findall(r'name="token" value="([^"]+)"', page)
    typed = {"token": token, "q0": "5", "q1": "2"}

    answered = anyone.post(f"/survey/{survey.pk}", typed)
    again = anyone.post(f"/survey/{survey.pk}", typed)

    held = SurveyAnswer.objects.get()
    kept = " ".join(str(getattr(held, field.attname)) for field in held._meta.fields)
    assert "谢谢" in answered.content.decode()
    assert again.status_code == 409
    assert "203.0.113.7" not in kept
    assert "浏览器" not in kept
    assert "办事满意度" in anyone.get("/survey").content.decode()


def test_a_form_this_hub_did_not_give_is_not_taken(visit, survey) -> None:
    typed = {"token": "made-up", "q0": "5", "q1": "2"}

    answered = Client().post(f"/survey/{survey.pk}", typed)

    assert answered.status_code == 422
    assert "问卷已经过期" in answered.content.decode()
    assert not SurveyAnswer.objects.exists()


def test_one_address_answers_so_often_a_day(visit, survey, monkeypatch) -> None:
    anyone, most = Client(REMOTE_ADDR="203.0.113.8"), 20
    for _ in range(most + 1):
        page = anyone.get(f"/survey/{survey.pk}").content.decode()
        [token] = re.findall(r'name="token" value="([^"]+)"', page)
        last = anyone.post(f"/survey/{survey.pk}", {"token": token, "q0": "5", "q1": "5"})

    assert last.status_code == 429
    assert SurveyAnswer.objects.count() == most


def test_results_open_to_the_answers_and_the_public_sees_them_afterwards(visit, survey) -> None:
    surveys.answer(survey, "one", ["5", "2"], clock.today())
    during = Client().get(f"/survey/{survey.pk}").content.decode()
    page = visit("provider").get(f"/surveys/{survey.pk}").content.decode()
    [address] = re.findall(rf'href="(/surveys/{survey.pk}/survey-\d+-1-5)"', page)
    rows = visit("provider").get(address).content.decode()

    Survey.objects.filter(pk=survey.pk).update(closes_on=clock.today() - timedelta(days=1))
    after = Client().get(f"/survey/{survey.pk}").content.decode()

    assert "<progress" not in during
    assert "很满意、不满意" in rows
    assert "<progress" in after


def test_the_office_opens_a_survey_with_the_packs_questions(town, visit) -> None:
    page = visit("reviewer").get("/surveys").content.decode()
    today = clock.today()
    typed = {
        "deed": "open",
        "title": "年度满意度调查",
        "opens_on": today.isoformat(),
        "closes_on": (today + timedelta(days=30)).isoformat(),
        "questions": "办事是否方便\n是否少交了材料",
        "why": WHY,
    }

    visit("reviewer").post("/surveys", typed)

    assert "是否少交了材料" in page
    assert surveys.questions_of(Survey.objects.get()) == ["办事是否方便", "是否少交了材料"]
