"""Reads what metrics must not reach: the ``[limits]`` table of ``triage.toml``."""

from __future__ import annotations

import re
from collections.abc import Mapping

from triage.errors import Problem, SettingsError
from triage.settings import Settings
from triage.watch.limits import Limits

__all__ = ["to_limits"]

_KEYS = ("horizon", "recognise", "metrics")
_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*([smhd])")
_SECONDS = {"s": 1.0, "m": 60.0, "h": 3_600.0, "d": 86_400.0}


def to_limits(settings: Settings) -> Limits:
    """Return the limits of metrics, and how far ahead they are looked for.

    Raises
    ------
    SettingsError
        Naming everything of ``[limits]`` that cannot be used.
    """
    table = settings.limits
    problems = [
        Problem(f"is not known here; known are {', '.join(_KEYS)}", where=f"limits.{key}")
        for key in table
        if key not in _KEYS
    ]
    horizon, recognise, metrics = table.get("horizon", "4h"), table.get("recognise", True), table.get("metrics", {})
    spelled = _DURATION.fullmatch(horizon.strip()) if isinstance(horizon, str) else None
    if spelled is None:
        problems.append(Problem("must be a duration such as 4h, 90m or 0s", where="limits.horizon", got=str(horizon)))
    if not isinstance(recognise, bool):
        problems.append(Problem("must be true or false", where="limits.recognise", got=str(recognise)))
    if not isinstance(metrics, Mapping):
        problems.append(Problem("must be a table", where="limits.metrics", got=str(metrics)))
    declared = _declared(metrics if isinstance(metrics, Mapping) else {}, problems)
    if spelled is None or problems:
        raise SettingsError("[limits] cannot be used.", problems)
    return Limits(declared, float(spelled[1]) * _SECONDS[spelled[2]], bool(recognise))


def _declared(metrics: Mapping[str, object], problems: list[Problem]) -> dict[str, float | None]:
    declared: dict[str, float | None] = {}
    for pattern, value in metrics.items():
        if value is False:
            declared[pattern] = None
        elif isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e30:
            declared[pattern] = float(value)
        else:
            problems.append(Problem("must be a number or false", where=f"limits.metrics.{pattern}", got=str(value)))
    return declared
