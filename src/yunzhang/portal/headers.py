"""Headers: what a browser may load and run on our pages, and what it must not keep."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponseBase

# No inline script, no foreign host: a text that slipped through escaping still cannot run.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; "
    "base-uri 'none'"
)


def with_images(response: HttpResponseBase, address: str) -> HttpResponseBase:
    """The answer, allowed to show pictures from the host of this address, too; "" for none."""
    if address:
        own, host = "img-src 'self' data:", urlsplit(address)
        wider = POLICY.replace(own, f"{own} {host.scheme}://{host.netloc}")
        response.headers["Content-Security-Policy"] = wider
    return response


class HeadersMiddleware:
    """Sets the content policy, and keeps the pages of a signed-in person out of caches."""

    def __init__(self, answer: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.answer(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        if getattr(request, "user", None) is not None and request.user.is_authenticated:
            response.headers.setdefault("Cache-Control", "no-store")
        return response
