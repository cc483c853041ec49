"""Whether live evidence breaks a promise: a test that may be looked at after every verdict. No input, output or clock.

A label that was set automatically counts as right until somebody says that it is wrong: people say so more readily than
that it is right, so that a share of verdicts would say nothing. What is left to people for audit counts once its
verdict is known, either way.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from scipy.special import betaincc, betaln

from triage.domain import ModelRef

__all__ = ["Place", "Standing", "Tally", "evidence_against", "find_broken"]

# A promise that is kept is withdrawn in error in one of a hundred cases at most, for however long it is watched.
_ERROR_RATE = 0.01
# One label of a target may err more often than the whole, for which the promise was given; not twice as often.
_LABELS_SHARE = 2.0


@dataclass(frozen=True, slots=True)
class Place:
    """What is watched: a label of a model's target, or with an empty label the whole target."""

    model: ModelRef
    target: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Tally:
    """So many labels, and how many of them are known to be wrong."""

    n: int = 0
    wrong: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(self.n + other.n, self.wrong + other.wrong)


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of the labels of one place.

    Parameters
    ----------
    automatic : Tally
        All that were set automatically.
    audited : Tally
        Those that were left to people although they would have been automatic, and of which the verdict is known.
    """

    automatic: Tally = Tally()
    audited: Tally = Tally()

    def __add__(self, other: Standing) -> Standing:
        return Standing(self.automatic + other.automatic, self.audited + other.audited)


def evidence_against(tally: Tally, error_rate: float) -> float:
    """Return the evidence that labels go wrong more often than they may.

    Parameters
    ----------
    tally : Tally
    error_rate : float
        How often they may, in (0, 1).

    Returns
    -------
    float
        An e-value, at least 0; higher is worse.

    Notes
    -----
    The likelihood ratio of all higher rates to this one, weighed by a beta density. As long as the rate is kept it
    exceeds 1/a at any time with probability a at most, however often one looks (Ville's inequality; H. Robbins,
    "Statistical methods related to the law of the iterated logarithm", 1970; A. Ramdas, P. Grünwald, V. Vovk,
    G. Shafer, "Game-theoretic statistics and safe anytime-valid inference", Statistical Science 38, 2023).

    Examples
    --------
    >>> round(evidence_against(Tally(100, 5), 0.05), 2), round(evidence_against(Tally(100, 15), 0.05))
    (0.29, 383)
    """
    # What was heard of before it was counted stands for itself.
    right = max(0, tally.n - tally.wrong)
    higher = betaincc(tally.wrong + 1, right + _times(error_rate), error_rate)
    if higher <= 0.0:
        return 0.0
    before = betaln(1, _times(error_rate)) + np.log(betaincc(1, _times(error_rate), error_rate))
    log_mean = betaln(tally.wrong + 1, right + _times(error_rate)) + np.log(higher) - before
    log_kept = tally.wrong * np.log(error_rate) + right * np.log1p(-error_rate)
    # Beyond any threshold, and still a number.
    return float(np.exp(min(log_mean - log_kept, 700.0)))


def _times(error_rate: float) -> float:
    """Return the second parameter of the density of higher rates, Beta(1, .): before it is cut its mean is twice it."""
    return 0.5 / error_rate


def find_broken(
    standings: Mapping[Place, Standing], promises: Mapping[tuple[ModelRef, str], float]
) -> dict[Place, str]:
    """Return where promises are broken beyond chance, and the evidence in words.

    Parameters
    ----------
    standings : mapping of Place to Standing
        By label.
    promises : mapping of (ModelRef, target) to float
        Precision promised, in (0, 1). Places of other models are passed over.
    """
    broken = {}
    for (model, target), promise in promises.items():
        of_target = {place: one for place, one in standings.items() if (place.model, place.target) == (model, target)}
        whole = {Place(model, target): _total(of_target.values())}
        for place, standing in {**whole, **of_target}.items():
            allowed = (1.0 - promise) * (_LABELS_SHARE if place.label else 1.0)
            if _is_broken(standing, min(allowed, 0.5)):
                broken[place] = _in_words(place, standing, promise)
    return broken


def _total(standings: Iterable[Standing]) -> Standing:
    return sum(standings, start=Standing())


def _is_broken(standing: Standing, error_rate: float) -> bool:
    # The mean of two e-values is one, whatever they have to do with each other.
    found = [evidence_against(tally, error_rate) for tally in (standing.automatic, standing.audited)]
    return sum(found) / 2 >= 1 / _ERROR_RATE


def _in_words(place: Place, standing: Standing, promise: float) -> str:
    what = f"{place.target} {place.label!r}" if place.label else place.target
    automatic, audited = standing.automatic, standing.audited
    left = f", and of {audited.n} left to people for audit {audited.wrong}" if audited.n else ""
    return (
        f"of {automatic.n} automatic labels of {what} people say that {automatic.wrong} are wrong{left}, where a "
        f"precision of {promise:.0%} was promised"
    )
