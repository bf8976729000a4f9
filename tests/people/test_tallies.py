"""Tallies: counts that all processes of a hub share and that end by themselves."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest
from django.db import connection

from yunzhang import clock
from yunzhang.people import tallies
from yunzhang.people.models import Tally

NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)


@pytest.fixture
def at(monkeypatch):
    def moved(seconds: int) -> None:
        monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(seconds=seconds))

    moved(0)
    return moved


@pytest.mark.django_db
def test_tries_add_up_and_their_time_runs_from_the_first(at) -> None:
    tallies.add("a", 60)
    at(50)
    tallies.add("a", 60)
    counted = tallies.count("a")
    at(60)

    assert (counted, tallies.count("a"), tallies.count("b")) == (2, 0, 0)
    tallies.add("a", 60)
    assert tallies.count("a") == 1


@pytest.mark.django_db
def test_what_was_taken_once_is_not_taken_again_until_its_time_is_over(at) -> None:
    first, second = tallies.once("code", 90), tallies.once("code", 90)
    at(90)

    assert (first, second, tallies.once("code", 90)) == (True, False, True)


@pytest.mark.django_db
def test_a_success_begins_anew_and_what_is_over_is_forgotten(at) -> None:
    tallies.add("a", 60)
    tallies.add("b", 60)
    tallies.clear("a")
    at(61)

    assert tallies.count("a") == 0
    assert (tallies.forget(), Tally.objects.count()) == (1, 0)


@pytest.mark.django_db
def test_no_address_can_be_read_from_the_database(at) -> None:
    tallies.add("opening:ask:203.0.113.7", 60)

    held = Tally.objects.get().key
    assert "203.0.113.7" not in held
    # Nor by trying all addresses: without the hub's secret a digest is not made again.
    assert held != sha256(b"opening:ask:203.0.113.7").hexdigest()


@pytest.mark.django_db(transaction=True)
def test_of_two_at_the_same_moment_one_is_first(at) -> None:
    def once(_number: int) -> bool:
        try:
            return tallies.once("code", 90)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        taken = list(threads.map(once, range(8)))

    assert sum(taken) == 1
