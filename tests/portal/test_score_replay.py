"""Replay: a frozen score counted again from the log, to the byte; whatever is forged is named."""

from __future__ import annotations

import io
import shutil
import zipfile
from pathlib import Path

import pytest
from django.conf import settings

from tests.portal.forged import PERIOD, Forged, forged, replay, wrong
from yunzhang.cli import main
from yunzhang.hub.score_source import HubSource
from yunzhang.oversee.models import Score
from yunzhang.people.hub_key import hub_key, sign
from yunzhang.people.models import Clock, FactRow
from yunzhang.portal.scoring import score_evidence
from yunzhang.protect.replay import is_whole, replayed
from yunzhang.protect.replay_folder import Folder
from yunzhang.protect.verify import judged
from yunzhang.terms.basis import HUB, LEFT, Basis, score_of
from yunzhang.terms.document import decode, replace
from yunzhang.terms.score import BEFORE_BASES, KIND


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
    assert "C4 10 个工作日/working days (国务院令第809号 第二十一条)" in told[-2]
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
