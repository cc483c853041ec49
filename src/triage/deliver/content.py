"""What a destination is told about an incident: fields to fill in, suggestions, a title and a text. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from triage.deliver.destinations import Destination, Mode
from triage.domain import Decision, Prediction
from triage.flow import Message

__all__ = ["Told", "member_lines", "to_told"]

_TITLES = ("title", "short_description", "summary", "subject")
_TEXTS = ("description", "text", "body")


@dataclass(frozen=True, slots=True)
class Told:
    """What one destination is told.

    Parameters
    ----------
    title : str
        One line.
    text : str
        May be empty.
    fields : mapping of str to str
        What is filled in, by the core's names.
    notes : tuple of str
        Suggestions, a line each.
    """

    title: str
    text: str
    fields: Mapping[str, str]
    notes: tuple[str, ...]


def to_told(message: Message, destination: Destination) -> Told:
    """Apply a destination's rules to a message.

    A label that is sure enough is filled in where the rule is *auto*; it, and what is only likely, is suggested where
    the rule is *suggest*; of what is in *shadow*, and of what the models abstain from, nothing is told.
    """
    content = message.content
    fields: dict[str, str] = {}
    notes: list[str] = []
    if content.edit is not None:
        fields = {destination.rule(target).to or target: label for target, label in content.edit.fields.items()}
    else:
        for prediction in content.triage.predictions:
            _apply(prediction, destination, fields, notes)
    labels = content.labels
    title = next((labels[name] for name in _TITLES if labels.get(name)), f"Incident {content.triage.incident_id}")
    text = next((labels[name] for name in _TEXTS if labels.get(name)), "")
    return Told(" ".join(title.split()), text, fields, tuple(notes))


def member_lines(message: Message) -> tuple[str, ...]:
    """Return what is said of an alert at the record of the one that began its group: which, why, how the group stands.

    Empty where the incident is in no group.
    """
    group = message.content.group
    if group is None:
        return ()
    [member] = group.members
    why = ", ".join(f"{reason.kind} {reason.value}" for reason in member.reasons[:3])
    stands = "is over" if member.ended_at is not None else "goes on"
    of_all = "all of it is over" if group.ended_at is not None else f"{group.open} of {group.size} alerts go on"
    return (
        f"{member.source} {member.incident_id} ({member.severity}) {stands}.",
        *([f"Part of this problem by {why}; similarity {member.similarity:.0%}."] if why else []),
        f"The problem is {group.severity}; {of_all}.",
    )


def _apply(prediction: Prediction, destination: Destination, fields: dict[str, str], notes: list[str]) -> None:
    rule = destination.rule(prediction.target)
    if rule.mode is Mode.SHADOW or prediction.decision is Decision.ABSTAIN or not prediction.ranked:
        return
    best = prediction.ranked[0]
    if rule.mode is Mode.AUTO and prediction.decision is Decision.AUTO:
        fields[rule.to or prediction.target] = best.label
    elif rule.suggest_to:
        fields[rule.suggest_to] = best.label
    else:
        notes.append(f"{prediction.target}: {best.label} ({best.probability:.0%})")
