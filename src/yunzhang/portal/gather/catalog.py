"""The catalog: finding a resource, and the page that tells all about it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.db.models import Q, Sum
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from yunzhang import clock
from yunzhang.gather import grounds, search
from yunzhang.gather.models import Drift, EntryVersion, Resource
from yunzhang.people.hub_key import hub_key
from yunzhang.people.permissions import pack
from yunzhang.portal import seen, typed
from yunzhang.portal.doors import Visit, do, door
from yunzhang.portal.gather import updates
from yunzhang.portal.listed import Listed, answer
from yunzhang.portal.listing import Choices, Column, Filter, Kind, Listing, of_units
from yunzhang.portal.share import services
from yunzhang.portal.states import GRADES
from yunzhang.portal.templatetags.said import abstract, coded, grade_name, said
from yunzhang.protect.keys import open_signed
from yunzhang.protect.masking import default_masks
from yunzhang.share import disputes
from yunzhang.terms.document import decode
from yunzhang.terms.entry import KIND, Entry, EntryDraft
from yunzhang.terms.faults import Refused
from yunzhang.terms.signed import Signed
from yunzhang.use.models import UsageDay


def _coded(code_list: str) -> Callable[[Any], Choices]:
    return lambda _rows: [(row.code, said(row)) for row in pack().codes_of(code_list)]


def _grades(_rows: Any) -> Choices:
    return [(str(int(grade)), grade_name(grade)) for grade in GRADES]


def _drifts(_rows: Any) -> Choices:
    return [
        ("yes", gettext("Differs from the entry")),
        ("mine", gettext("Differs, and my units answer for it")),
    ]


def _drifted(value: str, mine: Q) -> Q:
    found = Q(resource__in=Drift.objects.filter(cleared_at=None).values("resource"))
    return found & mine if value == "mine" else found


ENTRIES = Listing(
    "catalog",
    _("Catalog"),
    (
        Column(
            "title",
            _("Resource"),
            lambda row: row.title,
            order="title",
            link=lambda row: reverse("entry", args=[row.resource.code]),
            note=abstract,
        ),
        Column(
            "code", _("Resource code"), lambda row: row.resource.code, Kind.CODE, "resource__code"
        ),
        Column(
            "unit", _("Provider"), lambda row: row.resource.unit.name, order="resource__unit__name"
        ),
        Column(
            "share_type",
            _("Sharing"),
            lambda row: coded(row.share_type, "share_type"),
            order="share_type",
        ),
        Column("grade", _("Grade"), lambda row: grade_name(row.grade), order="grade"),
        Column("rows", _("Rows"), lambda row: row.rows, Kind.NUMBER, "rows"),
        Column("published", _("Published"), lambda row: row.published_on, Kind.DAY, "published_on"),
        Column("abstract", _("Abstract"), abstract, on="file"),
    ),
    (
        _("Nothing is published yet"),
        _("Entries stand here once the sharing authority has published them."),
    ),
    filters=(
        Filter("share_type", _("Sharing"), lambda v: Q(share_type=v), _coded("share_type")),
        of_units("unit", _("Provider"), "resource__unit"),
        Filter(
            "classification",
            _("Class"),
            lambda value: Q(classification__startswith=value),
            _coded("classification"),
        ),
        Filter("grade", _("Grade"), lambda value: Q(grade=value), _grades),
    ),
    hint=_("A word, a title or a resource code"),
    missed=_(
        "Try fewer words, or take a filter away. If nobody has catalogued what you need, ask the "
        "sharing authority."
    ),
    find=search.ranked,
    counted_to="search.total_cap",
    shape="portal/part/found.html",
)


@door("catalog.see")
def catalog(request: Visit) -> HttpResponseBase:
    mine = seen.within(request.actor, "quality.see", "resource__unit")
    drift = Filter("drift", _("Live table"), lambda v: _drifted(v, mine), _drifts)
    listing = replace(ENTRIES, filters=(*ENTRIES.filters, drift))
    listed = Listed(request, listing, search.published())
    return answer(request, "portal/catalog.html", {}, found=listed)


@door("catalog.see")
def entry(request: Visit, code: str) -> HttpResponse:
    resource = seen.resource(code)
    if request.method == "POST":
        return do(request, {**updates.DEEDS, **services.DEEDS, "ground": _confirm_ground}, resource)
    versions = list(seen.versions(request.actor).filter(resource=resource))
    if not versions:
        raise Http404
    shown = next((v for v in versions if v.state == EntryVersion.State.PUBLISHED), versions[0])
    draft = decode(shown.draft, EntryDraft)
    masks = {mask.item: mask.way for mask in default_masks(draft.items, pack())}
    context = {
        "resource": resource,
        "version": shown,
        "versions": versions,
        "draft": draft,
        "items": [(item, masks[item.name]) for item in draft.items],
        "signature": _signature(shown),
        "drifts": resource.drifts.filter(cleared_at=None),
        "verdict": _verdict(resource),
        "usage": _usage(resource),
        "ground_due": grounds.asked(resource),
        "disputable": shown.share_type == "3" and disputes.possible(request.actor, resource),
        "requestable": _requestable(resource, shown),
        **updates.shown(request, resource, shown),
        **services.shown(request, resource, shown),
    }
    return render(request, "portal/entry.html", context)


def _confirm_ground(request: Visit, resource: Resource) -> None:
    grounds.confirm(request.actor, resource, why=typed.why(request))


def _requestable(resource: Resource, shown: EntryVersion) -> bool:
    published = shown.state == EntryVersion.State.PUBLISHED
    return published and shown.share_type != "3" and resource.stops_on is None


def _signature(version: EntryVersion) -> dict[str, Any]:
    """Whether the hub's key really signed what the page shows; "" when it is not published."""
    if not version.signed:
        return {"state": ""}
    signed = decode(version.signed, Signed)
    try:
        opened = open_signed(signed, KIND, Entry, [hub_key().public])
    except Refused as refused:
        return {"state": "wrong", "faults": refused.faults}
    same = opened.draft == decode(version.draft, EntryDraft)
    return {"state": "good" if same else "wrong", "key": signed.signatures[0].key}


def _verdict(resource: Resource) -> Any:
    return resource.table and resource.table.verdicts.order_by("-ran_at", "-pk").first()


def _usage(resource: Resource) -> dict[str, Any]:
    """Calls and consumers of the last days; nothing of who they are."""
    span = pack().limit("page.usage_days")
    found = UsageDay.objects.filter(
        resource_code=resource.code, day__gte=clock.today() - timedelta(days=span)
    )
    sums = found.aggregate(calls=Sum("answered"), rows=Sum("rows"))
    return {**sums, "days": span, "consumers": found.values("consumer").distinct().count()}
