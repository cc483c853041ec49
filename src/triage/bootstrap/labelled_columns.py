"""The columns that labelling adds to a file: what they are called, and what of an answer stands in them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from triage.decide.breaches import BREACH
from triage.domain import Prediction, Triage
from triage.engine import LoadedModel
from triage.flow import outlook_document, predictions_document

__all__ = ["AddedColumns"]

# The hours to resolution that a file gets, and their levels.
_HOURS = {"hours_p10": 0.1, "hours_p50": 0.5, "hours_p80": 0.8, "hours_p90": 0.9}


@dataclass(frozen=True, slots=True)
class AddedColumns:
    """What a model's answers add to a file.

    Parameters
    ----------
    targets, risks : tuple of str
    hours : bool
        Whether the model tells how long incidents take.
    reasons, precedents : bool
        Whether these are wanted.
    """

    targets: tuple[str, ...]
    risks: tuple[str, ...]
    hours: bool
    reasons: bool
    precedents: bool

    @classmethod
    def of(cls, loaded: LoadedModel, *, reasons: bool, precedents: bool, has_limits: bool = False) -> AddedColumns:
        """Return what a model adds; a risk that is called as a target is left out.

        With limits of service levels, breaches are foretold from the hours where no model has learnt them.
        """
        targets = tuple(loaded.policy.targets)
        heads = () if loaded.risks is None else loaded.risks.heads
        names = [head.name for head in heads]
        derived = [BREACH] if has_limits and loaded.duration is not None and BREACH not in names else []
        risks = tuple(name for name in (*names, *derived) if name not in targets)
        return cls(targets, risks, loaded.duration is not None, reasons, precedents)

    def names(self) -> list[str]:
        """Return all names, in the order of the columns."""
        return list(self.cells([]))

    def cells(self, triages: Sequence[Triage]) -> dict[str, list[str]]:
        """Return the cells of each column, an answer a row."""
        columns: dict[str, list[str]] = {}
        for target in self.targets:
            columns |= self._of_target(target, triages)
        outlooks = [outlook_document(triage)["risks"] for triage in triages] if self.risks else []
        for risk in self.risks:
            # One that follows from hours is missing where those are.
            columns[f"{risk}_prob"] = [repr(told[risk]["probability"]) if risk in told else "" for told in outlooks]
            if self.reasons:
                columns[f"{risk}_reasons"] = [
                    _to_json(told[risk]["reasons"]) if risk in told else "" for told in outlooks
                ]
        if self.hours:
            columns |= dict(_hours(triages))
        if self.precedents:
            columns["precedents"] = [_to_json(outlook_document(triage)["precedents"]) for triage in triages]
        return columns

    def _of_target(self, target: str, triages: Sequence[Triage]) -> dict[str, list[str]]:
        endings = ("pred", "prob", "decision", "top", *(["reasons", "would_help"] if self.reasons else []))
        rows = [_prediction_cells(_prediction(triage, target)) for triage in triages]
        return {f"{target}_{ending}": [row[at] for row in rows] for at, ending in enumerate(endings)}


def _hours(triages: Sequence[Triage]) -> Iterator[tuple[str, list[str]]]:
    told = [None if triage.duration is None else dict(triage.duration.quantiles) for triage in triages]
    for name, level in _HOURS.items():
        yield name, ["" if quantiles is None else f"{quantiles[level]:.4g}" for quantiles in told]


def _prediction(triage: Triage, target: str) -> Prediction:
    return next(prediction for prediction in triage.predictions if prediction.target == target)


def _prediction_cells(prediction: Prediction) -> list[str]:
    document = predictions_document([prediction])[prediction.target]
    top, reasons = _to_json(document["top"]), _to_json(document["reasons"])
    helps = document["would_help"]
    would_help = "" if helps is None else _to_json(helps)
    return [str(document["label"]), repr(document["probability"]), document["decision"], top, reasons, would_help]


def _to_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
