"""Cookies: a hub that people reach over TLS alone sends none without it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ASK = "from django.conf import settings as s; print(s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE)"


@pytest.mark.parametrize(
    ("origins", "secure"),
    [
        ("", "False False"),
        ("https://hub.example", "True True"),
        ("https://hub.example,http://127.0.0.1:8000", "False False"),
    ],
)
def test_cookies_are_for_tls_where_every_origin_is(
    tmp_path: Path, origins: str, secure: str
) -> None:
    given = {"YUNZHANG_HOME": str(tmp_path), "YUNZHANG_ORIGINS": origins}
    there = {**os.environ, "DJANGO_SETTINGS_MODULE": "yunzhang.hub.settings", **given}

    told = subprocess.run(
        [sys.executable, "-c", ASK], env=there, capture_output=True, text=True, check=True
    )

    assert told.stdout.strip() == secure
