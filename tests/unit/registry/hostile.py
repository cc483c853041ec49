"""What somebody would put into a bundle who wants it to run code; each leaves a trace if it does."""

from __future__ import annotations

import io
import pickle
from pathlib import Path
from typing import Any

import numpy as np

__all__ = ["Planted", "npz_of_objects", "planted_pickle"]


class Planted:
    """Leaves a file behind when it is unpickled."""

    def __init__(self, canary: Path) -> None:
        self.canary = canary

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.canary,)


def planted_pickle(canary: Path) -> bytes:
    return pickle.dumps(Planted(canary))


def npz_of_objects(canary: Path) -> bytes:
    objects = np.empty(1, dtype=object)
    objects[0] = Planted(canary)
    buffer = io.BytesIO()
    np.savez(buffer, weights=objects, allow_pickle=True)
    return buffer.getvalue()
