"""Me: my posts, who does them while I am away, and how I sign in."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib.auth import update_session_auth_hash
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from yunzhang import clock
from yunzhang.people import delegations, identity, second_factor
from yunzhang.people import outside as identities
from yunzhang.people.models import Delegation, Person, Post
from yunzhang.portal import seen, typed
from yunzhang.portal.doors import SIGNED_IN, Visit, do, door
from yunzhang.portal.people import entrance, outside, persons
from yunzhang.portal.standing import Spell, told

SECRET = "second_factor_secret"  # noqa: S105 - in the session: a telephone's secret to be


@door(SIGNED_IN)
def me(request: Visit) -> HttpResponse:
    if request.method == "POST":
        return do(request, DEEDS)
    person = _person(request)
    given, taken = delegations.of(person)
    posts = told(person.posts.select_related("unit").order_by("-from_date", "pk"), clock.today())
    own = [post for post, now in posts if now is not Spell.OVER]
    context = {
        "person": person,
        "posts": posts,
        "own": own,
        "colleagues": _colleagues(own),
        "given": given,
        "taken": taken,
        "factor": second_factor.is_set(person),
        "codes_left": second_factor.codes_left(person),
        "owed": second_factor.owed(request.actor),
        "identities": identities.of(person),
        "house": identities.house(),
    }
    return render(request, "portal/me.html", context)


@door(SIGNED_IN)
def second(request: Visit) -> HttpResponse:
    """Set a second factor: show the secret to the telephone, prove that it took it."""
    person = _person(request)
    if second_factor.is_set(person):
        return redirect("me")
    if SECRET not in request.session:
        request.session[SECRET] = second_factor.new_secret()
    secret = request.session[SECRET]
    if request.method == "POST":
        with entrance.asked_again(request):
            codes = second_factor.set_up(
                request.actor,
                secret,
                typed.text(request, "code"),
                request.POST.get("password", ""),
                why=typed.why(request),
            )
        del request.session[SECRET]
        return render(request, "portal/recovery_codes.html", {"codes": codes})
    picture = second_factor.picture(person, secret)
    return render(request, "portal/second_factor.html", {"secret": secret, "picture": picture})


@door(SIGNED_IN)
def new_codes(request: Visit) -> HttpResponse:
    """Other recovery codes, shown this once."""
    if request.method == "POST":
        with entrance.asked_again(request):
            codes = second_factor.new_codes(
                request.actor, request.POST.get("password", ""), why=typed.why(request)
            )
        return render(request, "portal/recovery_codes.html", {"codes": codes})
    return render(request, "portal/new_codes.html")


@door(SIGNED_IN)
def link(request: Visit) -> HttpResponse:
    """Link an outside identity: the password first, then off to the other house."""
    if not identities.house():
        return redirect("me")
    if request.method == "POST":
        with entrance.asked_again(request):
            identity.confirmed(request.actor, request.POST.get("password", ""))
        outside.expect_link(request, typed.why(request))
        # A page, no redirect: our forms may be sent to nowhere but here, not even by a detour.
        return render(request, "portal/going_out.html", {"house": identities.house()})
    return render(request, "portal/link.html", {"house": identities.house()})


@door("desk.see")
def password(request: Visit) -> HttpResponse:
    """One's own password; the session goes on, every other one ends."""
    if request.method == "POST":
        return do(request, {"change": _change_password})
    return render(request, "portal/password.html")


def _person(request: Visit) -> Person:
    return Person.objects.get(username=request.user.get_username())


def _colleagues(posts: Sequence[Post]) -> list[Person]:
    """Everyone a post of mine could be delegated to, each once."""
    found = {
        person.pk: person
        for post in posts
        for person in delegations.colleagues(post, clock.today())
    }
    return list(found.values())


def _delegate(request: Visit) -> None:
    delegations.delegate(
        request.actor,
        persons.post_of(request, _person(request)),
        seen.one(Person.objects.all(), username=typed.text(request, "to")),
        typed.day(request, "from_date"),
        typed.day(request, "to_date"),
        why=typed.why(request),
    )


def _call_back(request: Visit) -> None:
    given = Delegation.objects.filter(post__person=_person(request)).select_related("post__unit")
    lent = seen.one(given, pk=typed.place(typed.text(request, "delegation")))
    delegations.call_back(request.actor, lent, why=typed.why(request))


def _remove_factor(request: Visit) -> None:
    with entrance.asked_again(request):
        second_factor.remove(
            request.actor, request.POST.get("password", ""), why=typed.why(request)
        )


def _unlink(request: Visit) -> None:
    number = typed.place(typed.text(request, "identity")) or 0
    identities.unlink(request.actor, number, why=typed.why(request))


def _change_password(request: Visit) -> str:
    old, new = request.POST.get("old", ""), request.POST.get("new", "")
    with entrance.asked_again(request):
        identity.change_password(request.actor, old, new, why=typed.why(request))
    update_session_auth_hash(request, Person.objects.get(username=request.user.get_username()))
    return reverse("desk")


DEEDS = {
    "delegate": _delegate,
    "call_back": _call_back,
    "remove_factor": _remove_factor,
    "unlink": _unlink,
}
