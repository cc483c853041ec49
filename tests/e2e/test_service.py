from __future__ import annotations

import csv
import json
import subprocess
import sys
from collections.abc import Mapping
from itertools import islice
from pathlib import Path

import httpx
import pytest
from tests.e2e.conftest import SAMPLE
from tests.e2e.service import Service, environment

ROWS = 40


@pytest.fixture(scope="module")
def labelled(trained_home: Path, tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, str]]:
    """The first rows of the sample, labelled by the command line."""
    folder = tmp_path_factory.mktemp("labelled")
    few = folder / "few.csv"
    with SAMPLE.open(encoding="utf-8", newline="") as sample:
        few.write_text("".join(islice(sample, ROWS + 1)), encoding="utf-8", newline="")
    out = folder / "out.csv"
    command = [sys.executable, "-m", "triage", "label", str(few), "--model", "sample", "--out", str(out), "--reasons"]
    subprocess.run(command, env=environment(trained_home), cwd=folder, check=True, timeout=120)
    with out.open(encoding="utf-8", newline="") as written:
        return list(csv.DictReader(written))


def incident(row: Mapping[str, str]) -> dict[str, object]:
    """A row of the sample as a sender would post it."""
    predicted = tuple(f"_{ending}" for ending in ("pred", "prob", "decision", "top", "reasons"))
    labels = {name: value for name, value in row.items() if not name.endswith(predicted)}
    return {"id": labels.pop("number"), "source": "desk", "opened_at": labels.pop("opened_at"), **labels}


def test_http_and_label_agree_to_the_last_digit(service: Service, labelled: list[dict[str, str]]) -> None:
    for row in labelled:
        answer = httpx.post(f"{service.url}/v1/incidents", json=incident(row)).json()
        for target, prediction in answer["predictions"].items():
            assert repr(prediction["probability"]) == row[f"{target}_prob"]
            assert prediction["label"] == row[f"{target}_pred"]
            assert prediction["decision"] == row[f"{target}_decision"]
            assert prediction["top"] == json.loads(row[f"{target}_top"])
            assert prediction["reasons"] == json.loads(row[f"{target}_reasons"])
        assert {"category", "assignment_group", "impact", "urgency", "priority"} == set(answer["predictions"])


def test_a_restarted_service_remembers_what_it_answered(home: Path, labelled: list[dict[str, str]]) -> None:
    with Service(home) as first:
        answers = [httpx.post(f"{first.url}/v1/incidents", json=incident(row)).json() for row in labelled]
        assert first.interrupt() == 0
    with Service(home) as second:
        for answer in answers:
            kept = httpx.get(f"{second.url}/v1/incidents/{answer['id']}").json()
            assert kept["predictions"] == answer["predictions"]
            assert kept["received_at"] == answer["received_at"]


def test_a_repeated_post_gives_the_stored_answer_and_another_body_is_an_update(
    service: Service, labelled: list[dict[str, str]]
) -> None:
    body = incident(labelled[0])
    first = httpx.post(f"{service.url}/v1/incidents", json=body)
    again = httpx.post(f"{service.url}/v1/incidents", json=body)
    changed = httpx.post(f"{service.url}/v1/incidents", json=body | {"short_description": "printer jam on floor 3"})
    assert (first.status_code, again.status_code, changed.status_code) == (201, 200, 200)
    assert again.json() == first.json() | {"status": "repeated"}
    assert (changed.json()["status"], changed.json()["revision"]) == ("updated", 2)


def test_a_dry_run_is_answered_and_not_kept(service: Service, labelled: list[dict[str, str]]) -> None:
    body = incident(labelled[0])
    answer = httpx.post(f"{service.url}/v1/incidents?dry_run=true", json=body)
    assert answer.status_code == 200
    assert answer.json()["predictions"]
    assert httpx.get(f"{service.url}/v1/incidents/{body['id']}").status_code == 404


def test_an_interrupted_service_ends_with_exit_code_zero(service: Service) -> None:
    assert service.interrupt() == 0


def test_a_second_service_on_the_same_database_is_refused_with_the_reason(service: Service) -> None:
    command = [sys.executable, "-m", "triage", "serve", "--port", "0"]
    second = subprocess.run(
        command,
        env=environment(service.home),
        cwd=service.home,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert second.returncode == 2
    assert "triage.db" in second.stderr


def test_the_service_imports_neither_mlflow_nor_scikit_learn_nor_pandas(trained_home: Path) -> None:
    probe = (
        "import sys; import triage.api.server; "
        "print([name for name in ('mlflow', 'sklearn', 'pandas', 'pyarrow', 'matplotlib') if name in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, timeout=60, check=True)
    assert found.stdout.strip() == "[]"
