"""The stage on which a node is tested."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.node.staging import Stage, make_stage


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return make_stage(tmp_path)
