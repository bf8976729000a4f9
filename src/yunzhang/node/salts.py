"""Salts: one key a day from which each call's salt is derived, kept apart and erasable.

The log holds digests over salt and content. Whoever has the salt (the caller is given it) can
show what the digest covers. Once a day's key is erased the node can no longer do so, and the
digests of that day say nothing.
"""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

from yunzhang.node.home import write_private
from yunzhang.protect.keys import mac
from yunzhang.protect.ledger import LEDGER_UNWRITABLE
from yunzhang.terms.faults import Refused

SALT_CHARACTERS = 32
KEY_BYTES = 32


class Salts:
    """The keys of the days, in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._day = date.min
        self._key = b""

    def salt(self, day: date, session: str, call: str) -> str:
        """The salt of one call, 32 hex characters; makes the day's key at the first call.

        Raises `ledger.unwritable` when it cannot be kept.
        """
        if day != self._day:
            try:
                self._key, self._day = self._key_of(day), day
            except OSError as error:
                raise Refused(LEDGER_UNWRITABLE(reason=error.strerror)) from error
        return mac(self._key, f"{session}\n{call}".encode()).hex()[:SALT_CHARACTERS]

    def erase(self, day: date) -> bool:
        """Delete a day's key; False when there was none. Nothing brings it back."""
        if day == self._day:
            self._day, self._key = date.min, b""
        path = self._path(day)
        found = path.exists()
        path.unlink(missing_ok=True)
        return found

    def _key_of(self, day: date) -> bytes:
        path = self._path(day)
        if path.exists() and path.stat().st_size != KEY_BYTES:
            path.unlink()  # cut short by a crash or a full disk, so nothing was salted with it
        if not path.exists():
            write_private(path, os.urandom(KEY_BYTES))
        return path.read_bytes()

    def _path(self, day: date) -> Path:
        return self._folder / f"{day.isoformat()}.key"
