"""The settings of the intake as the routes use them."""

from __future__ import annotations

from triage.api.service import IntakeRules
from triage.errors import Problem, SettingsError
from triage.intake import SeriesNames, field_map_of
from triage.settings import Settings

__all__ = ["to_intake_rules"]

# Fields of a format that has a route of its own, rather than a map of a sender.
_JIRA = "jira"


def to_intake_rules(settings: Settings) -> IntakeRules:
    """Read ``entity_labels`` and the ``[intake.NAME]`` tables.

    Raises
    ------
    SettingsError
        One of them cannot be used.
    """
    labels = [label.strip() for label in settings.entity_labels.split(",")]
    if not all(labels):
        problem = Problem("must be names of labels, by commas.", "entity_labels", got=settings.entity_labels)
        raise SettingsError("These settings cannot be used: entity_labels.", [problem])
    maps = {name: field_map_of(name, table) for name, table in settings.intake.items()}
    jira = maps.pop(_JIRA, None)
    return IntakeRules(SeriesNames(labels), maps, {} if jira is None else jira.labels)
