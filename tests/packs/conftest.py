"""The five source documents, where they are on this machine; they are never copied here."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def seeds(shared_data: Path) -> Path:
    """The folder of source documents; the test skips where it is absent."""
    folder = shared_data.parent / "seeds"
    if not folder.is_dir():
        pytest.skip("the source documents are not on this machine")
    return folder
