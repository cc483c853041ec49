"""Trackers that behave as ServiceNow, Jira and Request Tracker do where it matters for reading, over real HTTP."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeAlias

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from triage.trackers import TrackerClient

__all__ = ["Connect", "FakeJira", "FakeRequestTracker", "FakeServiceNow", "Tracker", "audit", "incident"]

Connect: TypeAlias = Callable[..., TrackerClient]


@dataclass
class Tracker:
    """Answers what it was told to before anything else; remembers what it was asked."""

    told: list[Response | Callable[[], object]] = field(default_factory=list)
    calls: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    authorization: str = "Basic dXNlcjpzM2NyZXQ="

    def app(self) -> Starlette:
        return Starlette(routes=[Route("/{path:path}", self._answer)])

    async def _answer(self, request: Request) -> Response:
        query = dict(request.query_params)
        self.calls.append((request.url.path, query))
        if request.headers["authorization"] != self.authorization:
            return JSONResponse({"error": {"message": "User Not Authenticated"}}, 401)
        if self.told:
            said = self.told.pop(0)
            if isinstance(said, Response):
                return said
            # Something happens between two pages.
            said()
        return self.answer(request.url.path, query)

    def answer(self, path: str, query: Mapping[str, str]) -> Response:
        raise NotImplementedError


@dataclass
class FakeServiceNow(Tracker):
    """Tables whose rows are found by the conditions that the reader uses; values come as they are stored and shown."""

    tables: dict[str, list[dict[str, str]]] = field(default_factory=lambda: {"incident": [], "sys_audit": []})
    shown: dict[str, str] = field(default_factory=dict)
    forbidden: str = ""

    def answer(self, path: str, query: Mapping[str, str]) -> Response:
        table = path.rpartition("/")[2]
        if table == self.forbidden:
            return JSONResponse({"error": {"message": "User Not Authorized", "detail": "ACL"}}, 403)
        rows = sorted((row for row in self.tables[table] if _holds(row, query)), key=lambda row: row["sys_id"])
        wanted = query["sysparm_fields"].split(",")
        page = [{name: row[name] for name in wanted if name in row} for row in rows[: int(query["sysparm_limit"])]]
        if query.get("sysparm_display_value") == "all":
            return JSONResponse({"result": [self._both(row) for row in page]})
        return JSONResponse({"result": page})

    def _both(self, row: Mapping[str, str]) -> dict[str, dict[str, str]]:
        # What is shown of a time is in the zone and the format of the account.
        return {
            name: {"value": value, "display_value": "25.11." if name.endswith("_on") else self.shown.get(value, value)}
            for name, value in row.items()
        }


def incident(number: int, created: str = "2026-11-25 10:00:00", **more: str) -> dict[str, str]:
    return {
        "sys_id": f"{number:032x}",
        "number": f"INC{number:04}",
        "sys_created_on": created,
        "sys_updated_on": created,
        "opened_at": created,
        "short_description": "VPN down",
        "urgency": "1",
        "assignment_group": "a" * 32,
        **more,
    }


def audit(number: int, of: int, column: str, old: str, new: str) -> dict[str, str]:
    place = {"sys_id": f"{number:032x}", "documentkey": f"{of:032x}", "tablename": "incident", "user": "bob"}
    return {**place, "fieldname": column, "oldvalue": old, "newvalue": new, "sys_created_on": "2026-11-25 11:00:00"}


def _holds(row: Mapping[str, str], query: Mapping[str, str]) -> bool:
    for condition in query["sysparm_query"].split("^"):
        # Which were changed lately is said by a test through what is there.
        if condition.startswith("ORDERBY") or "gs.minutesAgoStart" in condition:
            continue
        name, operator, value = re.fullmatch(r"(\w+?)(IN|<|>|=)(.*)", condition).groups()  # type: ignore[union-attr]
        holds = {
            "IN": row.get(name) in value.split(","),
            "<": row[name] < value,
            ">": row[name] > value,
            "=": row.get(name) == value,
        }
        if not holds[operator]:
            return False
    return True


@dataclass
class FakeJira(Tracker):
    """Issues found by the minute in which they were created, in the account's zone, a page at a time."""

    issues: list[dict[str, Any]] = field(default_factory=list)
    is_cloud: bool = False
    most_changes: int = 100

    def answer(self, path: str, query: Mapping[str, str]) -> Response:
        if path.endswith("/serverInfo"):
            return JSONResponse({"deploymentType": "Cloud" if self.is_cloud else "Server"})
        if path.endswith("/myself"):
            return JSONResponse({"timeZone": "UTC"})
        if path.endswith("/changelog"):
            if not self.is_cloud:
                return JSONResponse({"errorMessages": ["no such resource"]}, 404)
            histories = self._issue(path.split("/")[-2])["changelog"]["histories"]
            start = int(query["startAt"])
            return JSONResponse({"values": histories[start : start + self.most_changes], "total": len(histories)})
        if "/issue/" in path:
            return JSONResponse(self._issue(path.rpartition("/")[2]))
        return self._search(path, query)

    def _search(self, path: str, query: Mapping[str, str]) -> Response:
        if self.is_cloud != path.endswith("/search/jql"):
            return JSONResponse({"errorMessages": ["The requested API has been removed."]}, 410)
        return self._page(query)

    def _issue(self, key: str) -> dict[str, Any]:
        return next(one for one in self.issues if one["key"] == key)

    def _page(self, query: Mapping[str, str]) -> Response:
        spans = re.findall(r'created (<=|>=) "([^"]+)"', query["jql"])
        found = [one for one in self.issues if all(_is_within(one, *span) for span in spans)]
        found.sort(key=lambda one: (one["fields"]["created"], one["key"]))
        start = int(query.get("nextPageToken", query.get("startAt", "0")))
        page = found[start : start + int(query["maxResults"])]
        body = {"issues": [self._shown(one) for one in page]}
        if self.is_cloud:
            following = start + len(page)
            return JSONResponse({**body, "isLast": following >= len(found), "nextPageToken": str(following)})
        return JSONResponse({**body, "total": len(found)})

    def _shown(self, issue: dict[str, Any]) -> dict[str, Any]:
        histories = issue["changelog"]["histories"]
        return {**issue, "changelog": {"histories": histories[: self.most_changes], "total": len(histories)}}


def _is_within(issue: Mapping[str, Any], operator: str, minute: str) -> bool:
    created = datetime.fromisoformat(issue["fields"]["created"]).astimezone(UTC)
    limit = datetime.fromisoformat(minute).replace(tzinfo=UTC)
    return created <= limit if operator == "<=" else created >= limit


@dataclass
class FakeRequestTracker(Tracker):
    """Tickets and transactions found by their numbers; `change` is what an agent does."""

    tickets: dict[int, dict[str, Any]] = field(default_factory=dict)
    transactions: list[dict[str, Any]] = field(default_factory=list)
    texts: dict[int, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=lambda: {"queue/1": "General", "queue/2": "Network"})

    def open(self, number: int, at: str, subject: str = "VPN down") -> None:
        self.tickets[number] = {
            "id": str(number),
            "Subject": subject,
            "Status": "new",
            "Priority": "0",
            "Created": at,
            "LastUpdated": at,
            "Resolved": "1970-01-01T00:00:00Z",
            "Queue": {"id": "1", "Name": "General"},
            "Owner": {"id": "Nobody", "Name": "Nobody"},
            "Requestor": [{"id": "ada@example.org"}],
            "CustomFields": "",
        }
        self.texts[number] = f"{subject} since noon"
        self._record(number, at, "Create", "", "", "")

    def change(self, number: int, at: str, column: str, old: str, new: str, **now: object) -> None:
        self.tickets[number] |= {"LastUpdated": at, **now}
        self._record(number, at, "Status" if column == "Status" else "Set", column, old, new)

    def _record(self, number: int, at: str, kind: str, column: str, old: str, new: str) -> None:
        said = {
            "Type": kind,
            "Field": column,
            "OldValue": old,
            "NewValue": new,
            "Created": at,
            "Creator": {"id": "bob"},
        }
        self.transactions.append({"id": str(10 + len(self.transactions)), "ObjectId": str(number), **said})

    def answer(self, path: str, query: Mapping[str, str]) -> Response:
        if path.endswith("/tickets"):
            return self._page([self.tickets[number] for number in sorted(self.tickets)], "id", query)
        if path.endswith("/transactions"):
            return self._page(self.transactions, "ObjectId", query)
        if path.endswith("/attachments"):
            number = int(path.split("/")[-2])
            text = {"ContentType": "text/plain", "Content": self.texts[number]}
            return JSONResponse({"items": [{"ContentType": "multipart/mixed", "Content": ""}, text]})
        return JSONResponse({"Name": self.names["/".join(path.split("/")[-2:])]})

    def _page(self, rows: Sequence[dict[str, Any]], number: str, query: Mapping[str, str]) -> Response:
        asked = query["query"]
        after = re.search(r"\bid > (\d+)", asked)
        among = [int(one) for one in re.findall(r"\bid = (\d+)", asked)]
        span = re.search(r"ObjectId >= (\d+) AND ObjectId <= (\d+)", asked)
        found = [
            row
            for row in rows
            if (after is None or int(row["id"]) > int(after[1]))
            and (not among or int(row["id"]) in among)
            and (span is None or int(span[1]) <= int(row[number]) <= int(span[2]))
        ]
        if query["order"] == "DESC":
            found.reverse()
        return JSONResponse({"items": found[: int(query["per_page"])], "total": len(found)})
