"""Under the results: what this machine lacks and which tests that left out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

LEFT_OUT = Path(__file__).parent / ".venv" / "left-out-of-test.json"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say loudly what set-up could not get; `tools/system_packages.py` wrote the list."""
    left_out = json.loads(LEFT_OUT.read_text()) if LEFT_OUT.exists() else []
    if not left_out:
        return
    terminalreporter.section("LEFT OUT on this machine", yellow=True, bold=True)
    for each in left_out:
        terminalreporter.line(f"{each['what']}: {each['because']}. To have it: {each['next_step']}")
