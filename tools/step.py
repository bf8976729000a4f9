"""Steps: each says what it does in one line, is done once, and says plainly when it is stuck."""

from __future__ import annotations

import hashlib
import os
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMPS = VENV / "stamps"
SHOWN_LINES = 15


class Stuck(Exception):
    """Set-up cannot go on: what happened, and what the person can do."""

    def __init__(self, sentence: str, next_step: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.next_step = next_step


@dataclass(frozen=True)
class Step:
    """One thing to do unless it was done before from the same inputs and still stands.

    `made_of` are files or words that decide the outcome; `leaves` must exist afterwards.
    """

    name: str
    says: str
    made_of: tuple[Path | str, ...]
    leaves: tuple[Path, ...]
    do: Callable[[], None]
    stamps: Path = STAMPS

    def take(self) -> None:
        mark = digest(str(ROOT), *self.made_of)
        stamp = self.stamps / self.name
        if stamp.exists() and stamp.read_text() == mark and not self.missing():
            return
        print(f"  {self.says} ...", end="", flush=True)
        began = time.monotonic()
        self.do()
        if self.missing():
            names = ", ".join(str(path) for path in self.missing())
            raise Stuck(
                f"This was expected and is not there: {names}", "Run `make clean`, try again."
            )
        self.stamps.mkdir(parents=True, exist_ok=True)
        stamp.write_text(mark)
        print(f" done ({time.monotonic() - began:.0f} s)", flush=True)

    def missing(self) -> list[Path]:
        return [path for path in self.leaves if not path.exists()]


def digest(*parts: Path | str) -> str:
    """SHA-256 over words and the contents of files; a file that is absent counts as empty."""
    whole = hashlib.sha256()
    for part in parts:
        data = (
            part.encode() if isinstance(part, str) else part.read_bytes() if part.exists() else b""
        )
        whole.update(len(data).to_bytes(8, "big") + data)
    return whole.hexdigest()


def run(command: Sequence[object], *, next_step: str, env: Mapping[str, str] | None = None) -> str:
    """Run a command without stdin; give back its output, or raise Stuck with its last lines."""
    words = [str(word) for word in command]
    try:
        ended = subprocess.run(
            words,
            cwd=ROOT,
            env={**os.environ, **(env or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
        )
    except OSError as error:
        raise Stuck(f"`{words[0]}` cannot be started: {error}", next_step) from error
    if ended.returncode:
        tail = "\n    ".join(ended.stdout.strip().splitlines()[-SHOWN_LINES:])
        raise Stuck(f"`{' '.join(words[:4])} ...` failed:\n    {tail}", next_step)
    return ended.stdout
