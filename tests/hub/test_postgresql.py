"""The hub's records behave on PostgreSQL as on SQLite: the same tests, run again on it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = ("people", "gather", "share", "use", "oversee")


@pytest.mark.postgresql
@pytest.mark.slow
@pytest.mark.parametrize("folder", FOLDERS)
def test_the_folder_passes_on_postgresql(folder: str, postgres_url: str, tmp_path: Path) -> None:
    # Its own process: which database the hub uses is decided when it starts.
    environment = {
        **os.environ,
        "YUNZHANG_DATABASE": postgres_url,
        "YUNZHANG_HOME": str(tmp_path),
    }
    environment.pop("PYTEST_XDIST_WORKER", None)

    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            f"tests/{folder}",
            "-m",
            "not postgresql",
            "-p",
            "no:cacheprovider",
            "-p",
            "no:xdist",
            "--create-db",
        ],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
