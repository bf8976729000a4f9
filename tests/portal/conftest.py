"""The town, built once for a file of tests; each test's changes are undone after it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.core.cache import cache
from django.db import transaction
from django.test import Client, override_settings

from tests.portal import town as towns
from tests.portal.town import Town
from tests.portal.words import CATALOG
from yunzhang.oversee.models import Score

Visitor = Callable[..., Client]


@pytest.fixture(scope="session", autouse=True)
def chinese() -> None:
    """The pages' Chinese, compiled as set-up does it."""
    made = CATALOG.with_suffix(".mo")
    if not made.exists() or made.stat().st_mtime < CATALOG.stat().st_mtime:
        from babel.messages.mofile import write_mo
        from babel.messages.pofile import read_po

        with CATALOG.open("rb") as texts, made.open("wb") as compiled:
            write_mo(compiled, read_po(texts, locale="zh_Hans"))


@pytest.fixture(scope="module")
def built(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[Town]:
    home: Path = tmp_path_factory.mktemp("hub")
    (home / "sources").mkdir()
    folders = override_settings(
        HOME=home,
        HUB_KEY=home / "hub.key",
        LEDGER=home / "log",
        LAKE=home / "lake",
        SOURCES=[home / "sources"],
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
    )
    with folders, django_db_blocker.unblock(), transaction.atomic():
        yield towns.build()
        transaction.set_rollback(True)


@pytest.fixture
def town(built: Town, db) -> Town:
    cache.clear()
    return built


@pytest.fixture
def visit(town: Town) -> Visitor:
    """A browser of this person, in this language."""

    def signed_in(name: str, language: str = "zh-hans") -> Client:
        client = Client(raise_request_exception=False)
        person = getattr(town, name).person
        client.force_login(person)
        client.cookies["django_language"] = language
        return client

    return signed_in


@pytest.fixture
def civil(town) -> Score:
    return Score.objects.get(period="2026Q4", unit=town.units[2])


@pytest.fixture
def consumer(town) -> Score:
    return Score.objects.get(period="2026Q4", unit=town.units[4])
