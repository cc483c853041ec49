"""The card of a model: what was learnt from what, how it did, and what was refused. Stored in the bundle's manifest."""

from __future__ import annotations

from collections.abc import Mapping

from triage.learn.linear import Recipe
from triage.measure.scores import HeadScores
from triage.measure.splits import Split
from triage.parts import JSON
from triage.training.ports import Card, History
from triage.training.request import TrainingRequest

__all__ = ["to_card"]


def to_card(
    history: History,
    request: TrainingRequest,
    split: Split,
    recipes: Mapping[str, Recipe],
    scores: tuple[HeadScores, ...],
    majorities: Mapping[str, str],
) -> Card:
    """Write the card.

    Parameters
    ----------
    history : History
    request : TrainingRequest
    split : Split
        Of the history.
    recipes : mapping of str to Recipe
        By target, how its head was fitted.
    scores : tuple of HeadScores
        On the newest slice, one a target.
    majorities : mapping of str to str
        By target, the commonest label of the rows that were fitted on.

    Notes
    -----
    The scores are of the fit before the refit on everything; the card says so.
    """
    columns: dict[str, JSON] = {
        "text": list(history.columns.text),
        "fields": list(history.columns.fields),
        "opened_at": history.columns.opened_at,
        "refused": [{"name": column.name, "reason": column.reason} for column in history.refused],
    }
    return {
        "targets": [of_target.target for of_target in scores],
        "columns": columns,
        "reading": dict(request.reading),
        "data": {"name": history.name, "kind": history.kind, "incidents": len(history), "sha256": history.fingerprint},
        "split": {
            "fit": len(split.fit),
            "validate": len(split.validate),
            "newest": len(split.newest),
            "purged": split.purged,
        },
        "promise": request.promise,
        "effort": request.effort,
        "recipes": {target: recipe.as_document() for target, recipe in recipes.items()},
        "majorities": dict(majorities),
        "scores": [of_target.as_document() for of_target in scores],
        "scores_are_from": "before the refit on all incidents",
    }
