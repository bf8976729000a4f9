"""Surveys: opened by the office, answered by anyone without an account, counted for all to see."""

from __future__ import annotations

import secrets
from typing import Any

from django.core import signing
from django.db.models import Count
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_noop as _

from yunzhang import clock
from yunzhang.oversee.reports import surveys
from yunzhang.oversee.reports.circular_models import Survey
from yunzhang.oversee.reports.surveys import SurveyForm
from yunzhang.people import tallies
from yunzhang.people.permissions import may, pack
from yunzhang.portal import seen, typed
from yunzhang.portal.doors import PUBLIC, Visit, do, door
from yunzhang.portal.listed import Listed, answer
from yunzhang.portal.listing import Column, Kind, Listing
from yunzhang.portal.reports import counted
from yunzhang.terms.faults import FaultKind, Refused, Text

ANSWERED_OFTEN = FaultKind(
    "survey.answered_often",
    429,
    Text("从您的网络地址提交的问卷已达每日上限。", "Your network address answered often today."),
    Text("请明天再来。", "Come back tomorrow."),
)
TOKEN_WRONG = FaultKind(
    "survey.token_wrong",
    422,
    Text("问卷已经过期。", "This form is out of date."),
    Text("重新打开问卷再提交。", "Open the form again and hand it in."),
)
TOKEN_BYTES = 16

SURVEYS = Listing(
    "surveys",
    _("Surveys"),
    (
        Column(
            "title",
            _("Survey"),
            lambda row: row.title,
            order="title",
            found=("title",),
            link=lambda row: reverse("survey_results", args=[row.pk]),
        ),
        Column("opens", _("Opens"), lambda row: row.opens_on, Kind.DAY, "opens_on"),
        Column("closes", _("Closes"), lambda row: row.closes_on, Kind.DAY, "closes_on"),
        Column("answers", _("Answers"), lambda row: row.taken, Kind.NUMBER, "taken"),
    ),
    (_("No survey yet"), _("Open one: anyone answers it without an account, and no name is kept.")),
    order=("-opens_on", "-pk"),
    hint=_("Title"),
)


@door("desk.see")
def survey_list(request: Visit) -> HttpResponseBase:
    if request.method == "POST":
        return do(request, {"open": _open})
    found = Survey.objects.annotate(taken=Count("answers"))
    context = {
        "opens": may(request.actor, "circular.write"),
        "usual": "\n".join(surveys.usual()),
    }
    return answer(request, "portal/surveys.html", context, surveys=Listed(request, SURVEYS, found))


@door("desk.see")
def results(request: Visit, number: int) -> HttpResponse:
    found = seen.one(Survey.objects.select_related("unit"), pk=number)
    return render(request, "portal/survey_results.html", _counted(found))


@door("desk.see")
def figure(request: Visit, number: int, id: str) -> HttpResponseBase:
    found = seen.one(Survey.objects.all(), pk=number)
    back = (found.title, reverse("survey_results", args=[found.pk]))
    return counted.page(request, surveys.figures(found), id, back, linked=True)


@door(PUBLIC)
def public_list(request: Visit) -> HttpResponse:
    """The surveys anyone may answer now, and what came of those that are over."""
    today = clock.today()
    held = Survey.objects.filter(opens_on__lte=today).order_by("-opens_on", "-pk")
    context = {
        "running": [one for one in held if surveys.running(one, today)],
        "over": [one for one in held if not surveys.running(one, today)],
    }
    return render(request, "portal/survey_public.html", context)


@door(PUBLIC)
def public_survey(request: Visit, number: int) -> HttpResponse:
    """The form while it is open, the figures afterwards; each form is taken once."""
    found = seen.one(Survey.objects.filter(opens_on__lte=clock.today()), pk=number)
    taken = False
    if request.method == "POST":
        _answer(request, found)
        taken = True
    running = surveys.running(found, clock.today())
    context = {
        "taken": taken,
        "running": running,
        "token": signing.dumps(secrets.token_urlsafe(TOKEN_BYTES), salt=_salt(found)),
        "scale": surveys.scale(),
        "questions": [
            (f"q{place}", question, request.typed.get(f"q{place}", "") if request.typed else "")
            for place, question in enumerate(surveys.questions_of(found))
        ],
        **(_counted(found) if not running else {"survey": found}),
    }
    response = render(request, "portal/survey_form.html", context)
    response.headers["Cache-Control"] = "no-store"
    return response


def _counted(found: Survey) -> dict[str, Any]:
    """Each question with its choices, their numbers and how much of all they are."""
    rows = []
    for question, figures in surveys.results(found):
        total = sum(one.n for _choice, one in figures)
        rows.append(
            (question, [(c, one, round(100 * one.n / total) if total else 0) for c, one in figures])
        )
    return {"survey": found, "rows": rows, "answers": found.answers.count()}


def _open(request: Visit) -> str:
    form = SurveyForm(
        title=typed.text(request, "title"),
        opens_on=typed.day(request, "opens_on"),
        closes_on=typed.day(request, "closes_on"),
        questions=typed.lines(request, "questions"),
    )
    home = seen.home(request.actor, "circular.write")
    made = surveys.open_survey(request.actor, home, form, clock.today(), why=typed.why(request))
    return reverse("survey_results", args=[made.pk])


def _answer(request: Visit, found: Survey) -> None:
    """One answer; the network address itself is kept nowhere, its digest for a day."""
    counter = f"survey:{found.pk}:{request.META.get('REMOTE_ADDR', '')}"
    if tallies.count(counter) >= pack().limit("survey.answers_a_day"):
        raise Refused(ANSWERED_OFTEN())
    wanted = len(surveys.questions_of(found))
    choices = [typed.text(request, f"q{place}") for place in range(wanted)]
    try:
        within = pack().limit("survey.wait_seconds")
        token = signing.loads(typed.text(request, "token"), salt=_salt(found), max_age=within)
    except signing.BadSignature as error:
        raise Refused(TOKEN_WRONG()) from error
    surveys.answer(found, str(token), choices, clock.today())
    tallies.add(counter, within)


def _salt(found: Survey) -> str:
    # A token that this hub did not give, or gave for another survey, is none.
    return f"survey:{found.pk}"
