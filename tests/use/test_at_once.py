"""Several at once: whoever comes first does it, nobody does it twice."""

from __future__ import annotations

from collections.abc import Callable
from threading import Barrier, Thread

import pytest
from django.db import connection

from tests.share.world import WHY, World, build
from tests.use.node_log import NOON, NodeLedger
from yunzhang import clock
from yunzhang.people.models import FactRow
from yunzhang.share import grants
from yunzhang.share.models import RevocationNumber
from yunzhang.terms.faults import Refused
from yunzhang.use import usage
from yunzhang.use.models import Usage, UsageDay

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world(transactional_db, settings, tmp_path) -> World:
    settings.HUB_KEY = tmp_path / "hub.key"
    return build()


def at_once(*deeds: Callable[[], object]) -> list[Exception]:
    """Do them in threads that start together; what they raised."""
    raised: list[Exception] = []
    start = Barrier(len(deeds))

    def run(deed: Callable[[], object]) -> None:
        start.wait()
        try:
            deed()
        except Exception as error:  # noqa: BLE001 - the test looks at all of them
            raised.append(error)
        finally:
            connection.close()

    threads = [Thread(target=run, args=(deed,)) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


def test_overlapping_batches_at_once_count_every_call_once(world):
    ledger = NodeLedger(world.node_key, world.granted())
    ledger.answer(120)
    batches = [ledger.batch(0, end, covered=120) for end in (40, 80, 120, 60)]

    raised = at_once(*(lambda text=text: usage.take(world.node, text, NOON) for text in batches))

    assert raised == []
    assert Usage.objects.count() == 120
    assert UsageDay.objects.get().answered == 120


def test_a_grant_fetched_twice_at_once_is_delivered_once(world):
    world.granted()

    raised = at_once(*[lambda: grants.for_node(world.node, clock.now())] * 4)

    assert raised == []
    assert FactRow.objects.filter(deed="grant.delivered").count() == 1
    assert RevocationNumber.objects.get().last == 4


def test_a_request_granted_twice_at_once_has_one_grant(world):
    request = world.agreed()

    raised = at_once(*[lambda: grants.issue(world.provider_head, request, why=WHY)] * 4)

    codes = [error.codes for error in raised if isinstance(error, Refused)]
    assert codes == [("grant.already_issued",)] * 3
    assert request.grants.count() == 1
