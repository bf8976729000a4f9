"""Open data: what anyone may look for, ask to be opened or report as wrong, without an account."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_noop as _

from yunzhang import clock
from yunzhang.gather import search
from yunzhang.people import cases, clocks, tallies
from yunzhang.people.models import Case, CaseMove, Clock
from yunzhang.people.permissions import pack
from yunzhang.portal import typed
from yunzhang.portal.doors import DEED_UNKNOWN, PUBLIC, Visit, door
from yunzhang.portal.listed import Listed, answer
from yunzhang.portal.listing import Choices, Column, Filter, Kind, Listing
from yunzhang.portal.templatetags.said import abstract, coded, said
from yunzhang.terms import procedures
from yunzhang.terms.document import decode
from yunzhang.terms.entry import EntryDraft
from yunzhang.terms.faults import FaultKind, Refused, Text
from yunzhang.use import opening

ASKED_OFTEN = FaultKind(
    "opening.asked_often",
    429,
    Text("从您的网络地址提出的申请已达每日上限。", "Your network address has asked often today."),
    Text("请明天再提出。", "Come back tomorrow."),
)
TRIED_OFTEN = FaultKind(
    "opening.tried_often",
    429,
    Text("查询次数过多。", "There were too many tries."),
    Text("请在 {minutes} 分钟后再查。", "Try again in {minutes} minutes."),
)
RECEIPT = "receipt"  # the cookie that carries a new receipt to its page, once

# The papers of a case that are the answer to whoever asked; nothing else of it is theirs.
ANSWERS = (
    "paper.answer", "paper.missing", "paper.reason", "paper.law", "paper.finding",
)  # fmt: skip


def _coded(code_list: str, but: tuple[str, ...] = ()) -> Callable[[Any], Choices]:
    def choices(_rows: Any) -> Choices:
        return [(row.code, said(row)) for row in pack().codes_of(code_list) if row.code not in but]

    return choices


def _open_type(row: Any) -> str:
    return coded(decode(row.draft, EntryDraft).open_type, "open_type")


OPEN = Listing(
    "open",
    _("Open data"),
    (
        Column("title", _("Data"), lambda row: row.title, order="title"),
        Column(
            "code", _("Resource code"), lambda row: row.resource.code, Kind.CODE, "resource__code"
        ),
        Column(
            "unit", _("Provider"), lambda row: row.resource.unit.name, order="resource__unit__name"
        ),
        Column("open", _("Opening"), _open_type),
        Column("published", _("Published"), lambda row: row.published_on, Kind.DAY, "published_on"),
        Column("abstract", _("Abstract"), abstract, on="file"),
    ),
    (
        _("Nothing is open yet"),
        _("Data stands here once a department opens it."),
    ),
    filters=(
        Filter("open_type", _("Opening"), opening.of_type, _coded("open_type", ("0",))),
        Filter(
            "field",
            _("Field"),
            lambda value: Q(classification__startswith=value),
            _coded("classification"),
        ),
        Filter("cycle", _("Updated"), opening.of_cycle, _coded("update_cycle")),
    ),
    order=("-published_on", "title"),
    hint=_("What are you looking for?"),
    missed=_("Try fewer words, or take a filter away."),
    find=search.ranked,
    counted_to="search.total_cap",
    shape="portal/part/open_found.html",
)


@door(PUBLIC)
def open_list(request: Visit) -> HttpResponseBase:
    return answer(request, "portal/open.html", {}, found=Listed(request, OPEN, opening.listed()))


@door(PUBLIC)
def open_entry(request: Visit, code: str) -> HttpResponse:
    try:
        version = opening.find(code)
    except Refused as refused:
        # Told on the public's own pages: nobody without an account is sent to a desk.
        gone = {"found": refused.faults}
        return render(request, "portal/open_none.html", gone, status=refused.status)
    if request.method == "POST":
        return _asked(request, code)
    table = version.resource.table
    context = {
        "version": version,
        "draft": decode(version.draft, EntryDraft),
        "unit": version.resource.unit,
        "fresh": table.gathered_at if table else None,
        "answer": pack().clock("public_reply"),
        "longest": pack().limit("opening.text_characters"),
    }
    return render(request, "portal/open_entry.html", context)


@door(PUBLIC)
def open_asked(request: Visit, number: str = "") -> HttpResponse:
    """The page of a receipt: shown with its word only, which never stands in an address."""
    fresh = request.get_signed_cookie(RECEIPT, default="") if number else ""
    context: dict[str, Any] = {"number": number}
    if fresh and fresh.partition(":")[0] == number:
        word = fresh.partition(":")[2]
        context.update(_told(opening.look(number, word)), word=word, fresh=True)
    elif request.method == "POST":
        context.update(_looked(request))
    elif request.typed:
        # Shown again beside a fault: the typed number stays, the word is asked for anew.
        context["number"] = request.typed.get("number", number)
    response = render(request, "portal/open_asked.html", context)
    response.headers["Cache-Control"] = "no-store"
    # Not "no-referrer": a browser then hides the origin too, and its own form would be refused.
    response.headers["Referrer-Policy"] = "same-origin"
    if fresh:
        response.delete_cookie(RECEIPT, path=reverse("open_asked"))
    return response


def _asked(request: Visit, code: str) -> HttpResponse:
    """Take it in, and carry the receipt to its page without its word in any address."""
    counter = _counted(request, "ask", "opening.asked_a_day", "opening.wait_seconds", ASKED_OFTEN)
    contact = typed.text(request, "contact")
    deed = typed.text(request, "deed")
    if deed == "ask":
        receipt = opening.ask(code, typed.text(request, "need"), contact)
    elif deed == "report":
        items = request.POST.getlist("items")
        receipt = opening.report(code, items, typed.text(request, "doubt"), contact)
    else:
        raise Refused(DEED_UNKNOWN(deed=deed))
    tallies.add(counter, pack().limit("opening.wait_seconds"))
    response = redirect("open_receipt", receipt.number)
    response.set_signed_cookie(
        RECEIPT,
        f"{receipt.number}:{receipt.word}",
        path=reverse("open_asked"),
        httponly=True,
        samesite="Strict",
        secure=settings.SESSION_COOKIE_SECURE or request.is_secure(),
    )
    return response


def _looked(request: Visit) -> dict[str, Any]:
    """What became of it, and what the asker hands in on the way."""
    counter = _counted(request, "look", "opening.tries", "opening.tries_seconds", TRIED_OFTEN)
    number, word = typed.text(request, "number"), typed.text(request, "word")
    try:
        case = opening.look(number, word)
    except Refused:
        tallies.add(counter, pack().limit("opening.tries_seconds"))
        raise
    if typed.text(request, "deed") == "complete":
        case = opening.complete(number, word, typed.text(request, "need"))
    return {"number": number, "word": word, **_told(case)}


def _told(case: Case) -> dict[str, Any]:
    """What whoever asked may know: where it stands, until when, and the answer; no names."""
    procedure = cases.course_of(case)
    running = Clock.objects.filter(subject=cases.subject_of(case), ended_on=None).first()
    moves = case.moves.exclude(to_step="").order_by("pk").prefetch_related("papers")
    provider = case.parties.select_related("unit").get(party="provider").unit
    return {
        "case": case,
        "unit": provider,
        "step": procedures.step_of(procedure, case.step),
        "running": running,
        "days": clocks.left(running, clock.today()) if running else None,
        "steps": [_step(move, procedure) for move in moves],
        "completing": case.procedure == opening.PROCEDURE and case.step == "complete",
    }


def _step(row: CaseMove, procedure: Any) -> dict[str, Any]:
    """One thing that was done; the reason of a refusal is told, the officer's own why is not."""
    names = {code.id: said(code) for code in pack().codes_of("paper")}
    move = procedures.move_of(procedure, row.from_step, row.move)
    papers = [
        (names.get(paper.paper, ""), paper.text or paper.file_name)
        for paper in row.papers.all()
        if paper.paper in ANSWERS
    ]
    return {"move": move, "at": row.at, "papers": papers}


def _counted(request: Visit, what: str, most: str, within: str, kind: FaultKind) -> str:
    """The counter of one network address; raises when it has been used up.

    The address itself is kept nowhere, its digest only as long as the limit runs.
    """
    counter = f"opening:{what}:{request.META.get('REMOTE_ADDR', '')}"
    if tallies.count(counter) >= pack().limit(most):
        raise Refused(kind(minutes=-(-pack().limit(within) // 60)))
    return counter
