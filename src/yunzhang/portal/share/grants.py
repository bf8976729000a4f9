"""Grants: what is in force between whom, how it is used, and stopping it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _
from django.views.decorators.http import require_GET

from yunzhang import clock
from yunzhang.people.permissions import pack
from yunzhang.portal import seen, typed
from yunzhang.portal.doors import Visit, do, door
from yunzhang.portal.history import told
from yunzhang.portal.listed import Listed, answer
from yunzhang.portal.listing import Column, Filter, Kind, Listing, Mark, of_states, of_units
from yunzhang.portal.share import answers, stopping
from yunzhang.portal.share.sides import SIDES
from yunzhang.portal.states import Tone
from yunzhang.share import disputes, grants, keys, responsibilities
from yunzhang.share.models import CallerKey, GrantRow
from yunzhang.terms.grant import Grant
from yunzhang.use import usage
from yunzhang.use.models import Usage, UsageDay


def _unused(row: Any) -> bool:
    """Whether it should have been used by now and never was; the list asks the receipts along."""
    ripe = row.issued_at < usage.ripe_before(clock.today())
    return row.state == GrantRow.State.ACTIVE and ripe and not row.answered


def _never_used(_value: str) -> Q:
    ripe = usage.ripe_before(clock.today())
    return Q(state=GrantRow.State.ACTIVE, issued_at__lt=ripe, answered=False)


GRANTS = Listing(
    "grants",
    _("Grants"),
    (
        Column(
            "purpose",
            _("Purpose"),
            lambda row: row.request.purpose,
            order="request__purpose",
            found=("request__purpose", "request__number", "id", "resource__code"),
            link=lambda row: reverse("grant", args=[row.pk]),
            note=lambda row: row.resource.code,
        ),
        Column("number", _("Request number"), lambda row: row.request.number, Kind.CODE, on="file"),
        Column("resource", _("Resource code"), lambda row: row.resource.code, Kind.CODE, on="file"),
        Column(
            "state",
            _("State"),
            lambda row: row.state,
            Kind.STATE,
            "state",
            states="grant",
            marks=lambda row: [Mark(gettext("Never used"), Tone.WARN)] if _unused(row) else [],
        ),
        *SIDES,
        Column("issued", _("Issued"), lambda row: row.issued_at, Kind.DAY, "issued_at"),
        Column("until", _("Until"), lambda row: row.until, Kind.DAY, "until"),
    ),
    (_("No grant"), _("A grant is issued when a provider agrees to a request.")),
    order=("-issued_at", "pk"),
    filters=(
        of_states("grant", _("State")),
        of_units("consumer", _("Consumer"), "consumer"),
        of_units("provider", _("Provider"), "provider"),
        Filter("use", _("Use"), _never_used, lambda _rows: [("never", gettext("Never used"))]),
    ),
    hint=_("Purpose, number, resource code or unit"),
)
KEYS = Listing(
    "keys",
    _("Callers' keys"),
    (
        Column(
            "name",
            _("System"),
            lambda row: row.name,
            order="name",
            found=("name", "unit__short_name", "unit__name"),
            note=lambda row: row.unit.short_name,
        ),
        Column("unit", _("Unit"), lambda row: row.unit.short_name, on="file"),
        Column("key", _("Public key"), lambda row: row.key, Kind.CODE, found=("key",)),
        Column("by", _("Registered by"), lambda row: row.registered_by.full_name),
        Column("at", _("Registered"), lambda row: row.registered_at, Kind.DAY, "registered_at"),
    ),
    (
        _("No key yet"),
        _("Make one on the calling machine and register its public line here."),
    ),
    order=("-pk",),
    filters=(of_units("unit", _("Unit"), "unit"),),
    hint=_("Name of the system or a part of the key"),
)


@door("grant.see")
def grant_list(request: Visit) -> HttpResponseBase:
    answered = Usage.objects.filter(grant=OuterRef("pk"), outcome="answered")
    found = seen.grants(request.actor).annotate(answered=Exists(answered))
    return answer(request, "portal/grants.html", {}, grants=Listed(request, GRANTS, found))


@door("grant.see")
def grant(request: Visit, id: str) -> HttpResponse:
    found = seen.one(seen.grants(request.actor), pk=id)
    if request.method == "POST":
        return do(request, DEEDS, found)
    opened = grants.opened(found)
    masks = {mask.item: mask.way for mask in opened.masks}
    context = {
        "row": found,
        "disputable": disputes.possible(request.actor, found),
        "grant": opened,
        "items": [(item, masks.get(item, "keep")) for item in opened.items],
        **stopping.shown(request, found),
        "chart": _chart(found),
        "last": Usage.objects.filter(grant=found.pk).order_by("-at")[: pack().limit("page.rows")],
        "command": _command(opened, found),
        "snippet": _snippet(opened, found),
        "history": told(f"grant:{found.pk}"),
        "answers": answers.told(responsibilities.of_grant(found), found.provider, found.consumer),
    }
    return render(request, "portal/grant.html", context)


@require_GET
@door("grant.see")
def grant_file(request: Visit, id: str) -> HttpResponse:
    """The signed grant as a file, for the caller's machine."""
    found = seen.one(seen.grants(request.actor), pk=id)
    kept = {"Content-Disposition": 'attachment; filename="grant.json"'}
    return HttpResponse(found.signed, content_type="application/json", headers=kept)


@door("key.register")
def key_list(request: Visit) -> HttpResponseBase:
    if request.method == "POST":
        return do(request, {"register": _register_key})
    own = seen.within(request.actor, "key.register", "unit")
    found = CallerKey.objects.filter(own).select_related("unit", "registered_by")
    return answer(request, "portal/keys.html", {}, keys=Listed(request, KEYS, found))


def _chart(found: GrantRow) -> dict[str, Any]:
    """Calls a day, answered and refused, for the chart and its table."""
    since = clock.today() - timedelta(days=pack().limit("page.usage_days"))
    days = UsageDay.objects.filter(grant=found.pk, day__gte=since).order_by("day")
    rows = list(days.values_list("day", "answered", "refused"))
    return {
        "kind": "lines",
        "labels": [day.isoformat() for day, _answered, _refused in rows],
        "series": [
            {"name": gettext("Answered"), "data": [row[1] for row in rows]},
            {"name": gettext("Refused"), "data": [row[2] for row in rows]},
        ],
    }


def _command(opened: Grant, found: GrantRow) -> str:
    """A call that can be pasted into a terminal as it stands."""
    by_key = "".join(f" \\\n  --by {item}=…" for item in opened.key_items)
    return (
        f"yunzhang call {found.node.address} \\\n  --node-key '{found.node.key}' \\\n"
        f"  --key caller.key --grant grant.json{by_key}"
    )


def _snippet(opened: Grant, found: GrantRow) -> str:
    """The same call from Python."""
    by_key = ", ".join(f'"{item}": "…"' for item in opened.key_items)
    return f"""from pathlib import Path

from yunzhang.node.caller import Caller
from yunzhang.protect.keys import PublicKey, SigningKey
from yunzhang.terms.document import decode
from yunzhang.terms.grant import Grant
from yunzhang.terms.signed import Signed

signed = decode(Path("grant.json").read_bytes(), Signed)
grant = decode(bytes(signed.body), Grant)
key = SigningKey.load(Path("caller.key"))
node_key = PublicKey.parse("{found.node.key}")
with Caller("{found.node.address}", key, grant, node_key=node_key) as caller:
    answer = caller.call(key={{{by_key}}})
    print(answer.records, answer.index)"""


def _register_key(request: Visit) -> None:
    unit = seen.home(request.actor, "key.register")
    name, key = typed.text(request, "name"), typed.text(request, "key")
    keys.register(request.actor, unit, name, key, why=typed.why(request))


def _suspend(request: Visit, found: GrantRow) -> None:
    grants.suspend(request.actor, found, why=typed.why(request))


def _resume(request: Visit, found: GrantRow) -> None:
    grants.resume(request.actor, found, why=typed.why(request))


def _end(request: Visit, found: GrantRow) -> None:
    grants.end(request.actor, found, why=typed.why(request))


DEEDS = {"suspend": _suspend, "resume": _resume, "end": _end, **stopping.DEEDS}
