"""Notices on the pages: the list, the way to what each is about, and how one wants to be told."""

from __future__ import annotations

from datetime import time
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from yunzhang.people import choices, notices
from yunzhang.people.models import Notice, Person
from yunzhang.people.permissions import pack
from yunzhang.portal import seen, typed
from yunzhang.portal.doors import Visit, do, door
from yunzhang.portal.language import spoken
from yunzhang.portal.listed import Listed, answer
from yunzhang.portal.listing import Choices, Column, Filter, Kind, Listing, of_states
from yunzhang.portal.people import waiting
from yunzhang.portal.templatetags.said import moment
from yunzhang.terms.faults import FaultKind, Refused, Text

HOUR_WRONG = FaultKind(
    "form.hour_wrong",
    422,
    Text("“{text}”不是时刻。", "“{text}” is not a time of day."),
    Text("按 22:30 的样式填写。", "Write it like 22:30."),
)
# Pages that a notice may lead to without a turn: they show what concerns the reader at once.
WHOLE_PAGES = {
    "webhook": "webhooks",
    "person": "notice_choice",
    "delegation": "me",
    "calendar": "calendar",
    "list": "lists",
}
WAYS = (
    (choices.DIGEST, _("One mail a day, on working days")),
    (choices.EACH, _("A mail for each notice")),
    (choices.NONE, _("No mail")),
)


def said(row: Notice) -> str:
    """What is told, in the reader's language."""
    return row.en if spoken() == "en" else row.zh


def page_of(found: Notice) -> str:
    """The address of what a notice is about; empty when it has no page."""
    address = waiting.address(found.subject, found.reference)
    if address:
        return address
    route = WHOLE_PAGES.get(found.subject.partition(":")[0])
    return reverse(route) if route else ""


def _way(row: Notice) -> str:
    return reverse("notice", args=[row.pk]) if page_of(row) else ""


def _when(row: Notice) -> str:
    return f"{moment(row.at)} · {gettext('mailed')}" if row.mailed_at else moment(row.at)


def _read_states(_rows: Any) -> Choices:
    return [("unread", gettext("Unread")), ("read", gettext("Read"))]


READ = {"unread": Q(read_at=None), "read": Q(read_at__isnull=False)}
NOTICES = Listing(
    "notices",
    _("Notices"),
    (
        Column("kind", _("Kind of notice"), lambda row: row.kind, Kind.STATE, states="notice"),
        Column("told", _("What it says"), said, found=("zh", "en"), link=_way, note=_when),
        Column("at", _("When"), lambda row: row.at, Kind.MOMENT, "at", on="file"),
        Column("read", _("Read"), lambda row: row.read_at, Kind.MOMENT, on="file"),
    ),
    (
        _("No notice yet"),
        _("You are told here of your turns, of limits and of what was decided for your unit."),
    ),
    order=("done", "-pk"),
    filters=(
        of_states("notice", _("Kind of notice"), field="kind"),
        Filter("state", _("State"), READ.get, _read_states),
    ),
    shape="portal/part/listing_notices.html",
)


@door("desk.see")
def notice_list(request: Visit) -> HttpResponseBase:
    if request.method == "POST":
        return do(request, {"read": _read, "read_all": _read_all})
    person = _reader(request)
    found = Listed(request, NOTICES, notices.of(person))
    context = {"waiting": notices.unread(person) > 0}
    return answer(request, "portal/notices.html", context, notices=found)


@door("desk.see")
def notice(request: Visit, number: int) -> HttpResponseRedirect:
    """To the page the notice is about; what was opened is read."""
    person = _reader(request)
    found = seen.one(Notice.objects.filter(person=person), pk=number)
    notices.read(person, found.pk)
    return redirect(page_of(found) or "notices")


@door("desk.see")
def choice(request: Visit) -> HttpResponse:
    """How one wants to be told outside the pages."""
    if request.method == "POST":
        return do(request, {"choose": _choose})
    person = _reader(request)
    context = {
        "choice": choices.of(person),
        "person": person,
        "ways": [(way, gettext(words)) for way, words in WAYS],
        "languages": settings.LANGUAGES,
        "mails": choices.mails(),
        "hour": pack().limit("notices.digest_hour"),
    }
    return render(request, "portal/notice_choice.html", context)


def _read(request: Visit) -> str:
    notices.read(_reader(request), typed.whole(request, "number"))
    request.said = gettext("Marked as read.")
    return request.get_full_path()


def _read_all(request: Visit) -> str:
    notices.read(_reader(request))
    request.said = gettext("Marked as read.")
    return request.get_full_path()


def _reader(request: Visit) -> Person:
    person = request.actor.person
    assert person is not None
    return person


def _choose(request: Visit) -> None:
    wish = choices.Wish(
        mail=typed.text(request, "mail"),
        address=typed.text(request, "address"),
        language=typed.text(request, "language"),
        quiet_from=_hour(request, "quiet_from"),
        quiet_to=_hour(request, "quiet_to"),
    )
    choices.choose(request.actor, wish, why=typed.why(request))


def _hour(request: Visit, name: str) -> time | None:
    written = typed.text(request, name)
    try:
        return time.fromisoformat(written).replace(tzinfo=None) if written else None
    except ValueError as error:
        raise Refused(HOUR_WRONG(text=written)) from error
