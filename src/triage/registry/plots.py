"""A target's scores as three pictures: confusion matrix, coverage curve, reliability diagram. Computes no score itself.

Colours are of Okabe and Ito's set, which people with any common colour blindness tell apart; the matrix is in one hue
whose lightness falls evenly. Figures are made without pyplot: no state is shared, no window is ever opened.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import PowerNorm
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter
from numpy.typing import NDArray

from triage.measure.scores import HeadScores

__all__ = ["plot_confusion", "plot_coverage", "plot_reliability", "save_plots"]

_BLUE, _ORANGE, _GREY = "#0072B2", "#D55E00", "#767676"
# More rows than this cannot be read on one page: the rarest classes are then shown as one.
_MOST_CLASSES = 80
# Up to so many classes a cell has room for its percentage.
_MOST_NUMBERED = 16
_MOST_NAME_CHARACTERS = 28


def plot_confusion(scores: HeadScores) -> Figure:
    """Draw where each true label's rows went, in percent of the row; classes by falling frequency.

    Parameters
    ----------
    scores : HeadScores
        Classes beyond the 80 commonest are drawn as one.

    Returns
    -------
    Figure
    """
    names, counts = _by_frequency(scores)
    rows = counts.sum(axis=1, keepdims=True)
    shares = np.divide(counts, rows, out=np.full(counts.shape, np.nan), where=rows > 0)
    side = float(np.clip(3.4 + 0.42 * len(names), 5.0, 15.0))
    figure = Figure(figsize=(side + 1.2, side), layout="constrained")
    axes = figure.add_subplot()
    # The square root of the share: on a linear scale errors of a few percent, which are most of them, are not seen.
    image = axes.imshow(shares, cmap="Blues", norm=PowerNorm(0.5, 0.0, 1.0), interpolation="nearest")
    size = 9.0 if len(names) <= 30 else 7.0
    turned = {"rotation": 45, "ha": "right", "rotation_mode": "anchor"} if len(names) <= 30 else {"rotation": 90}
    axes.set_xticks(range(len(names)), labels=names, fontsize=size, parse_math=False, **turned)
    axes.set_yticks(
        range(len(names)),
        labels=[f"{name}  ({int(count):,})" for name, count in zip(names, rows[:, 0], strict=True)],
        fontsize=size,
        parse_math=False,
    )
    if len(names) <= _MOST_NUMBERED:
        _write_percentages(axes, shares)
    _label(axes, "Confusion matrix", scores, "predicted label", "true label (rows)")
    figure.colorbar(
        image, ax=axes, label="share of the true label's rows", format=PercentFormatter(1.0), shrink=0.7, aspect=30
    )
    return figure


def plot_coverage(scores: HeadScores) -> Figure:
    """Draw the precision that is kept as more rows are labelled automatically, beside the promise.

    Parameters
    ----------
    scores : HeadScores
        The point that the policy chose is marked, where it labels anything.

    Returns
    -------
    Figure
    """
    figure = Figure(figsize=(6.4, 4.6), layout="constrained")
    axes = figure.add_subplot()
    curve = scores.curve
    axes.plot(curve.coverage, curve.precision, color=_BLUE, linewidth=2.0, label="precision at this coverage")
    axes.axhline(scores.promise, color=_ORANGE, linestyle="--", label=f"promised {scores.promise:.1%}")
    if np.isfinite(scores.precision):
        chosen = f"chosen: {scores.coverage:.1%} labelled, {scores.precision:.1%} right"
        axes.plot(
            [scores.coverage],
            [scores.precision],
            "o",
            color=_ORANGE,
            markersize=9,
            label=chosen,
            zorder=3,
            clip_on=False,
        )
    else:
        axes.plot([], [], " ", label="chosen: nothing is labelled automatically")
    # The precision of the first few rows jumps between 0 and 1: it does not decide the scale.
    known = curve.precision[np.isfinite(curve.precision) & (curve.coverage >= 0.02)]
    lowest = min([scores.promise, *known.tolist()])
    axes.set_xlim(0.0, 1.0)
    axes.set_ylim(max(0.0, np.floor(lowest * 10.0 - 0.5) / 10.0), 1.005)
    _as_percentages(axes)
    _label(axes, "Coverage curve", scores, "rows labelled automatically", "share of those that was right")
    axes.legend(loc="lower left", frameon=True, fontsize=9)
    return figure


def plot_reliability(scores: HeadScores) -> Figure:
    """Draw how often the likeliest label was right against the probability it was given, and how many rows had that.

    Parameters
    ----------
    scores : HeadScores
        Bins without rows are left out.

    Returns
    -------
    Figure
    """
    figure = Figure(figsize=(5.6, 6.2), layout="constrained")
    upper, lower = figure.subplots(2, 1, sharex=True, gridspec_kw={"height_ratios": [3.2, 1.0]})
    bins = scores.reliability
    filled = bins.count > 0
    upper.plot([0.0, 1.0], [0.0, 1.0], color=_GREY, linestyle="--", label="as sure as right")
    upper.plot(bins.confidence[filled], bins.accuracy[filled], color=_BLUE, label="this model (larger: more rows)")
    area = 12.0 + 120.0 * bins.count[filled] / max(1, bins.count.max())
    upper.scatter(bins.confidence[filled], bins.accuracy[filled], s=area, color=_BLUE, zorder=3, clip_on=False)
    upper.set_xlim(0.0, 1.0)
    upper.set_ylim(0.0, 1.02)
    _as_percentages(upper)
    _label(upper, "Reliability diagram", scores, "", "share that was right")
    upper.text(0.97, 0.05, f"calibration error {scores.calibration_error:.3f}", transform=upper.transAxes, ha="right")
    upper.legend(loc="upper left", frameon=True, fontsize=9)
    edges = np.linspace(0.0, 1.0, len(bins.count) + 1)
    lower.bar(edges[:-1], bins.count, width=np.diff(edges), align="edge", color=_BLUE, edgecolor="white")
    lower.set_xlabel("probability of the likeliest label")
    lower.set_ylabel("rows")
    lower.grid(axis="y", color="#DDDDDD", linewidth=0.6)
    lower.set_axisbelow(True)
    return figure


def save_plots(all_scores: Sequence[HeadScores], folder: Path) -> tuple[Path, ...]:
    """Save all pictures of all targets as PNG.

    Parameters
    ----------
    all_scores : sequence of HeadScores
        One a target.
    folder : Path
        Is there.

    Returns
    -------
    tuple of Path
        ``confusion-TARGET.png``, ``coverage-TARGET.png`` and ``reliability-TARGET.png`` of each target; what cannot
        stand in a file name becomes ``-``.
    """
    saved: list[Path] = []
    for scores in all_scores:
        slug = re.sub(r"[^A-Za-z0-9_]+", "-", scores.target).strip("-") or "target"
        while folder / f"confusion-{slug}.png" in saved:
            slug += "_"
        for kind, plot in (
            ("confusion", plot_confusion),
            ("coverage", plot_coverage),
            ("reliability", plot_reliability),
        ):
            path = folder / f"{kind}-{slug}.png"
            with warnings.catch_warnings():
                # A label in a script that the font lacks is drawn as boxes; that is no reason to warn, or to fail.
                warnings.filterwarnings("ignore", message="Glyph .* missing from font", category=UserWarning)
                plot(scores).savefig(path, dpi=110)
            saved.append(path)
    return tuple(saved)


def _by_frequency(scores: HeadScores) -> tuple[list[str], NDArray[np.float64]]:
    counts = scores.confusion.astype(np.float64)
    order = np.argsort(-counts.sum(axis=1), kind="stable")
    names = [_short(scores.classes[index]) for index in order]
    counts = counts[np.ix_(order, order)]
    if len(names) > _MOST_CLASSES:
        kept = _MOST_CLASSES - 1
        groups = np.minimum(np.arange(len(names)), kept)
        merged = np.zeros((_MOST_CLASSES, _MOST_CLASSES))
        np.add.at(merged, (groups[:, None], groups[None, :]), counts)
        names, counts = [*names[:kept], f"{len(names) - kept} rarer labels"], merged
    return names, counts


def _short(name: str) -> str:
    line = " ".join(name.split())
    return line if len(line) <= _MOST_NAME_CHARACTERS else line[: _MOST_NAME_CHARACTERS - 1] + "…"


def _write_percentages(axes: Axes, shares: NDArray[np.float64]) -> None:
    for (row, column), share in np.ndenumerate(shares):
        if share > 0.005:  # what rounds to 1 % at least
            colour = "white" if share > 0.4 else "black"
            axes.text(column, row, f"{100 * share:.0f}", ha="center", va="center", color=colour, fontsize=9)


def _as_percentages(axes: Axes) -> None:
    axes.xaxis.set_major_formatter(PercentFormatter(1.0))
    axes.yaxis.set_major_formatter(PercentFormatter(1.0))
    axes.grid(color="#DDDDDD", linewidth=0.6)


def _label(axes: Axes, what: str, scores: HeadScores, horizontal: str, vertical: str) -> None:
    axes.set_title(f"{what} of {_short(scores.target)}, n = {scores.n:,}", parse_math=False)
    axes.set_xlabel(horizontal)
    axes.set_ylabel(vertical)
