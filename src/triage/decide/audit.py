"""Which incidents are left to people although their labels would be automatic, so that live precision can be known."""

from __future__ import annotations

import hashlib

__all__ = ["is_audited"]

_BITS = 64
_ALL = float(2**_BITS)


def is_audited(source: str, incident_id: str, share: float) -> bool:
    """Tell whether an incident is one of the audited share: by its identity alone, so that it always is or never.

    Parameters
    ----------
    source, incident_id : str
    share : float
        In [0, 1].

    Examples
    --------
    >>> sum(is_audited("desk", f"INC{number}", 0.03) for number in range(10_000))
    298
    """
    if share <= 0.0:
        return False
    digest = hashlib.blake2b(f"{source}\0{incident_id}".encode(errors="surrogatepass"), digest_size=_BITS // 8).digest()
    return int.from_bytes(digest, "big") < share * _ALL
