"""One library, one door: each third-party package is imported in its named files only."""

from __future__ import annotations

import ast
import sys
from collections import defaultdict

from tests.guards.house import python_files, room_of, tree

# The whole list of exceptions. A library that is not here may not be imported at all.
DOORS = {
    "chinese_calendar": {"people/workdays.py"},
    "cryptography": {"protect/keys.py"},
    "duckdb": {"engines/on_duckdb.py"},
    "granian": {"hub/serve.py"},
    "httpx": {"node/transport.py"},
    "msgspec": {"terms/document.py"},
    "openpyxl": {"engines/workbooks.py"},
    "psycopg": {"engines/databases.py"},
    "pyarrow": {"engines/lake.py"},
    "pymysql": {"engines/databases.py"},
    "rich": {"demo/screen.py"},
    "starlette": {"node/app.py"},
    "uvicorn": {"node/serve.py"},
    "whitenoise": {"hub/settings.py"},
}
# Django is the hub's own language: any file of these rooms speaks it.
DJANGO = ("gather", "hub", "oversee", "people", "portal", "share", "use", "worker.py")


def libraries(module: ast.Module) -> set[str]:
    """The top names of what a file imports, Python's own and ours left out."""
    found = set()
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.partition(".")[0])
    return found - sys.stdlib_module_names - {"yunzhang"}


def used_in() -> dict[str, set[str]]:
    """Library -> the files of the package that import it."""
    used = defaultdict(set)
    for path in python_files("src/yunzhang"):
        for library in libraries(tree(path)):
            used[library].add(room_of(path))
    return used


def test_a_library_is_imported_through_its_door():
    beside = {
        library: sorted(rooms - DOORS.get(library, set()))
        for library, rooms in used_in().items()
        if library != "django" and rooms - DOORS.get(library, set())
    }

    assert not beside, f"import these through their door, or name the file in DOORS: {beside}"


def test_django_stays_in_the_hub():
    outside = [room for room in used_in().get("django", ()) if room.partition("/")[0] not in DJANGO]

    assert not outside


def test_every_door_is_still_used():
    used = used_in()
    closed = {
        name: sorted(doors - used[name]) for name, doors in DOORS.items() if doors - used[name]
    }

    assert not closed, f"take these out of DOORS: {closed}"
