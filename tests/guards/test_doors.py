"""One library, one door: each third-party package is imported in its named files only."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections import defaultdict

from tests.guards.house import ROOT, python_files, room_of, tree

# Library -> the file that is its door. A library that is not here may not be imported at all.
DOORS = {
    "allauth": "people/second_factor.py",
    "chinese_calendar": "people/calendar.py",
    "cryptography": "protect/keys.py",
    "duckdb": "engines/on_duckdb.py",
    "granian": "hub/commands.py",
    "httpx": "node/transport.py",
    "msgspec": "terms/document.py",
    "openpyxl": "engines/source_excel.py",
    "psycopg": "engines/source_postgresql.py",
    "pyarrow": "engines/parquet.py",
    "pymysql": "engines/source_mysql.py",
    "rich": "demo/screen.py",
    "uvicorn": "node/serve.py",
    "uvloop": "node/serve.py",
}
# (library, file): why that file needs it too.
SIDE_DOORS = {
    ("allauth", "people/outside.py"): "the links of persons to outside identities are its records",
    ("allauth", "portal/people/outside.py"): "the way to the other house and back (OpenID Connect)",
    ("cryptography", "protect/sealing.py"): "a sealed secret is neither signed nor exchanged",
    ("httpx", "demo/servers.py"): "the demo waits, as an operator would, until a server answers",
    ("httpx", "people/webhook_line.py"): "the hub calls units' systems; a node has its own line",
    ("openpyxl", "engines/workbooks.py"): "templates and marked tables leave as Excel",
    ("openpyxl", "portal/official_sheet.py"): "a published list leaves as offices print it",
    ("openpyxl", "portal/export.py"): "a page's list leaves as Excel; engines only read",
}
# Django is the hub's own language: any file of these rooms speaks it. The demo stands above the
# hub and acts in it as its people.
DJANGO = ("demo", "gather", "hub", "oversee", "people", "portal", "share", "use", "worker.py")


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


def doors() -> set[tuple[str, str]]:
    return {*DOORS.items(), *SIDE_DOORS}


def passages() -> set[tuple[str, str]]:
    """Every (library, file) of the package, Django left out."""
    return {
        (library, room)
        for library, rooms in used_in().items()
        for room in rooms
        if library != "django"
    }


def test_a_library_is_imported_through_its_door():
    beside = sorted(passages() - doors())

    assert not beside, "import these through their door, or give the reason in SIDE_DOORS"


def test_django_stays_in_the_hub():
    outside = [room for room in used_in().get("django", ()) if room.partition("/")[0] not in DJANGO]

    assert not outside


def test_every_door_is_still_used():
    closed = sorted(doors() - passages())

    assert not closed, "take these out of DOORS and SIDE_DOORS"


def test_every_dependency_has_its_reason():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    lists = [project["dependencies"], *project["optional-dependencies"].values()]
    reasons = (ROOT / "docs" / "decisions" / "dependencies.md").read_text()

    names = {re.split(r"[<>=!~;\[ ]", wanted)[0] for listed in lists for wanted in listed}
    unexplained = sorted(name for name in names if not re.search(rf"`{name}[`\[]", reasons))

    assert not unexplained
