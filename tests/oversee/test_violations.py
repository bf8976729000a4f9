"""Violations: each kind's evidence is found in the records, within the window, and nowhere else."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.share.world import WHY, World, build
from tests.use.node_log import NodeLedger
from yunzhang import clock
from yunzhang.gather.models import DataTable, Drift, InformationSystem
from yunzhang.oversee.scoring import violations
from yunzhang.oversee.scoring.violations import Evidence
from yunzhang.people.models import Clock
from yunzhang.share import grants, misuse, requests
from yunzhang.use import usage


@pytest.fixture
def world(db, settings, tmp_path) -> World:
    settings.HUB_KEY = tmp_path / "hub.key"
    return build()


def found(id: str, today: date | None = None) -> list[Evidence]:
    kind = next(row for row in violations.kinds() if row.id == id)
    return violations.evidence((kind,), today or clock.today())[id]


def limit(world: World, rule: str, due: date, ended: date | None) -> Clock:
    return Clock.objects.create(
        rule=rule, subject="request:9", reference="SQ9", unit=world.provider, days=10,
        started_on=due - timedelta(14), due_on=due, ended_on=ended,
    )  # fmt: skip


def test_limits_missed_speak_for_the_kind_that_names_their_clock(world):
    today = clock.today()
    limit(world, "C4", today - timedelta(3), None)
    limit(world, "C4", today - timedelta(9), today - timedelta(9))  # kept
    limit(world, "C6", today - timedelta(30), today - timedelta(20))
    limit(world, "C6", today - timedelta(366), today - timedelta(300))  # before the window

    assert [(one.unit, one.on) for one in found("39-4")] == [
        (world.provider.pk, today - timedelta(3))
    ]
    assert [one.on for one in found("39-6")] == [today - timedelta(30)]
    assert found("39-4")[0].subject == "request:9"


def test_nothing_before_the_order_came_into_force_is_evidence(world):
    due = date(2025, 7, 31)
    limit(world, "C4", due, None)

    assert found("39-4", date(2025, 9, 1)) == []

    Clock.objects.update(due_on=date(2025, 8, 1))
    assert len(found("39-4", date(2025, 9, 1))) == 1


def test_uncatalogued_tables_and_unlinked_entries_speak_for_39_1(world):
    DataTable.objects.create(
        system=world.table.system, name="villages", title="村", source="{}", node=world.node
    )
    Drift.objects.create(
        resource=world.resource, kind="no_table", found_at=clock.now(),
        sentence_zh="表不存在", sentence_en="No table",
    )  # fmt: skip
    Drift.objects.create(
        resource=world.resource, kind="volume", found_at=clock.now(), sentence_zh="", sentence_en=""
    )

    assert sorted(one.subject for one in found("39-1")) == [
        f"resource:{world.resource.code}", "table:villages",
    ]  # fmt: skip


def test_a_refusal_without_a_law_speaks_for_39_2(world):
    bare, cited = world.applied(purpose="甲"), world.applied(purpose="乙")
    requests.refuse(world.provider_head, bare, "beyond_scope", "", "与职责无关", why=WHY)
    requests.refuse(
        world.provider_head, cited, "law_forbids", "《某法》第九条", "法律禁止", why=WHY
    )

    assert [(one.unit, one.title) for one in found("39-2")] == [(world.provider.pk, "甲")]


def test_calls_beyond_the_grant_speak_for_40_2(world):
    grant = world.granted()
    ledger = NodeLedger(world.node_key, grant)
    ledger.answer(3)
    ledger.answer(2, outcome="refused", reasons=("purpose.other",), rows=0, purpose="营销")
    ledger.answer(1, outcome="refused", reasons=("node.busy",), rows=0)
    usage.take(world.node, ledger.batch(0, 6), clock.now())

    [one] = found("40-2", date(2026, 11, 28))

    assert (one.unit, one.subject) == (world.consumer.pk, f"grant:{grant.pk}")
    assert one.says.zh == "2 次调用因超出授权的目的或范围被拒绝"


def test_a_case_that_names_the_kind_speaks_for_it(world):
    grant = world.granted()
    case = misuse.report(world.provider_head, grant, "转给了第三方", violation="40-3", why=WHY)

    assert [(one.unit, one.reference) for one in found("40-3")] == [
        (world.consumer.pk, case.number)
    ]
    assert found("40-5") == []
    assert not violations.is_looked_for(next(k for k in violations.kinds() if k.id == "40-3"))


def test_a_service_stopped_outside_any_case_speaks_for_39_7(world):
    grants.suspend(world.provider_head, world.granted(), why="自行停用")
    other = world.granted(purpose="另一用途")
    misuse.report(world.provider_head, other, "超范围", violation="40-2", why=WHY)

    assert len(found("39-7")) == 1


def test_a_platform_that_has_not_joined_speaks_for_39_8(world):
    InformationSystem.objects.create(unit=world.consumer, name="健康平台", platform=True)
    InformationSystem.objects.create(
        unit=world.consumer, name="旧平台", platform=True, state="closed"
    )

    assert [one.title for one in found("39-8")] == ["健康平台"]
    assert [one.unit for one in found("39-8")] == [world.consumer.pk]


def test_every_kind_of_the_order_is_answered(world):
    found = violations.evidence(violations.kinds(), clock.today())

    assert len(found) == 19
    assert violations.QUERIES.keys() <= found.keys()
