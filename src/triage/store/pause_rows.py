"""Pauses as a column of members, and back; how one that changes is written. Nothing is decided here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import TypedDict

import orjson
from sqlalchemy import BindParameter, Connection, bindparam, update

from triage.domain import Pause, PauseState
from triage.store.tables import group_members

__all__ = ["ChangedPause", "pause_in", "pause_text", "put_pauses"]


class ChangedPause(TypedDict):
    """What a member waits for now, as it is bound to an update of its row."""

    of_source: str
    of_id: str
    to_change: int
    to_pause: str | None


def pause_text(pause: Pause | None) -> str | None:
    """Render a pause.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> pause = Pause(PauseState.PAUSED, datetime(2026, 11, 23, tzinfo=UTC), "Why.", 0.2, "source", 15, 1)
    >>> pause_in(pause_text(pause)) == pause
    True
    """
    if pause is None:
        return None
    said = {**asdict(pause), "state": pause.state.value, "until": pause.until.isoformat()}
    return orjson.dumps(said).decode()


def pause_in(text: str | None) -> Pause | None:
    """Read a pause back."""
    if text is None:
        return None
    said = orjson.loads(text)
    return Pause(**{**said, "state": PauseState(said["state"]), "until": datetime.fromisoformat(said["until"])})


def put_pauses(connection: Connection, changed: Sequence[ChangedPause]) -> None:
    """Write what members wait for now; whoever else places alerts reads it by the change."""
    if changed:
        is_it = (group_members.c.source == bindparam("of_source")) & (group_members.c.incident_id == bindparam("of_id"))
        values: dict[str, BindParameter[object]] = {"change": bindparam("to_change"), "pause": bindparam("to_pause")}
        connection.execute(update(group_members).where(is_it).values(values), changed)
