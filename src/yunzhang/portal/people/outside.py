"""Outside: to the house of a unified identity and back, by OpenID Connect.

`allauth.socialaccount` speaks the protocol (state, PKCE, the exchange of the code); who may enter
is ours to say: a person the authority registered and who is linked to that identity.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter, get_adapter
from allauth.socialaccount.internal import jwtkit
from allauth.socialaccount.models import SocialApp, SocialLogin
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from allauth.utils import build_absolute_uri
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext

from yunzhang import clock
from yunzhang.people import outside
from yunzhang.people.models import Person
from yunzhang.people.permissions import actor_of, pack
from yunzhang.portal.doors import PUBLIC, Visit, door
from yunzhang.portal.people import entrance
from yunzhang.terms.faults import FaultKind, Refused, Text

UNKNOWN = FaultKind(
    "outside.unknown",
    403,
    Text(
        "该统一身份还没有关联本系统的人员。",
        "No person of this hub is linked to that outside identity.",
    ),
    Text(
        "先用本地账号登录，在“本人”页面关联；没有账号的请联系主管部门登记。",
        "Sign in with your local account and link it on the page “Me”; without one, ask the "
        "authority to register you.",
    ),
)
FAILED = FaultKind(
    "outside.failed",
    502,
    Text(
        "统一身份认证没有完成，或其答复无法核验。",
        "Signing in there was not finished, or what came back could not be verified.",
    ),
    Text(
        "返回登录页重试；仍然失败的，用本地账号登录。",
        "Try again from the sign-in page; failing that, use your local account.",
    ),
)
LINKING_OVER = FaultKind(
    "outside.linking_over",
    403,
    Text("关联已超时，须重新核验密码。", "The time to link is over; the password is needed again."),
    Text("回到“本人”页面再关联一次。", "Begin again on the page “Me”."),
)
LINKING = "linking"  # in the session: when the password was given for it, and why

log = logging.getLogger(__name__)


@door(PUBLIC)
def begin(request: Visit) -> HttpResponse:
    """Off to the other house: to sign in, or, once the password was given, to link."""
    _configured()
    linking = request.user.is_authenticated
    if linking and LINKING not in request.session:
        return redirect("desk")
    provider = get_adapter(request).get_provider(request, _name())
    process = "connect" if linking else "login"
    try:
        answer: HttpResponse = provider.redirect(
            request, process, next_url=request.GET.get("next", "")
        )
    except (OAuth2Error, OSError, ValueError, KeyError) as error:
        log.warning("the outside house cannot be asked: %s", type(error).__name__)
        raise Refused(FAILED()) from error
    return answer


@door(PUBLIC)
def back(request: Visit) -> HttpResponse:
    """Back from the other house with a code to exchange."""
    _configured()
    try:
        answer: HttpResponse = OAuth2CallbackView.adapter_view(Way(request, _name()))(request)
    except (OSError, ValueError, KeyError) as error:
        log.warning("the outside house's answer made no sense: %s", type(error).__name__)
        raise Refused(FAILED()) from error
    return answer


class Way(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]
    """The exchange with the house; its signature is checked however the token came."""

    def get_callback_url(self, request: HttpRequest, _app: SocialApp) -> str:
        safe = any(origin.startswith("https://") for origin in settings.CSRF_TRUSTED_ORIGINS)
        return str(build_absolute_uri(request, reverse("outside_back"), "https" if safe else None))

    def complete_login(
        self, request: HttpRequest, app: SocialApp, token: Any, **answer: Any
    ) -> SocialLogin:
        if not answer["response"].get("id_token"):
            raise OAuth2Error("no id_token")
        return super().complete_login(request, app, token, **answer)

    def _decode_id_token(self, app: SocialApp, id_token: str) -> dict[str, Any]:
        # allauth trusts the transport here; a hub behind a proxy cannot always, so the signature
        # is verified by the house's published keys.
        told: dict[str, Any] = jwtkit.verify_and_decode(
            credential=id_token,
            keys_url=self.openid_config["jwks_uri"],
            issuer=settings.OIDC["issuer"],
            audience=app.client_id,
            lookup_kid=jwtkit.lookup_kid_jwk,
        )
        return told


class House(OpenIDConnectProvider):  # type: ignore[misc]
    """The one house of the settings, reached by our way."""

    oauth2_adapter_class = Way
    pkce_enabled_default = True

    def get_default_scope(self) -> list[str]:
        return ["openid", "profile"]


class Adapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """What allauth asks of us: the house from the settings, and who may enter."""

    def list_apps(self, *_asked: Any, **_for: Any) -> list[SocialApp]:
        _configured()
        house = SocialApp(provider="openid_connect", provider_id=_name(), name=outside.house())
        house.client_id, house.secret = settings.OIDC["client"], settings.OIDC["secret"]
        # Only what is signed counts: the subject comes from the token, never from userinfo.
        house.settings = {"server_url": settings.OIDC["issuer"], "fetch_userinfo": False}
        return [house]

    def on_authentication_error(self, *_where: Any, **why: Any) -> None:
        log.warning("an outside sign-in failed: %s %s", why.get("error"), why.get("exception"))
        raise Refused(FAILED())

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Whom the house vouches for enters or is linked; allauth's own way ends here."""
        account = sociallogin.account
        told = account.extra_data.get("id_token", {})
        if sociallogin.state.get("process") == "connect":
            answer = _link(request, account.uid, told)
        else:
            answer = _enter(request, account.uid, told, sociallogin.state.get("next") or "")
        raise ImmediateHttpResponse(answer)


def expect_link(request: Visit, why: str) -> None:
    """The password was given: for a short time this session may link what the house says."""
    request.session[LINKING] = [int(clock.seconds()), why]


def _link(request: HttpRequest, subject: str, told: Mapping[str, Any]) -> HttpResponse:
    begun, why = request.session.pop(LINKING, (0, ""))
    if clock.seconds() - begun > pack().limit("signin.wait_seconds"):
        raise Refused(LINKING_OVER())
    person = Person.objects.get(username=request.user.get_username())
    outside.link(actor_of(person, clock.today()), _name(), subject, _shown(told), why=why)
    messages.success(request, gettext("Done. The deed is recorded as a fact."))
    return redirect("me")


def _enter(
    request: HttpRequest, subject: str, told: Mapping[str, Any], wanted: str
) -> HttpResponse:
    person = outside.person_of(_name(), subject) or _by_claim(told)
    if person is None or not person.is_active:
        raise Refused(UNKNOWN())
    return entrance.admit(request, person, wanted)


def _by_claim(told: Mapping[str, Any]) -> Person | None:
    claim = settings.OIDC["username_claim"]
    username = told.get(claim) if claim else None
    return Person.objects.filter(username=username).first() if username else None


def _shown(told: Mapping[str, Any]) -> str:
    """What the person knows this identity by."""
    return str(told.get("preferred_username") or told.get("name") or told["sub"])


def _name() -> str:
    # Part of every link: another issuer's subject of the same spelling is another person.
    return "oidc-" + sha256(settings.OIDC["issuer"].encode()).hexdigest()[:16]


def _configured() -> None:
    if not outside.house():
        raise Http404
