"""Records within records become columns."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from triage.datasets import ReadOptions, Table, to_history, write_labelled
from triage.datasets.nesting import flattened

ReadTable = Callable[..., Table]


def _issue(at: int) -> dict[str, object]:
    text = f"the vpn of room {at} does not connect" if at % 2 else f"the printer of room {at} does not print"
    paragraph = {"type": "paragraph", "content": [{"type": "text", "text": text}]}
    return {
        "id": str(1000 + at),
        "key": f"OPS-{at + 1}",
        "self": f"https://jira.example/{at}",
        "fields": {
            "summary": text,
            "description": {"type": "doc", "version": 1, "content": [paragraph]},
            "created": f"2024-01-{at % 28 + 1:02d}T10:00:00.000+0000",
            "resolutiondate": f"2024-02-{at % 28 + 1:02d}T10:00:00.000+0000",
            "priority": {"name": ("High", "Low")[at % 3 == 0], "id": "1"},
            "issuetype": {"name": ("Bug", "Task")[at % 5 == 0], "subtask": False},
            "components": [{"id": "1", "name": ("Printing", "Network")[at % 2]}],
            "status": {"name": "Done", "statusCategory": {"key": "done"}},
            "votes": {"votes": at % 4, "hasVoted": False},
            "comment": {"comments": [], "total": at % 3},
            "timespent": at % 7,
        },
    }


def test_dump_of_jiras_rest_interface_is_read_as_its_export(table_of: ReadTable) -> None:
    issues = [_issue(at) for at in range(60)]
    for content, name in (
        ("\n".join(map(json.dumps, issues)), "issues.jsonl"),
        (json.dumps({"startAt": 0, "total": 60, "issues": issues}), "issues.json"),
    ):
        history = to_history(table_of(content, name), ReadOptions())
        assert list(history.targets) == ["components", "priority"]
        assert history.columns.text == ("summary", "description")
        assert history.columns.time == "created"
        assert history.known_at is not None
        assert history.columns.fields == ("issuetype",)
        assert history.ids is not None
        assert history.ids[0] == "OPS-1"
        assert history.inputs["description"].tolist() == history.inputs["summary"].tolist()


def test_rows_are_written_back_as_they_came(table_of: ReadTable, tmp_path: Path) -> None:
    issues = [_issue(at) for at in range(3)]
    table = table_of("\n".join(map(json.dumps, issues)), "issues.jsonl")
    write_labelled(table, {"priority_pred": ["Low"] * 3}, tmp_path / "out.jsonl")
    written = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert written == [{**issue, "priority_pred": "Low"} for issue in issues]


def test_wrapper_gives_its_names_away_and_other_records_keep_theirs() -> None:
    record = {"_id": "7", "_source": {"title": "vpn", "_id": 3, "geo": {"lat": 1.5}}, "via": {"channel": "mail"}}
    assert flattened([record]) == [
        {"_id": "7", "title": "vpn", "_source._id": 3, "geo.lat": 1.5, "via.channel": "mail"},
    ]


def test_records_with_names_lists_and_plain_values_stay() -> None:
    assert flattened([{"a": 1, "b": [{"x": 1}], "c": {"name": "d"}, "e": None, "f": {}}]) is None


def test_key_that_holds_records_and_plain_values_stays() -> None:
    assert flattened([{"a": {"x": 1}}, {"a": "plain"}]) is None


def test_records_without_end_are_cut() -> None:
    deep: dict[str, object] = {"x": 1}
    for _ in range(40):
        deep = {"y": deep, "z": 2}
    found = flattened([{"id": 1, "a": deep}])
    assert found is not None
    assert len(found[0]) < 10
