"""What a case itself keeps, in words: items in doubt, the kind of violation, what is proposed."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from yunzhang.oversee.clouds import plans
from yunzhang.oversee.duties import tasks
from yunzhang.oversee.indicators import reported
from yunzhang.oversee.scoring import appeals
from yunzhang.people.models import Case
from yunzhang.people.permissions import pack
from yunzhang.portal.templatetags.said import coded, said
from yunzhang.portal.use import risk_rows
from yunzhang.share import corrections, misuse, services
from yunzhang.use import cage_cases, incidents


def of(case: Case) -> list[tuple[str, str]]:
    """(name, text) of what was settled when the case was opened."""
    shown = {
        corrections.PROCEDURE: _doubt,
        misuse.PROCEDURE: _violation,
        services.PROCEDURE: _proposal,
        plans.PROCEDURE: _plan,
        tasks.PROCEDURE: _parts,
        appeals.PROCEDURE: _appeal,
        cage_cases.PROCEDURE: risk_rows.told,
        reported.PROCEDURE: _number,
        incidents.PROCEDURE: _incident,
    }
    return list(shown[case.procedure](case)) if case.procedure in shown else []


def _doubt(case: Case) -> Iterator[tuple[str, str]]:
    yield _("Items in doubt"), "、".join(corrections.items_of(case))


def _violation(case: Case) -> Iterator[tuple[str, str]]:
    kind = misuse.violation_of(case)
    if kind:
        yield _("Kind of violation"), f"{said(kind)} · {kind.cite.clause}"


def _proposal(case: Case) -> Iterator[tuple[str, str]]:
    proposal = services.proposal_of(case)
    yield _("What is proposed"), said(services.CHANGES[proposal.change])
    yield _("Holds from"), proposal.from_date.isoformat()


def _plan(case: Case) -> Iterator[tuple[str, str]]:
    plan = plans.plan_of(case)
    yield _("What is to become of it"), said(plans.KINDS[plan.kind])
    if plan.cloud:
        yield _("To the cloud"), plan.cloud.name
    if plan.into:
        yield _("Into the system"), plan.into.name
    yield _("Done by"), plan.by.isoformat()


def _number(case: Case) -> Iterator[tuple[str, str]]:
    number, id = reported.number_of(case), case.about.partition(":")[2]
    rule = next((row for row in pack().indicators if row.id == id), None)
    yield _("Indicator"), said(rule) if rule else id
    told = f"{number.hits:,} / {number.of:,}" if number.of else f"{number.hits:,}"
    yield _("Reported number"), told
    yield _("As of"), number.as_of.isoformat()


def _incident(case: Case) -> Iterator[tuple[str, str]]:
    told, kind = incidents.incident_of(case), incidents.kind_of(case)
    yield _("Kind"), said(kind) if kind else told.kind
    yield _("Found on"), told.found_on.isoformat()


def _parts(case: Case) -> Iterator[tuple[str, str]]:
    yield _("Where it comes from"), coded(tasks.source_of(case), tasks.SOURCES)
    for unit, text, done in tasks.parts_of(case):
        stands = _("reported %(day)s") % {"day": done} if done else _("not reported yet")
        yield _("Part of %(unit)s") % {"unit": unit.short_name}, f"{text or '—'} ({stands})"


def _appeal(case: Case) -> Iterator[tuple[str, str]]:
    told = appeals.dispute_of(case)
    rule = next((row for row in pack().indicators if row.id == told.indicator), None)
    yield _("Disputed"), said(rule) if rule else _("the whole score")
    if told.records:
        yield _("Records disputed"), str(len(told.records))
    if told.recount:
        yield _("Ruled"), _("counted again from the records as they stand")
    for to, words in (("held", _("counts as held")), ("out", _("counts on neither side"))):
        number = sum(ruled == to for ruled in told.rulings.values())
        if number:
            yield _("Ruled"), f"{words}: {number}"
