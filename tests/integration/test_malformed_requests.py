"""Malformed requests to a real server over a real database: each a 4xx problem document, and no trace in the store."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.fakes import FakeCatalogue, FakeLabeller, fixed_clock, started_metrics
from tests.loopback import RawResponse, exchange, serving
from tests.stored import database_url, row_counts

from triage.api import Service, create_app
from triage.flow import KeyedAnswers, LiveFlow
from triage.store import SqlJournal

JSON = "application/json"
TEN_MEGABYTES = 10_000_000
INCIDENTS = "/v1/incidents"


@dataclass(frozen=True)
class Running:
    port: int
    file: Path


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    file = tmp_path_factory.mktemp("store") / "triage.db"
    with SqlJournal.open(database_url(file)) as journal:
        service = service_over(journal)
        with serving(create_app(service)) as port:
            yield Running(port, file)


def service_over(journal: SqlJournal) -> Service:
    flow = LiveFlow(FakeLabeller, journal, fixed_clock)
    return Service(
        flow,
        started_metrics(flow, journal.metrics),
        FakeCatalogue(),
        journal.outbox,
        KeyedAnswers(journal.keys, fixed_clock),
    )


def request(
    body: bytes = b"",
    path: str = INCIDENTS,
    method: str = "POST",
    headers: dict[str, str] | None = None,
    media: str | None = JSON,
) -> bytes:
    """Spell out a request; its length is stated unless the headers say how it is sent."""
    fields = {"Host": "127.0.0.1"} | ({} if media is None else {"Content-Type": media}) | (headers or {})
    if "Transfer-Encoding" not in fields:
        fields.setdefault("Content-Length", str(len(body)))
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode("latin-1") + body


def chunked(body: bytes) -> bytes:
    parts = [body[start : start + 65536] for start in range(0, len(body), 65536)]
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


def of(**fields: object) -> bytes:
    return json.dumps({"id": "1", **fields}).encode()


LARGE = b'{"id":"1","text":"' + b"x" * TEN_MEGABYTES + b'"}'
CHUNKED = {"Transfer-Encoding": "chunked"}

MALFORMED: dict[str, tuple[bytes, int]] = {
    # Not JSON at all.
    "broken JSON": (request(b'{"id": }'), 400),
    "truncated object": (request(b'{"id": "1", "title": "VP'), 400),
    "two objects": (request(b'{"id": "1"}{"id": "2"}'), 400),
    "trailing comma": (request(b'{"id": "1",}'), 400),
    "single quotes": (request(b"{'id': '1'}"), 400),
    "comment": (request(b'{"id": "1"} // mine'), 400),
    "duplicate that is broken": (request(b'{"id": "1", "id": }'), 400),
    "control character in a string": (request(b'{"id": "a\x01b"}'), 400),
    "nesting of 100,000 lists": (request(b"[" * 100_000), 400),
    "nesting of 100,000 objects": (request(b'{"a":' * 100_000 + b"1" + b"}" * 100_000), 400),
    "NaN": (request(b'{"id": "1", "load": NaN}'), 400),
    "Infinity": (request(b'{"id": "1", "load": Infinity}'), 400),
    "-Infinity": (request(b'{"id": "1", "load": -Infinity}'), 400),
    "1e400": (request(b'{"id": "1", "load": 1e400}'), 400),
    "leading zero": (request(b'{"id": 01}'), 400),
    "empty body": (request(b""), 400),
    "white space only": (request(b" \r\n\t "), 400),
    # Not UTF-8.
    "lone high surrogate": (request(b'{"id": "1", "title": "\\ud800"}'), 400),
    "lone low surrogate": (request(b'{"id": "1", "title": "\\udc00 x"}'), 400),
    "surrogates in the wrong order": (request(b'{"id": "1", "title": "\\udc00\\ud800"}'), 400),
    "invalid UTF-8": (request(b'{"id": "1", "title": "\xff\xfe"}'), 400),
    "overlong UTF-8": (request(b'{"id": "1", "title": "\xc0\xaf"}'), 400),
    "Latin-1": (request('{"id": "1", "title": "Drucker für Köln"}'.encode("latin-1")), 400),
    "UTF-16": (request('{"id": "1"}'.encode("utf-16")), 400),
    "byte order mark": (request(b'\xef\xbb\xbf{"id": "1"}'), 400),
    # JSON of the wrong shape.
    "string": (request(b'"incident"'), 422),
    "number": (request(b"42"), 422),
    "null": (request(b"null"), 422),
    "boolean": (request(b"true"), 422),
    "empty list": (request(b"[]"), 422),
    "list of 1001": (request(json.dumps([{"id": str(number)} for number in range(1001)]).encode()), 422),
    "list in a list": (request(b'[[{"id": "1"}]]'), 422),
    "list with a string": (request(b'[{"id": "1"}, "2"]'), 422),
    "nesting of 40": (request(b'{"id": "1", "x": ' + b"[" * 40 + b"]" * 40 + b"}"), 422),
    # Fields that cannot be used.
    "id null": (request(of(id=None)), 422),
    "id an object": (request(of(id={"value": "1"})), 422),
    "id a list": (request(of(id=["1"])), 422),
    "id a fraction": (request(of(id=1.5)), 422),
    "id a boolean": (request(of(id=True)), 422),
    "id beyond 64 bits": (request(b'{"id": 123456789012345678901234567890}'), 422),
    "id too long": (request(of(id="x" * 256)), 422),
    "id empty": (request(of(id="")), 422),
    "id blank": (request(of(id=" \t")), 422),
    "id with a line break": (request(of(id="a\nb")), 422),
    "source with a tab": (request(of(source="a\tb")), 422),
    "id with NUL": (request(of(id="a\0b")), 422),
    "source a number": (request(of(source=7)), 422),
    "source null": (request(of(source=None)), 422),
    "source empty": (request(of(source="")), 422),
    "source too long": (request(of(source="x" * 256)), 422),
    "opened_at rubbish": (request(of(opened_at="the day before")), 422),
    "opened_at a number": (request(of(opened_at=1763892000)), 422),
    "opened_at an object": (request(of(opened_at={})), 422),
    "opened_at on no day": (request(of(opened_at="2026-02-30T10:00:00Z")), 422),
    "opened_at before all time": (request(of(opened_at="0001-01-01T00:00:00+14:00")), 422),
    "title an object": (request(of(title={"a": 1})), 422),
    "text a list": (request(of(text=["a"])), 422),
    "labels a list": (request(of(labels=["a"])), 422),
    "501 labels": (request(of(labels={str(number): "x" for number in range(501)})), 422),
    "label too long": (request(of(labels={"a": "x" * 100_001})), 422),
    "label name too long": (request(of(labels={"x" * 256: "a"})), 422),
    "label name empty": (request(of(labels={"": "a"})), 422),
    "label with NUL": (request(of(labels={"a": "\0"})), 422),
    "nested NUL": (request(of(details={"a": ["\0"]})), 422),
    # Too much.
    "10 MB": (request(LARGE), 413),
    "10 MB in chunks, of no stated length": (request(chunked(LARGE), headers=CHUNKED), 413),
    "10 MB of white space in chunks": (request(chunked(b" " * TEN_MEGABYTES), headers=CHUNKED), 413),
    "10 MB announced and not sent": (request(b"", headers={"Content-Length": str(TEN_MEGABYTES)}), 413),
    "10 MB announced, to be asked for": (
        request(b"", headers={"Content-Length": str(TEN_MEGABYTES), "Expect": "100-continue"}),
        413,
    ),
    # Not what is read here.
    "plain text": (request(of(), media="text/plain"), 415),
    "no content type": (request(of(), media=None), 415),
    "form": (request(b"id=1&title=VPN", media="application/x-www-form-urlencoded"), 415),
    "multipart": (request(b"--x--", media="multipart/form-data; boundary=x"), 415),
    "another charset": (request(of(), media="application/json; charset=iso-8859-1"), 415),
    "gzip": (request(gzip.compress(of()), headers={"Content-Encoding": "gzip"}), 415),
    "unknown encoding": (request(of(), headers={"Content-Encoding": "rot13"}), 415),
    # Parameters and routes.
    "dry_run neither true nor false": (request(of(), path=f"{INCIDENTS}?dry_run=maybe"), 422),
    "dry_run empty": (request(of(), path=f"{INCIDENTS}?dry_run="), 422),
    "dry_run misspelt": (request(of(), path=f"{INCIDENTS}?dryrun=true"), 400),
    "dry_run twice": (request(of(), path=f"{INCIDENTS}?dry_run=true&dry_run=false"), 400),
    "query where none is known": (request(b"{}", path="/v1/feedback?x=1"), 400),
    "cursor of somebody else": (request(path=f"{INCIDENTS}?cursor=abc", method="GET"), 400),
    "cursor not ASCII": (request(path=f"{INCIDENTS}?cursor=%FF%FE", method="GET"), 400),
    "limit no number": (request(path=f"{INCIDENTS}?limit=many", method="GET"), 422),
    "limit 0": (request(path=f"{INCIDENTS}?limit=0", method="GET"), 422),
    "limit negative": (request(path=f"{INCIDENTS}?limit=-1", method="GET"), 422),
    "limit too large": (request(path=f"{INCIDENTS}?limit=201", method="GET"), 422),
    "limit beyond 64 bits": (request(path=f"{INCIDENTS}?limit={10**30}", method="GET"), 422),
    "unknown incident": (request(path=f"{INCIDENTS}/nobody", method="GET"), 404),
    "id of invalid UTF-8": (request(path=f"{INCIDENTS}/%FF%FE%00", method="GET"), 404),
    "unknown route": (request(of(), path="/v1/incident"), 404),
    "route with a slash too many": (request(of(), path=f"{INCIDENTS}/"), 405),
    "way out of the assets": (request(path="/static-offline-docs/..%2f..%2f..%2fetc/passwd", method="GET"), 404),
    "PUT": (request(of(), method="PUT"), 405),
    "DELETE": (request(method="DELETE"), 405),
    "PATCH": (request(of(), method="PATCH"), 405),
    # Verdicts.
    "verdict on an unknown incident": (
        request(b'{"id": "1", "source": "desk", "target": "team", "label": "x"}', path="/v1/feedback"),
        404,
    ),
    "verdict without a label": (request(b'{"id": "1", "target": "team"}', path="/v1/feedback"), 422),
    "verdict with a key of its own": (
        request(b'{"id": "1", "target": "team", "label": "x", "lable": "y"}', path="/v1/feedback"),
        422,
    ),
    "list of verdicts": (request(b"[]", path="/v1/feedback"), 422),
    "broken verdict": (request(b'{"id": ', path="/v1/feedback"), 400),
    "verdict with GET": (request(path="/v1/feedback", method="GET"), 405),
}


@pytest.mark.parametrize("kind", MALFORMED)
def test_malformed_request_gets_a_problem_document_and_leaves_no_trace(running: Running, kind: str) -> None:
    raw, status = MALFORMED[kind]
    before = row_counts(running.file)
    response = exchange(running.port, raw)
    assert response.status == status, response.body[:500]
    assert_is_problem(response)
    assert row_counts(running.file) == before
    # The one snapshot is what the watcher began with.
    assert {name: count for name, count in before.items() if count} == {"alembic_version": 1, "watcher_snapshots": 1}


def assert_is_problem(response: RawResponse) -> None:
    assert response.headers["content-type"] == "application/problem+json"
    document = json.loads(response.body)
    assert set(document) == {"type", "title", "status", "detail", "problems"}
    assert document["status"] == response.status
    assert document["title"]
    assert document["detail"]
    # Whatever was sent, little of it comes back.
    assert len(response.body) < 50_000


def test_server_serves_on_after_a_body_that_was_too_large(tmp_path: Path) -> None:
    with SqlJournal.open(database_url(tmp_path / "triage.db")) as journal:
        app = create_app(service_over(journal))
        with serving(app) as port:
            assert exchange(port, request(LARGE)).status == 413
            assert exchange(port, request(of())).status == 201


def test_of_a_key_given_twice_the_last_value_counts(tmp_path: Path) -> None:
    file = tmp_path / "triage.db"
    with SqlJournal.open(database_url(file)) as journal:
        app = create_app(service_over(journal))
        with serving(app) as port:
            response = exchange(port, request(b'{"id": "first", "id": "last"}'))
            assert response.status == 201
            assert json.loads(response.body)["id"] == "last"
            escaped = exchange(port, request(b'{"id": "%2F"}'))
            assert exchange(port, request(path=f"{INCIDENTS}/%252F", method="GET")).body == escaped.body
    assert row_counts(file)["incidents"] == 2
