"""Answers: who answers for what in a request and in a grant, for their pages."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from yunzhang.people import units
from yunzhang.people.models import Unit
from yunzhang.share.responsibilities import Part
from yunzhang.terms.faults import Refused

NAMES = {"provider": _("Provider"), "platform": _("Platform"), "consumer": _("Consumer")}
Answer = tuple[str, str, list[Part]]


def told(parts: Iterable[Part], provider: Unit, consumer: Unit) -> list[Answer]:
    """(party, its unit, its parts), the parties in their order."""
    named = {
        "provider": provider.short_name,
        "platform": _platform(provider),
        "consumer": consumer.short_name,
    }
    return [
        (gettext(NAMES[party]), named[party], list(each))
        for party, each in groupby(parts, key=lambda part: part.party)
    ]


def _platform(provider: Unit) -> str:
    """The authority that runs the hub over the provider; nobody where there is none."""
    try:
        return units.authority_of(provider).short_name
    except Refused:
        return ""
