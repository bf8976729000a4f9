"""A grant for whoever writes the calling system: its items, a made-up call, what is left of today.

No row of the data is shown here: the sample's values are made up and go through the grant's masks.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from yunzhang import clock
from yunzhang.gather.models import Drift, EntryVersion, VerdictRow
from yunzhang.node.asked import Call
from yunzhang.people.permissions import pack
from yunzhang.portal import seen
from yunzhang.portal.doors import Visit, door
from yunzhang.protect.masking import mask
from yunzhang.share import grants
from yunzhang.share.models import GrantRow
from yunzhang.terms.codes import ItemType
from yunzhang.terms.document import decode, encode
from yunzhang.terms.entry import DataItem, EntryDraft
from yunzhang.terms.grant import Grant, Mask
from yunzhang.use.models import Usage, UsageDay

# Values nobody has: by the kind of personal data, else by the type of the item.
OF_KIND = {
    "name": "某某某",
    "citizen_id": "110105194912310021",
    "phone": "13800000000",
    "address": "某省某市某县某路1号",
    "date": "2001-01-01",
}
OF_TYPE = {
    ItemType.DATE: "2001-01-01",
    ItemType.DATETIME: "2001-01-01 08:00:00",
    ItemType.LOGICAL: "1",
    ItemType.NUMBER: "12345",
    ItemType.INTEGER: "12345",
    ItemType.CURRENCY: "100.00",
    ItemType.DOUBLE: "1.5",
    ItemType.FLOAT: "1.5",
}
TEXT = "示例"
HASH_KEY = b"made up"  # no grant has it: a hash of the sample opens nothing


@dataclass(frozen=True)
class Shown:
    """One item of the answer: as it was catalogued, and how the grant lets it out."""

    name: str
    item: DataItem | None
    way: str
    by_key: bool
    filters: bool


@door("key.register")
def grant_api(request: Visit, id: str) -> HttpResponse:
    found = seen.one(seen.grants(request.actor), pk=id)
    opened = grants.opened(found)
    items = _items(found, opened)
    refused = Usage.objects.filter(grant=found.pk, outcome="refused").order_by("-at")
    context = {
        "row": found,
        "grant": opened,
        "items": items,
        "body": _pretty(encode(_call(opened, items))),
        "answer": _pretty(encode(_answer(opened, items))),
        **_today(found, opened),
        **_notices(found, opened),
        "refused": refused[: pack().limit("desk.lines")],
        "revocation_seconds": pack().limit("node.revocation_age_seconds"),
    }
    return render(request, "portal/api.html", context)


def _items(found: GrantRow, opened: Grant) -> list[Shown]:
    version = EntryVersion.objects.filter(
        resource=found.resource, number=opened.entry_version
    ).first()
    known = {item.name: item for item in decode(version.draft, EntryDraft).items} if version else {}
    ways = {one.item: one.way for one in opened.masks}
    return [
        Shown(
            name,
            known.get(name),
            ways.get(name, "keep"),
            name in opened.key_items,
            name in opened.filter_items,
        )
        for name in opened.items
    ]


def _made_up(item: DataItem | None) -> str:
    if item is None:
        return TEXT
    value = OF_KIND.get(item.kind) or OF_TYPE.get(item.type, TEXT)
    return value[: item.length] if item.length > 0 and item.type == ItemType.CHARACTER else value


def _call(opened: Grant, items: list[Shown]) -> Call:
    known = {one.name: one.item for one in items}
    key = {name: _made_up(known.get(name)) for name in opened.key_items}
    return Call(
        grant=opened.id,
        purpose=opened.purpose,
        scenario=opened.scenario,
        items=opened.items,
        key=key or None,
        filter=None if key else (),
    )


def _answer(opened: Grant, items: list[Shown]) -> dict[str, Any]:
    masks = {one.item: one for one in opened.masks}
    row = [
        mask(_made_up(one.item), masks.get(one.name, Mask(item=one.name, way="keep")), HASH_KEY)
        for one in items
    ]
    return {"items": opened.items, "page": {"after": "", "more": False}, "rows": [row]}


def _pretty(text: bytes) -> str:
    return json.dumps(json.loads(text), ensure_ascii=False, indent=2)


def _today(found: GrantRow, opened: Grant) -> dict[str, Any]:
    """What of the day's quota is used, as the node's log has told so far."""
    days = list(UsageDay.objects.filter(grant=found.pk, day=clock.today()))
    calls = sum(day.answered + day.refused for day in days)
    rows = sum(day.rows for day in days)
    return {
        "calls": calls,
        "rows": rows,
        "calls_left": max(0, opened.quota.calls_a_day - calls),
        "rows_left": max(0, opened.quota.rows_a_day - rows),
    }


def _notices(found: GrantRow, opened: Grant) -> dict[str, Any]:
    """What may change under the caller: quality, drifts, a newer version, the service's end."""
    verdict = VerdictRow.objects.filter(table__resources=found.resource).order_by("-ran_at").first()
    state = EntryVersion.State.PUBLISHED
    now = EntryVersion.objects.filter(resource=found.resource, state=state).first()
    return {
        "verdict": verdict,
        "drifts": Drift.objects.filter(resource=found.resource, cleared_at=None).order_by("pk"),
        "newer": now if now and now.number > opened.entry_version else None,
        "stops_on": found.resource.stops_on,
    }
