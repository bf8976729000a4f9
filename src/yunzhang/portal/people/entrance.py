"""Entrance: from a name and a password, and a code where one is set, to a session."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.contrib.auth import authenticate, login, logout
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

from yunzhang import clock
from yunzhang.people import identity, outside, second_factor, tallies
from yunzhang.people.models import Person
from yunzhang.people.permissions import pack
from yunzhang.portal import typed
from yunzhang.portal.doors import PUBLIC, SIGNED_IN, Visit, door
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
WAITING = "waiting_for_code"  # in the session: who gave the password, when, and where to go then
BACKEND = "django.contrib.auth.backends.ModelBackend"


@door(PUBLIC)
def sign_in(request: Visit) -> HttpResponse:
    if request.method == "POST":
        return _enter(request)
    if request.user.is_authenticated:
        return redirect("desk")
    context = {"next": request.GET.get("next", ""), "house": outside.house()}
    return render(request, "portal/sign_in.html", context)


@door(PUBLIC)
def code(request: Visit) -> HttpResponse:
    """The second factor of someone whose password, or outside identity, was right."""
    person, wanted = _waiting(request)
    if person is None:
        return redirect("sign_in")
    if request.method == "POST":
        counter = _counted(f"code:{person.pk}")
        if not second_factor.passes(person, typed.text(request, "code")):
            _failed(counter)
            raise Refused(second_factor.CODE_WRONG())
        tallies.clear(counter)
        return _begin(request, person, wanted)
    return render(request, "portal/code.html")


@door(SIGNED_IN)
@require_POST
def sign_out(request: Visit) -> HttpResponse:
    logout(request)
    return redirect("sign_in")


@door(PUBLIC)
@require_POST
def language(request: Visit) -> HttpResponseBase:
    return set_language(request)


def admit(request: HttpRequest, person: Person, wanted: str) -> HttpResponse:
    """Let a person in whose identity is proven, through the second factor where one is set."""
    if not second_factor.is_set(person):
        return _begin(request, person, wanted)
    # A new session: what a stranger may have put into the old one does not come along.
    request.session.flush()
    request.session[WAITING] = [person.pk, int(clock.seconds()), wanted]
    return redirect("code")


@contextmanager
def asked_again(request: Visit) -> Iterator[None]:
    """A deed that asks for the password once more: guesses count as they do at the door."""
    counter = _counted(f"again:{request.user.pk}")
    try:
        yield
    except Refused as refused:
        if identity.PASSWORD_WRONG.code in refused.codes:
            _failed(counter)
        raise


def _enter(request: Visit) -> HttpResponse:
    username = typed.text(request, "username")
    # Counted by name and address: a stranger cannot lock a person out from elsewhere.
    counter = _counted(f"{username}:{request.META.get('REMOTE_ADDR', '')}")
    person = authenticate(request, username=username, password=request.POST.get("password", ""))
    if not isinstance(person, Person):
        _failed(counter)
        raise Refused(SIGN_IN_WRONG())
    tallies.clear(counter)
    return admit(request, person, request.POST.get("next", ""))


def _begin(request: HttpRequest, person: Person, wanted: str) -> HttpResponse:
    login(request, person, backend=BACKEND)
    return redirect(_safe(request, wanted))


def _waiting(request: Visit) -> tuple[Person | None, str]:
    number, begun, wanted = request.session.get(WAITING, (None, 0, ""))
    if number is None or clock.seconds() - begun > pack().limit("signin.wait_seconds"):
        return None, ""
    return Person.objects.filter(pk=number, is_active=True).first(), wanted


def _counted(who: str) -> str:
    """The counter of someone's failures; raises `sign_in.too_often` when there were too many."""
    counter, wait = f"sign_in:{who}", pack().limit("signin.wait_seconds")
    if tallies.count(counter) >= pack().limit("signin.attempts"):
        raise Refused(SIGN_IN_TOO_OFTEN(minutes=-(-wait // 60)))
    return counter


def _failed(counter: str) -> None:
    tallies.add(counter, pack().limit("signin.wait_seconds"))


def _safe(request: HttpRequest, wanted: str) -> str:
    """Where to go after signing in: only an address of this hub."""
    if url_has_allowed_host_and_scheme(wanted, {request.get_host()}, request.is_secure()):
        return wanted
    return reverse("desk")
