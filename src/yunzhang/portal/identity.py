"""Signing in and out, the language switch, and who works here."""

from __future__ import annotations

from contextlib import suppress

from django.contrib.auth import authenticate, login, logout, update_session_auth_hash
from django.core.cache import cache
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

from yunzhang.people import identity, units
from yunzhang.people.models import Person, Unit
from yunzhang.people.permissions import pack
from yunzhang.portal import seen, typed
from yunzhang.portal.doors import PUBLIC, SIGNED_IN, Visit, do, door
from yunzhang.terms.faults import FaultKind, Refused, Text

SIGN_IN_WRONG = FaultKind(
    "sign_in.wrong",
    401,
    Text("用户名或密码不对。", "The user name or the password is wrong."),
    Text(
        "核对后重试；忘记密码请联系主管部门。", "Try again; if it is forgotten, ask the authority."
    ),
)
SIGN_IN_TOO_OFTEN = FaultKind(
    "sign_in.too_often",
    429,
    Text("尝试次数过多，暂停登录。", "Too many attempts: signing in rests for a while."),
    Text("{minutes} 分钟后再试。", "Try again in {minutes} minutes."),
)


@door(PUBLIC)
def sign_in(request: Visit) -> HttpResponse:
    if request.method == "POST":
        return _enter(request)
    if request.user.is_authenticated:
        return redirect("desk")
    return render(request, "portal/sign_in.html", {"next": request.GET.get("next", "")})


@door(SIGNED_IN)
@require_POST
def sign_out(request: Visit) -> HttpResponse:
    logout(request)
    return redirect("sign_in")


@door(PUBLIC)
@require_POST
def language(request: Visit) -> HttpResponseBase:
    return set_language(request)


@door("unit.register")
def unit_list(request: Visit) -> HttpResponse:
    if request.method == "POST":
        return do(request, {"register": _register_unit})
    found = Unit.objects.select_related("parent")
    context = {"units": found, "tiers": pack().codes_of("tier")}
    return render(request, "portal/units.html", context)


@door("person.register")
def people(request: Visit) -> HttpResponse:
    if request.method == "POST":
        return do(request, {"register": _register_person})
    found = Person.objects.prefetch_related("posts__unit").order_by("pk")
    context = {"people": found, "units": Unit.objects.all(), "roles": pack().roles}
    return render(request, "portal/people.html", context)


@door("desk.see")
def password(request: Visit) -> HttpResponse:
    """One's own password; the session goes on, every other one ends."""
    if request.method == "POST":
        return do(request, {"change": _change_password})
    return render(request, "portal/password.html")


def _change_password(request: Visit) -> str:
    old, new = request.POST.get("old", ""), request.POST.get("new", "")
    identity.change_password(request.actor, old, new, why=typed.why(request))
    update_session_auth_hash(request, Person.objects.get(username=request.user.get_username()))
    return reverse("desk")


def _register_unit(request: Visit) -> None:
    code = typed.text(request, "parent")
    parent = seen.one(Unit.objects.all(), code=code) if code else None
    units.register(
        request.actor,
        typed.text(request, "code"),
        typed.text(request, "name"),
        typed.text(request, "short_name"),
        typed.text(request, "tier"),
        parent,
        why=typed.why(request),
    )


def _register_person(request: Visit) -> None:
    unit = seen.one(Unit.objects.all(), code=typed.text(request, "unit"))
    identity.register(
        request.actor,
        typed.text(request, "username"),
        typed.text(request, "full_name"),
        request.POST.get("password", ""),
        [(unit, typed.text(request, "role"))],
        why=typed.why(request),
    )


def _enter(request: Visit) -> HttpResponse:
    username = typed.text(request, "username")
    # Counted by name and address: a stranger cannot lock a person out from elsewhere.
    counter = f"sign_in:{username}:{request.META.get('REMOTE_ADDR', '')}"
    wait = pack().limit("signin.wait_seconds")
    if (cache.get_or_set(counter, 0, wait) or 0) >= pack().limit("signin.attempts"):
        raise Refused(SIGN_IN_TOO_OFTEN(minutes=-(-wait // 60)))
    person = authenticate(request, username=username, password=request.POST.get("password", ""))
    if person is None:
        with suppress(ValueError):  # the count lapsed while the password was checked
            cache.incr(counter)
        raise Refused(SIGN_IN_WRONG())
    cache.delete(counter)
    login(request, person)
    return redirect(_safe(request))


def _safe(request: Visit) -> str:
    """Where to go after signing in: only an address of this hub."""
    wanted = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(wanted, {request.get_host()}, request.is_secure()):
        return wanted
    return reverse("desk")
