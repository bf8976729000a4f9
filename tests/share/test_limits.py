"""Limits: no step makes a limit that was missed look kept, and days are counted in China's time."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from tests.share.world import WHY, World
from yunzhang import clock
from yunzhang.oversee import indicators
from yunzhang.people.models import Clock
from yunzhang.share import requests
from yunzhang.share.models import ShareRequest
from yunzhang.terms.faults import Refused


@pytest.fixture
def late(world: World) -> ShareRequest:
    """A request whose reply was due yesterday."""
    request = world.applied()
    Clock.objects.update(due_on=clock.today() - timedelta(days=1))
    return request


def test_a_notice_given_too_late_leaves_the_limit_missed(world, late):
    noticed = requests.notice(world.provider_head, late, ["缺批文"], why=WHY)
    requests.complete(world.consumer_officer, noticed, {"legal_basis": "《某法》第二条"}, why=WHY)

    figure = indicators.figure("clock_punctuality", [world.provider], clock.today())

    assert (figure.hits, figure.of) == (0, 1)
    running = Clock.objects.get(ended_on=None)
    assert running.started_on == clock.today()
    assert running.due_on > clock.today()
    assert not running.rested_on


def test_a_limit_that_is_over_is_not_extended(world, late):
    with pytest.raises(Refused) as caught:
        requests.extend(world.reviewer, late, why=WHY)

    assert caught.value.codes == ("request.extension_late",)


def test_a_limit_can_be_extended_on_its_last_day(world, late):
    Clock.objects.update(due_on=clock.today())

    requests.extend(world.reviewer, late, why=WHY)

    assert Clock.objects.get().extended


def test_a_request_is_numbered_by_the_year_in_china(world, monkeypatch):
    # One in the morning of New Year's Day in Beijing.
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 12, 31, 17, tzinfo=UTC))
    monkeypatch.setattr(clock, "today", lambda: date(2027, 1, 1))

    assert world.drafted().number.startswith("SQ2027-")
