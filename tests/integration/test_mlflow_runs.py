"""Runs in a real MLflow store: what was recorded is found again, and nothing is left in the working directory."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from mlflow import MlflowClient
from mlflow.entities import Run

from triage.errors import NotFound, TriageError, UsageError
from triage.measure.scores import CoverageCurve, HeadScores, Reliability
from triage.parts import Part
from triage.registry import Shelf
from triage.registry.runs import MlflowRuns
from triage.training import RunLog, RunRecord

SCORES = HeadScores(
    target="assignment group",
    n=10,
    accuracy=0.8,
    macro_f1=0.7,
    top3=1.0,
    calibration_error=0.05,
    promise=0.95,
    coverage=0.5,
    precision=0.96,
    majority_accuracy=0.5,
    majority_macro_f1=0.3,
    classes=("a", "b"),
    confusion=np.array([[4, 1], [1, 4]]),
    curve=CoverageCurve(np.array([0.9, 0.5]), np.array([0.5, 1.0]), np.array([0.96, 0.8])),
    reliability=Reliability(np.array([0.6, 0.9]), np.array([0.5, 0.9]), np.array([4, 6])),
)


class Place:
    """An MLflow store beside a shelf with two versions of one model; the working directory is elsewhere."""

    def __init__(self, root: Path) -> None:
        self.uri = f"sqlite:///{root / 'mlflow.db'}"
        self.artifacts = root / "artifacts"
        self.shelf = Shelf(root / "models")
        for _ in range(2):
            self.shelf.add("desk", {"head": Part({"w": np.zeros(3)}, {"classes": ["a", "b"]})}, {"n": 10})
        self.runs = MlflowRuns(self.uri, self.artifacts)
        self.client = MlflowClient(tracking_uri=self.uri, registry_uri=self.uri)

    def record(self, version: str = "1") -> Run:
        run = RunRecord(
            name="desk",
            version=version,
            parameters={f"choice {number}": str(number) for number in range(150)}
            | {"long": "x" * 9000, "a%b": "1", "a?b": "2"},
            metrics=SCORES.as_metrics() | {"Größe (%).accuracy": 0.5, "../up": 1.0},
            scores=(SCORES,),
            bundle=self.shelf.folder("desk", version),
            tags={"data.fingerprint": "0" * 64, "code.version": "0.1.0"},
        )
        return self.client.get_run(self.runs.record(run))


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    before = Path.cwd()
    os.chdir(elsewhere)
    try:
        yield Place(tmp_path_factory.mktemp("mlflow"))
        assert list(elsewhere.iterdir()) == []
    finally:
        os.chdir(before)


def test_a_run_has_its_scores_parameters_and_tags(place: Place) -> None:
    port: RunLog = place.runs
    assert port is not None
    run = place.record()
    assert run.info.status == "FINISHED"
    assert run.data.metrics["assignment group.accuracy"] == 0.8
    assert run.data.metrics["assignment group.macro_f1"] == 0.7
    assert run.data.params["choice 149"] == "149"
    assert run.data.tags["triage.version"] == "1"
    assert run.data.tags["data.fingerprint"] == "0" * 64
    assert place.client.get_experiment(run.info.experiment_id).name == "triage/desk"


def test_keys_and_values_that_mlflow_does_not_take_are_made_to_fit(place: Place) -> None:
    run = place.record()
    assert len(run.data.params["long"]) == 500
    assert (run.data.params["a_b"], run.data.params["a_b 2"]) == ("1", "2")
    assert run.data.metrics["Größe ___.accuracy"] == 0.5
    assert run.data.metrics["_._up"] == 1.0


def test_bundle_and_pictures_are_artifacts_under_the_given_root(place: Place) -> None:
    run = place.record()
    folder = place.artifacts / "desk" / run.info.run_id / "artifacts"
    assert run.info.artifact_uri == folder.as_uri()
    for file in place.shelf.folder("desk", "1").iterdir():
        assert (folder / "bundle" / file.name).read_bytes() == file.read_bytes()
    assert sorted(path.name for path in (folder / "plots").iterdir()) == [
        "confusion-assignment-group.png",
        "coverage-assignment-group.png",
        "reliability-assignment-group.png",
    ]


def test_the_champion_alias_follows_the_version_on_the_shelf(place: Place) -> None:
    second, first = place.record("2"), place.record("1")
    for version, run in (("1", first), ("2", second), ("1", first)):
        place.runs.mirror_champion("desk", version)
        champion = place.client.get_model_version_by_alias("desk", "champion")
        assert champion.tags["triage.version"] == version
        assert champion.run_id == run.info.run_id
        assert champion.source == f"{run.info.artifact_uri}/bundle"


def test_a_version_that_is_not_on_record_cannot_be_mirrored(place: Place) -> None:
    with pytest.raises(NotFound, match=r"triage\.version = '99'"):
        place.runs.mirror_champion("desk", "99")
    with pytest.raises(UsageError, match="A model's name"):
        place.runs.mirror_champion("desk' or name = 'other", "1")


def test_a_run_without_its_bundle_is_not_recorded(place: Place, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no bundle of model 'gone'"):
        place.runs.record(RunRecord("gone", "1", {}, {}, (), tmp_path, {}))
    assert place.client.get_experiment_by_name("triage/gone") is None


def test_a_run_that_cannot_be_finished_is_marked_as_failed(place: Place) -> None:
    place.artifacts.mkdir(exist_ok=True)
    (place.artifacts / "stuck").write_text("a file where MLflow needs a folder")
    with pytest.raises(TriageError, match="model 'stuck' version 1 could not be put on record"):
        place.runs.record(RunRecord("stuck", "1", {}, {}, (), place.shelf.folder("desk", "1"), {}))
    experiment = place.client.get_experiment_by_name("triage/stuck")
    assert experiment is not None
    assert [run.info.status for run in place.client.search_runs([experiment.experiment_id])] == ["FAILED"]


def test_a_store_that_cannot_be_opened_is_our_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(TriageError, match="MLflow store"):
        MlflowRuns(f"sqlite:///{tmp_path}/file/mlflow.db", tmp_path)


def test_mlflow_tells_nobody_and_opens_no_pickle(place: Place) -> None:
    assert os.environ["MLFLOW_DISABLE_TELEMETRY"] == "true"
    assert os.environ["MLFLOW_ALLOW_PICKLE_DESERIALIZATION"] == "false"
    assert not logging.getLogger("mlflow.store.db.utils").isEnabledFor(logging.INFO)
