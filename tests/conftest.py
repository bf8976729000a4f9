"""What tests of several folders share: real database servers and the real dirty tables."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connections
from hypothesis import settings

from tests import databases

# How long an example takes says nothing about what is right: a busy machine fails no test.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

SHARED_DATA = Path(
    os.environ.get("YUNZHANG_SHARED_DATA", Path(__file__).parents[2] / "shared" / "data")
)

# Files that keep one worker for minutes; begun last, they would leave the other idle.
LONG = (
    "tests/simulation/test_two_years.py",
    "tests/hub/test_postgresql.py",
    "tests/browser/test_phone.py",
    "tests/hub/test_workers.py",
    "tests/demo/test_walk.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The long files first, whatever else is asked for in its order."""
    items.sort(key=lambda item: not item.nodeid.startswith(LONG))


@pytest.fixture(scope="session")
def django_db_modify_db_settings(tmp_path_factory: pytest.TempPathFactory) -> None:
    """The hub's SQLite in a file, as in real life: a live server's threads get their own line."""
    database = connections["default"]
    if database.vendor == "sqlite":
        name = tmp_path_factory.mktemp("hub") / "test.sqlite3"
        database.settings_dict["TEST"]["NAME"] = str(name)


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A PostgreSQL server for the whole session; make a schema or table of your own in it."""
    with databases.postgres() as server:
        yield server.url


@pytest.fixture(scope="session")
def mariadb_url() -> Iterator[str]:
    """A MariaDB server for the whole session; make tables of your own in it."""
    with databases.mariadb() as server:
        yield server.url


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real tables with their known defects; the test skips where it is absent."""
    if not SHARED_DATA.is_dir():
        pytest.skip("the folder of real tables is not on this machine")
    return SHARED_DATA
