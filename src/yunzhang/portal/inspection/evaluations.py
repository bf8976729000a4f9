"""Evaluations: opened for a third party, its evidence room, the result its own key signed."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _
from django.views.decorators.http import require_GET

from yunzhang import clock
from yunzhang.oversee.inspection import evaluations
from yunzhang.oversee.inspection.evaluation_models import Evaluation
from yunzhang.oversee.inspection.evaluations import EvaluationForm
from yunzhang.oversee.models import Score
from yunzhang.oversee.reports.circular_models import Circular
from yunzhang.people.hub_key import hub_key
from yunzhang.people.models import Case, Unit
from yunzhang.people.permissions import may, pack, require
from yunzhang.portal import seen, typed
from yunzhang.portal.doors import Visit, do, door
from yunzhang.portal.history import told
from yunzhang.portal.listed import Listed, answer
from yunzhang.portal.listing import Column, Kind, Listing
from yunzhang.portal.protect import evidence, logs
from yunzhang.share import lists
from yunzhang.share.list_views import VIEWS
from yunzhang.share.models import ListIssue
from yunzhang.terms.document import encode
from yunzhang.terms.evaluation import Given, Result
from yunzhang.terms.faults import Fault, Refused

EVALUATIONS = Listing(
    "evaluations",
    _("Evaluations"),
    (
        Column(
            "title",
            _("Evaluation"),
            lambda row: row.title,
            order="title",
            found=("title", "evaluator__name"),
            link=lambda row: reverse("evaluation", args=[row.pk]),
        ),
        Column("year", _("Year"), lambda row: str(row.year), order="year"),
        Column("who", _("Evaluator"), lambda row: row.evaluator.name, order="evaluator__name"),
        Column("opens", _("Room opens"), lambda row: row.opens_on, Kind.DAY, "opens_on"),
        Column("closes", _("Room closes"), lambda row: row.closes_on, Kind.DAY, "closes_on"),
        Column("taken", _("Handed in"), lambda row: row.taken_at, Kind.DAY, "taken_at"),
    ),
    (
        _("No evaluation here"),
        _("The office opens one each year for a third party; its result is circulated."),
    ),
    order=("-year", "-pk"),
    hint=_("Title or evaluator"),
)


@door("desk.see")
def evaluation_list(request: Visit) -> HttpResponseBase:
    if request.method == "POST":
        return do(request, {"open": _open})
    opens = may(request.actor, evaluations.OPEN)
    kind = evaluations.EVALUATOR_KIND
    context: dict[str, Any] = {"opens": opens}
    if opens:
        # What was found secret is shown to nobody outside its unit (Order 809 Arts. 3 and 13).
        known = Case.objects.exclude(closed_on=None).exclude(procedure="assessment")
        closed = known.order_by("-closed_on", "-pk")[: pack().limit("page.list_rows")]
        evaluators = Unit.objects.filter(kind=kind)
        context |= {
            "evaluators": [(str(unit.pk), unit.name) for unit in evaluators],
            "packages": [(str(one.pk), f"{one.number} {one.title}") for one in closed],
        }
    listed = Listed(request, EVALUATIONS, evaluations.visible(request.actor))
    return answer(request, "portal/evaluations.html", context, evaluations=listed)


@door("desk.see")
def evaluation(request: Visit, number: int) -> HttpResponse:
    found = _one(request, number)
    if request.method == "POST":
        return do(request, {"circulate": _circulate}, found)
    result, wrong = _verified(found)
    names = {unit.code: unit.name for unit in Unit.objects.all()}
    opens = may(request.actor, evaluations.OPEN)
    context = {
        "evaluation": found,
        "result": result,
        "wrong": wrong,
        "figures": [(names.get(one.unit, one.unit), one) for one in result.figures]
        if result
        else (),
        "opens": opens,
        "enters": evaluations.evaluates(request.actor, found),
        "open_now": evaluations.is_open(found, clock.today()),
        "history": told(evaluations.subject_of(found)) if opens else (),
    }
    return render(request, "portal/evaluation.html", context)


@require_GET
@door("desk.see")
def result_file(request: Visit, number: int, part: str) -> HttpResponse:
    """What the evaluator handed in: its signed result, or its file, byte for byte."""
    found = _one(request, number)
    if not found.signed or part not in ("result.json", "file"):
        raise Http404
    body = found.signed.encode() if part == "result.json" else bytes(found.file or b"")
    return _sent(body, f"evaluation-{found.pk}-{part}")


@door("evidence.read")
def room(request: Visit, number: int) -> HttpResponse:
    """The evidence room: scores, lists, circulars, the log, chosen packages; read only."""
    found = _room(request, number)
    if request.method == "POST":
        return do(request, {"hand_in": _hand_in}, found)
    evaluations.read(request.actor, found, "room")
    last = Score.objects.order_by("-frozen_at", "-pk").values_list("period", flat=True).first()
    scores = Score.objects.filter(period=last).select_related("unit").order_by("-total")
    context = {
        "evaluation": found,
        "period": last,
        "scores": scores,
        "lists": [(said.name, lists.latest(kind)) for kind, said in VIEWS.items()],
        "circulars": Circular.objects.filter(state=Circular.State.PUBLISHED).order_by("-number"),
        "packages": found.cases.order_by("-pk"),
        "key": hub_key().public.text,
    }
    return render(request, "portal/evidence_room.html", context)


@require_GET
@door("evidence.read")
def exhibit(request: Visit, number: int, kind: str, id: int) -> HttpResponse:
    """One thing of the room to take along; each leaves a fact of its own."""
    found = _room(request, number)
    if kind not in EXHIBITS:
        raise Http404
    body, name = EXHIBITS[kind](found, id)
    evaluations.read(request.actor, found, f"{kind}:{id}")
    return _sent(body, name)


def _score(_found: Evaluation, id: int) -> tuple[bytes, str]:
    row = seen.one(Score.objects.all(), pk=id)
    return row.signed.encode(), f"score-{row.period}-{row.pk}.json"


def _list(_found: Evaluation, id: int) -> tuple[bytes, str]:
    row = seen.one(ListIssue.objects.all(), pk=id)
    return row.signed.encode(), f"list-{row.list}-{row.number}.json"


def _circular(_found: Evaluation, id: int) -> tuple[bytes, str]:
    row = seen.one(Circular.objects.exclude(signed=""), pk=id)
    return row.signed.encode(), f"circular-{row.number}.json"


def _package(found: Evaluation, id: int) -> tuple[bytes, str]:
    row = seen.one(found.cases.all(), pk=id)
    return evidence.case_package(row).zipped(), f"{row.number}.zip"


def _checkpoint(_found: Evaluation, _id: int) -> tuple[bytes, str]:
    return logs.named(logs.HUB).note.encode(), "checkpoint.txt"


def _template(found: Evaluation, _id: int) -> tuple[bytes, str]:
    """The result to fill in and sign: every unit, its figure left empty."""
    given = tuple(
        Given(unit=unit.code, item="使用情况", value="")
        for unit in Unit.objects.exclude(kind=evaluations.EVALUATOR_KIND)
    )
    result = Result(
        evaluation=evaluations.subject_of(found),
        evaluator=found.evaluator.name,
        figures=given,
        file_name="",
        file_digest="",
    )
    return encode(result), f"evaluation-{found.pk}.json"


EXHIBITS = {
    "score": _score,
    "list": _list,
    "circular": _circular,
    "package": _package,
    "checkpoint": _checkpoint,
    "template": _template,
}


def _one(request: Visit, number: int) -> Evaluation:
    return seen.one(evaluations.visible(request.actor), pk=number)


def _room(request: Visit, number: int) -> Evaluation:
    """The evaluation whose room this is, for its own evaluator alone."""
    found = _one(request, number)
    require(request.actor, evaluations.READ, found.evaluator)
    return found


def _verified(found: Evaluation) -> tuple[Result | None, Fault | None]:
    """The result, or the first reason why what is kept is not what was signed."""
    if not found.signed:
        return None, None
    try:
        return evaluations.result_of(found), None
    except Refused as refused:
        return None, refused.faults[0]


def _open(request: Visit) -> str:
    chosen = typed.record(request, "evaluator")
    evaluator = seen.one(Unit.objects.all(), pk=chosen)
    form = EvaluationForm(
        title=typed.text(request, "title"),
        evaluator=evaluator,
        key=typed.text(request, "key"),
        opens_on=typed.day(request, "opens_on"),
        closes_on=typed.day(request, "closes_on"),
        cases=list(Case.objects.filter(pk__in=typed.records(request, "cases"))),
    )
    home = seen.home(request.actor, evaluations.OPEN)
    made = evaluations.open_room(request.actor, home, form, why=typed.why(request))
    return reverse("evaluation", args=[made.pk])


def _hand_in(request: Visit, found: Evaluation) -> str:
    evaluations.hand_in(
        request.actor,
        found,
        typed.paper(request, "signed").file,
        typed.paper(request, "report"),
        why=gettext("The result of the evaluation"),
    )
    return reverse("evaluation", args=[found.pk])


def _circulate(request: Visit, found: Evaluation) -> str:
    why = gettext("The result of the evaluation is to be circulated")
    made = evaluations.to_circular(request.actor, found, why=why)
    return reverse("circular_issue", args=[made.pk])


def _sent(body: bytes, name: str) -> HttpResponse:
    kept = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "X-Content-Type-Options": "nosniff",
    }
    return HttpResponse(body, content_type="application/octet-stream", headers=kept)
