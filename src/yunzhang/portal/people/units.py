"""Units: the tree of departments and organisations, and what each is, holds and answers to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_noop as _

from yunzhang import clock
from yunzhang.people import units
from yunzhang.people.models import Post, Unit
from yunzhang.people.permissions import pack
from yunzhang.portal import history, seen, typed
from yunzhang.portal.doors import Visit, do, door
from yunzhang.portal.listed import Listed, answer
from yunzhang.portal.listing import Choices, Column, Filter, Kind, Listing
from yunzhang.portal.standing import Spell, spell, told
from yunzhang.portal.templatetags.said import coded, said
from yunzhang.terms.faults import Refused

OPEN_TIERS = 2  # the tree opens this deep; what is below opens at a click


@dataclass(frozen=True)
class Branch:
    """A unit in the tree: who heads it, and what stands below it."""

    unit: Unit
    chiefs: Sequence[Post]
    below: Sequence[Branch]
    open: bool


def _tiers(_rows: object) -> Choices:
    return [(row.code, said(row)) for row in pack().codes_of("tier")]


def _kind(id: str) -> str:
    return next((said(row) for row in pack().unit_kinds if row.id == id), id)


def _kinds(found: QuerySet[Unit]) -> Choices:
    held = set(found.order_by().values_list("kind", flat=True).distinct())
    return [(row.id, said(row)) for row in pack().unit_kinds if row.id in held]


LIST = Listing(
    "units",
    _("Find a unit"),
    (
        Column(
            "name",
            _("Unit"),
            lambda row: row.name,
            order="name",
            found=("name", "short_name", "code", "sharing_body"),
            link=lambda row: reverse("unit", args=[row.code]),
        ),
        Column("code", _("Credit code"), lambda row: row.code, Kind.CODE, "code"),
        Column("tier", _("Tier"), lambda row: coded(row.tier, "tier"), order="tier"),
        Column("kind", _("Kind"), lambda row: _kind(row.kind), order="kind"),
        Column("parent", _("Above it"), lambda row: row.parent.short_name if row.parent else ""),
        Column("division", _("Division"), lambda row: row.division, Kind.CODE, "division"),
        Column("sharing_body", _("Sharing body"), lambda row: row.sharing_body),
    ),
    (_("No unit yet"), _("Register the first one below.")),
    order=("code",),
    filters=(
        Filter("tier", _("Tier"), lambda value: Q(tier=value), _tiers),
        Filter("kind", _("Kind"), lambda value: Q(kind=value), _kinds),
    ),
    hint=_("Name or credit code"),
)


@door("unit.register")
def unit_list(request: Visit) -> HttpResponseBase:
    if request.method == "POST":
        return do(request, {"register": _register})
    found = Unit.objects.select_related("parent")
    context = {"tree": tree(found), **_offered()}
    return answer(request, "portal/units.html", context, units=Listed(request, LIST, found))


@door("unit.register")
def unit(request: Visit, code: str) -> HttpResponse:
    held = seen.one(Unit.objects.select_related("parent"), code=code)
    if request.method == "POST":
        return do(request, {"change": _change}, held)
    context = {
        "unit": held,
        "authority": _authority(held),
        "above": list(reversed(units.line(held)[1:])),
        "below": Unit.objects.filter(parent=held),
        "posts": _posts(held),
        "history": history.told(f"unit:{held.code}"),
        **_offered(),
    }
    return render(request, "portal/unit.html", context)


def tree(found: Iterable[Unit]) -> list[Branch]:
    """All units as branches, each below the one it belongs to."""
    below: Mapping[int | None, list[Unit]] = defaultdict(list)
    for each in found:
        below[each.parent_id].append(each)
    chiefs = _chiefs()

    def grown(above: int | None, depth: int) -> list[Branch]:
        return [
            Branch(one, chiefs[one.pk], grown(one.pk, depth + 1), depth < OPEN_TIERS)
            for one in below[above]
        ]

    return grown(None, 0)


def _chiefs() -> Mapping[int, list[Post]]:
    """Who heads each unit today: the holders of the roles that an office brings with it."""
    heading = [row.id for row in pack().roles if row.held_by]
    found: Mapping[int, list[Post]] = defaultdict(list)
    for post in Post.objects.filter(role__in=heading).select_related("person").order_by("pk"):
        if spell(post, clock.today()) is Spell.NOW:
            found[post.unit_id].append(post)
    return found


def _posts(unit: Unit) -> list[tuple[Post, Spell]]:
    held = Post.objects.filter(unit=unit).select_related("person").order_by("-from_date", "pk")
    return told(held, clock.today())


def _authority(unit: Unit) -> Unit | None:
    try:
        return units.authority_of(unit)
    except Refused:
        return None


def _offered() -> dict[str, object]:
    return {
        "all_units": Unit.objects.all(),
        "tiers": pack().codes_of("tier"),
        "kinds": pack().unit_kinds,
        "rows": pack().units,
    }


def _parent(request: Visit) -> Unit | None:
    code = typed.text(request, "parent")
    return seen.one(Unit.objects.all(), code=code) if code else None


def _register(request: Visit) -> None:
    units.register(
        request.actor,
        typed.text(request, "code"),
        typed.text(request, "name"),
        typed.text(request, "short_name"),
        typed.text(request, "tier"),
        _parent(request),
        is_authority="is_authority" in request.POST,
        kind=typed.text(request, "kind"),
        sharing_body=typed.text(request, "sharing_body"),
        division=typed.text(request, "division"),
        why=typed.why(request),
    )


def _change(request: Visit, unit: Unit) -> None:
    units.change(
        request.actor,
        unit,
        name=typed.text(request, "name"),
        short_name=typed.text(request, "short_name"),
        tier=typed.text(request, "tier"),
        parent=_parent(request),
        is_authority="is_authority" in request.POST,
        kind=typed.text(request, "kind"),
        row=typed.text(request, "row"),
        sharing_body=typed.text(request, "sharing_body"),
        division=typed.text(request, "division"),
        why=typed.why(request),
    )
