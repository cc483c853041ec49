"""What a transaction changes about groups, gathered before it is written. It places nothing, and commits nothing."""

from __future__ import annotations

from sqlalchemy import Connection

from triage.decide.grouping import Standing
from triage.domain import Pause
from triage.store.group_rows import MemberRow, MovedRow, put_groups, put_members
from triage.store.pause_rows import ChangedPause, pause_text, put_pauses
from triage.store.rows import Key

__all__ = ["GroupChanges"]


class GroupChanges:
    """Rows of groups and members, each as it stands in the end."""

    def __init__(self) -> None:
        self._made: dict[Key, MemberRow] = {}
        self._moved: dict[Key, MovedRow] = {}
        self._paused: dict[Key, ChangedPause] = {}
        self._touched: dict[str, Standing] = {}

    def touch(self, standing: Standing) -> None:
        """Note that a group stands otherwise than before."""
        self._touched[standing.group_id] = standing

    def make(self, row: MemberRow) -> None:
        """Note a new member."""
        self._made[row["source"], row["incident_id"]] = row

    def move(self, row: MovedRow) -> None:
        """Note how a member stands now."""
        key = row["of_source"], row["of_id"]
        if key in self._made:
            self._made[key] |= {
                "change": row["to_change"],
                "severity": row["to_severity"],
                "ended_at": row["to_ended_at"],
                "touched_at": row["to_touched_at"],
            }
        else:
            self._moved[key] = row

    def pause(self, key: Key, change: int, pause: Pause) -> None:
        """Note what a member waits for now."""
        said = pause_text(pause)
        if key in self._made:
            self._made[key] |= {"change": change, "pause": said}
        else:
            self._paused[key] = {"of_source": key[0], "of_id": key[1], "to_change": change, "to_pause": said}

    def write(self, connection: Connection) -> None:
        """Write all of it, and begin anew."""
        put_groups(connection, list(self._touched.values()))
        put_members(connection, list(self._made.values()), list(self._moved.values()))
        for key in self._paused.keys() & self._moved.keys():
            self._paused[key]["to_change"] = max(self._paused[key]["to_change"], self._moved[key]["to_change"])
        put_pauses(connection, list(self._paused.values()))
        for each in (self._touched, self._made, self._moved, self._paused):
            each.clear()
