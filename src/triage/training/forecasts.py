"""What more labels would bring, for the training report: accuracy and what is labelled automatically, by target."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from triage.decide.promise import Evidence, choose_threshold
from triage.learn.features import Features
from triage.learn.inputs import Inputs
from triage.learn.learning_curve import CurveDraw, draw_curves
from triage.learn.linear import Recipe
from triage.measure.growth import DEVIATIONS, Gain, forecast_gain
from triage.measure.scores import HeadScores
from triage.measure.splits import Split
from triage.parts import JSON

__all__ = ["Forecast", "TargetForecast", "forecast_targets"]

_Floats = NDArray[np.float64]

# Today's tickets, as many again, and four times as many: a curve reaches no further beyond its last point.
_TIMES = (1, 2, 4)
_RESAMPLES = 100
_SEED = 0


@dataclass(frozen=True, slots=True)
class Forecast:
    """What is to be expected of a number of labelled tickets.

    Parameters
    ----------
    labels, more : int
        Labelled tickets, and how many of them there are not yet.
    accuracy, automatic : tuple of float or None
        The expected value and its 90 % interval, each in [0, 1]; None where it cannot be told.
    """

    labels: int
    more: int
    accuracy: tuple[float, float, float] | None
    automatic: tuple[float, float, float] | None

    def as_document(self) -> dict[str, JSON]:
        """Return it as JSON values."""
        return {
            "labels": self.labels,
            "more": self.more,
            "accuracy": None if self.accuracy is None else list(self.accuracy),
            "automatic": None if self.automatic is None else list(self.automatic),
        }


@dataclass(frozen=True, slots=True)
class TargetForecast:
    """How one target's scores grew with its labels, and what more of them would bring.

    Parameters
    ----------
    target : str
    judged_with : int
        Labelled tickets that the reported scores were learnt from: where the forecasts start.
    sizes : tuple of int
    accuracies, shares : tuple of float
        Of quick heads that learnt from so many: accuracy, and the share labelled automatically at the promise.
    forecasts : tuple of Forecast
        Of all of today's tickets first.
    """

    target: str
    judged_with: int
    sizes: tuple[int, ...]
    accuracies: tuple[float, ...]
    shares: tuple[float, ...]
    forecasts: tuple[Forecast, ...]

    def as_document(self) -> dict[str, JSON]:
        """Return it as JSON values."""
        return {
            "target": self.target,
            "judged_with": self.judged_with,
            "curve": [
                {"labels": size, "accuracy": accuracy, "automatic": share}
                for size, accuracy, share in zip(self.sizes, self.accuracies, self.shares, strict=True)
            ],
            "forecasts": [each.as_document() for each in self.forecasts],
        }


def forecast_targets(
    features: Features,
    recipes: Mapping[str, Recipe],
    history: tuple[Inputs, Mapping[str, Sequence[str | None]]],
    split: Split,
    scores: Sequence[HeadScores],
) -> tuple[TargetForecast, ...]:
    """Forecast every target's scores, from curves on the rows before the newest.

    Parameters
    ----------
    features : Features
        Of the model that the scores are of.
    recipes : mapping of str to Recipe
        By target, how its head was fitted.
    history : tuple of Inputs and labels by target
        Of all rows.
    split : Split
    scores : sequence of HeadScores
        What was reached on the newest rows; a forecast is that and what the curve gains.

    Returns
    -------
    tuple of TargetForecast
        Without targets that follow from others, that were not judged, or of which too little is known.
    """
    inputs, targets = history
    older = split.older.tolist()
    labels = {target: [targets[target][row] for row in older] for target in recipes}
    draws = draw_curves(features, inputs.take(older), labels, recipes)

    def count(target: str, rows: Iterable[int]) -> int:
        return sum(targets[target][row] is not None for row in rows)

    return tuple(
        _forecast(
            of_target,
            draws[of_target.target],
            count(of_target.target, split.fit.tolist()),
            count(of_target.target, range(len(inputs))),
        )
        for of_target in scores
        if of_target.n and draws.get(of_target.target)
    )


def _forecast(scores: HeadScores, draws: Sequence[CurveDraw], learnt: int, there: int) -> TargetForecast:
    sizes = np.mean([draw.sizes for draw in draws], axis=0)
    accuracy = _resampled(draws, _accuracies)
    shares = _resampled(draws, lambda draw, rows: _shares(draw, rows, scores.promise))

    def reached(of_score: _Floats, now: float, labels: int) -> tuple[float, float, float] | None:
        gain = forecast_gain(sizes, of_score, learnt, labels)
        return None if gain is None or not gain.is_told else _from(now, scores.n, gain)

    forecasts = tuple(
        Forecast(
            times * there,
            (times - 1) * there,
            reached(accuracy, scores.accuracy, times * there),
            reached(shares, scores.coverage, times * there),
        )
        for times in _TIMES
    )
    return TargetForecast(
        scores.target,
        learnt,
        tuple(np.rint(sizes).astype(int).tolist()),
        tuple(accuracy[0].tolist()),
        tuple(shares[0].tolist()),
        forecasts,
    )


def _from(now: float, n_judged: int, gain: Gain) -> tuple[float, float, float]:
    """Carry a share that was reached on so many rows on; that it was measured on no more widens the interval."""
    chance = DEVIATIONS * float(np.sqrt(now * (1.0 - now) / max(1, n_judged)))
    low = now + gain.expected - float(np.hypot(gain.expected - gain.low, chance))
    high = now + gain.expected + float(np.hypot(gain.high - gain.expected, chance))
    expected, low, high = (min(max(each, 0.0), 1.0) for each in (now + gain.expected, low, high))
    return expected, low, high


def _resampled(draws: Sequence[CurveDraw], measure: Callable[[CurveDraw, NDArray[np.int64]], _Floats]) -> _Floats:
    """Measure draws by size, their mean: first as they are, then with draws and their tickets resampled."""
    first = np.mean([measure(draw, np.arange(draw.right.shape[1])) for draw in draws], axis=0)
    return np.array([first, *_resamples(draws, measure)])


def _resamples(
    draws: Sequence[CurveDraw], measure: Callable[[CurveDraw, NDArray[np.int64]], _Floats]
) -> Iterator[_Floats]:
    generator = np.random.default_rng(_SEED)
    for _ in range(_RESAMPLES):
        chosen = [draws[at] for at in generator.integers(0, len(draws), len(draws))]
        # Within either half: on one of them heads are calibrated and thresholds chosen.
        pairs = [generator.integers(0, draw.right.shape[1] // 2, draw.right.shape[1] // 2) for draw in chosen]
        yield np.mean(
            [
                measure(draw, np.stack([2 * of_pair, 2 * of_pair + 1], 1).ravel())
                for draw, of_pair in zip(chosen, pairs, strict=True)
            ],
            axis=0,
        )


def _accuracies(draw: CurveDraw, rows: NDArray[np.int64]) -> _Floats:
    return np.asarray(draw.right[:, rows].mean(axis=1))


def _shares(draw: CurveDraw, rows: NDArray[np.int64], promise: float) -> _Floats:
    chosen_on, judged = rows[0::2], rows[1::2]
    shares = []
    for right, confidence in zip(draw.right, draw.confidence, strict=True):
        threshold = choose_threshold(Evidence.of(confidence[chosen_on], right[chosen_on]), promise)
        shares.append(0.0 if threshold is None else float((confidence[judged] >= threshold.at_least).mean()))
    return np.array(shares)
