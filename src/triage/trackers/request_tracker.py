"""Tickets of Request Tracker 5 by its REST 2, with their transactions. Everything is read in the order of numbers.

TicketSQL takes times in the zone of the account and drops a zone that is written with them (seen in 5.0.3), so that
nothing rests on a time: tickets are found by their numbers, changes by those of their transactions, which only grow.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from triage.intake.mail import clean_mail
from triage.trackers.client import TrackerClient
from triage.trackers.shapes import Record, list_at, moment_at, optional_moment_at, text_at
from triage.trackers.tickets import Changed, Page, Ticket, TicketChange, created_within

__all__ = ["RequestTrackerReader"]

_API = "/REST/2.0"
_WHAT = "tickets"
_WHAT_CHANGES = "the transactions of tickets; changes = false does without"
_FIELDS = "Subject,Status,Priority,Created,LastUpdated,Resolved,Queue,Owner,Requestor,CustomFields"
_CHANGED = "Type,Field,OldValue,NewValue,ObjectId,Created,Creator"
_PER_CALL = 100  # the most that REST 2 gives
# What a transaction of type Set calls a column of ours.
_COLUMNS = {"Subject": "subject", "Queue": "queue", "Owner": "owner", "Priority": "priority", "Status": "status"}
_KINDS = frozenset({"Set", "Status", "CustomField"})
_NOBODY = "Nobody"
# TicketSQL reads a day in the account's zone: that much further on both sides, and cut by us.
_ANY_ZONE = timedelta(days=1)
# A transaction gets its number before it can be seen: those of the last seconds are looked at again.
_SETTLED = timedelta(seconds=10)


class RequestTrackerReader:
    """Implements `triage.trackers.TrackerReader` by the order of ticket numbers.

    Parameters
    ----------
    client : TrackerClient
    """

    def __init__(self, client: TrackerClient) -> None:
        self._client = client
        self._account = client.account
        self._known: dict[str, str] = {}

    def pages(self, since: datetime | None, until: datetime, after: str = "") -> Iterator[Page]:
        """Yield tickets that were created in a span of time; the mark is the last number."""
        span = [f"Created < '{until + _ANY_ZONE:%Y-%m-%d %H:%M:%S}'"]
        if since is not None:
            span.append(f"Created > '{since - _ANY_ZONE:%Y-%m-%d %H:%M:%S}'")
        while True:
            records = self._tickets([*span, f"id > {after or 0}"], self._account.per_page)
            if not records:
                return
            after = text_at(records[-1], "id", "A ticket")
            tickets = self._to_tickets(records)
            yield Page(created_within(tickets, since, until), after)

    def changed(self, mark: str, now: datetime) -> Changed:
        """Return the tickets of the next transactions; the mark is the number of the last that is settled."""
        if not mark:
            return Changed((), str(self._last_change()))
        query = f"ObjectType = 'RT::Ticket' AND id > {mark}"
        found = self._search("transactions", query, "ObjectId,Created", _WHAT_CHANGES)
        if not found:
            return Changed((), mark)
        numbers = sorted({int(text_at(one, "ObjectId", "A transaction")) for one in found})
        picked = f"( {' OR '.join(f'id = {number}' for number in numbers)} )"
        tickets = self._to_tickets(self._tickets([picked], _PER_CALL))
        made = {text_at(one, "id", "A transaction"): moment_at(one, "Created", "A transaction") for one in found}
        # By its own clock or by ours, whichever says so: clocks may differ, and nothing may come after the last one.
        until = max(max(made.values()) - _SETTLED, now - 6 * _SETTLED)
        settled = [number for number, at in made.items() if at <= until or len(found) == _PER_CALL]
        return Changed(tickets, settled[-1] if settled else mark, has_more=len(found) == _PER_CALL)

    def close(self) -> None:
        """Let connections go."""
        self._client.close()

    def _last_change(self) -> int:
        """Return the number of the last transaction; 0 if there is none."""
        query = "ObjectType = 'RT::Ticket' AND id > 0"
        found = self._search("transactions", query, "ObjectId", _WHAT_CHANGES, order="DESC", most=1)
        return int(text_at(found[0], "id", "A transaction")) if found else 0

    def _to_tickets(self, records: Sequence[Record]) -> list[Ticket]:
        numbers = [int(text_at(record, "id", "A ticket")) for record in records]
        changes = self._changes(numbers) if self._account.has_changes and numbers else {}
        return [self._ticket(record, changes.get(number, [])) for record, number in zip(records, numbers, strict=True)]

    def _tickets(self, conditions: Sequence[str], most: int) -> list[Record]:
        given = [f"( {self._account.query} )"] if self._account.query else []
        return self._search("tickets", " AND ".join([*given, *conditions]), _FIELDS, _WHAT, most=most)

    def _search(
        self, path: str, query: str, fields: str, what: str, order: str = "ASC", most: int = _PER_CALL
    ) -> list[Record]:
        asked = {
            "query": query,
            "fields": fields,
            "fields[Queue]": "Name",
            "fields[Owner]": "Name",
            "orderby": "id",
            "order": order,
            "per_page": str(min(most, _PER_CALL)),
        }
        return list_at(self._client.get(f"{_API}/{path}", asked, what), "items", what)

    def _ticket(self, record: Record, changes: Sequence[TicketChange]) -> Ticket:
        number = text_at(record, "id", "A ticket")
        what = f"Ticket {number}"
        resolved_at = optional_moment_at(record, "Resolved", what)
        values = {
            "subject": str(record.get("Subject") or ""),
            "content": self._content(number),
            "queue": _named(record.get("Queue")),
            "owner": _named(record.get("Owner")).replace(_NOBODY, ""),
            "requestor": ", ".join(sorted(map(_named, _listed(record.get("Requestor"))))),
            "priority": str(record.get("Priority") or ""),
            "status": text_at(record, "Status", what),
        }
        for custom in _listed(record.get("CustomFields")):
            if isinstance(custom, Mapping):
                told = [str(one) for one in _listed(custom.get("values")) if one]
                values[self._ours(str(custom.get("name", "")))] = ", ".join(told)
        return Ticket(
            id=number,
            ref=number,
            created_at=moment_at(record, "Created", what),
            updated_at=moment_at(record, "LastUpdated", what),
            values={name: text for name, text in values.items() if name and text},
            changes=tuple(changes),
            has_changes=self._account.has_changes,
            # A ticket that is opened again keeps the time.
            resolved_at=None if resolved_at is None or _is_reopened(changes, resolved_at) else resolved_at,
        )

    def _ours(self, name: str) -> str:
        return self._account.fields.get(name, name)

    def _content(self, number: str) -> str:
        """Return the text that a ticket was opened with, without the mail around it."""
        query = {"fields": "Content,ContentType", "per_page": "5"}
        what = f"the texts of ticket {number}"
        found = list_at(self._client.get(f"{_API}/ticket/{number}/attachments", query, what), "items", what)
        texts = (one for one in found if str(one.get("ContentType", "")).startswith("text/plain"))
        return clean_mail(str(next(texts, {}).get("Content") or ""))

    def _changes(self, numbers: Sequence[int]) -> dict[int, list[TicketChange]]:
        """Return the changes of tickets of neighbouring numbers."""
        wanted, found, after = set(numbers), dict[int, list[TicketChange]](), 0
        span = f"ObjectType = 'RT::Ticket' AND ObjectId >= {min(numbers)} AND ObjectId <= {max(numbers)}"
        while True:
            records = self._search("transactions", f"{span} AND id > {after}", _CHANGED, _WHAT_CHANGES)
            for record in records:
                number = int(text_at(record, "ObjectId", "A transaction"))
                if number in wanted and record.get("Type") in _KINDS:
                    found.setdefault(number, []).append(self._change(record))
            # A server may give fewer a call than it is asked for.
            if not records:
                return found
            after = int(text_at(records[-1], "id", "A transaction"))

    def _change(self, record: Record) -> TicketChange:
        field = str(record.get("Field") or "")
        old, new = str(record.get("OldValue") or ""), str(record.get("NewValue") or "")
        at, by = moment_at(record, "Created", "A transaction"), _named(record.get("Creator"))
        if record.get("Type") == "CustomField":
            return TicketChange(at, self._ours(self._name_of("customfield", field)), old, new, by)
        if field == "Queue":
            old, new = self._name_of("queue", old), self._name_of("queue", new)
        if field == "Owner":
            old, new = (self._name_of("user", one).replace(_NOBODY, "") for one in (old, new))
        return TicketChange(at, _COLUMNS.get(field, field), old, new, by)

    def _name_of(self, kind: str, number: str) -> str:
        """Return what people call a queue, a user or a field that a transaction gives by number; each is asked once."""
        if not number or number == "0":
            return ""
        place = f"{_API}/{kind}/{number}"
        if place not in self._known:
            body = self._client.get(place, {}, f"{kind} {number}")
            name = body.get("Name") if isinstance(body, Mapping) else None
            self._known[place] = str(name or number)
        return self._known[place]


def _is_reopened(changes: Sequence[TicketChange], resolved_at: datetime) -> bool:
    return any(one.column == "status" and one.at > resolved_at for one in changes)


def _listed(value: object) -> Sequence[object]:
    return value if isinstance(value, list) else ()


def _named(value: object) -> str:
    if isinstance(value, Mapping):
        return str(value.get("Name") or value.get("id") or "")
    return "" if value is None else str(value)
