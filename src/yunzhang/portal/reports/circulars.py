"""Circulars: drafted from figures, reviewed, published; every figure leads to its rows."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _
from django.views.decorators.http import require_GET

from yunzhang import clock
from yunzhang.engines.official_paper import CENTRED, HEADING, TITLE, Block, Paragraph, paragraphs
from yunzhang.oversee.reports import circulars, period
from yunzhang.oversee.reports.circular_models import Circular, Survey
from yunzhang.oversee.reports.circulars import CircularForm
from yunzhang.oversee.reports.period import Span
from yunzhang.people.permissions import may
from yunzhang.portal import seen, typed, word_file
from yunzhang.portal.doors import Visit, do, door
from yunzhang.portal.history import told
from yunzhang.portal.listed import Listed, answer
from yunzhang.portal.listing import Column, Filter, Kind, Listing, of_states
from yunzhang.portal.reports import counted
from yunzhang.terms.document import digest

CIRCULARS = Listing(
    "circulars",
    _("Circulars"),
    (
        Column("number", _("Number"), lambda row: row.number, Kind.NUMBER, "number"),
        Column(
            "title",
            _("Circular"),
            lambda row: row.title,
            order="title",
            found=("title", "text", "praised", "criticised"),
            link=lambda row: reverse("circular_issue", args=[row.pk]),
            note=lambda row: f"{row.since} – {row.until}",
        ),
        Column("state", _("State"), lambda row: row.state, Kind.STATE, "state", states="circular"),
        Column("unit", _("Issued by"), lambda row: row.unit.short_name, order="unit__short_name"),
        Column("issued", _("Published"), lambda row: row.issued_at, Kind.DAY, "issued_at"),
        Column("since", _("From"), lambda row: row.since, Kind.DAY, on="file"),
        Column("until", _("To"), lambda row: row.until, Kind.DAY, on="file"),
    ),
    (_("No circular yet"), _("What the office publishes stands here for every unit to read.")),
    order=("-pk",),
    filters=(
        of_states("circular", _("State")),
        Filter(
            "year",
            _("Year"),
            lambda value: Q(until__year=value) if value.isdigit() else None,
            lambda rows: [
                (str(year), str(year))
                for year in sorted({one.year for one in rows.values_list("until", flat=True)})
            ],
        ),
    ),
    hint=_("Title or words of the text"),
)


@door("desk.see")
def circular_list(request: Visit) -> HttpResponseBase:
    if request.method == "POST":
        return do(request, {"draft": _draft})
    writes, today = may(request.actor, "circular.write"), clock.today()
    context: dict[str, Any] = {"writes": writes}
    if writes:
        praised, criticised = circulars.mentions()
        since = today.replace(day=1)
        context |= {
            "since": since.isoformat(),
            "until": today.isoformat(),
            "first": period.sentences(period.report(Span(None, since, today))),
            "praised": praised,
            "criticised": criticised,
            "surveys": [(str(one.pk), one.title) for one in Survey.objects.order_by("-pk")],
        }
    listed = Listed(request, CIRCULARS, circulars.visible(request.actor))
    return answer(request, "portal/circulars.html", context, circulars=listed)


@door("desk.see")
def circular(request: Visit, number: int) -> HttpResponse:
    found = _one(request, number)
    if request.method == "POST":
        deeds = {
            "edit": _edit,
            "submit": _submit,
            "agree": _agree,
            "back": _back,
            "publish": _publish,
        }
        return do(request, deeds, found)
    # What was published is shown as it was signed.
    published = circulars.opened(found) if found.signed else None
    writes = may(request.actor, "circular.write")
    context = {
        "circular": found,
        "figures": published.figures if published else circulars.figures_of(found),
        "writes": writes,
        "own": found.drafted_by == request.actor.person,
        "history": told(circulars.subject_of(found)) if writes else (),
    }
    return render(request, "portal/circular_issue.html", context)


@door("desk.see")
def figure(request: Visit, number: int, id: str) -> HttpResponseBase:
    found = _one(request, number)
    linked = seen.units(request.actor, "score.see") is None
    back = (found.title, reverse("circular_issue", args=[found.pk]))
    return counted.page(request, circulars.figures_of(found), id, back, linked=linked)


@require_GET
@door("desk.see")
def circular_file(request: Visit, number: int) -> HttpResponse:
    """A published circular as it was signed."""
    found = _one(request, number)
    if not found.signed:
        raise Http404
    kept = {"Content-Disposition": f'attachment; filename="circular-{found.number}.json"'}
    return HttpResponse(found.signed, content_type="application/json", headers=kept)


@require_GET
@door("desk.see")
def circular_word(request: Visit, number: int) -> HttpResponse:
    """The circular as Word: as it was signed, or as the draft stands."""
    found = _one(request, number)
    published = circulars.opened(found) if found.signed else None
    shown = published.figures if published else circulars.figures_of(found)
    opening = _("No. %(n)s") if published else _("Draft")
    line = gettext(opening) % {"n": found.number}
    figures = word_file.figures(
        request, shown, [reverse("circular_figure", args=[found.pk, one.id]) for one in shown]
    )
    blocks = [
        Paragraph(found.title, TITLE),
        Paragraph(f"{line}  {found.unit.name}  {found.since} – {found.until}", CENTRED),
        *paragraphs(found.text),
        *_named(_("Red board"), found.praised),
        *_named(_("Black board"), found.criticised),
        Paragraph(gettext("Figures of the period"), HEADING),
        figures,
    ]
    if published:
        blocks += [
            Paragraph(
                gettext("Published %(at)s, signed by the hub; digest of the signed file:")
                % {"at": f"{localtime(published.issued_at):%Y-%m-%d}"}
            ),
            Paragraph(digest(found.signed.encode())),
        ]
    return word_file.as_file(blocks, f"circular-{found.number or found.pk}")


def _named(board: str, names: str) -> list[Block]:
    return [Paragraph(gettext(board), HEADING), *paragraphs(names)] if names else []


def _one(request: Visit, number: int) -> Circular:
    return seen.one(circulars.visible(request.actor), pk=number)


def _form(request: Visit) -> CircularForm:
    return CircularForm(
        title=typed.text(request, "title"),
        text=typed.text(request, "text"),
        praised=typed.text(request, "praised"),
        criticised=typed.text(request, "criticised"),
    )


def _draft(request: Visit) -> str:
    chosen = typed.record(request, "survey")
    made = circulars.draft(
        request.actor,
        seen.home(request.actor, "circular.write"),
        _form(request),
        typed.day(request, "since"),
        typed.day(request, "until"),
        seen.one(Survey.objects.all(), pk=chosen) if chosen else None,
        why=gettext("A circular is drafted"),
    )
    return reverse("circular_issue", args=[made.pk])


def _edit(request: Visit, found: Circular) -> None:
    circulars.edit(request.actor, found, _form(request), why=gettext("The draft is written anew"))


def _submit(request: Visit, found: Circular) -> None:
    circulars.submit(request.actor, found, why=gettext("Handed over for review"))


def _agree(request: Visit, found: Circular) -> None:
    why = gettext("The circular is agreed to")
    circulars.review(request.actor, found, agreed=True, remark="", why=why)


def _back(request: Visit, found: Circular) -> None:
    remark = typed.text(request, "remark")
    circulars.review(request.actor, found, agreed=False, remark=remark, why=remark)


def _publish(request: Visit, found: Circular) -> None:
    circulars.publish(request.actor, found, why=gettext("The circular is published"))
