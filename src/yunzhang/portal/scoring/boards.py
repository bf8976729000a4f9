"""The boards: who stands on the red and the black one, why, and what was published of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _
from django.views.decorators.http import require_GET

from yunzhang.oversee.models import BoardIssue
from yunzhang.oversee.scoring import boards, scores
from yunzhang.oversee.scoring.boards import RANKING, Stand
from yunzhang.people.permissions import may, pack
from yunzhang.portal import official_sheet, seen, typed
from yunzhang.portal.cited import place
from yunzhang.portal.doors import PUBLIC, Visit, do, door
from yunzhang.portal.listed import Listed, answer
from yunzhang.portal.listing import Choices, Column, Filter, Kind, Listing
from yunzhang.portal.official_sheet import Official
from yunzhang.portal.templatetags.said import day, said
from yunzhang.terms.pack_score_rows import BoardRule


@door("score.see")
def board_list(request: Visit) -> HttpResponseBase:
    if request.method == "POST":
        return do(request, {"publish": _publish})
    periods = scores.periods(pack().limit("page.rows"))
    period = request.GET.get("period") or (periods[0] if periods else "")
    rules = boards.rules()
    found = boards.stands(period, rules) if period else []
    context = {
        "period": period,
        "periods": periods,
        "boards": [_told(rule, found) for rule in rules],
        "issues": BoardIssue.objects.filter(period=period).order_by("-pk"),
        "titles": _titles(),
        "chart": _trend(periods, rules),
        "publishes": may(request.actor, "list.publish") and bool(period),
    }
    listed = Listed(request, _listing(rules), found)
    return answer(request, "portal/boards.html", context, stands=listed)


@door("score.see")
def issue(request: Visit, board: str, number: int) -> HttpResponse:
    """One issue as it was signed."""
    return render(request, "portal/board_issue.html", _issue(board, number))


@require_GET
@door("score.see")
def issue_file(request: Visit, board: str, number: int, form: str) -> HttpResponseBase:
    """An issue to keep: the signed document, or Excel to print."""
    found = seen.one(BoardIssue.objects.all(), board=board, number=number)
    if form == "json":
        response = HttpResponse(found.signed, content_type="application/json")
        response.headers["Content-Disposition"] = f'attachment; filename="{board}-{number}.json"'
        return response
    document = boards.opened(found)
    sheet = Official(
        f"{document.title}（第{document.number}号）",
        f"发布单位：{document.issued_by}　　发布日期：{day(document.issued_at)}",
        document.columns,
        document.lines,
        f"本榜单由枢纽签名，可凭 {board}-{number}.json 验证。",
    )
    return official_sheet.as_file(sheet, f"{document.title}-{number}")


@door(PUBLIC)
def public_list(request: Visit) -> HttpResponse:
    """What was published, for everybody, where the pack makes the boards public."""
    _must_be_public()
    issues = BoardIssue.objects.order_by("-pk")[: pack().limit("page.rows")]
    context = {"issues": issues, "titles": _titles()}
    return render(request, "portal/open_boards.html", context)


@door(PUBLIC)
def public_issue(request: Visit, board: str, number: int) -> HttpResponse:
    """One published issue, for everybody."""
    _must_be_public()
    return render(request, "portal/open_board.html", _issue(board, number))


def _must_be_public() -> None:
    if not pack().limit("board.public"):
        raise Http404


def _issue(board: str, number: int) -> dict[str, Any]:
    found = seen.one(BoardIssue.objects.select_related("unit"), board=board, number=number)
    return {"issue": found, "document": boards.opened(found)}


def _titles() -> dict[str, str]:
    return {RANKING: gettext("Ranking"), **{row.id: said(row) for row in boards.rules()}}


def _told(rule: BoardRule, found: list[Stand]) -> dict[str, Any]:
    return {"rule": rule, "stands": [one for one in found if one.rule.id == rule.id]}


def _trend(periods: list[str], rules: tuple[BoardRule, ...]) -> dict[str, Any]:
    """How many units stood on each board, period by period."""
    shown = list(reversed(periods[: pack().limit("desk.trend")]))
    measured = [rule for rule in rules if rule.measures]
    if not measured:
        return {"kind": "lines", "labels": [], "series": []}
    found = {period: boards.stands(period, measured) for period in shown}
    series = [
        {
            "name": said(rule),
            "data": [sum(one.rule.id == rule.id for one in found[period]) for period in shown],
        }
        for rule in measured
    ]
    return {"kind": "lines", "labels": shown, "series": series}


def _of_board(value: str) -> Callable[[Any], bool]:
    return lambda row: row.rule.id == value


def _boards(_rows: Any) -> Choices:
    return [(row.id, said(row)) for row in boards.rules() if row.measures]


def _listing(_rules: tuple[BoardRule, ...]) -> Listing:
    return Listing(
        "boards",
        _("Red and black boards"),
        (
            Column(
                "unit",
                _("Unit"),
                lambda row: row.score.unit.short_name,
                order="unit",
                found=("unit",),
                link=lambda row: reverse("score", args=[row.score.period, row.score.unit.code]),
            ),
            Column(
                "board",
                _("Board"),
                lambda row: said(row.rule),
                order="board",
                tone=lambda row: "good" if row.rule.colour == "red" else "bad",
            ),
            Column(
                "reason",
                _("Reason"),
                lambda row: said(row.reason),
                link=_figure,
                note=lambda row: place(row.rule.cite),
            ),
            Column("place", _("Place"), lambda row: row.place, Kind.NUMBER, "place"),
            Column("total", _("Score"), lambda row: row.score.total, Kind.FIGURE, "total"),
        ),
        (_("Nobody stands on a board"), _("The boards follow from the frozen scores.")),
        filters=(Filter("board", _("Board"), _of_board, _boards, least=2),),
        hint=_("Name of the unit"),
    )


def _figure(row: Stand) -> str:
    place = [row.score.period, row.score.unit.code]
    if row.rule.indicator:
        return reverse("figure", args=[*place, row.rule.indicator])
    return reverse("score", args=place)


def _publish(request: Visit) -> str:
    board, period = typed.text(request, "board"), typed.text(request, "period")
    made = boards.publish(request.actor, board, period, why=typed.why(request))
    return reverse("board_issue", args=[board, made.number])
