"""The demonstration itself, as a newcomer runs it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from yunzhang.demo.registers import Downloads


@pytest.mark.slow
def test_the_walk_ends_well_and_says_what_a_join_by_code_would_have_done(tmp_path: Path):
    if not Downloads.of().civil.exists():
        pytest.skip("the public registers are not on this machine: run make setup")

    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "yunzhang.cli",
            "demo",
            "--once",
            "--folder",
            str(tmp_path / "demo"),
        ],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert "guangxi-2022" in done.stdout
    assert "14 个设区市、111 个县级行政区" in done.stdout
    assert "620,573" in done.stdout
    assert "34,005" in done.stdout
    assert "6,590" in done.stdout
    assert done.stdout.count("全部成立") == 5
    assert "数据铁笼：7 条规则在演示合成数据上运行" in done.stdout


def test_a_folder_that_no_demo_made_is_left_alone(tmp_path: Path):
    (tmp_path / "letter.txt").write_text("mine")

    done = subprocess.run(
        [sys.executable, "-m", "yunzhang.cli", "demo", "--once", "--folder", str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert "demo.folder_foreign" in done.stderr
    assert (tmp_path / "letter.txt").read_text() == "mine"


def test_an_unknown_pack_is_refused_before_anything_is_made(tmp_path: Path):
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "yunzhang.cli",
            "demo",
            "--pack",
            "atlantis",
            "--folder",
            str(tmp_path),
        ],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert "pack.missing" in done.stderr
    assert not list(tmp_path.iterdir())
