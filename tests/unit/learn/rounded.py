"""Bags as plain numbers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from triage.learn.bags import Bag
from triage.learn.unit_kernel import SHARED


def embeddings_of(bag: Bag) -> NDArray[np.float64]:
    """Return a bag's embeddings, exactly."""
    steps = bag.steps.astype(np.float64).repeat(SHARED)[: len(bag.embeddings)]
    return np.asarray(bag.embeddings * steps[:, None])
