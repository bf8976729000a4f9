"""Project refs: where the records behind a finding are read, for whoever may read them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping

from django.db.models import Q, QuerySet
from django.urls import reverse

from yunzhang.gather.models import Cloud, EntryVersion, InformationSystem
from yunzhang.oversee.building.project_models import Project, ProjectPlan
from yunzhang.oversee.models import Score
from yunzhang.people.models import Case
from yunzhang.people.permissions import Actor, may
from yunzhang.portal import seen
from yunzhang.portal.doors import Visit
from yunzhang.terms.project import Ref

Key = tuple[str, str]
Found = Iterable[tuple[str, str]]  # the id of a record, its address


def addresses(request: Visit, refs: Iterable[Ref]) -> dict[Key, str]:
    """(kind, id) -> address, of those of the records this reader may open; few queries."""
    by_kind: dict[str, set[str]] = defaultdict(set)
    for ref in refs:
        by_kind[ref.kind].add(ref.id)
    return {
        (kind, id): address
        for kind, ids in by_kind.items()
        if kind in KINDS
        for id, address in KINDS[kind](request.actor, ids)
    }


def projects(actor: Actor) -> QuerySet[Project]:
    """Projects the actor's units propose or build."""
    found = Project.objects.select_related("unit", "owner")
    return found.filter(seen.within(actor, "score.see", "unit", "owner"))


def plans(actor: Actor) -> QuerySet[ProjectPlan]:
    """Plans of the actor's units, and those a project of them stands in."""
    own = seen.within(actor, "score.see", "unit", "lines__project__unit", "lines__project__owner")
    return ProjectPlan.objects.filter(own).select_related("unit").distinct()


def _numbers(ids: Iterable[str]) -> list[int]:
    return [int(id) for id in ids if id.isdecimal()]


def _systems(actor: Actor, ids: set[str]) -> Found:
    own = seen.within(actor, "score.see", "unit")
    rows = InformationSystem.objects.filter(own, pk__in=_numbers(ids))
    return ((str(pk), reverse("system", args=[pk])) for pk in rows.values_list("pk", flat=True))


def _projects(actor: Actor, ids: set[str]) -> Found:
    rows = projects(actor).filter(pk__in=_numbers(ids)).values_list("pk", flat=True)
    return ((str(pk), reverse("project", args=[pk])) for pk in rows)


def _plans(actor: Actor, ids: set[str]) -> Found:
    rows = plans(actor).filter(pk__in=_numbers(ids)).values_list("pk", flat=True)
    return ((str(pk), reverse("plan", args=[pk])) for pk in rows)


def _clouds(_actor: Actor, ids: set[str]) -> Found:
    rows = Cloud.objects.filter(pk__in=_numbers(ids)).values_list("pk", flat=True)
    return ((str(pk), reverse("cloud", args=[pk])) for pk in rows)


def _requests(actor: Actor, ids: set[str]) -> Found:
    if not may(actor, "request.see"):
        return ()
    rows = seen.requests(actor).filter(number__in=ids).values_list("number", flat=True)
    return ((number, reverse("request", args=[number])) for number in rows)


def _entries(actor: Actor, ids: set[str]) -> Found:
    if not may(actor, "catalog.see"):
        return ()
    rows = EntryVersion.objects.filter(
        resource__code__in=ids, state=EntryVersion.State.PUBLISHED
    ).values_list("resource__code", flat=True)
    return ((code, reverse("entry", args=[code])) for code in rows)


def _scores(_actor: Actor, ids: set[str]) -> Found:
    wanted = Q(pk__in=())
    for id in ids:
        period, _slash, unit = id.partition("/")
        wanted |= Q(period=period, unit__code=unit)
    rows = Score.objects.filter(wanted).values_list("period", "unit__code")
    return ((f"{period}/{unit}", reverse("score", args=[period, unit])) for period, unit in rows)


def _cases(actor: Actor, ids: set[str]) -> Found:
    own = seen.units(actor, "desk.see")
    rows = Case.objects.filter(number__in=ids)
    rows = rows if own is None else rows.filter(parties__unit__in=own).distinct()
    return (
        (number, reverse("case", args=[number])) for number in rows.values_list("number", flat=True)
    )


def _tables(actor: Actor, ids: set[str]) -> Found:
    if not may(actor, "quality.see"):
        return ()
    rows = seen.tables(actor).filter(name__in=ids).values_list("name", flat=True)
    return ((name, reverse("table", args=[name])) for name in rows)


KINDS: Mapping[str, Callable[[Actor, set[str]], Found]] = {
    "system": _systems,
    "project": _projects,
    "plan": _plans,
    "cloud": _clouds,
    "request": _requests,
    "entry": _entries,
    "score": _scores,
    "case": _cases,
    "table": _tables,
}
