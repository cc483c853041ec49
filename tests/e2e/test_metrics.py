from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import httpx
import pytest
from tests.e2e.service import Service
from tests.e2e.streams import Sent, batches, send_all, warnings_of
from tests.stored import row_counts

BATCHES = 60
# Enough alerts that a stream of 25 hours has some of every kind: opened, closed, and open at the end.
TOML = '[settings]\nalert_budget = "12/day"\n'

GOOD = {
    "entity": ["db-1", "db-1"],
    "metric": ["cpu", "cpu"],
    "timestamp": ["2026-11-23T10:00:00Z", "2026-11-23T10:01:00Z"],
    "value": [0.5, 0.6],
}


def of(**columns: object) -> bytes:
    return json.dumps({**GOOD, **columns}).encode()


def without(column: str) -> bytes:
    return json.dumps({name: values for name, values in GOOD.items() if name != column}).encode()


MALFORMED: dict[str, tuple[bytes, int]] = {
    "not JSON": (b'{"entity": ["db-1"', 400),
    "empty": (b"", 400),
    "NaN": (b'{"entity":["a"],"metric":["b"],"timestamp":[1],"value":[NaN]}', 400),
    "invalid UTF-8": (of().replace(b"db-1", b"\xff\xfe"), 400),
    "a list": (b"[]", 422),
    "no column of values": (without("value"), 422),
    "an unknown column": (of(values=[1, 2]), 422),
    "a column that is no list": (of(entity="db-1"), 422),
    "columns of different lengths": (of(value=[0.5]), 422),
    "no points": (b'{"entity":[],"metric":[],"timestamp":[],"value":[]}', 422),
    "a blank entity": (of(entity=["db-1", " "]), 422),
    "an entity that is a number": (of(entity=["db-1", 7]), 422),
    "a metric with NUL": (of(metric=["cpu", "a\0b"]), 422),
    "a metric that is too long": (of(metric=["cpu", "x" * 256]), 422),
    "a timestamp that is no moment": (of(timestamp=["2026-11-23T10:00:00Z", "2026-02-30T10:00:00Z"]), 422),
    "timestamps in two styles": (of(timestamp=["2026-11-23T10:00:00Z", 1795423260]), 422),
    "timestamps in milliseconds": (of(timestamp=[1795423200000, 1795423260000]), 422),
    "a timestamp that is null": (of(timestamp=["2026-11-23T10:00:00Z", None]), 422),
    "a value that is text": (of(value=[0.5, "0.6"]), 422),
    "a value that is a boolean": (of(value=[0.5, True]), 422),
    "too large": (b" " * 2_000_000 + of(), 413),
}
SECOND_ROW = [kind for kind in MALFORMED if kind.startswith(("a blank", "an entity", "a metric", "a timestamp that"))]


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Sent, dict[str, Mapping[str, object]]]:
    """What a service says that is never stopped."""
    home = tmp_path_factory.mktemp("uninterrupted")
    (home / "triage.toml").write_text(TOML)
    return send_all(home, batches(BATCHES), kills=(), stops=()), warnings_of(home)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    home = tmp_path_factory.mktemp("malformed")
    (home / "triage.toml").write_text("[settings]\nmax_metrics_bytes = 1000000\n")
    with Service(home) as service:
        yield service


def test_the_stream_opens_and_closes_warnings(
    uninterrupted: tuple[Sent, dict[str, Mapping[str, object]]],
) -> None:
    sent, warnings = uninterrupted
    assert sent.accepted == BATCHES * 5 * 12 * 3
    assert sorted(sent.warnings) == sorted(warnings)
    assert len([one for one in warnings.values() if one["closed_at"]]) >= 3


@pytest.mark.parametrize(
    ("kills", "stops"),
    [((30,), ()), ((0, 1, 14, 28, 41, 59), ()), ((20, 55), (10, 35)), ((), (29,))],
    ids=["one kill", "six kills", "kills and stops", "a stop"],
)
def test_kill_9_loses_no_acknowledged_batch_and_changes_no_warning(
    uninterrupted: tuple[Sent, dict[str, Mapping[str, object]]],
    tmp_path: Path,
    kills: tuple[int, ...],
    stops: tuple[int, ...],
) -> None:
    (tmp_path / "triage.toml").write_text(TOML)
    sent = send_all(tmp_path, batches(BATCHES), kills, stops)
    assert warnings_of(tmp_path) == uninterrupted[1]
    assert sent.accepted == uninterrupted[0].accepted


@pytest.mark.parametrize("kind", MALFORMED)
def test_a_malformed_batch_gets_a_problem_document_and_leaves_no_trace(running: Service, kind: str) -> None:
    body, status = MALFORMED[kind]
    before = row_counts(running.home / "triage.db")
    answer = httpx.post(f"{running.url}/v1/metrics", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["detail"]
    if kind in SECOND_ROW:
        assert [one["rows"] for one in problem["problems"]] == [[2]]
    assert row_counts(running.home / "triage.db") == before
    assert before["metric_batches"] == before["warnings"] == before["incidents"] == 0
