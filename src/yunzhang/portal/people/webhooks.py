"""Webhooks on the pages: where a unit's own system is told, what it was told, what it answered."""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.db.models import Case, CharField, QuerySet, Value, When
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_noop as _

from yunzhang.people import webhook_calls, webhook_words, webhooks
from yunzhang.people.models import Webhook, WebhookCall
from yunzhang.people.permissions import pack
from yunzhang.portal import seen, typed
from yunzhang.portal.doors import Visit, do, door
from yunzhang.portal.language import spoken
from yunzhang.portal.listed import Listed, answer
from yunzhang.portal.listing import Column, Kind, Listing, of_states, of_units

TAKEN, ON_ITS_WAY, GIVEN_UP = "taken", "waiting", "given_up"


def said(row: WebhookCall) -> str:
    """What the call tells, in the reader's language."""
    return str(json.loads(row.body)["data"][spoken()])


def answered(row: WebhookCall) -> str:
    """What became of the call, in the reader's language; empty before the first try."""
    told = webhook_words.told(row.answer)
    return told.en if spoken() == "en" else told.zh


CALLS = Listing(
    "calls",
    _("Calls"),
    (
        Column(
            "said",
            _("What was told"),
            said,
            found=("body",),
            link=lambda row: reverse("webhook_call", args=[row.pk]),
            note=lambda row: f"{row.webhook.unit.short_name} · {row.webhook.address}",
        ),
        Column("state", _("State"), lambda row: row.state, Kind.STATE, "state", states="call"),
        Column("tries", _("Tries"), lambda row: row.tries, Kind.NUMBER, "tries"),
        Column("answer", _("Last answer"), answered, order="answer"),
        Column(
            "answer_text", _("Answer word for word"), lambda row: row.answer, Kind.CODE, on="file"
        ),
        Column("tried", _("Last tried"), lambda row: row.tried_at, Kind.MOMENT, "tried_at"),
    ),
    (
        _("Nothing told yet"),
        _("What concerns the unit is told here as soon as it happens."),
    ),
    order=("-pk",),
    filters=(of_states("call", _("State")), of_units("unit", _("Unit"), "webhook__unit")),
)


@door("webhook.set")
def webhook_list(request: Visit) -> HttpResponseBase:
    if request.method == "POST":
        if request.POST.get("deed") == "set":
            return _set_up(request)
        return do(request, {"end": _end})
    return answer(request, "portal/webhooks.html", _around(request), calls=_listed(request))


@door("webhook.set")
def call(request: Visit, number: int) -> HttpResponse:
    """One call: what was told, what was answered, and telling it once more."""
    found = seen.one(_calls(request), pk=number)
    if request.method == "POST":
        return do(request, {"resend": _resend}, found)
    context = {
        "call": found,
        "said": said(found),
        "answered": answered(found),
        "id": webhook_calls.id_of(found),
        "body": json.dumps(json.loads(found.body), ensure_ascii=False, indent=2),
        "again": found.next_at is None and found.webhook.ended_at is None,
        "most": pack().limit("webhook.tries"),
    }
    return render(request, "portal/webhook_call.html", context)


def _set_up(request: Visit) -> HttpResponseBase:
    """The page again with the secret: the one time that it is shown."""
    unit = seen.home(request.actor, "webhook.set")
    address = typed.text(request, "address")
    hook, secret = webhooks.set_up(request.actor, unit, address, why=typed.why(request))
    context = {**_around(request), "hook": hook, "secret": secret.text}
    shown = answer(request, "portal/webhooks.html", context, calls=_listed(request))
    shown["Cache-Control"] = "no-store"
    return shown


def _around(request: Visit) -> dict[str, Any]:
    return {
        "hooks": _hooks(request).filter(ended_at=None).order_by("unit__code", "pk"),
        "open_hosts": settings.WEBHOOK_HOSTS,
        "home": seen.home(request.actor, "webhook.set"),
    }


def _hooks(request: Visit) -> QuerySet[Webhook]:
    own = seen.within(request.actor, "webhook.set", "unit")
    return Webhook.objects.filter(own).select_related("unit")


def _calls(request: Visit) -> QuerySet[WebhookCall]:
    own = seen.within(request.actor, "webhook.set", "webhook__unit")
    found = WebhookCall.objects.filter(own).select_related("webhook__unit")
    taken = When(done_at__isnull=False, then=Value(TAKEN))
    waiting = When(next_at__isnull=False, then=Value(ON_ITS_WAY))
    state = Case(taken, waiting, default=Value(GIVEN_UP), output_field=CharField())
    return found.annotate(state=state)


def _listed(request: Visit) -> Listed:
    return Listed(request, CALLS, _calls(request))


def _end(request: Visit) -> None:
    hook = seen.one(_hooks(request), pk=typed.whole(request, "webhook"))
    webhooks.end(request.actor, hook, why=typed.why(request))


def _resend(request: Visit, found: WebhookCall) -> None:
    webhooks.resend(request.actor, found, why=typed.why(request))
