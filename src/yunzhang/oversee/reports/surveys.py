"""Surveys of satisfaction: open to anyone without an account, one answer a form, no name kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from django.db import IntegrityError, transaction

from yunzhang.oversee.reports.circular_models import Survey, SurveyAnswer
from yunzhang.people.act import act
from yunzhang.people.models import Unit
from yunzhang.people.permissions import Actor, pack
from yunzhang.terms.counted import Counted
from yunzhang.terms.document import decode, encode
from yunzhang.terms.fact import Deed
from yunzhang.terms.faults import Fault, FaultKind, Refused, Text, refuse_if
from yunzhang.terms.pack_rows import CodeRow

QUESTIONS, SCALE = "survey_question", "survey_scale"

TITLE_MISSING = FaultKind(
    "survey.title_missing",
    422,
    Text("没有写调查名称。", "The survey has no title."),
    Text("填写名称。", "Give it a title."),
)
QUESTIONS_WRONG = FaultKind(
    "survey.questions_wrong",
    422,
    Text("问题应有 1 至 {most} 个，互不重复。", "It needs 1 to {most} questions, all different."),
    Text("每行写一个问题。", "Write one question a line."),
)
DAYS_WRONG = FaultKind(
    "survey.days_wrong",
    422,
    Text("结束日期不能早于开始日期或今天。", "It cannot close before it opens, or before today."),
    Text("改正日期。", "Correct the days."),
)
CLOSED = FaultKind(
    "survey.closed",
    409,
    Text("调查没有开放。", "The survey is not open."),
    Text("感谢关注，请留意下一次调查。", "Thank you; look out for the next one."),
)
ANSWERS_MISSING = FaultKind(
    "survey.answers_missing",
    422,
    Text("还有 {count} 个问题没有选择。", "{count} questions have no answer."),
    Text("每个问题选择一项。", "Choose one for each question."),
)
ANSWERED = FaultKind(
    "survey.answered",
    409,
    Text("这份问卷已经提交过。", "This form was handed in already."),
    Text("每份问卷只能提交一次。", "Each form is taken once."),
)


@dataclass(frozen=True)
class SurveyForm:
    """What the office settles of a survey."""

    title: str
    opens_on: date
    closes_on: date
    questions: Sequence[str]


def scale() -> tuple[CodeRow, ...]:
    """The choices of every question, the best first."""
    return pack().codes_of(SCALE)


def usual() -> list[str]:
    """The questions the pack proposes."""
    return [row.zh for row in pack().codes_of(QUESTIONS)]


def open_survey(actor: Actor, unit: Unit, form: SurveyForm, today: date, *, why: str) -> Survey:
    """Open a survey; its questions stay as they are."""
    with act(actor, Deed.SURVEY_OPENED, unit=unit, why=why) as deeds:
        refuse_if(_faults(form, today))
        survey = Survey.objects.create(
            unit=unit,
            title=form.title.strip(),
            opens_on=form.opens_on,
            closes_on=form.closes_on,
            questions=encode(list(form.questions)).decode(),
        )
        deeds.subject = f"survey:{survey.pk}"
        deeds.content.update(questions=list(form.questions))
    return survey


def running(survey: Survey, today: date) -> bool:
    """Whether anyone may answer today."""
    return survey.opens_on <= today <= survey.closes_on


def questions_of(survey: Survey) -> list[str]:
    """The questions in their order."""
    return decode(survey.questions, list[str])


def answer(survey: Survey, token: str, choices: Sequence[str], today: date) -> SurveyAnswer:
    """Take one answer in, once for each form's token; nothing of the person is kept.

    No deed: it changes nobody's affairs, and a fact would tell the log who answered when.
    """
    if not running(survey, today):
        raise Refused(CLOSED())
    known = {row.code for row in scale()}
    wanted = questions_of(survey)
    given = [choice for choice in choices if choice in known]
    if len(given) < len(wanted) or len(choices) != len(wanted):
        raise Refused(ANSWERS_MISSING(count=len(wanted) - min(len(given), len(wanted)) or 1))
    try:
        with transaction.atomic():
            return SurveyAnswer.objects.create(
                survey=survey,
                token=sha256(token.encode()).hexdigest(),
                day=today,
                choices=encode(list(choices)).decode(),
            )
    except IntegrityError as error:
        raise Refused(ANSWERED()) from error


def results(survey: Survey) -> list[tuple[str, list[tuple[CodeRow, Counted]]]]:
    """Of each question, how often each choice was taken, with the answers behind the number."""
    rows = [(str(row.pk), decode(row.choices, list[str])) for row in survey.answers.order_by("pk")]
    found = []
    for place, question in enumerate(questions_of(survey)):
        taken = Counter(choices[place] for _id, choices in rows)
        figures = []
        for one in scale():
            ids = tuple(id for id, choices in rows if choices[place] == one.code)
            figures.append((one, _counted(survey, place, question, one, taken[one.code], ids)))
        found.append((question, figures))
    return found


def figures(survey: Survey) -> list[Counted]:
    """The same as one list, for a circular."""
    return [counted for _question, rows in results(survey) for _one, counted in rows]


def _counted(
    survey: Survey, place: int, question: str, one: CodeRow, n: int, ids: tuple[str, ...]
) -> Counted:
    return Counted(
        id=f"survey-{survey.pk}-{place + 1}-{one.code}",
        zh=f"{question}：{one.zh}",
        en=f"{question}: {one.en}",
        n=n,
        kind="answer",
        rows=ids,
    )


def _faults(form: SurveyForm, today: date) -> Iterator[Fault]:
    if not form.title.strip():
        yield TITLE_MISSING()
    most = pack().limit("survey.questions")
    if not 1 <= len(form.questions) <= most or len(set(form.questions)) != len(form.questions):
        yield QUESTIONS_WRONG(most=most)
    if form.closes_on < max(form.opens_on, today):
        yield DAYS_WRONG()
