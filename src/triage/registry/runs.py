"""Finished training runs in MLflow: parameters, scores, pictures, the bundle, a registered version. Nothing is loaded.

The only module that imports MLflow, and only training imports this one: it takes seconds and hundreds of megabytes.
MLflow mirrors what the shelf says; the truth about the champion is the shelf's pointer.
"""

from __future__ import annotations

import logging
import os
import re
import tempfile
import time
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import count, islice
from pathlib import Path
from typing import TypeVar

from sqlalchemy.exc import SADeprecationWarning, SQLAlchemyError

from triage.errors import NotFound, TriageError
from triage.measure.scores import HeadScores
from triage.registry.manifest import MANIFEST_FILE, check_name
from triage.registry.plots import save_plots
from triage.training import RunRecord

# MLflow reads these when it is imported, so they stand before it. They are no settings of ours: a history is not to be
# reported to anybody, and no process of ours opens a pickle, whatever the environment says.
os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
os.environ["MLFLOW_ALLOW_PICKLE_DESERIALIZATION"] = "false"
# Where tqdm is installed, MLflow would draw bars over our progress.
os.environ["MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR"] = "false"

with warnings.catch_warnings():
    # tqdm complains in notebooks that have no widgets, when it is imported.
    warnings.filterwarnings("ignore", "IProgress not found")
    from mlflow import MlflowClient
    from mlflow.entities import Metric, Param, RunStatus
    from mlflow.exceptions import MlflowException

__all__ = ["MlflowRuns"]

VERSION_TAG = "triage.version"
CHAMPION_ALIAS = "champion"

# MLflow's own limits on one batch, and on the length of a key (250) with room for a number; values are cut
# far below its 6000 characters, as they are read in a table.
_MOST_METRICS, _MOST_PARAMETERS, _MOST_KEY_CHARACTERS = 1000, 100, 240
_MOST_VALUE_CHARACTERS = 500
_NOT_IN_A_KEY = re.compile(r"[^\w.\- ]")

T = TypeVar("T")


class MlflowRuns:
    """Finished training runs in MLflow; implements ``triage.training.RunLog``.

    Parameters
    ----------
    tracking_uri : str
        MLflow's store, as ``sqlite:////absolute/path/mlflow.db``. Made where missing; never a database of the service.
    artifact_root : Path
        Folder of the runs' files; made absolute, so that nothing lands in the working directory.

    Raises
    ------
    TriageError
        The store cannot be opened.
    """

    def __init__(self, tracking_uri: str, artifact_root: Path) -> None:
        # It tells of every table that it makes; a warning of its is still heard.
        logging.getLogger("mlflow").setLevel(logging.WARNING)
        self._artifact_root = artifact_root.absolute()
        with _speaking_of(f"The MLflow store {tracking_uri}"), warnings.catch_warnings():
            # MLflow's own mapping uses a loader that SQLAlchemy 2.1 calls deprecated.
            warnings.simplefilter("ignore", SADeprecationWarning)
            self._client = MlflowClient(tracking_uri=tracking_uri, registry_uri=tracking_uri)

    def record(self, run: RunRecord) -> str:
        """Put a run on record with its pictures and its bundle, and register the version.

        Parameters
        ----------
        run : RunRecord
            Values longer than 500 characters are cut; what MLflow takes in no key becomes ``_``.

        Returns
        -------
        str
            MLflow's identifier of the run.

        Raises
        ------
        UsageError
            The name is no model's.
        NotFound
            The bundle is not where the record says.
        TriageError
            MLflow would not take it; the run is then marked as failed there.
        """
        check_name(run.name)
        if not (run.bundle / MANIFEST_FILE).is_file():  # MLflow would log an empty folder without a word
            raise NotFound(f"There is no bundle of model {run.name!r} version {run.version!r} in {run.bundle}.")
        with _speaking_of(f"The run of model {run.name!r} version {run.version}"):
            run_id = self._start(run)
            status = RunStatus.FAILED
            try:
                self._log(run_id, run)
                self._register(run_id, run)
                status = RunStatus.FINISHED
            finally:
                self._client.set_terminated(run_id, RunStatus.to_string(status))
        return run_id

    def mirror_champion(self, name: str, version: str) -> None:
        """Set MLflow's alias ``champion`` on the registered version that carries ours as a tag.

        Parameters
        ----------
        name, version : str
            Of the shelf.

        Raises
        ------
        UsageError
            The name is no model's.
        NotFound
            No run of that version is on record.
        TriageError
            MLflow would not take it.
        """
        check_name(name)
        with _speaking_of(f"The alias of model {name!r}"):
            # Compared here, not in the filter: what stands there would have to be quoted.
            registered = [
                int(found.version)
                for found in self._client.search_model_versions(f"name = '{name}'", max_results=10_000)
                if found.tags.get(VERSION_TAG) == version
            ]
            if not registered:
                raise NotFound(f"MLflow has no version of model {name!r} tagged {VERSION_TAG} = {version!r}.")
            self._client.set_registered_model_alias(name, CHAMPION_ALIAS, str(max(registered)))

    def _start(self, run: RunRecord) -> str:
        tags = {_key(key): _cut(value) for key, value in run.tags.items()} | {VERSION_TAG: run.version}
        started = self._client.create_run(self._experiment(run.name), tags=tags, run_name=f"{run.name} {run.version}")
        return str(started.info.run_id)

    def _experiment(self, name: str) -> str:
        title = f"triage/{name}"
        found = self._client.get_experiment_by_name(title)
        if found is None:
            location = (self._artifact_root / name).as_uri()
            try:
                return str(self._client.create_experiment(title, artifact_location=location))
            except MlflowException:
                found = self._client.get_experiment_by_name(title)
                if found is None:  # no other process was faster: it is what it says
                    raise
        return str(found.experiment_id)

    def _log(self, run_id: str, run: RunRecord) -> None:
        now_ms = time.time_ns() // 1_000_000
        metrics = [Metric(key, value, now_ms, 0) for key, value in _keyed(run.metrics).items()]
        parameters = [Param(key, _cut(value)) for key, value in _keyed(run.parameters).items()]
        for batch in _batches(metrics, _MOST_METRICS):
            self._client.log_batch(run_id, metrics=batch, synchronous=True)
        for chunk in _batches(parameters, _MOST_PARAMETERS):
            self._client.log_batch(run_id, params=chunk, synchronous=True)
        self._client.log_artifacts(run_id, str(run.bundle), "bundle")
        self._log_plots(run_id, run.scores)

    def _log_plots(self, run_id: str, scores: Sequence[HeadScores]) -> None:
        with tempfile.TemporaryDirectory(prefix="triage-plots-") as folder:
            if save_plots(scores, Path(folder)):
                self._client.log_artifacts(run_id, folder, "plots")

    def _register(self, run_id: str, run: RunRecord) -> None:
        if not self._client.search_registered_models(f"name = '{run.name}'"):
            try:
                self._client.create_registered_model(run.name)
            except MlflowException as err:
                if err.error_code != "RESOURCE_ALREADY_EXISTS":
                    raise
        source = f"{self._client.get_run(run_id).info.artifact_uri}/bundle"
        self._client.create_model_version(run.name, source, run_id=run_id, tags={VERSION_TAG: run.version})


@contextmanager
def _speaking_of(what: str) -> Iterator[None]:
    try:
        yield
    except (MlflowException, SQLAlchemyError, OSError) as err:
        raise TriageError(f"{what} could not be put on record in MLflow: {err}") from err


def _keyed(values: Mapping[str, T]) -> dict[str, T]:
    keyed: dict[str, T] = {}
    for name, value in values.items():
        plain = key = _key(name)
        numbers = count(2)
        while key in keyed:
            key = f"{plain} {next(numbers)}"
        keyed[key] = value
    return keyed


def _key(name: str) -> str:
    # MLflow takes a key for a path and refuses one that leads elsewhere: no separator, no dot at the start.
    plain = _NOT_IN_A_KEY.sub("_", name)[:_MOST_KEY_CHARACTERS]
    return f"_{plain[1:]}" if plain.startswith(".") else plain or "_"


def _cut(value: str) -> str:
    return value if len(value) <= _MOST_VALUE_CHARACTERS else f"{value[: _MOST_VALUE_CHARACTERS - 1]}…"


def _batches(items: Sequence[T], most: int) -> Iterator[list[T]]:
    remaining = iter(items)
    while batch := list(islice(remaining, most)):
        yield batch
