"""The results say plainly what holds and what falls short."""

from __future__ import annotations

from benchmarks.run import Result, found, report

GOOD = Result("append", 81_000, 150_000, 0.54, ">= 0.5", "entries/s")
SHORT = Result("profile", 3.1, 1.2, 2.58, "<= 2", "s", "two scans | one")


def test_a_ratio_is_held_against_its_own_side_of_the_target():
    assert GOOD.holds()
    assert not SHORT.holds()


def test_the_page_names_what_falls_short_and_the_machine():
    page = report([GOOD, SHORT])

    assert "1 of 2 targets hold. These fall short: profile." in page
    assert "| append | 81,000 entries/s | 150,000 entries/s | 0.54 | at least 0.5 | holds |" in page
    assert "| at most 2 | **falls short** | two scans / one |" in page
    assert "- Processor: " in page
    assert "`fdatasync`" in page


def test_only_modules_that_measure_are_benchmarks():
    assert "run" not in found(())
    assert found(["no-such-benchmark"]) == []
