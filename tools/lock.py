"""Lock: resolves pyproject.toml for every platform into hashes, naming no registry."""

from __future__ import annotations

import sys

from tools.python_packages import LOCK, NETWORK, as_pip_is_set, find_uv
from tools.step import ROOT, Stuck, run

FORM = ("--universal", "--generate-hashes", "--no-emit-index-url", "--no-header", "--all-extras")


def main() -> int:
    """Rewrite requirements.lock; what is there already stays unless pyproject.toml forbids it."""
    uv = find_uv()
    if uv is None:
        print("The lock is made with uv, which could not be fetched.", file=sys.stderr)
        return 1
    command = [uv, "pip", "compile", "-q", *FORM, "--python-version", "3.11", "-o", LOCK.name]
    try:
        run([*command, str(ROOT / "pyproject.toml")], next_step=NETWORK, env=as_pip_is_set())
    except Stuck as stuck:
        print(f"{stuck.sentence}\nNext: {stuck.next_step}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
