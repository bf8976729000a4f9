"""Tallies: how often something was tried of late, and whether a code was used already.

No deeds: a wrong password changes nobody's affairs. Keys are kept as digests under the hub's own
secret; a network address among them cannot be read from the database.
"""

from __future__ import annotations

import hmac
from datetime import timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F

from yunzhang import clock
from yunzhang.people.models import Tally


def count(key: str) -> int:
    """How often it was counted within its time."""
    held = Tally.objects.filter(key=_digest(key), until__gt=clock.now()).first()
    return held.count if held else 0


def add(key: str, seconds: int) -> None:
    """Count once more; the time runs from the first."""
    while not _raised(key):
        if once(key, seconds):
            return


def once(key: str, seconds: int) -> bool:
    """Whether it is the first within its time: of many at the same moment, one is."""
    now = clock.now()
    Tally.objects.filter(key=_digest(key), until__lte=now).delete()
    try:
        with transaction.atomic():
            until = now + timedelta(seconds=seconds)
            Tally.objects.create(key=_digest(key), count=1, until=until)
    except IntegrityError:
        return False
    return True


def clear(key: str) -> None:
    """Begin anew."""
    Tally.objects.filter(key=_digest(key)).delete()


def forget() -> int:
    """Take away what counts no more; how many."""
    return Tally.objects.filter(until__lte=clock.now()).delete()[0]


def _raised(key: str) -> bool:
    held = Tally.objects.filter(key=_digest(key), until__gt=clock.now())
    return bool(held.update(count=F("count") + 1))


def _digest(key: str) -> str:
    return hmac.digest(settings.SECRET_KEY.encode(), key.encode(), "sha256").hex()
