"""Workflow cores in a process of their own: one whose create is idempotent and one whose create is not.

Run as ``python -m tests.cores PORT FILE``. What they have taken is in a file of SQLite, for tests to look at. Some
answers are lost on purpose, after the work was done, so that a sender has something to try again.
"""

from __future__ import annotations

import random
import re
import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

__all__ = ["make_cores", "tickets_in"]

_LOST_SHARE = 0.02
_TABLES = """
CREATE TABLE IF NOT EXISTS tickets (id INTEGER PRIMARY KEY, core TEXT, key TEXT, title TEXT, updates INTEGER DEFAULT 0);
CREATE INDEX IF NOT EXISTS ix ON tickets (core, key);
CREATE TABLE IF NOT EXISTS calls (kind TEXT PRIMARY KEY, n INTEGER);
"""


def make_cores(file: Path, seed: int = 0) -> Starlette:
    """Build PagerDuty's and ServiceNow's paths over one file."""
    connection = sqlite3.connect(file, check_same_thread=False, isolation_level=None)
    connection.executescript(_TABLES)
    # Kills are of the sender, not of the cores: they need not survive anything.
    connection.execute("PRAGMA synchronous = OFF")
    dice = random.Random(seed)

    def count(kind: str) -> None:
        connection.execute("INSERT INTO calls VALUES (?, 1) ON CONFLICT DO UPDATE SET n = n + 1", (kind,))

    def answer(body: dict[str, Any], status: int) -> Response:
        if dice.random() < _LOST_SHARE:
            count("lost")
            return JSONResponse({"error": "the answer is lost"}, 503)
        return JSONResponse(body, status)

    async def enqueue(request: Request) -> Response:
        event = await request.json()
        key = event["dedup_key"]
        count(event["event_action"])
        # What is over has no payload, and may never have been triggered: PagerDuty passes it over.
        title = event.get("payload", {}).get("summary")
        connection.execute(
            "INSERT INTO tickets (core, key, title) SELECT 'pager', ?1, ?2 WHERE ?2 IS NOT NULL "
            "AND NOT EXISTS (SELECT 1 FROM tickets WHERE core = 'pager' AND key = ?1)",
            (key, title),
        )
        return answer({"status": "success", "dedup_key": key}, 202)

    async def create(request: Request) -> Response:
        record = await request.json()
        count("create")
        row = connection.execute(
            "INSERT INTO tickets (core, key, title) VALUES ('desk', ?, ?) RETURNING id",
            (record["correlation_id"], record["short_description"]),
        ).fetchone()
        return answer({"result": {"sys_id": str(row[0])}}, 201)

    async def find(request: Request) -> Response:
        count("find")
        wanted = re.match(r"correlation_id=(\w+)", request.query_params["sysparm_query"])
        assert wanted is not None
        rows = connection.execute(
            "SELECT id FROM tickets WHERE core = 'desk' AND key = ? ORDER BY id LIMIT 1", (wanted.group(1),)
        ).fetchall()
        return JSONResponse({"result": [{"sys_id": str(row[0])} for row in rows]})

    async def update(request: Request) -> Response:
        count("update")
        connection.execute("UPDATE tickets SET updates = updates + 1 WHERE id = ?", (request.path_params["sys_id"],))
        return answer({"result": {}}, 200)

    async def comments(_request: Request) -> Response:
        return JSONResponse({"result": []})

    table = "/api/now/table/incident"
    return Starlette(
        routes=[
            Route("/v2/enqueue", enqueue, methods=["POST"]),
            Route(table, create, methods=["POST"]),
            Route(table, find, methods=["GET"]),
            Route(f"{table}/{{sys_id}}", update, methods=["PATCH"]),
            Route("/api/now/table/sys_journal_field", comments, methods=["GET"]),
        ]
    )


def tickets_in(file: Path) -> tuple[dict[str, dict[str, int]], dict[str, int]]:
    """Return how often each title is there, by core, and how often each call was made."""
    found: dict[str, dict[str, int]] = {"pager": {}, "desk": {}}
    with closing(sqlite3.connect(file)) as connection:
        for core, title, n in connection.execute("SELECT core, title, count(*) FROM tickets GROUP BY core, title"):
            found[core][title] = n
        return found, dict(connection.execute("SELECT kind, n FROM calls").fetchall())


if __name__ == "__main__":
    uvicorn.run(make_cores(Path(sys.argv[2])), port=int(sys.argv[1]), log_level="critical", access_log=False)
