"""Volume: many times more of all that desks and the queue are made of, without the verbs."""

from __future__ import annotations

from datetime import timedelta

from tests.hub_world import credit_code
from tests.portal.town import WHY, Town
from yunzhang import clock
from yunzhang.gather.models import Drift, Resource
from yunzhang.oversee.duties import supervision
from yunzhang.oversee.models import Score
from yunzhang.people.models import Case, CaseParty, Clock, Notice, Turn, Unit
from yunzhang.share.models import GrantRow, ShareRequest
from yunzhang.use.models import UsageDay


def volume(town: Town, times: int) -> None:
    """So many times more of all that desks and the queue are made of."""
    units = Unit.objects.bulk_create(
        Unit(code=credit_code(900_000 + n), name=f"第{n}单位", short_name=f"单位{n}")
        for n in range(times)
    )
    _waiting(town, _shared(town, times), times)
    _told(town, units, times)


def _shared(town: Town, times: int) -> list[ShareRequest]:
    """Entries that drifted, requests, grants nobody uses, and the use of others."""
    today, now = clock.today(), clock.now()
    civil, health, granted = town.units[2], town.units[4], town.grants["granted"]
    asked = town.requests["applied"]
    resources = Resource.objects.bulk_create(
        Resource(code=f"307777/{n:06}", unit=civil) for n in range(times)
    )
    Drift.objects.bulk_create(
        Drift(resource=one, kind="stale", sentence_zh="旧", sentence_en="old", found_at=now)
        for one in resources
    )
    made = ShareRequest.objects.bulk_create(
        ShareRequest(
            number=f"V-{n}", consumer=health, provider=civil, resource=asked.resource,
            state="applied", scenario="流调", purpose=f"用途{n}", items="[]",
            delivery="service_api", duration_days=30, drafted_by=town.consumer.person,
        )
        for n in range(times)
    )  # fmt: skip
    GrantRow.objects.bulk_create(
        GrantRow(
            id=f"v-{n}", request=one, node=granted.node, consumer=health, provider=civil,
            resource=asked.resource, state_at=now, issued_at=now - timedelta(days=90),
            until=now + timedelta(days=5), signed=granted.signed,
        )
        for n, one in enumerate(made)
    )  # fmt: skip
    UsageDay.objects.bulk_create(
        UsageDay(day=today, grant=f"other-{n}", answered=1) for n in range(times)
    )
    return made


def _waiting(town: Town, made: list[ShareRequest], times: int) -> None:
    """Limits of the requests, and turns of several roles each."""
    today, civil, health = clock.today(), town.units[2], town.units[4]
    clocks = Clock.objects.bulk_create(
        Clock(
            rule="C4", subject=f"request:{one.pk}", reference=one.number, unit=civil, days=10,
            document="国务院令第809号", clause="第二十一条", started_on=today,
            due_on=today + timedelta(days=n % 30 - 9),
        )
        for n, one in enumerate(made)
    )  # fmt: skip
    kinds = ("drift", "verdict", "applied")
    Turn.objects.bulk_create(
        Turn(
            subject=f"{step}:{n}" if step != "applied" else clocks[n].subject,
            reference=f"V-{n}", procedure="" if step != "applied" else "request_conditional",
            step=step, deed_zh="办理", deed_en="Do", title=f"事项{n}", role=role, unit=unit,
            clock=clocks[n] if step == "applied" else None, since=today,
        )
        for n in range(times)
        for step in kinds
        for role, unit in (
            ("provider_officer", civil), ("sharing_body_head", civil), ("sharing_authority", None),
            ("consumer_officer", health), ("sharing_body_head", health), ("cloud_chief", civil),
        )
    )  # fmt: skip


def _told(town: Town, units: list[Unit], times: int) -> None:
    """Cases asked of others, the scores of every unit, notices."""
    now, person, civil, health = clock.now(), town.provider.person, town.units[2], town.units[4]
    course = supervised(town).course
    opened = Case.objects.bulk_create(
        Case(
            number=f"VC-{n}", procedure="verification", course=course, step="verify",
            about=f"resource:{n}", title=f"校核{n}", opened_by=person, opened_at=now, moved_at=now,
        )
        for n in range(times)
    )  # fmt: skip
    CaseParty.objects.bulk_create(
        CaseParty(case=case, party="applicant", unit=health) for case in opened
    )
    figures = Score.objects.get(period="2026Q4", unit=civil).figures
    Score.objects.bulk_create(
        Score(
            unit=unit, period="2026Q4", frozen_at=now, total=60, measured=3, figures=figures,
            signed="{}",
        )
        for unit in units
    )  # fmt: skip
    Notice.objects.bulk_create(
        Notice(person=person, key=f"v:{n}", kind="told", subject="x:1", zh="一", en="one", at=now)
        for n in range(times)
    )


def wipe() -> None:
    """Take the volume away again, for it to be made anew and larger."""
    Turn.objects.filter(reference__startswith="V-").delete()
    CaseParty.objects.filter(case__number__startswith="VC-").delete()
    Case.objects.filter(number__startswith="VC-").delete()
    Clock.objects.filter(reference__startswith="V-").delete()
    GrantRow.objects.filter(pk__startswith="v-").delete()
    ShareRequest.objects.filter(number__startswith="V-").delete()
    Drift.objects.filter(resource__code__startswith="307777").delete()
    Resource.objects.filter(code__startswith="307777").delete()
    UsageDay.objects.filter(grant__startswith="other-").delete()
    Score.objects.filter(unit__name__startswith="第").delete()
    Notice.objects.filter(key__startswith="v:").delete()
    Unit.objects.filter(name__startswith="第").delete()


def supervised(town) -> Case:
    """A supervised task on the late reply, opened by the chief."""
    late = Clock.objects.get(subject=f"request:{town.requests['applied'].pk}")
    concern = supervision.Concern(late.subject, "急救调度地址匹配", late.unit, "文", "条")
    running = Case.objects.filter(procedure=supervision.PROCEDURE, about=late.subject).first()
    return running or supervision.order(
        town.chief, concern, clock.today() + timedelta(days=3), why=WHY
    )
