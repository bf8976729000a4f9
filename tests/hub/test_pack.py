"""The pack in force: a setting; a hub that cannot read it says everything that is wrong."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import yunzhang.packs
from yunzhang.people.permissions import pack

SHIPPED = Path(yunzhang.packs.__file__).parent


def started(home: Path, place: str, *command: str) -> subprocess.CompletedProcess[str]:
    """What a process of the hub says that is started under this pack."""
    given = {"YUNZHANG_PACK": place, "YUNZHANG_HOME": str(home)}
    return subprocess.run(
        [sys.executable, "-m", *command],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **given},
    )


@pytest.fixture
def faulty(tmp_path: Path) -> Path:
    """A jurisdiction's own pack with two things wrong: a looser clock, and a row without a clause."""
    folder = tmp_path / "my-town"
    shutil.copytree(SHIPPED / "example", folder)
    clocks = (SHIPPED / "national" / "clocks.toml").read_text(encoding="utf-8")
    looser = clocks.replace("days = 20\n", "days = 30\n").replace('id = "C6"', 'id = ""')
    (folder / "clocks.toml").write_text(looser, encoding="utf-8")
    return folder


def test_the_setting_names_the_pack_in_force(settings):
    settings.PACK = "liuzhou-2020"

    found = pack()

    assert (found.id, found.over) == ("liuzhou-2020", "guangxi-2018")
    assert found.clock("C4").days == 10, "a row of the pack two layers below"


def test_a_jurisdictions_own_folder_can_be_in_force(settings, tmp_path):
    shutil.copytree(SHIPPED / "example", tmp_path / "my-town")
    settings.PACK = str(tmp_path / "my-town")

    assert pack().clock("example.plan_review")


@pytest.mark.parametrize("command", [("yunzhang.cli", "hub", "key"), ("yunzhang.worker", "--once")])
def test_an_unknown_pack_stops_the_start_with_a_sentence(tmp_path, command):
    done = started(tmp_path / "hub", "atlantis", *command)

    assert done.returncode == 1
    assert "找不到政策包“atlantis”。 [pack.missing]" in done.stderr
    assert "There is no pack “atlantis”." in done.stderr
    assert "Give a pack's folder" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_faulty_pack_stops_the_start_with_every_fault(tmp_path, faulty):
    done = started(tmp_path / "hub", str(faulty), "yunzhang.cli", "hub", "key")

    assert done.returncode == 1
    assert "[pack.looser]" in done.stderr
    assert "[pack.malformed]" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "hub" / "hub.sqlite3").exists(), "nothing was begun"


@pytest.mark.parametrize("command", [("yunzhang.cli", "hub", "key"), ("yunzhang.worker", "--once")])
def test_a_pack_with_verbs_that_no_hub_has_stops_the_start_and_names_them(tmp_path, command):
    folder = tmp_path / "my-town"
    shutil.copytree(SHIPPED / "national", folder)
    misspelt = (
        ("procedures.toml", 'does = "grant.resume"', 'does = "grant.revive"'),
        ("roles.toml", '"request.reply"', '"request.answer"'),
        ("roles.toml", '"score.freeze"', '"worker"'),
    )
    for file, right, wrong in misspelt:
        text = (folder / file).read_text(encoding="utf-8")
        assert right in text
        (folder / file).write_text(text.replace(right, wrong), encoding="utf-8")

    done = started(tmp_path / "hub", str(folder), *command)

    assert done.returncode == 1
    assert "does = “grant.revive”" in done.stderr
    assert "grant.resume" in done.stderr, "the next step says what there is"
    assert "“request.answer”" in done.stderr
    assert "“worker”" in done.stderr
    assert "[pack.does_unknown]" in done.stderr
    assert "[pack.may_unknown]" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_hub_under_a_local_pack_starts(tmp_path):
    done = started(tmp_path / "hub", "guangxi-2022", "yunzhang.cli", "hub", "key")

    assert done.returncode == 0, done.stderr
