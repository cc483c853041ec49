from __future__ import annotations

import json

from tests.unit.training.running import PROMISE, trained


def test_card_states_what_was_learnt_from_what_and_how_it_did() -> None:
    history, bundle, report = trained()
    card = bundle.card
    assert card["targets"] == ["topic", "impact", "urgency", "priority"]
    assert card["columns"] == {
        "text": ["title", "description"],
        "fields": ["site", "reported_by"],
        "opened_at": True,
        "refused": [{"name": "resolved_by", "reason": "not known at opening"}],
    }
    assert card["data"] == {
        "name": "constructed",
        "kind": "tickets",
        "incidents": 260,
        "sha256": history.fingerprint,
    }
    assert card["split"] == report.slices
    assert (card["promise"], card["effort"]) == (PROMISE, "quick")
    assert card["recipes"] == {target: recipe.as_document() for target, recipe in report.recipes.items()}
    assert card["scores"] == [of_target.as_document() for of_target in report.scores]
    assert card["scores_are_from"] == "before the refit on all incidents"


def test_card_keeps_how_the_file_was_read() -> None:
    assert trained()[1].card["reading"] == {"order": "newest-first"}


def test_card_names_the_commonest_label_of_each_target_among_the_rows_fitted_on() -> None:
    history, bundle, report = trained()
    oldest = history.targets.iloc[: report.slices["fit"]]
    assert bundle.card["majorities"] == {name: oldest[name].value_counts().idxmax() for name in oldest}


def test_card_is_json() -> None:
    card = trained()[1].card
    assert json.loads(json.dumps(card, allow_nan=False)) == card
