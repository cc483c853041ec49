"""A small model in parts, as learning would hand it over, and a shelf to put it on."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from triage.parts import Part, Parts
from triage.registry import Shelf

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture(scope="session")
def parts() -> Parts:
    numbers = np.random.default_rng(7)
    return {
        "features": Part(
            arrays={
                "hashes": numbers.integers(0, 2**63, 50, dtype=np.uint64),
                "idf": numbers.random(50),
                "none": np.zeros((0, 3), dtype=np.int32),
            },
            document={"words": ["printer", "naïve", "打印机"], "ngrams": [1, 2], "lowercase": True},
        ),
        "head": Part(
            arrays={"weights": np.asfortranarray(numbers.random((50, 4), dtype=np.float32)), "bias": numbers.random(4)},
            document={
                "target": "assignment group",
                "classes": ["a", "b", "c", "d"],
                "threshold": 0.1 + 0.2,
                "note": None,
            },
        ),
    }


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "models", clock=lambda: NOON)
