from __future__ import annotations

import numpy as np

from triage.learn.features import Features, fit_features
from triage.learn.heads import Head
from triage.learn.inputs import InputColumns, Inputs
from triage.learn.rows import to_matrix
from triage.learn.tally_heads import fit_tally_head

COLUMNS = InputColumns((), ("queue", "site"), False)


def by_site(n: int) -> tuple[Inputs, list[str | None]]:
    """Incidents of many sites, each with a team of its own; the queue says nothing."""
    generator = np.random.default_rng(0)
    sites = generator.integers(0, 40, n)
    queues = generator.integers(0, 3, n)
    fields: dict[str, list[str | None]] = {
        "queue": [f"queue {at}" for at in queues],
        "site": [f"site {at}" for at in sites],
    }
    return Inputs([""] * n, fields), [f"team {at % 8}" for at in sites]


def fitted(inputs: Inputs, labels: list[str | None]) -> tuple[Head, Features]:
    features = fit_features(inputs, COLUMNS)
    return fit_tally_head("team", features, to_matrix(features.rows(inputs), len(features)), labels), features


def best(head: Head, features: Features, **values: str) -> str:
    inputs = Inputs([""], {name: [values.get(name)] for name in COLUMNS.fields})
    return head.classes[int(head.margins(features.rows(inputs)).argmax())]


def test_value_speaks_for_the_labels_it_came_with() -> None:
    head, features = fitted(*by_site(800))
    assert best(head, features, site="site 13", queue="queue 1") == "team 5"
    assert best(head, features, site="site 8", queue="queue 0") == "team 0"


def test_value_never_seen_adds_nothing() -> None:
    head, features = fitted(*by_site(800))
    inputs = Inputs([""], {"queue": ["another"], "site": ["elsewhere"]})
    assert head.margins(features.rows(inputs))[0].tolist() == head.intercept.tolist()


def test_rows_without_a_label_count_for_nothing() -> None:
    inputs, labels = by_site(400)
    some: list[str | None] = [label if at % 2 else None for at, label in enumerate(labels)]
    head, features = fitted(inputs, some)
    assert head.classes == tuple(sorted({label for label in some if label}))
    assert best(head, features, site="site 13", queue="queue 1") == "team 5"


def test_newer_rows_count_more() -> None:
    n = 400
    fields: dict[str, list[str | None]] = {"queue": ["a", "b"] * (n // 2), "site": ["x"] * n}
    labels: list[str | None] = [*["old", "other"] * (n // 4), *["new", "other"] * (n // 4)]
    head, features = fitted(Inputs([""] * n, fields), labels)
    assert best(head, features, queue="a", site="x") == "new"
