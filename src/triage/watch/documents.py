"""A watcher's open warnings, names and settings as JSON, and back. Trusts no document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from triage.domain import Cause, EarlyWarning
from triage.errors import BundleRefused
from triage.parts import JSON
from triage.watch.forecasts import forecast_document, saturation_document, to_forecast, to_saturation

__all__ = ["notes_in", "number_in", "require", "texts_in", "to_document", "warnings_in", "weights_in"]


def to_document(warning: EarlyWarning) -> dict[str, JSON]:
    """Return an open warning as JSON."""
    return {
        "id": warning.id,
        "entity": warning.entity,
        "opened_at": warning.opened_at.isoformat(),
        "score": warning.score,
        "causes": [{"metric": cause.metric, "contribution": cause.contribution} for cause in warning.causes],
        "why": warning.why,
        "forecast": forecast_document(warning.forecast),
        "saturation": saturation_document(warning.saturation),
    }


def warnings_in(document: Mapping[str, JSON], key: str) -> list[EarlyWarning]:
    """Return the open warnings under a key.

    Raises
    ------
    BundleRefused
        When something else is there.
    """
    listed = document.get(key)
    if not isinstance(listed, list):
        raise BundleRefused(
            f"The watcher's {key!r} must be a list. Got {type(listed).__name__}. Train the model again."
        )
    try:
        return [_warning(entry) for entry in listed]
    except (KeyError, TypeError, ValueError) as err:
        raise BundleRefused(f"The watcher's {key!r} cannot be used: {err!r}. Train the model again.") from err


def notes_in(document: Mapping[str, JSON], key: str, entities: Sequence[str]) -> dict[tuple[int, int], EarlyWarning]:
    """Return the open warnings by rule under a key, by their entity's row and their kind.

    Raises
    ------
    BundleRefused
        When something else is there.
    """
    listed = document.get(key)
    require(isinstance(listed, list), key, "no list")
    try:
        rows = [(int(entity), int(kind), _warning(entry)) for entity, kind, entry in listed]  # type: ignore[union-attr, misc, arg-type]  # checked above, or raised below
        are_theirs = all(entities[entity] == warning.entity for entity, _, warning in rows)
    except (KeyError, IndexError, TypeError, ValueError) as err:
        raise BundleRefused(f"The watcher's {key!r} cannot be used: {err!r}. Train the model again.") from err
    require(are_theirs, key, "notes of other entities")
    return {(entity, kind): warning for entity, kind, warning in rows}


def _warning(entry: JSON) -> EarlyWarning:
    if not isinstance(entry, Mapping):
        raise TypeError(f"a warning is an object, got {type(entry).__name__}")
    causes, score = entry["causes"], entry["score"]
    if not isinstance(causes, list) or not isinstance(score, float):
        raise TypeError(f"causes are a list and the score is a number, got {causes!r} and {score!r}")
    opened_at = datetime.fromisoformat(str(entry["opened_at"]))
    if opened_at.tzinfo is None:
        # It is compared with times that have one, in the middle of watching.
        raise ValueError(f"a warning's time has a zone, got {opened_at.isoformat()!r}")
    return EarlyWarning(
        id=str(entry["id"]),
        entity=str(entry["entity"]),
        opened_at=opened_at,
        closed_at=None,
        score=score,
        causes=tuple(Cause(str(cause["metric"]), float(cause["contribution"])) for cause in causes),
        why=str(entry["why"]),
        forecast=to_forecast(entry.get("forecast")),
        saturation=to_saturation(entry.get("saturation")),
    )


def texts_in(document: Mapping[str, JSON], key: str) -> list[str]:
    """Return the list of texts under a key.

    Raises
    ------
    BundleRefused
        When something else is there.
    """
    found = document.get(key)
    require(isinstance(found, list) and all(isinstance(text, str) for text in found), key, "no list of texts")
    return [str(text) for text in found] if isinstance(found, list) else []


def number_in(document: Mapping[str, JSON], key: str) -> float:
    """Return the number under a key.

    Raises
    ------
    BundleRefused
        When something else is there.
    """
    found = document.get(key)
    if isinstance(found, bool) or not isinstance(found, int | float):
        raise BundleRefused(f"The watcher's {key!r} must be a number. Got {found!r}. Train the model again.")
    return found


def weights_in(document: Mapping[str, JSON], key: str) -> dict[str, float]:
    """Return the numbers by name under a key.

    Raises
    ------
    BundleRefused
        When something else is there.
    """
    found = document.get(key)
    if not isinstance(found, Mapping):
        raise BundleRefused(f"The watcher's {key!r} must be numbers by name. Got {found!r}. Train the model again.")
    weights = {name: number_in(found, name) for name in found}
    require(all(1e-30 < abs(weight) < 1e30 for weight in weights.values()), key, "weights out of range")
    return weights


def require(is_sound: bool, where: str, got: str) -> None:
    """Refuse what a part holds under a name unless it is sound.

    Raises
    ------
    BundleRefused
    """
    if not is_sound:
        raise BundleRefused(f"The watcher's {where!r} cannot be used: it holds {got}. Train the model again.")
