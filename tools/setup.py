"""Set-up: `python3.11 -m tools.setup run|test|bench|check`; a second time it takes no time.

Standard library only, no git, no questions; every step says what it does.
"""

from __future__ import annotations

import fcntl
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tools import node_packages, python_packages, system_packages
from tools.step import Stuck

TESTED_WITH = (
    system_packages.CHROMIUM,
    system_packages.FONTS,
    system_packages.POSTGRESQL,
    system_packages.MARIADB,
)
SYSTEM = {"run": (), "check": (), "test": TESTED_WITH, "bench": (system_packages.WRK,)}


def main(arguments: list[str]) -> int:
    """Take every step of the profile; the exit status is 1 with a next step when one is stuck."""
    if len(arguments) != 1 or arguments[0] not in SYSTEM:
        print(f"usage: python3.11 -m tools.setup {'|'.join(SYSTEM)}", file=sys.stderr)
        return 2
    try:
        with alone():
            set_up(arguments[0])
    except Stuck as stuck:
        print(f"\n\nSet-up is stuck. {stuck.sentence}\nNext: {stuck.next_step}", file=sys.stderr)
        return 1
    return 0


def set_up(profile: str) -> None:
    python_packages.environment().take()
    python_packages.packages().take()
    python_packages.project().take()
    if profile == "check":
        return
    python_packages.translations().take()
    node_packages.fetched().take()
    node_packages.placed().take()
    python_packages.registers().take()
    if SYSTEM[profile]:
        system_packages.gather(SYSTEM[profile], system_packages.left_out_of(profile))


@contextmanager
def alone() -> Iterator[None]:
    """Two `make` at once would fill one .venv twice: the second waits for the first."""
    with Path(__file__).open("rb") as own:
        try:
            fcntl.flock(own, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("  Another set-up is under way; waiting for it ...", flush=True)
            fcntl.flock(own, fcntl.LOCK_EX)
        yield


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
