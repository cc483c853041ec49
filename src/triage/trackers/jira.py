"""Issues of Jira, Cloud or Data Center, by version 2 of its REST API, with their changelogs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from http import HTTPStatus
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from triage.errors import DataError, TrackerRefused
from triage.trackers.client import TrackerClient
from triage.trackers.shapes import Record, list_at, minutes_since, moment_at, optional_moment_at, text_at
from triage.trackers.tickets import Changed, Page, Ticket, TicketChange, created_within

__all__ = ["JiraReader"]

_API = "/rest/api/2"
_WHAT = "issues"
# Our names by those of Jira's fields.
_COLUMNS = {
    "summary": "summary",
    "description": "description",
    "issuetype": "issue_type",
    "project": "project",
    "priority": "priority",
    "components": "components",
    "reporter": "reporter",
    "assignee": "assignee",
    "status": "status",
    "resolution": "resolution",
}
# A changelog calls a field by its id, in versions before 8.0 by its name alone.
_BY_NAME = {"Component": "components", "Issue Type": "issuetype", "Project": "project"}
_SEVERAL = frozenset({"components"})
_CHANGES_A_CALL = 100


class JiraReader:
    """Implements `triage.trackers.TrackerReader` by the minute of creation, the finest that a search knows.

    Every page is searched for from the minute of the last issue on, and what was seen in it is passed over; so nothing
    depends on how many pages came before, and an issue that goes in between moves no other.

    Parameters
    ----------
    client : TrackerClient
    """

    def __init__(self, client: TrackerClient) -> None:
        self._client = client
        self._account = client.account
        self._columns = {**_COLUMNS, **self._account.fields}
        self._zone: ZoneInfo | None = None
        self._is_cloud: bool | None = None

    def pages(self, since: datetime | None, until: datetime, after: str = "") -> Iterator[Page]:
        """Yield issues that were created in a span of time; the mark is the minute of the last one."""
        # A search takes whole minutes in the account's zone; what is beside the span is left out here.
        span = [f'created <= "{self._minute(until + timedelta(minutes=1))}"']
        for tickets, minute in self._walk(span, datetime.fromisoformat(after) if after else since):
            yield Page(created_within(tickets, since, until), minute.isoformat())

    def changed(self, mark: str, now: datetime) -> Changed:
        """Return issues that were changed since a moment, which is the mark."""
        if not mark:
            return Changed((), now.isoformat())
        # Relative, and so without a zone. A day of changes has its place in memory.
        span = [f'updated >= "-{minutes_since(mark, now)}m"']
        return Changed([one for tickets, _ in self._walk(span, None) for one in tickets], now.isoformat())

    def close(self) -> None:
        """Let connections go."""
        self._client.close()

    def _walk(self, span: Sequence[str], start: datetime | None) -> Iterator[tuple[list[Ticket], datetime]]:
        """Yield pages of issues from a minute on, each with the minute of its last one."""
        seen: set[str] = set()
        while True:
            since = [] if start is None else [f'created >= "{self._minute(start)}"']
            issues = list(self._next([*span, *since], seen))
            if not issues:
                return
            tickets = [self._ticket(issue) for issue in issues]
            last = tickets[-1].created_at.replace(second=0, microsecond=0)
            if start is None or last > start:
                # Who was created before that minute is not found again.
                start, seen = last, set()
            seen |= {text_at(one, "id", "An issue") for one in issues}
            yield tickets, start

    def _next(self, span: Sequence[str], seen: set[str]) -> Iterator[Record]:
        """Yield the issues that were not seen of the first page that has some."""
        given = f"({self._account.query})" if self._account.query else ""
        jql = f"{' AND '.join(filter(None, [given, *span]))} ORDER BY created ASC, key ASC"
        query = {
            "jql": jql,
            "fields": ",".join(("created", "updated", "resolutiondate", *self._columns)),
            "maxResults": str(self._account.per_page),
            **({"expand": "changelog"} if self._account.has_changes else {}),
        }
        place: dict[str, str] = {}
        while True:
            body = self._search({**query, **place})
            issues = list_at(body, "issues", _WHAT)
            fresh = [one for one in issues if text_at(one, "id", "An issue") not in seen]
            yield from fresh
            following = self._following(body, place, len(issues))
            if fresh or not issues or following is None:
                return
            # All of them were of the one minute: only here is a page counted from the one before.
            place = following

    def _following(self, body: object, place: Mapping[str, str], count: int) -> dict[str, str] | None:
        if not isinstance(body, Mapping):
            return None
        if self._is_cloud:
            token = body.get("nextPageToken")
            return {"nextPageToken": str(token)} if token and not body.get("isLast") else None
        return {"startAt": str(int(place.get("startAt", "0")) + count)}

    def _search(self, query: Mapping[str, str]) -> object:
        if self._is_cloud is None:
            info = self._client.get(f"{_API}/serverInfo", {}, "what kind of Jira it is")
            self._is_cloud = isinstance(info, Mapping) and info.get("deploymentType") == "Cloud"
        path = f"{_API}/search/jql" if self._is_cloud else f"{_API}/search"
        return self._client.get(path, query, _WHAT)

    def _minute(self, moment: datetime) -> str:
        if self._zone is None:
            said = self._client.get(f"{_API}/myself", {}, "the time zone of this account")
            name = text_at(said if isinstance(said, Mapping) else {}, "timeZone", "The account")
            try:
                self._zone = ZoneInfo(name)
            except (ZoneInfoNotFoundError, ValueError) as err:
                raise DataError(f"The account's time zone {name!r} is not known here. Set another in Jira.") from err
        return f"{moment.astimezone(self._zone):%Y-%m-%d %H:%M}"

    def _ticket(self, issue: Record) -> Ticket:
        key = text_at(issue, "key", "An issue")
        what = f"Issue {key}"
        fields = issue.get("fields")
        if not isinstance(fields, Mapping):
            raise DataError(f"{what} must have fields. The API has changed.")
        values = {ours: _shown(fields.get(theirs)) for theirs, ours in self._columns.items()}
        resolved_at = optional_moment_at(fields, "resolutiondate", what)
        return Ticket(
            id=key,
            ref=key,
            created_at=moment_at(fields, "created", what),
            updated_at=moment_at(fields, "updated", what),
            values={ours: text for ours, text in values.items() if text},
            changes=tuple(self._changes(issue, key)),
            has_changes=self._account.has_changes,
            resolved_at=resolved_at,
            several=_SEVERAL,
        )

    def _changes(self, issue: Record, key: str) -> Iterator[TicketChange]:
        if not self._account.has_changes:
            return
        log = issue.get("changelog")
        if not isinstance(log, Mapping):
            raise DataError(f"Issue {key} must have a changelog; changes = false does without.")
        histories = list_at(log, "histories", f"the changelog of {key}")
        total = log.get("total", len(histories))
        if isinstance(total, int) and total > len(histories):
            histories = list(self._whole_log(key, total))
        for history in histories:
            at = moment_at(history, "created", f"A change of {key}")
            author = history.get("author")
            by = str(author.get("displayName", "")) if isinstance(author, Mapping) else ""
            for item in list_at(history, "items", f"a change of {key}"):
                name = str(item.get("field", ""))
                column = self._columns.get(str(item.get("fieldId", _BY_NAME.get(name, name))))
                if column is not None:
                    yield TicketChange(
                        at, column, str(item.get("fromString") or ""), str(item.get("toString") or ""), by
                    )

    def _whole_log(self, key: str, total: int) -> Iterator[Record]:
        """Yield all changes of an issue: a search shows only some of many."""
        start = 0
        what = f"the changelog of {key}"
        while start < total:
            page = {"startAt": str(start), "maxResults": str(_CHANGES_A_CALL)}
            try:
                found = list_at(self._client.get(f"{_API}/issue/{key}/changelog", page, what), "values", what)
            except TrackerRefused as err:
                if str(int(HTTPStatus.NOT_FOUND)) not in err.message:
                    raise
                # Data Center has no such path, and shows all of them with the issue.
                whole = self._client.get(f"{_API}/issue/{key}", {"expand": "changelog", "fields": "created"}, what)
                log = whole.get("changelog") if isinstance(whole, Mapping) else None
                yield from list_at(log, "histories", what)
                return
            yield from found
            if not found:
                return
            start += len(found)


def _shown(value: object) -> str:
    """Return what people see of a field's value."""
    if isinstance(value, list):
        return ", ".join(sorted(filter(None, map(_shown, value))))
    if isinstance(value, Mapping):
        for key in ("displayName", "name", "value", "key"):
            if value.get(key):
                return str(value[key])
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)
