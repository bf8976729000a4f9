"""Progress: a long deed beside the request; its end and its faults outlive it."""

from __future__ import annotations

from datetime import UTC, datetime
from threading import Event

import pytest

from yunzhang.gather.harvest import GATHER_RUNNING
from yunzhang.portal import progress
from yunzhang.terms.document import encode
from yunzhang.terms.faults import Refused


@pytest.fixture(autouse=True)
def home(settings, tmp_path):
    settings.HOME = tmp_path
    return tmp_path


def ended(name: str) -> progress.Progress:
    tick = Event()
    for _ in range(200):
        state = progress.of(name)
        if state and state.ended:
            return state
        tick.wait(0.02)
    raise AssertionError("it did not end")


def test_a_deed_under_way_is_not_begun_twice():
    go_on = Event()
    began = progress.start("long", lambda tell: go_on.wait(10))

    again = progress.start("long", lambda tell: None)
    go_on.set()

    assert (began, again) == (True, False)
    assert ended("long").faults == ()


def test_a_refusal_is_kept_in_two_languages():
    def refuse(tell):
        raise Refused(GATHER_RUNNING(table="townships"))

    progress.start("refused", refuse)

    [told] = ended("refused").faults
    assert "townships" in told.zh
    assert "townships" in told.en


def test_the_unexpected_leaves_a_number_and_no_detail(caplog):
    def fail(tell):
        raise RuntimeError("secret row")

    progress.start("failed", fail)

    [told] = ended("failed").faults
    assert "secret" not in told.zh + told.en
    assert "incident" in caplog.text


def test_a_deed_that_fell_silent_may_be_begun_again(home):
    long_ago = progress.Progress(at=datetime(2020, 1, 1, tzinfo=UTC))
    (home / "progress").mkdir()
    (home / "progress" / "dead.json").write_bytes(encode(long_ago))

    assert progress.of("dead") is None
    assert progress.start("dead", lambda tell: None)
    ended("dead")
