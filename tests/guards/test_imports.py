"""Looking up is forbidden: the import order of the house, checked by import-linter."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.guards.house import ROOT


def test_no_layer_looks_up():
    lint = Path(sys.executable).with_name("lint-imports")

    ended = subprocess.run(
        [lint, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert ended.returncode == 0, ended.stdout + ended.stderr
