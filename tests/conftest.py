"""What every test may ask for."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

BESIDE = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real tables with their known defects; the test is skipped where it is absent.

    It lies beside the checkout or where YUNZHANG_SHARED_DATA says; none of it is ever copied.
    """
    folder = Path(os.environ.get("YUNZHANG_SHARED_DATA", BESIDE))
    if not folder.is_dir():
        pytest.skip(f"the shared tables are not at {folder}")
    return folder
