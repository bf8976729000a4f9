"""Grants: what is in force between whom, how it is used, and stopping it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET

from yunzhang import clock
from yunzhang.people.permissions import may, pack
from yunzhang.portal import seen, typed
from yunzhang.portal.doors import Visit, do, door
from yunzhang.portal.history import told
from yunzhang.share import grants, keys
from yunzhang.share.models import CallerKey, GrantRow
from yunzhang.terms.grant import Grant
from yunzhang.use import usage
from yunzhang.use.models import Usage, UsageDay


@door("grant.see")
def grant_list(request: Visit) -> HttpResponse:
    found = seen.grants(request.actor).order_by("-issued_at", "pk")
    limit = pack().limit("page.rows")
    state = request.GET.get("state", "")
    if state in GrantRow.State.values:
        found = found.filter(state=state)
    rows = list(_after(found, request.GET.get("after", ""))[: limit + 1])
    unused = {row.pk for row in usage.approved_unused(clock.today())}
    context = {
        "rows": rows[:limit],
        "more": rows[limit - 1].pk if len(rows) > limit else None,
        "unused": unused,
        "state": state,
        "states": GrantRow.State.values,
    }
    return render(request, "portal/grants.html", context)


def _after(found: QuerySet[GrantRow], last: str) -> QuerySet[GrantRow]:
    """The grants that come after the one the page before ended with."""
    row = found.filter(pk=last).first() if last else None
    if row is None:
        return found
    same = Q(issued_at=row.issued_at, pk__gt=row.pk)
    return found.filter(Q(issued_at__lt=row.issued_at) | same)


@door("grant.see")
def grant(request: Visit, id: str) -> HttpResponse:
    found = seen.one(seen.grants(request.actor), pk=id)
    if request.method == "POST":
        return do(request, DEEDS, found)
    opened = grants.opened(found)
    masks = {mask.item: mask.way for mask in opened.masks}
    context = {
        "row": found,
        "grant": opened,
        "items": [(item, masks.get(item, "keep")) for item in opened.items],
        "deeds": _deeds(request, found),
        "chart": _chart(found),
        "last": Usage.objects.filter(grant=found.pk).order_by("-at")[: pack().limit("page.rows")],
        "command": _command(opened, found),
        "snippet": _snippet(opened, found),
        "history": told(f"grant:{found.pk}"),
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
def key_list(request: Visit) -> HttpResponse:
    if request.method == "POST":
        return do(request, {"register": _register_key})
    own = seen.within(request.actor, "key.register", "unit")
    found = CallerKey.objects.filter(own).select_related("unit", "registered_by").order_by("-pk")
    return render(request, "portal/keys.html", {"keys": found})


def _deeds(request: Visit, found: GrantRow) -> set[str]:
    if not may(request.actor, "grant.suspend", found.provider):
        return set()
    if found.state == GrantRow.State.ACTIVE:
        return {"suspend", "end"}
    return {"resume", "end"} if found.state == GrantRow.State.SUSPENDED else set()


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


DEEDS = {"suspend": _suspend, "resume": _resume, "end": _end}
