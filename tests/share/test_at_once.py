"""Two who begin the same at once: one does it, the other is told so, and nothing is there twice."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection

from tests.share.world import WHY, World, build
from yunzhang import clock
from yunzhang.people.models import Case, FactRow
from yunzhang.share import corrections, disposals, grants, misuse
from yunzhang.share.models import GrantRow
from yunzhang.terms.faults import Refused


@pytest.fixture
def there(transactional_db: None, settings: Any, tmp_path: Path) -> World:
    """A world that other threads see."""
    settings.HUB_KEY = tmp_path / "hub.key"
    return build()


def at_once(*deeds: Callable[[], object]) -> list[str]:
    """Do them from threads of their own; the codes of what was refused."""
    codes: list[str] = []
    start = Barrier(len(deeds))

    def run(deed: Callable[[], object]) -> None:
        start.wait(10)
        try:
            deed()
        except Refused as refused:
            codes.extend(refused.codes)
        finally:
            connection.close()

    threads = [Thread(target=run, args=(deed,)) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return codes


def delivered(world: World) -> GrantRow:
    grant = world.granted(duration_days=1)
    grants.for_node(world.node, clock.now())
    grant.refresh_from_db()
    return grant


def test_a_grant_that_runs_out_while_its_consumer_gives_it_up_is_disposed_of_once(there):
    grant = delivered(there)

    codes = at_once(
        lambda: disposals.begin(there.consumer_officer, grant, why=WHY),
        lambda: disposals.begin(there.consumer_head, grant, why=WHY),
        lambda: grants.end_expired(grant.until),
    )

    assert Case.objects.filter(procedure="disposal").count() == 1
    assert FactRow.objects.filter(deed="grant.ended").count() == 1
    assert set(codes) <= {"disposal.begun_already", "procedure.move_wrong"}


def test_misuse_reported_by_two_at_once_is_one_case(there):
    grant = delivered(there)

    codes = at_once(
        lambda: misuse.report(there.provider_officer, grant, "大量调用", why=WHY),
        lambda: misuse.report(there.reviewer, grant, "大量调用", why=WHY),
    )

    assert codes == ["misuse.reported_already"]
    assert Case.objects.filter(procedure="misuse").count() == 1


def test_the_same_question_from_two_of_a_unit_is_asked_once(there):
    codes = at_once(
        lambda: corrections.ask(
            there.consumer_officer, there.resource, ["区划名称"], "误", why=WHY
        ),
        lambda: corrections.ask(there.consumer_head, there.resource, ["区划名称"], "误", why=WHY),
    )

    assert codes == ["correction.asked_already"]
