"""Doors: every page names the permission it needs, and a refusal is told in whole sentences."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, TypeVar
from uuid import uuid4

from django.contrib import messages
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from yunzhang import clock
from yunzhang.people import second_factor
from yunzhang.people.permissions import Actor, actor_of, require
from yunzhang.portal.language import spoken
from yunzhang.terms.faults import Fault, FaultKind, Refused, Text

PUBLIC = "public"  # anyone, before signing in
SIGNED_IN = "signed_in"  # anyone who signed in, whatever the post

DEED_UNKNOWN = FaultKind(
    "page.deed_unknown",
    400,
    Text("本页没有“{deed}”这项操作。", "This page has no deed “{deed}”."),
    Text("刷新页面后重试。", "Reload the page and try again."),
)
TEXT_BROKEN = FaultKind(
    "page.text_broken",
    400,
    Text(
        "填写的内容含有无法保存的字符。", "What was written holds a character no record can keep."
    ),
    Text("删去该字符后重试。", "Remove the character and try again."),
)
INCIDENT = FaultKind(
    "hub.incident",
    500,
    Text(
        "系统出现意外情况，事件编号 {number}。", "Something unexpected happened; incident {number}."
    ),
    Text(
        "所办事项没有写入。请稍后再试，或把编号告知管理员。",
        "Nothing was written. Try again later, or tell the administrator the number.",
    ),
)

log = logging.getLogger(__name__)


class Visit(HttpRequest):
    """A request that came through a door: who asks, what they typed, what was wrong with it."""

    actor: Actor
    typed: QueryDict
    faults: tuple[Fault, ...]
    said: str  # what to tell after a deed that is begun rather than done


View = Callable[..., HttpResponseBase]
Deeds = Mapping[str, Callable[..., str | None]]
V = TypeVar("V", bound=View)


def door(permission: str) -> Callable[[View], View]:
    """Let a view be seen with this permission only; the guard reads `view.permission`.

    A deed refused on a page shows the page again, with what was typed and every fault.
    """

    def hang(view: View) -> View:
        @wraps(view)
        def opened(request: Visit, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if permission != PUBLIC and not request.user.is_authenticated:
                return _to_sign_in(request)
            _welcome(request)
            _storable(request, kwargs)
            if permission not in (PUBLIC, SIGNED_IN):
                if owed := _owed_first(request):
                    return redirect(owed)
                require(request.actor, permission)
            try:
                return view(request, *args, **kwargs)
            except Refused as refused:
                if request.method != "POST" or _wants_json(request):
                    raise
                return _again(view, request, refused, *args, **kwargs)

        opened.permission = permission  # type: ignore[attr-defined]
        return opened

    return hang


def do(request: Visit, deeds: Deeds, *subject: Any) -> HttpResponse:
    """Run the deed whose button was pressed, then come back to the page it names (or this one)."""
    name = request.POST.get("deed", "")
    if name not in deeds:
        raise Refused(DEED_UNKNOWN(deed=name))
    target = deeds[name](request, *subject)
    messages.success(request, request.said or gettext("Done. The deed is recorded as a fact."))
    return redirect(target or request.path)


class RefusalMiddleware:
    """Turns a refusal into a page or JSON, and anything unexpected into an incident number."""

    def __init__(self, answer: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.answer(request)

    def process_exception(self, request: Visit, error: Exception) -> HttpResponse | None:
        """The page of a refusal or an incident; None leaves the rest (404 …) to Django."""
        if isinstance(error, Refused):
            return _told(request, error)
        if _django_answers(error):
            return None
        number = uuid4().hex[:8].upper()
        log.error("incident %s at %s", number, request.path, exc_info=error)
        return _told(request, Refused(INCIDENT(number=number)))


def frame(request: HttpRequest) -> dict[str, Any]:
    """What every page shows around its subject."""
    from yunzhang.portal.navigation import sections

    if not hasattr(request, "actor"):
        _welcome(request)  # type: ignore[arg-type]
    visit: Visit = request  # type: ignore[assignment]
    return {
        "actor": visit.actor,
        "sections": sections(visit.actor, request.path),
        "typed": visit.typed,
        "faults": visit.faults,
        "speaks": spoken(),
        "today": clock.today(),
    }


def _password_first(request: Visit) -> bool:
    """Whether a one-time password waits to be changed: until then no other page opens."""
    place = request.resolver_match.url_name if request.resolver_match else ""
    return getattr(request.user, "password_once", False) and place != "password"


def _owed_first(request: Visit) -> str:
    """The page a person owes something to before any other opens; "" when nothing is owed."""
    if _password_first(request):
        return "password"
    place = request.resolver_match.url_name if request.resolver_match else ""
    if place == "password" or not second_factor.owed(request.actor):
        return ""
    if _wants_json(request):
        raise Refused(second_factor.OWED())
    return "me"


def _to_sign_in(request: Visit) -> HttpResponseBase:
    if request.headers.get("HX-Request"):
        # A part of a page is no place to sign in: the whole page is asked for again.
        return HttpResponse(headers={"HX-Refresh": "true"})
    return redirect_to_login(request.get_full_path())


def _welcome(request: Visit) -> None:
    user = getattr(request, "user", None) or AnonymousUser()
    # Someone unknown is an actor without posts, who may do nothing: only the worker has no person.
    request.actor = actor_of(user, clock.today()) if user.is_authenticated else Actor(user)  # type: ignore[arg-type]
    request.typed = QueryDict()
    request.faults = ()
    request.said = ""


def _storable(request: Visit, places: Mapping[str, Any]) -> None:
    # No record can hold a NUL, and PostgreSQL cannot even be asked for one.
    fields = (value for form in (request.GET, request.POST) for _, value in form.lists())
    written = [*places.values(), *(text for texts in fields for text in texts)]
    if any("\0" in str(text) for text in written):
        raise Refused(TEXT_BROKEN())


def _again(
    view: View, request: Visit, refused: Refused, *args: Any, **kwargs: Any
) -> HttpResponseBase:
    request.typed, request.faults = request.POST, refused.faults
    request.method = "GET"
    response = view(request, *args, **kwargs)
    response.status_code = refused.status
    return response


def _told(request: Visit, refused: Refused) -> HttpResponse:
    if _wants_json(request):
        return JsonResponse(refused.plain(spoken()), status=refused.status)
    context = {"refused": refused.faults}
    return render(request, "portal/refused.html", context, status=refused.status)


def _wants_json(request: HttpRequest) -> bool:
    return request.path.startswith("/exchange/") or not request.accepts("text/html")


def _django_answers(error: Exception) -> bool:
    from django.core.exceptions import BadRequest, PermissionDenied, SuspiciousOperation
    from django.http import Http404
    from django.http.multipartparser import MultiPartParserError

    return isinstance(
        error, (Http404, PermissionDenied, SuspiciousOperation, BadRequest, MultiPartParserError)
    )
