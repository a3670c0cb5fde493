"""What tests of every package share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def shared() -> Path:
    """The read-only data of the workplace; tests that need it are skipped where it is not."""
    folder = Path(os.environ.get("REFERENT_SHARED", ROOT.parent / "shared"))
    if not (folder / "corpora").is_dir():
        pytest.skip(f"no data at {folder} (set REFERENT_SHARED to the folder that holds corpora/)")
    return folder
