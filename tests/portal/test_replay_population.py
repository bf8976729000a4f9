"""Replay from the whole log: whatever a basis leaves out, puts in or tells otherwise is named."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.hub_world import credit_code
from tests.portal.forged import Forged, forged, replay, wrong
from tests.portal.test_signs import loop
from tests.portal.town import write_log
from yunzhang import clock
from yunzhang.gather.models import VerdictRow
from yunzhang.hub.score_source import HubSource
from yunzhang.oversee.scoring import scores, suspicions
from yunzhang.people import calendar, clocks, units
from yunzhang.people.act import act, tell
from yunzhang.people.models import Clock, FactRow, RecordRow
from yunzhang.protect.replay import replayed
from yunzhang.protect.replay_source import Entry
from yunzhang.protect.verify import judged
from yunzhang.terms.basis import Basis
from yunzhang.terms.document import decode, digest, encode, replace
from yunzhang.terms.fact import Deed


@pytest.fixture
def own_log(town, tmp_path: Path, settings) -> None:
    """A copy of the town's log to write on; the town's own stays as its records are."""
    shutil.copytree(settings.LEDGER, tmp_path / "ledger")
    settings.LEDGER = str(tmp_path / "ledger")


def figured(basis: Basis, indicator: str, held: set[str], failed: set[str]) -> Basis:
    """The basis with one figure made of other records, its rows cut to those of the figures."""
    counted = tuple(
        replace(
            one,
            figure=replace(one.figure, held=tuple(sorted(held)), failed=tuple(sorted(failed))),
        )
        if one.figure.indicator == indicator
        else one
        for one in basis.counted
    )
    wanted = {
        (one.figure.kind, id) for one in counted for id in (*one.figure.held, *one.figure.failed)
    }
    rows = tuple(row for row in basis.rows if (row.kind, row.id) in wanted)
    return replace(basis, counted=counted, rows=rows)


SCORED = ("catalog_coverage", "catalog_linked", "clock_punctuality", "quality", "approved_used")


@pytest.mark.parametrize("indicator", SCORED)
def test_a_record_left_out_of_the_basis_is_named(town, civil, consumer, indicator):
    score = consumer if indicator == "approved_used" else civil
    basis = decode(score.basis, Basis)
    figure = next(one.figure for one in basis.counted if one.figure.indicator == indicator)
    side, lost = next(
        (side, ids[0]) for side, ids in (("failed", figure.failed), ("held", figure.held)) if ids
    )
    lie = figured(basis, indicator, {*figure.held} - {lost}, {*figure.failed} - {lost})

    code, details = wrong(replay(Forged(lie), lie.unit.code))

    assert code == "replay.row_left_out"
    assert details["row"] == f"{figure.kind}:{lost}"
    assert (details["unit"], details["indicator"]) == (score.unit.code, indicator)
    assert details["wanted"] == side


def test_a_record_gone_from_table_and_basis_is_still_missed(town, civil):
    basis = decode(civil.basis, Basis)
    figure = next(one.figure for one in basis.counted if one.figure.indicator == "quality")
    [bad] = figure.failed
    lie = figured(basis, "quality", set(figure.held), set())
    VerdictRow.objects.filter(pk=bad).delete()

    assert wrong(replay(Forged(lie), lie.unit.code))[1]["row"] == f"verdict:{bad}"

    # And if the hub keeps back what it told of it, the mark in the log betrays that.
    fact = FactRow.objects.get(records__kind="verdict", records__record=bad)
    RecordRow.objects.filter(kind="verdict", record=bad).delete()
    assert wrong(replay(Forged(lie), lie.unit.code)) == (
        "replay.record_withheld",
        {"place": str(fact.index), "unit": civil.unit.code, "kind": "verdict"},
    )


def test_a_shifted_due_date_is_named(town, civil):
    lie, row = forged(civil, "clock", due_on="2030-12-31")

    code, details = wrong(replay(Forged(lie), lie.unit.code))

    assert (code, details["row"]) == ("replay.due_differs", f"clock:{row.id}")
    assert (details["wanted"], details["found"]) == (row.values["due_on"], "2030-12-31")


def test_a_record_put_in_is_named(town, civil):
    basis = decode(civil.basis, Basis)
    figure = next(one.figure for one in basis.counted if one.figure.indicator == "catalog_coverage")
    row = basis.by_key()["table", figure.held[0]]
    put_in = replace(row, id="9999", leaves=())
    more = replace(basis, rows=(*basis.rows, put_in))
    lie = figured(more, "catalog_coverage", {*figure.held, "9999"}, set(figure.failed))

    assert wrong(replay(Forged(lie), lie.unit.code)) == (
        "replay.row_surplus",
        {"unit": civil.unit.code, "indicator": "catalog_coverage", "row": "table:9999"},
    )


def test_a_limit_told_with_a_false_last_day_is_named(town, civil, own_log):
    held = Clock.objects.filter(unit=civil.unit, ended_on=None).order_by("pk").first()
    assert held is not None
    due = held.due_on
    with act(town.reviewer, Deed.DUTY_EXTENDED, held.subject, unit=civil.unit, why="虚报"):
        tell("clock", held.pk, civil.unit.code, {**clocks.values(held), "due_on": "2031-01-02"})
    scores.freeze(town.reviewer, "later", clock.today(), why="季度评估")
    write_log()

    verdict = judged(replayed(HubSource(), "later", civil.unit.code))

    assert wrong(verdict) == (
        "replay.due_differs",
        {
            "unit": civil.unit.code,
            "row": f"clock:{held.pk}",
            "wanted": str(due),
            "found": "2031-01-02",
        },
    )


def test_a_calendar_that_changes_moves_due_dates_in_the_replay_too(town, civil, own_log):
    running = Clock.objects.filter(ended_on=None).order_by("-due_on")[0]
    calendar.set_day(town.reviewer, running.due_on, False, "调休", why="通知")
    moved = Clock.objects.get(pk=running.pk).due_on
    scores.freeze(town.reviewer, "later", clock.today(), why="季度评估")
    write_log()

    assert moved > running.due_on
    assert judged(replayed(HubSource(), "later")).wrong is None


def test_a_unit_that_got_no_score_is_named(town, own_log):
    units.register(
        town.reviewer, credit_code(77), "广西壮族自治区气象局", "气象局", "province", why="新设"
    )
    scores.freeze(town.reviewer, "later", clock.today(), why="季度评估")
    write_log()
    assert judged(replayed(HubSource(), "later")).wrong is None

    class Short(HubSource):
        """A hub whose fact of freezing names one unit less."""

        def frozen(self, period: str, unit: str, version: int) -> Entry | None:
            entry = super().frozen(period, unit, version)
            assert entry is not None
            assert entry.told is not None
            content = json.loads(entry.told.content)
            for name in ("digests", "bases"):
                del content[name][credit_code(77)]
            text = json.dumps(content)
            body = json.loads(entry.body)
            body["content_hash"] = digest((entry.told.salt + text).encode())
            return Entry(entry.place, encode(body), replace(entry.told, content=text))

        def versions(self, period: str, unit: str) -> list[tuple[str, int]]:
            return [one for one in super().versions(period, unit) if one[0] != credit_code(77)]

    assert wrong(judged(replayed(Short(), "later"))) == (
        "replay.unit_left_out", {"period": "later", "unit": credit_code(77)},
    )  # fmt: skip


def test_a_deed_that_tells_of_no_record_is_named(town, civil, own_log):
    with act(town.provider, Deed.TABLE_REGISTERED, "table:hidden", unit=civil.unit, why="登记"):
        pass
    scores.freeze(town.reviewer, "later", clock.today(), why="季度评估")
    write_log()

    code, details = wrong(judged(replayed(HubSource(), "later")))

    assert (code, details["subject"]) == ("replay.mark_missing", "table:hidden")
    assert details["kind"] == "table"


def test_a_request_that_ran_into_no_limit_is_named(town, own_log):
    unit = town.units[4]
    with act(town.consumer_head, Deed.REQUEST_APPLIED, "request:9999", unit=unit, why="申请"):
        pass
    scores.freeze(town.reviewer, "later", clock.today(), why="季度评估")
    write_log()

    assert wrong(judged(replayed(HubSource(), "later"))) == (
        "replay.limit_missing", {"subject": "request:9999"},
    )  # fmt: skip


def test_what_a_confirmed_sign_takes_away_is_read_from_the_log(town, own_log):
    place = loop(town)
    rule, _slash, subject = place.removeprefix("/audit/signs/").partition("/")
    suspicions.mark(town.auditor, rule, subject, clock.today(), confirmed=True, why="空转")
    scores.freeze(town.reviewer, "later", clock.today(), why="季度评估")
    write_log()

    assert judged(replayed(HubSource(), "later")).wrong is None
