"""The worker carries facts, survives its own incidents, and does the daily round once a day."""

from __future__ import annotations

import logging
import threading
from datetime import timedelta

import pytest
from django.db import OperationalError

from tests.hub_world import TOWNSHIPS, HubWorld
from yunzhang import clock, worker
from yunzhang.gather.models import Drift
from yunzhang.people import facts
from yunzhang.people.hub_key import hub_key
from yunzhang.people.models import Clock, FactRow
from yunzhang.protect.notes import verify_checkpoint


def test_one_turn_carries_every_fact_and_publishes_the_log(hub: HubWorld, hub_home) -> None:
    worker.run(once=True)

    note = (hub_home / "log" / "public" / "checkpoint").read_text(encoding="utf-8")
    assert verify_checkpoint(note, hub_key().public).size == FactRow.objects.count()
    assert facts.waiting() == 0


def test_drifts_are_found_once_a_day(hub: HubWorld, monkeypatch) -> None:
    hub.published()
    hub.csv(TOWNSHIPS.replace("name", "title"), folder="townships")
    worker.run(once=True)
    first = Drift.objects.count()
    hub.csv(TOWNSHIPS.replace("name", "label"), folder="townships")

    worker.run(once=True)
    same_day = Drift.objects.count()
    tomorrow = clock.today() + timedelta(days=1)
    monkeypatch.setattr(clock, "today", lambda: tomorrow)
    worker.run(once=True)

    assert first == same_day == 2
    assert Drift.objects.filter(cleared_at=None, sentence_zh__contains="label").exists()


def test_a_job_that_fails_is_an_incident_and_holds_nobody_up(
    hub: HubWorld, caplog: pytest.LogCaptureFixture
) -> None:
    done: list[str] = []

    def fail() -> None:
        raise OperationalError("the database went away")

    jobs = (
        worker.Job("broken", "worker.facts_seconds", fail),
        worker.Job("sound", "worker.facts_seconds", lambda: done.append("sound")),
    )

    for now in (0.0, 1.0, 100.0):
        for job in jobs:
            job.turn(now)

    assert done == ["sound", "sound"]
    assert [record.getMessage() for record in caplog.records] == [
        "job broken failed and will be tried again"
    ] * 2


def test_limits_are_told_of_and_a_calendar_without_its_year(
    hub: HubWorld, caplog: pytest.LogCaptureFixture
) -> None:
    yesterday = clock.today() - timedelta(days=1)
    Clock.objects.create(
        rule="C4",
        subject="request:1",
        unit=hub.units[2],
        days=10,
        document="d",
        clause="c",
        started_on=yesterday,
        due_on=yesterday,
    )

    with caplog.at_level(logging.INFO):
        worker.run(once=True)

    told = [record.getMessage() for record in caplog.records]
    assert f"C4 of request:1, due on {yesterday}: expired" in told
    assert any(str(clock.today().year) in line for line in told)  # the calendar is empty


def test_a_second_worker_leaves_the_log_to_the_first_and_takes_it_over(
    hub: HubWorld, caplog: pytest.LogCaptureFixture
) -> None:
    first, second = worker.Worker(), worker.Worker()
    first.round()

    hub.table()
    second.round()
    waiting = facts.waiting()
    first.close()
    second._carry_facts()
    second.close()

    assert (waiting > 0, facts.waiting()) == (True, 0)
    assert "failed" not in caplog.text


MONTHLY = """
[[documents]]
id = "示例市细则"
zh = "示例市细则"
en = "Example rules"
cite = { document = "示例市细则", clause = "第一条" }

[[reports]]
id = "monthly"
zh = "月报"
en = "Monthly report"
cycle = "month"
who = ["department"]
cite = { document = "示例市细则", clause = "第八条" }
"""


def test_what_falls_due_is_opened_once(hub: HubWorld, settings, tmp_path) -> None:
    folder = tmp_path / "town"
    folder.mkdir()
    head = 'id = "town"\nzh = "镇"\nen = "Town"\nover = "national"\n'
    (folder / "pack.toml").write_text(head, encoding="utf-8")
    (folder / "rules.toml").write_text(MONTHLY, encoding="utf-8")
    settings.PACK = str(folder)

    worker.run(once=True)
    worker.run(once=True)

    owed = Clock.objects.filter(rule="dated").order_by("unit")
    assert [clock.unit for clock in owed] == [hub.units[2], hub.units[3]]
    assert {clock.clause for clock in owed} == {"第八条"}


def test_it_stops_when_told(hub: HubWorld) -> None:
    stop = threading.Event()
    stop.set()

    worker.run(stop)

    assert facts.waiting() == 0
