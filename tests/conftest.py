"""What all tests share."""

from __future__ import annotations

from pathlib import Path

import hypothesis
import pytest
from benchmarks.data_folder import find_data_folder

# A timing is never a test, and a shared machine stalls now and then.
hypothesis.settings.register_profile("triage", deadline=None)
hypothesis.settings.load_profile("triage")


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Return the folder of real data; tests that ask for it are skipped, with the reason, where there is none."""
    folder, reason = find_data_folder()
    if folder is None:
        pytest.skip(reason)
    return folder
