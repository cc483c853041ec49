"""Who a row is and what a file says: 64-bit keys of rows, digest of the content. Labels are no part of a row's key."""

from __future__ import annotations

import hashlib

import numpy as np
import orjson
import pandas as pd
from numpy.typing import NDArray

__all__ = ["fingerprint", "row_keys"]

# The finaliser of SplitMix64 (Steele, Lea, Flood 2014): it spreads neighbouring sums over all 64 bits.
_STEPS = ((np.uint64(30), np.uint64(0xBF58476D1CE4E5B9)), (np.uint64(27), np.uint64(0x94D049BB133111EB)))
_LAST_SHIFT = np.uint64(31)


def row_keys(inputs: pd.DataFrame, opened_at: pd.Series | None, ids: pd.Series | None) -> NDArray[np.uint64]:
    """Return each row's identity: its identifier, else what a model reads of it; and how many equal rows came before.

    An identifier stands alone, so that a row stays the same where a later export corrected its text, fields or time.

    Parameters
    ----------
    inputs : DataFrame
        Cells are str or None. Neither the columns' order nor columns that are empty in a row matter.
    opened_at : Series of datetime64[ns, UTC] or None
        None where a model does not read it.
    ids : Series of str or None

    Returns
    -------
    ndarray of uint64 of shape (n_rows,)
        The same in every process and version. Two different rows share a key once in 2**64 pairs.

    Examples
    --------
    >>> keys = row_keys(pd.DataFrame({"text": ["disk full", "disk full", "no mail"]}, dtype=object), None, None)
    >>> len(set(keys.tolist()))
    3
    """
    keys = _content_hashes(inputs, opened_at) if ids is None else _column_hashes("id", ids)
    occurrence = pd.Series(keys).groupby(keys).cumcount().to_numpy().astype(np.uint64)
    return _spread(keys + _spread(occurrence))


def fingerprint(
    inputs: pd.DataFrame,
    targets: pd.DataFrame,
    ids: pd.Series | None,
    opened_at: pd.Series | None,
    known_at: pd.Series | None,
) -> str:
    """Return the SHA-256 (hex) of a history's content: names, cells and times, in its rows' order.

    The columns' order does not matter.
    """
    digest = hashlib.sha256()
    for part, frame in (("inputs", inputs), ("targets", targets)):
        for name in sorted(frame.columns):
            digest.update(orjson.dumps([part, name, frame[name].tolist()]))
    if ids is not None:
        digest.update(orjson.dumps(["ids", ids.tolist()]))
    for part, moments in (("opened_at", opened_at), ("known_at", known_at)):
        if moments is not None:
            digest.update(part.encode() + moments.to_numpy(dtype="datetime64[ns]").tobytes())
    return digest.hexdigest()


def _content_hashes(inputs: pd.DataFrame, opened_at: pd.Series | None) -> NDArray[np.uint64]:
    hashes = np.zeros(len(inputs), dtype=np.uint64)
    for name in inputs.columns:
        hashes += _column_hashes(f"column {name}", inputs[name])
    if opened_at is not None:
        hashes += _spread(opened_at.to_numpy(dtype="datetime64[ns]").view(np.uint64)) * _odd_hash("opened_at")
    return hashes


def _column_hashes(name: str, cells: pd.Series) -> NDArray[np.uint64]:
    codes, distinct = pd.factorize(cells.to_numpy(dtype=object))
    hashes = pd.util.hash_array(distinct, categorize=False) if len(distinct) else np.empty(0, np.uint64)
    # A missing cell adds nothing, so that a file without a column says the same as one where it is empty.
    return np.append(_spread(hashes) * _odd_hash(name), np.uint64(0))[codes]


def _odd_hash(name: str) -> np.uint64:
    # Odd, so that multiplying by it loses nothing.
    return np.uint64(pd.util.hash_array(np.array([name], dtype=object), categorize=False)[0] | np.uint64(1))


def _spread(keys: NDArray[np.uint64]) -> NDArray[np.uint64]:
    for shift, factor in _STEPS:
        keys = (keys ^ (keys >> shift)) * factor
    return keys ^ (keys >> _LAST_SHIFT)
