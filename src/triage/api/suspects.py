"""Suspects beside an answer that is on disk already: they never turn it into an error."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping, Sequence
from typing import TypeVar

import structlog

from triage.decide.suspects import Suspect
from triage.errors import StoreUnavailable

__all__ = ["suspects_if_possible"]

_log = structlog.get_logger(__name__)

_Key = TypeVar("_Key")


async def suspects_if_possible(asked: Awaitable[Mapping[_Key, Sequence[Suspect]]]) -> Mapping[_Key, Sequence[Suspect]]:
    """Return what is asked for; none where the journal cannot be read.

    What was sent is on disk: to send it again would not help, and it tells its suspects when it is asked for later.
    """
    try:
        return await asked
    except StoreUnavailable as err:
        _log.warning("suspects_left_out", error=repr(err))
        return {}
