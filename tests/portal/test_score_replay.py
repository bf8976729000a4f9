"""Replay: a frozen score counted again from the log, to the byte; whatever is forged is named."""

from __future__ import annotations

import io
import json
import shutil
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import pytest
from django.conf import settings

from tests.hub_world import credit_code
from tests.portal.test_signs import loop
from tests.portal.town import write_log
from yunzhang import clock
from yunzhang.cli import main
from yunzhang.gather.models import VerdictRow
from yunzhang.hub.score_source import HubSource
from yunzhang.oversee import scores, suspicions
from yunzhang.oversee.models import Score
from yunzhang.people import calendar, clocks, units
from yunzhang.people.act import act, tell
from yunzhang.people.hub_key import hub_key, sign
from yunzhang.people.models import Clock, FactRow, RecordRow
from yunzhang.portal.scoring import score_evidence
from yunzhang.protect.replay import is_whole, replayed
from yunzhang.protect.replay_folder import Folder
from yunzhang.protect.replay_source import Entry, Told
from yunzhang.protect.verify import Found, Verdict, judged
from yunzhang.terms.basis import HUB, LEFT, Basis, BasisRow, score_of
from yunzhang.terms.document import decode, digest, encode, replace
from yunzhang.terms.fact import Deed
from yunzhang.terms.score import BEFORE_BASES, KIND

PERIOD = "2026Q4"


def replay(source: object, unit: str = "") -> Verdict:
    return judged(replayed(source, PERIOD, unit))  # type: ignore[arg-type]


def wrong(verdict: Verdict) -> tuple[str, dict[str, str]]:
    assert verdict.wrong is not None
    return verdict.wrong.code, dict(verdict.wrong.details)


@pytest.fixture
def civil(town) -> Score:
    return Score.objects.get(period=PERIOD, unit=town.units[2])


@pytest.fixture
def consumer(town) -> Score:
    return Score.objects.get(period=PERIOD, unit=town.units[4])


@pytest.fixture
def folder(town, consumer, tmp_path: Path) -> Path:
    """The evidence package of a unit that used a grant, unpacked."""
    place = tmp_path / "evidence"
    with zipfile.ZipFile(io.BytesIO(score_evidence.package([consumer]).zipped())) as packed:
        packed.extractall(place)
    return place


def test_a_period_is_counted_again_from_the_log_to_the_byte(town):
    verdict = replay(HubSource())

    assert verdict.wrong is None
    assert verdict.steps[-1].say("zh") == "4 份评分由底稿重算，与所签的逐字节相同。"
    told = [step.say("en") for step in verdict.steps]
    # Nothing of the town is judged otherwise than by a rule, or attested by a digest alone.
    assert told[-5].endswith("attested by the digest alone: 0.")
    assert told[-4].endswith("as judged at freezing stand: 0.")
    assert told[-3].startswith("20 figures are made of exactly the records that the log gives")
    assert told[-3].endswith("not enumerated: 0; units registered: 4.")
    assert "C4 10 working_day (国务院令第809号 第二十一条)" in told[-2]
    assert told[-2].endswith("; 0 rest on a calendar that the log does not hold.")
    assert is_whole(HubSource(), PERIOD)


def test_rows_stand_on_the_facts_and_receipts_they_were_made_by(town, civil, consumer):
    rows = {row.kind: row for row in decode(civil.basis, Basis).rows if row.leaves}
    used = [row for row in decode(consumer.basis, Basis).rows if row.values["used"]]

    for kind, deeds in {
        "verdict": {"table.checked"},
        "table": {"table.registered", "entry.published"},
        "clock": {"entry.published", "request.agreed", "grant.delivered", "request.completed"},
    }.items():
        [leaf] = rows[kind].leaves
        assert (leaf.role, leaf.log) == (LEFT, HUB)
        assert FactRow.objects.get(id=leaf.place).deed in deeds
    assert [(leaf.role, leaf.log) for leaf in used[0].leaves] == [
        (LEFT, HUB), (LEFT, HUB), ("called", "civil-node"),
    ]  # fmt: skip


def test_a_row_changed_after_freezing_changes_no_replay(town, civil):
    before = civil.signed
    Clock.objects.update(due_on="2020-01-01")

    assert replay(HubSource()).wrong is None
    assert Score.objects.get(pk=civil.pk).signed == before


def test_a_changed_basis_or_weight_is_found(town, civil):
    for old, new in (('"weight":20', '"weight":21'), ('"passed":false', '"passed":true')):
        assert old in civil.basis
        Score.objects.filter(pk=civil.pk).update(basis=civil.basis.replace(old, new, 1))

        assert wrong(replay(HubSource())) == ("replay.basis_differs", {"unit": civil.unit.code})


def test_a_score_signed_anew_is_found(town, civil):
    forged = replace(score_of(decode(civil.basis, Basis)), total="99.00")
    Score.objects.filter(pk=civil.pk).update(signed=sign(KIND, forged))

    assert wrong(replay(HubSource())) == ("replay.signed_differs", {"unit": civil.unit.code})


def test_a_fact_retold_or_put_elsewhere_is_found(town, civil):
    fact = FactRow.objects.get(subject=f"score:{PERIOD}")
    FactRow.objects.filter(pk=fact.pk).update(content=fact.content.replace(PERIOD, "2026Q5"))
    assert wrong(replay(HubSource()))[0] == "replay.told_differs"
    FactRow.objects.filter(pk=fact.pk).update(content=fact.content)

    [leaf, *_] = next(row for row in decode(civil.basis, Basis).rows if row.leaves).leaves
    FactRow.objects.filter(id=leaf.place).update(index=10**6)
    code, details = wrong(replay(HubSource(), civil.unit.code))
    assert (code, details["place"]) == ("replay.leaf_missing", leaf.place)


def test_one_unit_is_counted_alone_and_a_period_nobody_froze_is_said(town, civil):
    assert "1 scores computed" in replay(HubSource(), civil.unit.code).steps[-1].say("en")
    assert wrong(judged(replayed(HubSource(), "1999")))[0] == "replay.nothing_frozen"


def test_an_exported_package_is_counted_again_without_a_hub(folder, consumer):
    command = ["score", "replay", PERIOD, "--from", str(folder)]
    key, log = ["--key", hub_key().public.text], ["--log", str(settings.LEDGER)]

    without = replay(Folder(folder))
    whole = replay(Folder(folder, log=Path(settings.LEDGER)))

    assert without.wrong is None
    assert any("no record was left out is not shown" in step.say("en") for step in without.steps)
    assert whole.wrong is None
    assert any(step.say("en").startswith("5 figures are made") for step in whole.steps)
    assert (main(command), main([*command, *key]), main([*command, *key, *log])) == (3, 3, 0)
    assert main(["score", "replay", PERIOD, "--from", str(folder / "nowhere")]) == 2
    assert f"yunzhang score replay {PERIOD}" in (folder / "README.txt").read_text("utf-8")


@pytest.mark.parametrize(
    ("files", "old", "new", "code"),
    [
        ("bases/*.json", b'"weight":20', b'"weight":10', "replay.basis_differs"),
        ("scores/*.json", b'"weight":20', b'"weight":10', "signed.signature_wrong"),
        ("receipts/civil-node/*.json", b'"rows":2', b'"rows":3', "verify.entry_not_proven"),
        ("receipts/civil-node/*.json", b"", None, "replay.leaf_missing"),
        ("facts/*.told.json", b"2026Q4", b"2026Q3", "replay.told_differs"),
        ("records.jsonl", b'"issued_on":"2026', b'"issued_on":"2025', "replay.row_disagrees"),
    ],
)
def test_a_package_tampered_with_is_found(folder, files, old, new, code):
    path = next(one for one in sorted(folder.glob(files)) if old in one.read_bytes())
    if new is None:
        path.unlink()
    else:
        path.write_bytes(path.read_bytes().replace(old, new, 1))

    assert wrong(replay(Folder(folder)))[0] == code
    assert main(["score", "replay", PERIOD, "--from", str(folder)]) == 1


def test_a_package_of_another_key_is_found(folder, tmp_path):
    other = folder / "nodes" / "civil-node.key"
    shutil.copy(other, folder / "hub.key")

    assert wrong(replay(Folder(folder)))[0] == "signed.key_unknown"


def test_the_command_replays_and_simulates_in_a_hub(town, capsys):
    assert main(["score", "replay", PERIOD, "--lang", "en"]) == 0
    assert "All of it holds." in capsys.readouterr().out
    assert main(["score", "replay", "1999"]) == 1

    assert main(["score", "simulate", "example", "--period", PERIOD, "--lang", "en"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.count(",") >= 6 for line in lines[-4:]] == [True] * 4
    assert main(["score", "simulate", "example", "--period", "1999"]) == 1


class Forged:
    """A hub that lied when it froze: its digests agree with its lies, the log does not."""

    def __init__(self, basis: Basis) -> None:
        self.real = HubSource()
        self.key = self.real.key
        self.text = encode(basis)
        self.signed = sign(KIND, score_of(basis)).encode()
        self.unit = basis.unit.code

    def opening(self) -> Iterator[Found]:
        return iter(())

    def versions(self, _period: str, _unit: str) -> list[tuple[str, int]]:
        return [(self.unit, 1)]

    def texts(self, _period: str, _unit: str, _version: int) -> tuple[bytes, bytes]:
        return self.signed, self.text

    def frozen(self, period: str, unit: str, version: int) -> Entry | None:
        entry = self.real.frozen(period, unit, version)
        assert entry is not None
        content = json.dumps(
            {"digests": {unit: digest(self.signed)}, "bases": {unit: digest(self.text)}}
        )
        body = json.loads(entry.body)
        body["content_hash"] = digest(("salt" + content).encode())
        return Entry(entry.place, encode(body), Told("salt", "", content))

    def entry(self, log: str, place: str) -> Entry | None:
        return self.real.entry(log, place)

    def log(self) -> Iterable[bytes] | None:
        return self.real.log()

    def records(self) -> Mapping[str, bytes]:
        return self.real.records()


def forged(score: Score, kind: str, **values: object) -> tuple[Basis, BasisRow]:
    """The basis with a value of the first row of a kind changed, that has the value already."""
    basis = decode(score.basis, Basis)
    row = next(
        one
        for one in basis.rows
        if one.kind == kind and one.leaves and all(one.values[n] != v for n, v in values.items())
    )
    lie = replace(row, values={**row.values, **values})
    rows = tuple(lie if one is row else one for one in basis.rows)
    return replace(basis, rows=rows), row


@pytest.mark.parametrize(
    ("kind", "values", "field"),
    [
        ("verdict", {"passed": True}, "passed"),
        ("clock", {"ended_on": "2026-01-02"}, "ended_on"),
        ("table", {"entry": "entry:999"}, "entry"),
    ],
)
def test_a_row_that_the_log_contradicts_is_named(town, civil, kind, values, field):
    basis, row = forged(civil, kind, **values)

    code, details = wrong(replay(Forged(basis)))

    assert code in {"replay.row_disagrees", "replay.rule_differs"}
    assert details["row"] == f"{kind}:{row.id}"
    assert code == "replay.rule_differs" or details["field"] == field


def test_a_figure_that_breaks_its_rule_is_named(town, civil):
    basis = decode(civil.basis, Basis)
    late = next(one for one in basis.counted if one.figure.failed)
    better = replace(late.figure, held=(*late.figure.held, *late.figure.failed), failed=())
    counted = tuple(replace(one, figure=better) if one is late else one for one in basis.counted)

    code, details = wrong(replay(Forged(replace(basis, counted=counted))))

    assert (code, details["indicator"]) == ("replay.rule_differs", late.figure.indicator)
    assert (details["wanted"], details["found"]) == ("failed", "held")


def test_a_score_frozen_before_bases_were_kept_is_told_apart(town, civil, capsys):
    old = replace(score_of(decode(civil.basis, Basis)), basis="")
    signed = sign(BEFORE_BASES, old)

    class Before(Forged):
        def texts(self, _period: str, _unit: str, _version: int) -> tuple[bytes, bytes]:
            return self.signed, b""

    source = Before(decode(civil.basis, Basis))
    source.signed = signed.encode()

    verdict = replay(source)
    assert verdict.wrong is None
    assert "before bases were kept" in verdict.steps[-1].say("en")
    assert not is_whole(source, PERIOD)


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


def test_what_a_confirmed_sign_takes_away_is_read_from_the_log(town, own_log):
    place = loop(town)
    rule, _slash, subject = place.removeprefix("/audit/signs/").partition("/")
    suspicions.mark(town.auditor, rule, subject, clock.today(), confirmed=True, why="空转")
    scores.freeze(town.reviewer, "later", clock.today(), why="季度评估")
    write_log()

    assert judged(replayed(HubSource(), "later")).wrong is None
