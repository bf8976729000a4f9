"""Lists: the five lists as they stand now, and their issues, numbered and signed."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_noop as _
from django.views.decorators.http import require_GET

from yunzhang.people.models import Unit
from yunzhang.people.permissions import Actor, may
from yunzhang.portal import official_sheet, seen, typed
from yunzhang.portal.doors import Visit, do, door
from yunzhang.portal.language import spoken
from yunzhang.portal.listed import Listed, answer
from yunzhang.portal.listing import Column, Kind, Listing, of_values
from yunzhang.portal.official_sheet import Official
from yunzhang.portal.templatetags.said import day, said
from yunzhang.share import lists
from yunzhang.share.list_views import VIEWS
from yunzhang.share.models import ListIssue
from yunzhang.terms.published_list import Line, changes

ON_PAGE = {  # columns of a page; the file has all of them
    "sharing": (0, 1, 2, 7, 8, 11, 12),
    "opening": (0, 1, 2, 5, 6, 7, 8),
}
FILTERS = {  # columns a list is narrowed by: the units, and what has few values
    "sharing": (2, 5, 7, 9, 10, 11),
    "opening": (2, 5, 7),
    "demand": (2, 3, 5, 6),
    "responsibility": (2, 5, 6),
    "negative": (2, 4),
}
ISSUES = Listing(
    "issues",
    _("Issues"),
    (
        Column(
            "number",
            _("Issue"),
            lambda row: row.number,
            Kind.NUMBER,
            "number",
            link=lambda row: reverse("list_issue", args=[row.list, row.number]),
        ),
        Column("issued", _("Issued"), lambda row: row.issued_at, Kind.DAY, "issued_at"),
        Column("lines", _("Lines"), lambda row: row.lines, Kind.NUMBER, "lines"),
        Column(
            "file",
            _("To print"),
            lambda _row: "Excel",
            link=lambda row: reverse("list_issue_file", args=[row.list, row.number, "xlsx"]),
            on="page",
        ),
    ),
    (_("Not issued yet"), _("Press “Number, sign and issue” when the list is to be published.")),
    order=("-number",),
    prefix="i_",
    search=False,
)


@door("catalog.see")
def list_all(request: Visit) -> HttpResponse:
    """The five lists: how long each is, what was issued last, what has changed since."""
    told = [_told(kind) for kind in VIEWS]
    context = {"lists": told, "publishes": may(request.actor, "list.publish")}
    return render(request, "portal/lists.html", context)


@door("catalog.see")
def live(request: Visit, kind: str) -> HttpResponseBase:
    """One list as it stands now; issued from here by whoever may."""
    lists.view(kind)
    if request.method == "POST":
        return do(request, {"publish": _publish}, kind)
    unit, now = _unit(request), lists.live(kind)
    lines = lists.live(kind, unit) if unit else now
    listed = Listed(request, _listing(kind, request.actor), lines)
    told = _told(kind)
    context = {
        **told,
        "changed": lists.since(told["last"], now),
        "unit": unit,
        "home": request.actor.unit,
        "publishes": may(request.actor, "list.publish"),
    }
    issues = Listed(request, ISSUES, ListIssue.objects.filter(list=kind))
    return answer(request, "portal/list.html", context, lines=listed, issues=issues)


@door("catalog.see")
def issue(request: Visit, kind: str, number: int) -> HttpResponseBase:
    """One issue as it was signed."""
    found = _issue(kind, number)
    document = lists.opened(found)
    listed = Listed(request, _listing(kind, request.actor), document.lines)
    before = ListIssue.objects.filter(list=kind, number=number - 1).first()
    changed = changes(lists.opened(before).lines, document.lines) if before else None
    context = {"issue": found, "document": document, "changed": changed, "kind": kind}
    return answer(request, "portal/list_issue.html", context, lines=listed)


@require_GET
@door("catalog.see")
def issue_file(request: Visit, kind: str, number: int, form: str) -> HttpResponseBase:
    """An issue to keep: the signed document, or Excel in the official layout."""
    found = _issue(kind, number)
    if form == "json":
        response = HttpResponse(found.signed, content_type="application/json")
        response.headers["Content-Disposition"] = f'attachment; filename="{kind}-{number}.json"'
        return response
    document = lists.opened(found)
    sheet = Official(
        f"{document.title}（第{document.number}号）",
        f"发布单位：{document.issued_by}　　发布日期：{day(document.issued_at)}",
        document.columns,
        document.lines,
        f"本清单由枢纽签名，可凭 {kind}-{number}.json 验证。",
    )
    return official_sheet.as_file(sheet, f"{document.title}-{number}")


def _told(kind: str) -> dict[str, Any]:
    found = lists.view(kind)
    return {
        "kind": kind,
        "name": _named(kind),
        "rule": lists.rule(kind),
        "count": found.count(),
        "last": lists.latest(kind),
    }


def _named(kind: str) -> str:
    return said(lists.view(kind).name) if spoken() == "en" else lists.title(kind)


def _issue(kind: str, number: int) -> ListIssue:
    lists.view(kind)
    return seen.one(ListIssue.objects.select_related("unit", "issued_by"), list=kind, number=number)


def _unit(request: Visit) -> Unit | None:
    code = request.GET.get("unit", "")
    return Unit.objects.filter(code=code).first() if code else None


def _publish(request: Visit, kind: str) -> str:
    made = lists.publish(request.actor, kind, why=typed.why(request))
    return reverse("list_issue", args=[kind, made.number])


def _listing(kind: str, actor: Actor) -> Listing:
    columns = lists.view(kind).columns
    shown = ON_PAGE.get(kind, range(len(columns)))
    return Listing(
        f"list-{kind}",
        _named(kind),
        tuple(
            _column(partial(_page, kind, actor), at, said(column), at in shown)
            for at, column in enumerate(columns)
        ),
        (_("The list is empty"), _("Lines appear by themselves as the catalog and needs grow.")),
        filters=tuple(
            of_values(f"c{at}", said(columns[at]), partial(_value, at)) for at in FILTERS[kind]
        ),
        hint=_("Code, name or unit"),
    )


def _column(
    page: Callable[[Line], str],
    at: int,
    title: str,
    on_page: bool,  # noqa: FBT001 - one of two
) -> Column:
    return Column(
        f"c{at}",
        title,
        partial(_value, at),
        Kind.CODE if at == 0 else Kind.TEXT,
        order=f"c{at}",
        found=(f"c{at}",),
        link=page if at == 1 else None,
        on="both" if on_page else "file",
    )


def _value(at: int, line: Line) -> str:
    return line[at]


def _page(kind: str, actor: Actor, line: Line) -> str:
    """The page of what a line is about, where it is there for this reader."""
    if kind != "demand":
        return reverse("entry", args=[line[0]])
    sides, own = set(line[2:4]), {post.unit.name for post in actor.posts}
    if seen.units(actor, "request.see") is not None and not sides & own:
        return ""
    return reverse("case" if line[0].startswith("SX") else "request", args=[line[0]])
