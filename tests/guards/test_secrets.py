"""Nothing of a machine, a person or a registry gets into the project."""

from __future__ import annotations

import json
import re

import pytest

from tests.guards.house import ROOT, name_of, tracked

TEXT = {
    "",
    ".cfg",
    ".css",
    ".html",
    ".js",
    ".json",
    ".lock",
    ".md",
    ".po",
    ".py",
    ".sh",
    ".svg",
    ".toml",
    ".txt",
    ".yml",
}
# Each pattern is written so that it does not match itself.
FORBIDDEN = {
    "a private key": r"-----BEGIN [A-Z ]*PRIVATE[ ]KEY",
    "an access key": r"\b(AKIA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{36}|sk-[A-Za-z0-9]{32,})\b",
    "a machine's path": r"(?<![\w.])/(home|Users|root|work)/[a-z][\w.-]*/",
    "a registry's host": r"files[.]pythonhosted[.]org|pypi[.]org/simple|registry[.]np[m]js[.]org"
    r"|registry[.]npmmirror[.]com|(mirrors|pypi)[.][a-z.]*(tuna|aliyun|ustc)[a-z.]*",
}


def texts():
    return [path for path in tracked() if path.suffix in TEXT and path.stat().st_size < 2_000_000]


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_file_holds(what):
    pattern = re.compile(FORBIDDEN[what])

    found = [
        f"{name_of(path)}:{number}"
        for path in texts()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if pattern.search(line)
    ]

    assert not found


def test_the_node_lock_names_digests_and_no_address():
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]

    for name, package in packages.items():
        assert not name or package["integrity"].startswith("sha512-"), name
        assert "resolved" not in package, name


def test_every_python_package_of_the_lock_has_a_hash():
    for lock in (ROOT / "requirements.lock", ROOT / "tools" / "registers.lock"):
        entries = re.split(r"\n(?=[a-z0-9])", lock.read_text())

        unhashed = [
            entry.split()[0] for entry in entries if "==" in entry and "--hash" not in entry
        ]

        assert not unhashed
