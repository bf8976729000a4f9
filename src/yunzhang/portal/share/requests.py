"""Requests: asking for data, following the request like a parcel, replying to it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_noop as _

from yunzhang import clock
from yunzhang.gather import catalog
from yunzhang.gather.models import EntryVersion, Resource
from yunzhang.people import courses
from yunzhang.people.permissions import may, pack
from yunzhang.portal import seen, typed
from yunzhang.portal.doors import Visit, do, door
from yunzhang.portal.history import told
from yunzhang.portal.listed import Listed, answer
from yunzhang.portal.listing import Column, Filter, Kind, Listing, of_states, of_units
from yunzhang.portal.people import case_links
from yunzhang.portal.people.cases import visible
from yunzhang.portal.share import answers
from yunzhang.portal.share.sides import SIDES
from yunzhang.portal.share.tracker import steps
from yunzhang.portal.templatetags.said import coded, said
from yunzhang.share import disputes, grants, requests, responsibilities
from yunzhang.share.models import CallerKey, GrantRow, ShareRequest
from yunzhang.terms import procedures
from yunzhang.terms.codes import Operator
from yunzhang.terms.document import build
from yunzhang.terms.entry import Entry
from yunzhang.terms.grant import Condition

CONDITIONS = range(3)  # empty rows offered on the form; the pack's limit decides what is accepted


REQUESTS = Listing(
    "requests",
    _("Requests"),
    (
        Column(
            "purpose",
            _("Request"),
            lambda row: row.purpose or row.number,
            order="purpose",
            found=("purpose", "number", "resource__code"),
            link=lambda row: reverse("request", args=[row.number]),
            note=lambda row: f"{row.number} · {row.resource.code}",
        ),
        Column("number", _("Request number"), lambda row: row.number, Kind.CODE, on="file"),
        Column("resource", _("Resource code"), lambda row: row.resource.code, Kind.CODE, on="file"),
        Column("state", _("State"), lambda row: row.state, Kind.STATE, "state", states="request"),
        *SIDES,
        Column(
            "field",
            _("Priority field"),
            lambda row: coded(row.priority_field, "priority_field"),
            on="file",
        ),
        Column("applied", _("Applied"), lambda row: row.applied_at, Kind.DAY, "applied_at"),
        Column("replied", _("Replied"), lambda row: row.replied_at, Kind.DAY, "replied_at"),
    ),
    (_("No request"), _("Find what you need in the catalog and press “Request this”.")),
    order=("-pk",),
    filters=(
        of_states("request", _("State")),
        of_units("consumer", _("Consumer"), "consumer"),
        of_units("provider", _("Provider"), "provider"),
        Filter(
            "field",
            _("Priority field"),
            lambda value: Q(priority_field=value),
            lambda _rows: [(row.code, said(row)) for row in pack().codes_of("priority_field")],
        ),
    ),
    hint=_("Purpose, number, resource code or unit"),
)


@door("request.see")
def request_list(request: Visit) -> HttpResponseBase:
    listed = Listed(request, REQUESTS, seen.requests(request.actor))
    return answer(request, "portal/requests.html", {}, requests=listed)


@door("request.draft")
def new(request: Visit, code: str) -> HttpResponse:
    resource = seen.resource(code)
    if not resource.versions.filter(state=EntryVersion.State.PUBLISHED).exists():
        raise Http404
    if request.method == "POST":
        return do(request, {"save": _draft, "submit": _draft_and_ask}, resource)
    unit = seen.home(request.actor, "request.draft")
    past = ShareRequest.objects.filter(consumer=unit).order_by("-pk").first()
    context = _form(request, resource, None, past)
    return render(request, "portal/request_edit.html", {**context, **_follows(request, resource)})


@door("request.draft")
def edit(request: Visit, number: str) -> HttpResponse:
    own = seen.within(request.actor, "request.draft", "consumer")
    found = seen.one(seen.requests(request.actor).filter(own), number=number)
    if request.method == "POST":
        deeds = {"save": _edit, "submit": _edit_and_ask, "complete": _complete}
        return do(request, deeds, found)
    return render(request, "portal/request_edit.html", _form(request, found.resource, found, found))


@door("request.see")
def tracker(request: Visit, number: str) -> HttpResponse:
    found = seen.one(seen.requests(request.actor), number=number)
    if request.method == "POST":
        return do(request, DEEDS, found)
    granted = list(found.grants.all())
    possible = _deeds(request, found, granted)
    subjects = [f"request:{found.pk}", *(f"grant:{grant.pk}" for grant in granted)]
    disputable = found.state == ShareRequest.State.REFUSED or _late(found)
    context = {
        "sought": found,
        "disputable": disputable and disputes.possible(request.actor, found),
        "steps": steps(found, granted, clock.today()),
        "items": json.loads(found.items),
        "conditions": json.loads(found.rows),
        "grants": granted,
        "history": told(*subjects),
        "deeds": possible,
        "refusals": pack().codes_of("refusal"),
        "draft": catalog.published(found.resource).draft,
        "cautions": grants.cautions(found) if "agree" in possible else (),
        "answers": _answers(found) if possible & {"apply", "agree", "issue"} else (),
    }
    return render(request, "portal/request.html", context)


def _answers(found: ShareRequest) -> list[answers.Answer]:
    """Who will answer for what, for the heads who decide."""
    parts = responsibilities.in_force(pack(), clock.today())
    return answers.told(parts, found.provider, found.consumer)


def _late(found: ShareRequest) -> bool:
    """Whether the reply is overdue."""
    running = requests.reply_clock(found)
    return bool(running and not running.rested_on and running.due_on < clock.today())


def _deeds(request: Visit, found: ShareRequest, granted: Sequence[GrantRow]) -> set[str]:
    """The names of the deeds this person may do now: buttons that would be refused stay away."""
    sides = {
        "ask_approval": ("request.draft", found.consumer),
        "withdraw": ("request.draft", found.consumer),
        "complete": ("request.draft", found.consumer),
        "apply": ("request.approve", found.consumer),
        "agree": ("request.reply", found.provider),
        "refuse": ("request.reply", found.provider),
        "notice": ("request.reply", found.provider),
        "issue": ("request.reply", found.provider),
        "extend": ("request.extend", found.provider),
    }
    step = procedures.step_of(courses.of(found.procedure), found.state)
    possible = {DEED_OF[move.id] for move in step.moves if move.id in DEED_OF}
    if found.notice:
        possible.discard("notice")
    return {name for name in possible if may(request.actor, *sides[name])}


DEED_OF = {
    "request.submitted": "ask_approval",
    "request.applied": "apply",
    "request.noticed": "notice",
    "request.completed": "complete",
    "request.extended": "extend",
    "request.agreed": "agree",
    "request.refused": "refuse",
    "request.withdrawn": "withdraw",
    "grant.issued": "issue",
}


def _form(
    request: Visit, resource: Resource, found: ShareRequest | None, past: ShareRequest | None
) -> dict[str, Any]:
    entry = catalog.published(resource)
    unit = found.consumer if found else seen.home(request.actor, "request.draft")
    chosen = request.typed.getlist("items") if request.typed else _items(found, entry)
    return {
        "resource": resource,
        "sought": found,
        "past": past,
        "draft": entry.draft,
        "chosen": chosen,
        "conditions": _conditions(found),
        "filterable": [item for item in entry.draft.items if item.filterable or item.key],
        "operators": list(Operator),
        "keys": CallerKey.objects.filter(unit=unit).order_by("-pk"),
        "deliveries": pack().codes_of("delivery"),
        "fields": pack().codes_of("priority_field"),
        "longest": pack().limit("request.duration_days"),
    }


def _follows(request: Visit, resource: Resource) -> dict[str, Any]:
    """The form as the case it follows fills it in: a need that was listed, a back-flow."""
    number = request.GET.get("case", "")
    found = visible(request).filter(number=number).first() if number else None
    if found is None or found.procedure not in ("need_without_entry", "backflow"):
        return {}
    start = case_links.start(found, catalog.published(resource))
    rows = [(n, start.rows[n] if n < len(start.rows) else {}) for n in CONDITIONS]
    return {"past": start, "conditions": rows}


def _items(found: ShareRequest | None, entry: Entry) -> list[str]:
    return json.loads(found.items) if found else list(entry.items)


def _conditions(found: ShareRequest | None) -> list[tuple[int, dict[str, Any]]]:
    rows = json.loads(found.rows) if found else []
    return [(row, rows[row] if row < len(rows) else {}) for row in CONDITIONS]


def _wish(request: Visit) -> dict[str, Any]:
    """The fields of a request's content, from the form."""
    return {
        "legal_basis": typed.text(request, "legal_basis"),
        "scenario": typed.text(request, "scenario"),
        "purpose": typed.text(request, "purpose"),
        "items": request.POST.getlist("items"),
        "rows": _rows(request),
        "delivery": typed.text(request, "delivery"),
        "duration_days": typed.whole(request, "duration_days"),
        "priority_field": typed.text(request, "priority_field"),
    }


def _key(request: Visit) -> CallerKey | None:
    """The key chosen, if it is one of the actor's units."""
    written = typed.place(typed.text(request, "key"))
    own = seen.within(request.actor, "request.draft", "unit")
    return None if written is None else CallerKey.objects.filter(own, pk=written).first()


def _rows(request: Visit) -> list[Condition]:
    rows = []
    for row in CONDITIONS:
        item = typed.text(request, f"row_item_{row}")
        values = typed.text(request, f"row_values_{row}").replace("\uff0c", ",").split(",")
        if item:
            op = typed.text(request, f"row_op_{row}")
            kept = [value.strip() for value in values if value.strip()]
            rows.append(build({"item": item, "op": op, "values": kept}, Condition))
    return rows


def _draft(request: Visit, resource: Resource) -> str:
    found = requests.draft(
        request.actor, resource, **_wish(request), key=_key(request), why=typed.why(request)
    )
    return reverse("request", args=[found.number])


def _draft_and_ask(request: Visit, resource: Resource) -> str:
    # Both or neither: a refusal must not leave a draft behind for the next try to double.
    with transaction.atomic():
        found = requests.draft(
            request.actor, resource, **_wish(request), key=_key(request), why=typed.why(request)
        )
        return _ask(request, found)


def _edit(request: Visit, found: ShareRequest) -> str:
    changes, key = _wish(request), _key(request)
    requests.edit(request.actor, found, changes, key=key, why=typed.why(request))
    return reverse("request", args=[found.number])


def _edit_and_ask(request: Visit, found: ShareRequest) -> str:
    with transaction.atomic():
        _edit(request, found)
        return _ask(request, found)


def _complete(request: Visit, found: ShareRequest) -> str:
    requests.complete(request.actor, found, _wish(request), why=typed.why(request))
    return reverse("request", args=[found.number])


def _ask(request: Visit, found: ShareRequest) -> str:
    requests.ask_approval(request.actor, found, why=typed.why(request))
    return reverse("request", args=[found.number])


def _apply(request: Visit, found: ShareRequest) -> None:
    requests.apply(request.actor, found, why=typed.why(request))


def _notice(request: Visit, found: ShareRequest) -> None:
    missing = typed.lines(request, "missing")
    requests.notice(request.actor, found, missing, why=typed.why(request))


def _extend(request: Visit, found: ShareRequest) -> None:
    requests.extend(request.actor, found, why=typed.why(request))


def _agree(request: Visit, found: ShareRequest) -> None:
    reply = typed.text(request, "reply")
    requests.agree(request.actor, found, reply, why=typed.why(request) or reply)


def _refuse(request: Visit, found: ShareRequest) -> None:
    code, law = typed.text(request, "code"), typed.text(request, "law")
    reply = typed.text(request, "reply")
    why = typed.why(request) or reply
    requests.refuse(request.actor, found, code, law, reply, why=why)


def _issue(request: Visit, found: ShareRequest) -> str:
    grant = grants.issue(request.actor, found, why=typed.why(request))
    return reverse("grant", args=[grant.pk])


def _withdraw(request: Visit, found: ShareRequest) -> None:
    requests.withdraw(request.actor, found, why=typed.why(request))


DEEDS = {
    "ask_approval": _ask,
    "apply": _apply,
    "notice": _notice,
    "extend": _extend,
    "agree": _agree,
    "refuse": _refuse,
    "issue": _issue,
    "withdraw": _withdraw,
}
