"""A crowd: many more of everything that lists hold, made without the verbs, for there are many."""

from __future__ import annotations

from datetime import date, timedelta

from tests.hub_world import credit_code
from tests.portal.town import Town
from yunzhang import clock
from yunzhang.gather.models import DataTable, EntryVersion, InformationSystem, Node, Resource
from yunzhang.oversee.models import Score
from yunzhang.people.models import CalendarDay, Unit
from yunzhang.share.models import CallerKey, GrantRow, ShareRequest
from yunzhang.use.models import Usage, UsageDay


def more(town: Town, numbers: range) -> None:
    """One more of everything that lists hold for each number."""
    for n in numbers:
        other = Unit.objects.create(
            code=credit_code(500 + n), name=f"第{n}局", short_name=f"{n}局", tier="county"
        )
        _shared(town, n, other)
        _used(town, n, other)


def _shared(town: Town, n: int, other: Unit) -> None:
    unit, now = town.units[2], clock.now()
    sought, grant = town.requests["applied"], town.grants["granted"]
    entry, table = town.entries["townships"], town.tables["townships"]
    system = InformationSystem.objects.create(unit=unit, name=f"系统{n}")
    held = DataTable.objects.create(
        system=system, name=f"t-{n}", title=f"数据表{n}", source=table.source, node=table.node
    )
    resource = Resource.objects.create(code=f"307009/{n:06}", unit=other, table=held)
    EntryVersion.objects.create(
        resource=resource,
        number=1,
        state="published",
        draft=entry.draft,
        title=f"资源{n}",
        share_type="2",
        classification="307009",
        drafted_by=town.provider.person,
        published_on=now.date(),
    )
    made = ShareRequest.objects.create(
        number=f"N-{n}",
        consumer=town.units[4],
        provider=unit,
        resource=resource,
        state="draft",
        scenario="流调",
        purpose=f"=用途{n}",
        items="[]",
        delivery="service_api",
        duration_days=30,
        drafted_by=town.consumer.person,
        applied_at=now - timedelta(days=n),
    )
    GrantRow.objects.create(
        id=f"g-{n}",
        request=made,
        node=grant.node,
        consumer=sought.consumer,
        provider=unit,
        resource=resource,
        state_at=now,
        issued_at=now - timedelta(days=60 + n),
        until=now,
        signed=grant.signed,
    )


def _used(town: Town, n: int, other: Unit) -> None:
    unit, now, grant = town.units[2], clock.now(), town.grants["granted"]
    log = Usage.objects.all()[0].log
    figures = Score.objects.get(period="2026Q4", unit=unit).figures
    Node.objects.create(
        name=f"node-{n}", unit=unit, address="http://127.0.0.1:1", key=grant.node.key
    )
    CallerKey.objects.create(
        unit=town.units[4],
        name=f"key-{n}",
        key=f"k{n}",
        registered_by=town.consumer.person,
        registered_at=now,
    )
    Usage.objects.create(
        log=log, index=9000 + n, at=now, consumer=other, outcome="refused", rows=0, bytes=0,
        leaf="{}",
    )  # fmt: skip
    UsageDay.objects.create(day=now.date(), consumer=other, provider=unit, refused=1)
    Score.objects.create(
        unit=other,
        period="2026Q4",
        frozen_at=now,
        total=50,
        measured=2,
        figures=figures,
        signed="{}",
    )
    CalendarDay.objects.get_or_create(
        day=date(2026, 6, 1) + timedelta(days=n), defaults={"is_workday": False, "note": "试"}
    )
