"""Jobs that wait for machines of others: beside the round, one at a time, and never in its way."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from tests.hub_world import build
from tests.people.hook_server import hook_server
from tests.people.smtp_server import smtp_server
from yunzhang import worker
from yunzhang.people import choices, facts, notices, webhooks
from yunzhang.people.models import Notice, NoticeChoice
from yunzhang.terms.faults import Text

WAIT = 10


def test_a_job_that_waits_for_others_holds_no_round_up_and_runs_once_at_a_time() -> None:
    begun, answer = threading.Semaphore(0), threading.Event()

    def ask() -> None:
        begun.release()
        answer.wait(WAIT)

    job = worker.Apart("slow", "worker.facts_seconds", ask)

    job.turn(0.0)
    assert begun.acquire(timeout=WAIT)
    job.turn(1000.0)
    second_while_waiting = begun.acquire(blocking=False)
    answer.set()
    job.wait()
    job.turn(2000.0)
    job.wait()

    assert not second_while_waiting
    assert begun.acquire(blocking=False)


def test_a_job_apart_that_fails_is_an_incident(caplog: pytest.LogCaptureFixture) -> None:
    def fail() -> None:
        raise ConnectionResetError

    job = worker.Apart("broken", "worker.facts_seconds", fail)

    job.turn(0.0)
    job.wait()

    assert "job broken failed" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_the_worker_mails_and_calls_beside_carrying_facts(hub_home: Path, settings) -> None:
    hub = build(hub_home / "sources")
    person = hub.officer.person
    person.email = "officer@example.test"
    person.save()
    NoticeChoice.objects.create(person=person, mail=choices.EACH)
    settings.WEBHOOK_HOSTS = ["127.0.0.1"]
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_USE_TLS = "127.0.0.1", False
    said = Text("授权已暂停", "Grant suspended")

    with smtp_server() as letters, hook_server() as system:
        settings.EMAIL_PORT = letters.port
        webhooks.set_up(hub.officer, hub.units[2], system.address, why="对接")
        notices.tell_unit(
            hub.units[2], ("provider_officer",), "k", notices.TOLD, "grant:1", "1", said
        )
        worker.run(once=True)

    assert len(letters.taken) == 1
    assert len(system.calls) == 2
    assert Notice.objects.get().mailed_at
    assert facts.waiting() == 0
