"""Incidents of a ServiceNow instance by its Table API, with the changes that ``sys_audit`` keeps of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from triage.errors import DataError
from triage.exports import to_label
from triage.trackers.client import TrackerClient
from triage.trackers.shapes import Record, list_at, minutes_since, moment_at, optional_moment_at, text_at
from triage.trackers.tickets import Changed, Page, Ticket, TicketChange, created_within

__all__ = ["ServiceNowReader"]

_INCIDENTS = "/api/now/table/incident"
_AUDIT = "/api/now/table/sys_audit"
_WHAT = "incidents (table incident)"
_WHAT_CHANGES = "the changes of incidents (table sys_audit; changes = false does without)"
_MADE = ("sys_id", "number", "sys_created_on", "sys_updated_on", "opened_at")
_ENDS = ("resolved_at", "closed_at")
# What an incident has at opening, and how it ended; a team's own columns are named in the account.
_VALUES = (
    "short_description",
    "description",
    "contact_type",
    "location",
    "caller_id",
    "opened_by",
    "category",
    "subcategory",
    "cmdb_ci",
    "impact",
    "urgency",
    "priority",
    "assignment_group",
    "business_service",
    "service_offering",
    "company",
    "knowledge",
    "notify",
    "close_code",
    "close_notes",
    "made_sla",
    "reassignment_count",
    "reopen_count",
    "parent_incident",
)
# How many incidents' changes are asked for at a time: addresses are cut somewhere above 8,000 characters.
_INCIDENTS_A_CALL = 100
_CHANGES_A_CALL = 1000
# Whether a plain time in a query is in UTC or in the account's zone depends on the instance: that much further on both
# sides, and cut by us.
_ANY_ZONE = timedelta(days=1)


class ServiceNowReader:
    """Implements `triage.trackers.TrackerReader` by the order of ``sys_id``, which nothing moves.

    Parameters
    ----------
    client : TrackerClient
    """

    def __init__(self, client: TrackerClient) -> None:
        self._client = client
        self._account = client.account
        self._columns = {**{name: name for name in _VALUES}, **self._account.fields}

    def pages(self, since: datetime | None, until: datetime, after: str = "") -> Iterator[Page]:
        """Yield incidents that were created in a span of time; the mark is the last ``sys_id``."""
        span = [f"sys_created_on<{until + _ANY_ZONE:%Y-%m-%d %H:%M:%S}"]
        if since is not None:
            span.append(f"sys_created_on>{since - _ANY_ZONE:%Y-%m-%d %H:%M:%S}")
        for tickets, last in self._walk(span, after):
            yield Page(created_within(tickets, since, until), last)

    def changed(self, mark: str, now: datetime) -> Changed:
        """Return incidents that were changed since a moment, which is the mark."""
        if not mark:
            return Changed((), now.isoformat())
        # Relative, and so without a zone. A day of changes has its place in memory.
        span = [f"sys_updated_on>=javascript:gs.minutesAgoStart({minutes_since(mark, now)})"]
        return Changed([one for tickets, _ in self._walk(span, "") for one in tickets], now.isoformat())

    def close(self) -> None:
        """Let connections go."""
        self._client.close()

    def _walk(self, span: Sequence[str], after: str) -> Iterator[tuple[list[Ticket], str]]:
        """Yield pages of incidents in the order of their ``sys_id``, each with the last one."""
        while True:
            ours = [self._account.query, *span, f"sys_id>{after}" if after else "", "ORDERBYsys_id"]
            query = {
                "sysparm_query": "^".join(filter(None, ours)),
                "sysparm_fields": ",".join((*_MADE, *_ENDS, *self._columns)),
                "sysparm_display_value": "all",
                "sysparm_exclude_reference_link": "true",
                "sysparm_limit": str(self._account.per_page),
            }
            records = list_at(self._client.get(_INCIDENTS, query, _WHAT), "result", _WHAT)
            if not records:
                return
            ids = [_raw(record, "sys_id") for record in records]
            if after and min(ids) <= after:
                raise DataError(
                    f"{_WHAT} come in another order than that of sys_id, by which they are read. "
                    f"Got {min(ids)!r} after {after!r}."
                )
            changes = self._changes(ids) if self._account.has_changes else {}
            after = max(ids)
            yield [self._ticket(record, changes) for record in records], after

    def _ticket(self, record: Record, changes: Mapping[str, Sequence[TicketChange]]) -> Ticket:
        raw = {name: _raw(record, name) for name in (*_MADE, *_ENDS) if record.get(name) not in (None, "")}
        what = f"Incident {raw.get('number', '')}".rstrip()
        values, names = {}, {}
        for theirs, ours in self._columns.items():
            shown = to_label(record.get(theirs))
            if shown is not None:
                values[ours] = shown
                names[ours, _raw(record, theirs)] = shown
        return Ticket(
            id=text_at(raw, "number", what),
            ref=text_at(raw, "sys_id", what),
            # The value and not what is shown, which is in the zone and the format of the account.
            created_at=moment_at(raw, "sys_created_on", what),
            updated_at=moment_at(raw, "sys_updated_on", what),
            values=values,
            changes=tuple(changes.get(raw["sys_id"], ())),
            has_changes=self._account.has_changes,
            opened_at=moment_at(raw, "opened_at", what),
            resolved_at=optional_moment_at(raw, "resolved_at", what),
            closed_at=optional_moment_at(raw, "closed_at", what),
            names=names,
        )

    def _changes(self, ids: Sequence[str]) -> dict[str, list[TicketChange]]:
        found: dict[str, list[TicketChange]] = {}
        for start in range(0, len(ids), _INCIDENTS_A_CALL):
            for record in self._audited(ids[start : start + _INCIDENTS_A_CALL]):
                column = self._columns.get(_raw(record, "fieldname"))
                if column is None:
                    continue
                change = TicketChange(
                    moment_at({"sys_created_on": _raw(record, "sys_created_on")}, "sys_created_on", "A change"),
                    column,
                    to_label(_raw(record, "oldvalue")) or "",
                    to_label(_raw(record, "newvalue")) or "",
                    _raw(record, "user"),
                )
                found.setdefault(_raw(record, "documentkey"), []).append(change)
        return found

    def _audited(self, ids: Sequence[str]) -> Iterator[Record]:
        after = ""
        while True:
            ours = ["tablename=incident", f"documentkeyIN{','.join(ids)}", f"sys_id>{after}" if after else ""]
            query = {
                "sysparm_query": "^".join([*filter(None, ours), "ORDERBYsys_id"]),
                "sysparm_fields": "sys_id,documentkey,fieldname,oldvalue,newvalue,user,sys_created_on",
                "sysparm_limit": str(_CHANGES_A_CALL),
            }
            records = list_at(self._client.get(_AUDIT, query, _WHAT_CHANGES), "result", _WHAT_CHANGES)
            # Fewer than asked for may be there only because this account may not see the others.
            if not records:
                return
            yield from records
            after = _raw(records[-1], "sys_id")


def _raw(record: Record, name: str) -> str:
    """Return what is stored, whichever way a value is written."""
    value = record.get(name)
    if isinstance(value, Mapping):
        value = value.get("value")
    return "" if value is None else str(value)
