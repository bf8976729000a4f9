"""Language: Chinese unless the reader switched; a browser's own preference does not decide."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils import translation

from yunzhang.terms.faults import Language


class LanguageMiddleware:
    """Speaks the language of the switch's cookie, else the default, for the whole request."""

    def __init__(self, answer: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        language = chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
        with translation.override(language):
            response = self.answer(request)
        response.headers["Content-Language"] = language
        return response


def spoken() -> Language:
    """The language of the reader, as faults and pack rows name it."""
    return "en" if (translation.get_language() or "").startswith("en") else "zh"
