"""What incidents are compared by: their texts, or where no text is read a word for each field's value."""

from __future__ import annotations

import hashlib
from functools import lru_cache

from triage.learn.inputs import OPENED_HOUR, OPENED_WEEKDAY, InputColumns, Inputs

__all__ = ["precedent_texts"]


def precedent_texts(inputs: Inputs, columns: InputColumns) -> list[str]:
    """Return what rows are compared by: their texts, or, where no text is read, a word for each field's value."""
    if columns.text:
        return inputs.texts
    names = [name for name in inputs.fields if name not in (OPENED_HOUR, OPENED_WEEKDAY)]
    rows = zip(*(inputs.fields[name] for name in names), strict=True) if names else [()] * len(inputs)
    return [
        " ".join(_as_word(name, value) for name, value in zip(names, row, strict=True) if value is not None)
        for row in rows
    ]


# A desk has some thousand values.
@lru_cache(maxsize=65_536)
def _as_word(name: str, value: str) -> str:
    # 16 hexadecimal digits: one word, whose first five are as good as its own.
    return hashlib.blake2b(f"{name}\n{value}".encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
