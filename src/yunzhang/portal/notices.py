"""Notices on the pages: the list, the way to what each is about, and how one wants to be told."""

from __future__ import annotations

from datetime import time
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext, gettext_noop

from yunzhang.people import choices, notices
from yunzhang.people.models import Notice
from yunzhang.people.permissions import pack
from yunzhang.portal import seen, typed, waiting
from yunzhang.portal.doors import Visit, do, door
from yunzhang.portal.language import spoken
from yunzhang.portal.states import Tone
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
READ_STATES = {"unread": gettext_noop("Unread"), "read": gettext_noop("Read")}
KINDS: dict[str, tuple[str, Tone]] = {
    notices.TURN: (gettext_noop("Your turn"), Tone.BUSY),
    notices.WARNED: (gettext_noop("Due soon"), Tone.WARN),
    notices.EXPIRED: (gettext_noop("Overdue"), Tone.BAD),
    notices.ESCALATED: (gettext_noop("Escalated"), Tone.BAD),
    notices.TOLD: (gettext_noop("For information"), Tone.CALM),
}
WAYS = (
    (choices.DIGEST, gettext_noop("One mail a day, on working days")),
    (choices.EACH, gettext_noop("A mail for each notice")),
    (choices.NONE, gettext_noop("No mail")),
)


@door("desk.see")
def notice_list(request: Visit) -> HttpResponse:
    if request.method == "POST":
        return do(request, {"read": _read, "read_all": _read_all})
    found = _asked(request)
    limit = pack().limit("page.rows")
    rows = list(_after(found, request.GET.get("after", ""))[: limit + 1])
    context = {
        "rows": [_shown(row) for row in rows[:limit]],
        "more": rows[limit - 1].pk if len(rows) > limit else None,
        "kinds": [(kind, gettext(words)) for kind, (words, _tone) in KINDS.items()],
        "states": [(state, gettext(words)) for state, words in READ_STATES.items()],
        "kind": request.GET.get("kind", ""),
        "state": request.GET.get("state", ""),
        "q": request.GET.get("q", ""),
        "asked": bool(request.GET),
        "waiting": any(row.read_at is None for row in rows),
    }
    return render(request, "portal/notices.html", context)


@door("desk.see")
def notice(request: Visit, number: int) -> HttpResponseRedirect:
    """To the page the notice is about; what was opened is read."""
    person = request.actor.person
    assert person is not None
    found = seen.one(Notice.objects.filter(person=person), pk=number)
    notices.read(person, found.pk)
    return redirect(page_of(found) or "notices")


@door("desk.see")
def choice(request: Visit) -> HttpResponse:
    """How one wants to be told outside the pages."""
    if request.method == "POST":
        return do(request, {"choose": _choose})
    person = request.actor.person
    assert person is not None
    context = {
        "choice": choices.of(person),
        "person": person,
        "ways": [(way, gettext(words)) for way, words in WAYS],
        "languages": settings.LANGUAGES,
        "mails": choices.mails(),
        "hour": pack().limit("notices.digest_hour"),
    }
    return render(request, "portal/notice_choice.html", context)


def _shown(found: Notice) -> dict[str, Any]:
    words, tone = KINDS.get(found.kind, (found.kind, Tone.CALM))
    return {"notice": found, "words": gettext(words), "tone": tone, "page": page_of(found)}


def page_of(found: Notice) -> str:
    """The address of what a notice is about; empty when it has no page."""
    address = waiting.address(found.subject, found.reference)
    if address:
        return address
    route = WHOLE_PAGES.get(found.subject.partition(":")[0])
    return reverse(route) if route else ""


def _asked(request: Visit) -> QuerySet[Notice]:
    """The person's notices that match the words and the choices above the list."""
    person = request.actor.person
    assert person is not None
    found = notices.of(person)
    kind, state = request.GET.get("kind", ""), request.GET.get("state", "")
    if kind in notices.KINDS:
        found = found.filter(kind=kind)
    if state in READ_STATES:
        found = found.filter(read_at__isnull=state == "unread")
    for word in request.GET.get("q", "").split():
        found = found.filter(**{f"{spoken()}__icontains": word})
    return found


def _after(found: QuerySet[Notice], last: str) -> QuerySet[Notice]:
    """The notices that come after the one the page before ended with."""
    number = typed.place(last)
    row = found.filter(pk=number).first() if number else None
    if row is None:
        return found
    read = Q(read_at__isnull=False)
    if row.read_at is None:
        return found.filter(read | Q(pk__lt=row.pk))
    return found.filter(read, pk__lt=row.pk)


def _read(request: Visit) -> str:
    notices.read(_reader(request), typed.whole(request, "number"))
    request.said = gettext("Marked as read.")
    return request.get_full_path()


def _read_all(request: Visit) -> str:
    notices.read(_reader(request))
    request.said = gettext("Marked as read.")
    return request.get_full_path()


def _reader(request: Visit) -> Any:
    return request.actor.person


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
