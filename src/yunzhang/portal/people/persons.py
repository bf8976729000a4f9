"""Persons: who works here, in which posts, and how they sign in."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from yunzhang import clock
from yunzhang.people import delegations, identity, second_factor
from yunzhang.people.models import Delegation, Person, Post, Unit
from yunzhang.people.permissions import pack
from yunzhang.portal import history, seen, typed
from yunzhang.portal.doors import Visit, do, door
from yunzhang.portal.listed import Listed, answer
from yunzhang.portal.listing import Choices, Column, Filter, Kind, Listing
from yunzhang.portal.standing import Spell, spell, told
from yunzhang.portal.templatetags.said import role_name, said


def _posts_said(person: Person) -> str:
    today = clock.today()
    held = [post for post in person.posts.all() if spell(post, today) is not Spell.OVER]
    told = [f"{post.unit.short_name} · {role_name(post.role)}" for post in held]
    return gettext(", ").join(told)


def _roles(_rows: object) -> Choices:
    return [(row.id, said(row)) for row in pack().roles]


LIST = Listing(
    "people",
    _("People"),
    (
        Column(
            "name",
            _("Person"),
            lambda row: row.full_name,
            order="full_name",
            found=("full_name", "username", "posts__unit__name", "posts__unit__short_name"),
            link=lambda row: reverse("person", args=[row.username]),
        ),
        Column("username", _("User name"), lambda row: row.username, Kind.CODE, "username"),
        Column("posts", _("Posts"), _posts_said),
    ),
    (_("Nobody yet"), _("Register the first person below.")),
    order=("pk",),
    filters=(Filter("role", _("Role"), lambda value: Q(posts__role=value), _roles),),
    hint=_("Name or unit"),
)


@door("person.register")
def people(request: Visit) -> HttpResponseBase:
    if request.method == "POST":
        return do(request, {"register": _register})
    found = Person.objects.prefetch_related("posts__unit").distinct()
    context = {"units": Unit.objects.all(), "roles": pack().roles}
    return answer(request, "portal/people.html", context, people=Listed(request, LIST, found))


@door("person.register")
def person(request: Visit, username: str) -> HttpResponse:
    held = seen.one(Person.objects.all(), username=username)
    if request.method == "POST":
        return do(request, DEEDS, held)
    posts = told(held.posts.select_related("unit").order_by("-from_date", "pk"), clock.today())
    given, taken = delegations.of(held)
    context = {
        "person": held,
        "posts": posts,
        "running": [post for post, now in posts if now is not Spell.OVER],
        "given": given,
        "taken": taken,
        "second_factor": second_factor.is_set(held),
        "units": Unit.objects.all(),
        "roles": pack().roles,
        "history": history.told(f"person:{held.pk}"),
    }
    return render(request, "portal/person.html", context)


def _register(request: Visit) -> None:
    unit = seen.one(Unit.objects.all(), code=typed.text(request, "unit"))
    identity.register(
        request.actor,
        typed.text(request, "username"),
        typed.text(request, "full_name"),
        request.POST.get("password", ""),
        [(unit, typed.text(request, "role"))],
        why=typed.why(request),
    )


def _appoint(request: Visit, person: Person) -> None:
    identity.appoint(
        request.actor,
        person,
        seen.one(Unit.objects.all(), code=typed.text(request, "unit")),
        typed.text(request, "role"),
        why=typed.why(request),
        from_date=typed.day(request, "from_date"),
        to_date=typed.day(request, "to_date") if typed.text(request, "to_date") else None,
    )


def _relieve(request: Visit, person: Person) -> None:
    post = seen.one(person.posts.all(), pk=typed.place(typed.text(request, "post")))
    identity.relieve(
        request.actor, post, why=typed.why(request), to_date=typed.day(request, "to_date")
    )


def _call_back(request: Visit, person: Person) -> None:
    given = Delegation.objects.filter(post__person=person).select_related("post__unit")
    lent = seen.one(given, pk=typed.place(typed.text(request, "delegation")))
    delegations.call_back(request.actor, lent, why=typed.why(request))


def _reset(request: Visit, person: Person) -> None:
    told = identity.reset_password(request.actor, person, why=typed.why(request))
    messages.info(
        request,
        gettext("One-time password of %(name)s, shown this once: %(password)s")
        % {"name": person.full_name, "password": told},
    )


def _remove_factor(request: Visit, person: Person) -> None:
    second_factor.remove_for(request.actor, person, why=typed.why(request))


DEEDS = {
    "appoint": _appoint,
    "relieve": _relieve,
    "call_back": _call_back,
    "reset_password": _reset,
    "remove_factor": _remove_factor,
}


def post_of(request: Visit, held: Person) -> Post:
    """The post of this person that a form names; 404 for anyone else's."""
    found = held.posts.select_related("unit", "person")
    return seen.one(found, pk=typed.place(typed.text(request, "post")))
