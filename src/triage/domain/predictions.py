"""What a model says of one incident: labels, risks and hours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

__all__ = [
    "Contradiction",
    "Decision",
    "Duration",
    "ModelRef",
    "Prediction",
    "RankedLabel",
    "Reason",
    "Risk",
    "WouldHelp",
]


class Decision(StrEnum):
    """What may be done with a predicted label."""

    AUTO = "auto"
    SUGGEST = "suggest"
    ABSTAIN = "abstain"


class RankedLabel(NamedTuple):
    """One possible label and its calibrated probability in [0, 1]; higher is likelier."""

    label: str
    probability: float


class Reason(NamedTuple):
    """One exact contribution to a prediction.

    Parameters
    ----------
    kind : str
        ``term`` (a word or pair of words of the text), ``field`` (a column's value), ``time`` (the hour or weekday of
        opening), ``text`` (of a risk: all words together) or ``target`` (another prediction, which this one follows
        from or goes with).
    name : str
        The term itself, or the column; empty for a whole text.
    value : str
        The column's value; empty for a term.
    contribution : float
        What it adds to the predicted label's log-odds against the mean of all labels, or to a risk's log-odds;
        positive speaks for it.
        Of a ``target`` that priority follows from: the log-odds of the label that was predicted there.
    """

    kind: str
    name: str
    value: str
    contribution: float


@dataclass(frozen=True, slots=True)
class ModelRef:
    """Which model, in which version, gave an answer."""

    name: str
    version: str


class WouldHelp(NamedTuple):
    """The missing field that would raise the confidence in a prediction most.

    Parameters
    ----------
    field : str
        A column that the model reads and the incident lacks.
    gain : float
        By how much the likeliest label's probability is expected to rise once it is known, in (0, 1].
    """

    field: str
    gain: float


class Prediction(NamedTuple):
    """The answer for one target of one incident.

    Parameters
    ----------
    target : str
        The column that is predicted, by its name in the training data.
    model : ModelRef
        Who answered.
    ranked : tuple of RankedLabel
        The likeliest labels, best first (at most five).
    decision : Decision
        What the policy allows.
    why : str
        Why that decision: the promise, the threshold and the probability, or what is missing.
    reasons : tuple of Reason
        The largest contributions, by absolute size.
    would_help : WouldHelp or None
        None where no missing field would raise the confidence by a hundredth, or no reasons are wanted.
    held : str, default=""
        Why a label that would be automatic is left to people: ``audit`` or ``withdrawn``; empty otherwise.
    """

    target: str
    model: ModelRef
    ranked: tuple[RankedLabel, ...]
    decision: Decision
    why: str
    reasons: tuple[Reason, ...] = ()
    would_help: WouldHelp | None = None
    held: str = ""


@dataclass(frozen=True, slots=True)
class Risk:
    """How likely something goes wrong with an incident.

    Parameters
    ----------
    name : str
        ``breach`` (of its service level agreement), ``reassignment`` or ``escalation``.
    probability : float
        Calibrated, in [0, 1]; higher is likelier.
    model : ModelRef
        Who answered.
    reasons : tuple of Reason
        The largest contributions to the log-odds, by absolute size.
    """

    name: str
    probability: float
    model: ModelRef
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class Duration:
    """How long an incident will take, from its opening to its resolution.

    Parameters
    ----------
    model : ModelRef
        Who answered.
    quantiles : tuple of (float, float)
        Probability in (0, 1) and the hours within which it is resolved with that probability, ascending.
    """

    model: ModelRef
    quantiles: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A label that the sender gives although other labels imply another one.

    Parameters
    ----------
    target : str
        The column: that of priority.
    given, implied : str
        The sender's label, and the one that follows.
    implied_by : mapping of str to str
        What it follows from: the labels of impact and urgency, by column.
    assumed : tuple of str
        Which of these columns the sender did not give, so that the predicted label stands in.
    """

    target: str
    given: str
    implied: str
    implied_by: Mapping[str, str]
    assumed: tuple[str, ...] = ()
