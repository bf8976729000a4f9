"""Populations: what the log tells, taken in fact by fact, is all there is to count."""

from __future__ import annotations

from datetime import date

from yunzhang.terms.deadlines import Due
from yunzhang.terms.population import Population
from yunzhang.terms.record import Record, Value

UNIT = "11450000MT0000022P"


def told(kind: str, id: str, unit: str = UNIT, **values: str | int | bool | None) -> Record:
    return Record(kind=kind, id=id, unit=unit, values=values, salt="s")


def limit(due_on: str, *, days: int = 2, ended_on: str = "", provisional: bool = False) -> Record:
    return told(
        "clock",
        "7",
        started_on="2026-10-08",  # a Thursday
        days=days,
        counted_in="working_day",
        until="",
        extension=0,
        due_on=due_on,
        ended_on=ended_on,
        provisional=provisional,
    )


def notice(year: int, **days: bool) -> Record:
    named: dict[str, Value] = {
        day.replace("d", "", 1).replace("_", "-"): on for day, on in days.items()
    }
    return Record(kind="calendar", id=str(year), unit="", values=named, salt="s")


def test_the_last_word_on_a_record_stands_and_counts_for_its_unit():
    population = Population()
    population.take(told("table", "1", subject="table:a", entry=""), 0)
    population.take(told("table", "1", subject="table:a", entry="entry:5"), 4)
    population.take(told("table", "2", unit="other", subject="table:b", entry=""), 5)

    [one] = population.of(UNIT)["table"].values()

    assert (one.record.values["entry"], one.place) == ("entry:5", 4)


def test_a_record_that_went_to_another_unit_counts_there_alone():
    population = Population()
    population.take(told("table", "1", subject="table:a"), 0)
    population.take(told("table", "1", unit="other", subject="table:a"), 3)

    assert "table" not in population.of(UNIT)
    assert population.of("other")["table"]["1"].place == 3


def test_of_each_table_the_latest_verdict_counts():
    population = Population()
    for place, (id, table, passed) in enumerate(
        [("9", "table:a", False), ("10", "table:b", True), ("11", "table:a", True)]
    ):
        population.take(told("verdict", id, subject=table, passed=passed), place)

    assert population.of(UNIT)["verdict"].keys() == {"10", "11"}


def test_a_grant_is_used_once_the_log_has_its_first_call():
    population = Population()
    population.take(told("grant", "g", state="active"), 0)
    assert population.of(UNIT)["grant"]["g"].record.values["used"] is False

    population.take(told("use", "g", used=True), 1)
    assert population.of(UNIT)["grant"]["g"].record.values["used"] is True


def test_a_due_date_that_does_not_follow_is_found_where_it_is_told():
    population = Population()
    population.take(notice(2026, d2026_10_10=True), 0)  # a Saturday made a working day

    assert population.take(limit("2026-10-10"), 1) is None
    assert population.take(limit("2026-10-12"), 2) == Due(date(2026, 10, 10), provisional=False)


def test_a_running_limit_moves_with_the_calendar_and_an_ended_one_does_not():
    running, ended = Population(), Population()
    for population, on in ((running, ""), (ended, "2026-10-09")):
        population.take(notice(2026), 0)
        assert population.take(limit("2026-10-12", ended_on=on), 1) is None
        population.take(notice(2026, d2026_10_10=True), 2)

    assert running.of(UNIT)["clock"]["7"].record.values["due_on"] == "2026-10-10"
    assert ended.of(UNIT)["clock"]["7"].record.values["due_on"] == "2026-10-12"


def test_a_limit_into_a_year_the_log_does_not_know_is_told_apart():
    population = Population()

    assert population.take(limit("2026-10-12", provisional=True), 0) is None
    assert population.of(UNIT)["clock"]["7"].sure

    # The hub knew the year, the log does not: what it says cannot be counted again.
    assert population.take(limit("2026-10-13", provisional=False), 1) is None
    assert not population.of(UNIT)["clock"]["7"].sure
