"""Drift: looks at each live table and marks where its published entry no longer tells the truth."""

from __future__ import annotations

import logging
from datetime import date, datetime

from django.db.models import QuerySet

from yunzhang import clock
from yunzhang.engines.drift import drift as differences
from yunzhang.engines.profiles import TableProfile
from yunzhang.gather import counting, keeping
from yunzhang.gather.catalog import published
from yunzhang.gather.harvest import look
from yunzhang.gather.models import DataTable, Drift, EntryVersion, Resource
from yunzhang.people.act import act
from yunzhang.people.permissions import NEEDS, Actor, pack, require
from yunzhang.terms import score_rules
from yunzhang.terms.fact import Deed
from yunzhang.terms.faults import Refused

UNREADABLE = "unreadable"  # the source does not answer, or no longer has the table
# Drifts after which an entry no longer describes a live table; new columns, longer values,
# volume and freshness leave it describing one.
UNLINKING = score_rules.UNLINKING
WHY_DAILY = "每日比对目录与数据"

Words = tuple[str, str, str]  # kind, sentence in Chinese, in English

log = logging.getLogger(__name__)


def check(actor: Actor, resource: Resource, *, why: str) -> list[Drift]:
    """Read the live table and compare it with the entry in force; the drifts that stand now.

    A drift that is gone is cleared. A fact is left only when something changed. Raises
    `entry.not_published`.
    """
    require(actor, NEEDS[Deed.DRIFT_MARKED], resource.unit)
    found = _found(resource)
    if found == {_words(row) for row in standing(resource)}:
        return list(standing(resource))
    with act(actor, Deed.DRIFT_MARKED, resource.code, unit=resource.unit, why=why) as deeds:
        _mark(resource, found, deeds.at)
        keeping.drifted(resource, list(standing(resource)))
        counting.entry(resource)
        deeds.content.update(drifts=sorted(kind for kind, _, _ in found))
    return list(standing(resource))


def check_all(actor: Actor) -> list[Drift]:
    """Check every published entry; one that cannot be checked does not keep the others from it."""
    found: list[Drift] = []
    state = EntryVersion.State.PUBLISHED
    for resource in Resource.objects.filter(versions__state=state).select_related("unit"):
        try:
            found += check(actor, resource, why=WHY_DAILY)
        except Refused as refused:
            log.error("drift of %s could not be checked: %s", resource.code, refused)  # noqa: TRY400
    return found


def standing(resource: Resource) -> QuerySet[Drift]:
    """The drifts of a resource that are not cleared, oldest first."""
    return resource.drifts.filter(cleared_at=None).order_by("pk")


def _found(resource: Resource) -> set[Words]:
    version = resource.versions.get(state=EntryVersion.State.PUBLISHED)
    form, table = published(resource).draft, resource.table
    try:
        current = look(table) if table else None
    except Refused as refused:
        # A full disk or a gathering under way says nothing about the source.
        if not all(code.startswith("source.") for code in refused.codes):
            raise
        return {(UNREADABLE, f.sentence("zh"), f.sentence("en")) for f in refused.faults}
    found = differences(
        form.items,
        current,
        _then(version),
        updated_on=_gathered_on(table),
        cycle=form.update_cycle,
        today=clock.today(),
        pack=pack(),
    )
    return {(one.kind, one.zh, one.en) for one in found}


def _gathered_on(table: DataTable | None) -> date | None:
    at = table.gathered_at if table else None
    return at.astimezone(clock.BEIJING).date() if at else None


def _then(version: EntryVersion) -> TableProfile | None:
    """How large the table was when the entry was published: all that the volume is held to."""
    if version.rows is None:
        return None
    return TableProfile(rows=version.rows, columns=(), candidate_keys=())


def _mark(resource: Resource, found: set[Words], at: datetime) -> None:
    known = {_words(row): row for row in standing(resource).select_for_update()}
    for words, row in known.items():
        if words not in found:
            row.cleared_at = at
            row.save(update_fields=["cleared_at"])
    Drift.objects.bulk_create(
        Drift(resource=resource, kind=kind, sentence_zh=zh, sentence_en=en, found_at=at)
        for kind, zh, en in sorted(found - known.keys())
    )


def _words(row: Drift) -> Words:
    return row.kind, row.sentence_zh, row.sentence_en
