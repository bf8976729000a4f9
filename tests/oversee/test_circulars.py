"""Figures of a period, reports frozen with them, circulars signed, surveys counted."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.hub_world import WHY, HubWorld
from tests.oversee.duties import holder, take
from tests.share.moments import Days, refused
from yunzhang.oversee.duties import dated, tasks
from yunzhang.oversee.duties.tasks import TaskForm
from yunzhang.oversee.reports import circulars, period, quarterly, surveys
from yunzhang.oversee.reports.circular_models import Circular, Survey
from yunzhang.oversee.reports.circulars import CircularForm
from yunzhang.oversee.reports.period import Span
from yunzhang.oversee.reports.surveys import SurveyForm
from yunzhang.people.models import Case, Clock
from yunzhang.people.permissions import Actor, pack
from yunzhang.terms.counted import Report
from yunzhang.terms.document import decode, encode
from yunzhang.terms.faults import Refused
from yunzhang.terms.signed import Signed

FIRST, LAST = date(2026, 1, 1), date(2026, 3, 31)
WORDS = CircularForm("一季度通报", "总体平稳。", "民政厅", "")


@pytest.fixture(autouse=True)
def days(monkeypatch: pytest.MonkeyPatch) -> Days:
    return Days(monkeypatch, date(2026, 3, 2))


@pytest.fixture
def office(hub: HubWorld) -> Actor:
    return holder(hub, "office", hub.units[1], "cloud_chief_office")


def given(hub: HubWorld, due_on: date) -> Case:
    form = TaskForm("任务", "内容", hub.units[2], due_on, tasks.INSTRUCTION)
    return tasks.give(hub.reviewer, form, why=WHY)


def worked(hub: HubWorld, days: Days) -> None:
    """Three tasks of the quarter: one done in time, one handed in late, one still open and late."""
    [punctual, late, _open] = [given(hub, date(2026, 3, day)) for day in (10, 12, 20)]
    days.on(3, 9)
    take(hub.officer, punctual, "hand_in", progress="完成", evidence="台账")
    take(hub.reviewer, punctual, "accept")
    days.on(3, 16)
    take(hub.officer, late, "hand_in", progress="完成", evidence="台账")
    take(hub.reviewer, late, "accept")
    days.on(3, 31)


def numbers(report: Report) -> dict[str, int]:
    return {one.id: one.n for one in report.figures}


def test_the_figures_of_a_quarter_are_what_was_done_in_it(hub: HubWorld, days: Days) -> None:
    worked(hub, days)
    hub.published()

    own = numbers(period.report(Span(hub.units[2], FIRST, LAST)))
    other = numbers(period.report(Span(hub.units[3], FIRST, LAST)))

    assert (own["kept"], own["missed"], own["tasks"]) == (1 + reviewed(hub), 2, 2)
    assert (own["published"], own["gathered"]) == (1, 1)
    assert (other["missed"], other["tasks"], other["published"]) == (0, 0, 0)


def reviewed(hub: HubWorld) -> int:
    """Limits of the unit beside the tasks that ended in time, as when an entry was published."""
    others = Clock.objects.filter(unit=hub.units[2]).exclude(rule="dated")
    return others.filter(due_on__lte=LAST, ended_on__isnull=False).count()


def test_a_figure_keeps_exactly_the_rows_it_counted(hub: HubWorld, days: Days) -> None:
    worked(hub, days)

    made = period.report(Span(hub.units[2], FIRST, LAST))

    for one in made.figures:
        if one.kind != "usage":
            assert one.n == len(set(one.rows)), one.id
    [missed] = [one for one in made.figures if one.id == "missed"]
    assert {row.due_on for row in Clock.objects.filter(pk__in=missed.rows)} == {
        date(2026, 3, 12),
        date(2026, 3, 20),
    }


def quarterly_case(hub: HubWorld, chief: Actor, days: Days) -> Case:
    """The quarter's report of a unit with a chief, opened by hand for the quarter's last day."""
    rule = next(row for row in pack().reports if row.cycle == "quarter")
    opened = dated.open_now(hub.reviewer, "reports", rule.id, LAST, why=WHY)
    return next(case for case in opened if case.parties.filter(unit=hub.units[2]).exists())


def test_what_a_report_counted_is_frozen_with_what_the_chief_signed(
    hub: HubWorld, days: Days, settings
) -> None:
    settings.PACK = "guangxi-2018"
    chief = holder(hub, "chief", hub.units[2], "cloud_chief")
    worked(hub, days)
    case = quarterly_case(hub, chief, days)

    quarterly.submit(hub.officer, case, "本季度办结两件。", why=WHY)
    take(chief, case, "sign")
    handed_in = quarterly.kept(case)
    given(hub, date(2026, 3, 31))
    days.on(4, 2)

    kept = quarterly.kept(case)
    assert kept is not None
    assert kept == handed_in
    assert numbers(kept)["missed"] == 2
    assert numbers(period.again(kept))["missed"] == 3
    assert (kept.since, kept.until) == (FIRST, LAST)


def test_a_circular_goes_from_its_draft_over_another_to_its_signed_number(
    hub: HubWorld, days: Days, office: Actor
) -> None:
    worked(hub, days)
    drafted = circulars.draft(office, hub.units[1], WORDS, FIRST, LAST, why=WHY)
    circulars.submit(office, drafted, why=WHY)
    own = refused(circulars.review, office, drafted, agreed=True, remark="", why=WHY)
    circulars.review(hub.reviewer, drafted, agreed=True, remark="", why=WHY)

    made = circulars.publish(office, drafted, why=WHY)

    signed = circulars.opened(made)
    assert own == ("circular.own_draft",)
    assert (made.number, signed.title, signed.praised) == (1, "一季度通报", "民政厅")
    assert {one.id: one.n for one in signed.figures}["tasks"] == 2
    assert circulars.visible(hub.officer).get() == made


def test_a_published_circular_that_was_changed_is_refused(
    hub: HubWorld, days: Days, office: Actor
) -> None:
    drafted = circulars.draft(office, hub.units[1], WORDS, FIRST, days.day, why=WHY)
    circulars.submit(office, drafted, why=WHY)
    circulars.review(hub.reviewer, drafted, agreed=True, remark="", why=WHY)
    made = circulars.publish(office, drafted, why=WHY)
    made.signed = made.signed.replace("民政厅", "卫健委")

    with pytest.raises(Refused) as caught:
        circulars.opened(made)

    assert caught.value.codes == ("signed.signature_wrong",)
    assert decode(made.signed, Signed).kind == "circular/1"


def test_what_is_sent_back_is_written_anew_and_nothing_skips_the_review(
    hub: HubWorld, days: Days, office: Actor
) -> None:
    drafted = circulars.draft(office, hub.units[1], WORDS, FIRST, days.day, why=WHY)
    early = refused(circulars.publish, office, drafted, why=WHY)
    circulars.submit(office, drafted, why=WHY)
    circulars.review(hub.reviewer, drafted, agreed=False, remark="数据口径不清", why=WHY)

    back = Circular.objects.get()
    held = circulars.edit(office, back, CircularForm("一季度通报", "补充口径。"), why=WHY)

    assert early == ("circular.state_wrong",)
    assert (back.state, back.remark) == ("draft", "数据口径不清")
    assert (held.text, held.remark) == ("补充口径。", "")
    assert circulars.visible(hub.officer).count() == 0


def opened(hub: HubWorld, **changes: object) -> Survey:
    given = {
        "title": "满意度调查",
        "opens_on": date(2026, 3, 1),
        "closes_on": date(2026, 3, 10),
        "questions": ["办事是否方便", "办事速度是否满意"],
        **changes,
    }
    form = SurveyForm(**given)  # type: ignore[arg-type]
    return surveys.open_survey(hub.reviewer, hub.units[1], form, date(2026, 3, 1), why=WHY)


def test_answers_are_counted_once_each_and_open_to_their_rows(hub: HubWorld, days: Days) -> None:
    survey = opened(hub)
    for token, choices in (("a", ["5", "4"]), ("b", ["5", "1"]), ("c", ["3", "1"])):
        surveys.answer(survey, token, choices, days.day)

    twice = refused(surveys.answer, survey, "a", ["1", "1"], days.day)

    found = {one.id.rpartition("-")[0][-1:] + one.id[-1]: one for one in surveys.figures(survey)}
    assert twice == ("survey.answered",)
    assert (found["15"].n, found["13"].n, found["21"].n, found["14"].n) == (2, 1, 2, 0)
    assert len(found["15"].rows) == 2


def test_no_answer_is_taken_before_after_or_half_filled(hub: HubWorld, days: Days) -> None:
    survey = opened(hub)

    half = refused(surveys.answer, survey, "a", ["5"], days.day)
    strange = refused(surveys.answer, survey, "a", ["5", "9"], days.day)
    late = refused(surveys.answer, survey, "a", ["5", "5"], date(2026, 3, 11))
    early = refused(surveys.answer, survey, "a", ["5", "5"], date(2026, 2, 28))

    assert (half, strange) == (("survey.answers_missing",), ("survey.answers_missing",))
    assert (late, early) == (("survey.closed",), ("survey.closed",))
    assert not survey.answers.exists()


def test_a_survey_asks_something_within_its_days(hub: HubWorld) -> None:
    with pytest.raises(Refused) as caught:
        opened(hub, title="", questions=[], closes_on=date(2026, 2, 1))

    assert caught.value.codes == (
        "survey.title_missing",
        "survey.questions_wrong",
        "survey.days_wrong",
    )


def test_a_circular_carries_the_results_of_a_survey(
    hub: HubWorld, days: Days, office: Actor
) -> None:
    survey = opened(hub)
    surveys.answer(survey, "a", ["5", "4"], days.day)

    until = days.day - timedelta(days=1)
    made = circulars.draft(office, hub.units[1], WORDS, FIRST, until, survey, why=WHY)

    figures = {one.zh: one.n for one in circulars.figures_of(made)}
    assert figures["办事是否方便：很满意"] == 1
    assert encode(circulars.figures_of(made)).decode() == made.figures
