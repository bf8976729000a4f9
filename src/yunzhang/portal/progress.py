"""Progress: a long deed runs beside the request that began it; whoever looks sees how far it is.

Kept in small files below the hub's home, so that every web process shows the same.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from threading import Thread
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import connections

from yunzhang import clock
from yunzhang.people.permissions import pack
from yunzhang.portal.doors import INCIDENT
from yunzhang.terms.document import Document, decode, encode
from yunzhang.terms.faults import Refused

log = logging.getLogger(__name__)


class Told(Document, frozen=True):
    """A fault as two finished sentences, for it outlives the deed that met it."""

    zh: str
    en: str


class Progress(Document, frozen=True):
    """How far a deed is: rows so far, the share done (0 to 1, -1 unknown), and its end."""

    at: datetime
    rows: int = 0
    share: float = -1
    ended: bool = False
    faults: tuple[Told, ...] = ()


Tell = Callable[..., None]


def start(name: str, work: Callable[[Tell], Any]) -> bool:
    """Begin the work in a thread of its own; False when it is running already."""
    now = of(name)
    if now is not None and not now.ended:
        return False
    _write(name, Progress(at=clock.now()))
    Thread(target=_run, args=(name, work), name=name, daemon=True).start()
    return True


def of(name: str) -> Progress | None:
    """The state of this deed; None when it never ran, or fell silent and may be begun again."""
    try:
        found = decode(_path(name).read_bytes(), Progress)
    except (OSError, Refused):
        return None
    silent = clock.now() - found.at > timedelta(seconds=pack().limit("page.silent_seconds"))
    return None if silent and not found.ended else found


def _run(name: str, work: Callable[[Tell], Any]) -> None:
    last = clock.monotonic()

    def tell(rows: int, share: float | None = None, *_more: Any) -> None:
        nonlocal last
        if clock.monotonic() - last > 0.2:
            last = clock.monotonic()
            _write(name, Progress(at=clock.now(), rows=rows, share=-1 if share is None else share))

    _write(name, Progress(at=clock.now(), ended=True, faults=_outcome(name, work, tell)))
    connections.close_all()


def _outcome(name: str, work: Callable[[Tell], Any], tell: Tell) -> tuple[Told, ...]:
    try:
        work(tell)
    except Refused as refused:
        faults = refused.faults
    except Exception:
        # A thread has no page to answer with: the number on the page leads to this line.
        number = uuid4().hex[:8].upper()
        log.exception("incident %s in %s", number, name)
        faults = (INCIDENT(number=number),)
    else:
        return ()
    return tuple(
        Told(
            zh=f"{fault.sentence('zh')}{fault.next_step('zh')}",
            en=f"{fault.sentence('en')} {fault.next_step('en')}",
        )
        for fault in faults
    )


def _write(name: str, state: Progress) -> None:
    path = _path(name)
    with suppress(FileExistsError):
        path.parent.mkdir(parents=True)
    whole = path.with_suffix(f".{os.getpid()}")
    whole.write_bytes(encode(state))
    whole.replace(path)


def _path(name: str) -> Path:
    return Path(settings.HOME) / "progress" / f"{name}.json"
