"""A warning as a picture: the series that speak for it beside what is usual, its onset, how unusual the entity was.

No score is computed here. Figures are made without pyplot: no state is shared, no window is ever opened.
"""

from __future__ import annotations

import re
import warnings as python_warnings
from collections.abc import Sequence
from html import escape
from pathlib import Path
from urllib.parse import quote

import numpy as np
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullLocator
from numpy.typing import NDArray

from triage.domain import EarlyWarning, Saturation
from triage.errors import UsageError
from triage.training.metrics import MetricHistory
from triage.watch.bands import usual_band

__all__ = ["plot_warning", "save_warnings"]

# Okabe and Ito's set, which people with any common colour blindness tell apart.
_BLUE, _ORANGE, _GREY = "#0072B2", "#D55E00", "#767676"
# Causes that get a panel: the first, and others that speak for a tenth of the evidence.
_MOST_SERIES, _LEAST_SHARE = 4, 0.1
# In inches; given, as working the room for labels out takes matplotlib twice the time of a picture.
_WIDTH, _PANEL, _HEAD, _FOOT, _LEFT, _RIGHT = 10.0, 1.75, 0.7, 0.6, 1.0, 0.15
# Samples shown before the onset, and at least and at most after it.
_BEFORE, _AFTER, _MOST_AFTER = 240, 60, 360
_MOST_NAME_CHARACTERS = 60
# A score of 1 - 1e-6 is drawn as one in a million; beyond that nothing is told apart.
_RAREST = 1e-6
_LEAST_CEILING = 100.0

_Ints = NDArray[np.int64]


def plot_warning(history: MetricHistory, warning: EarlyWarning, score: NDArray[np.float64] | None = None) -> Figure:
    """Draw the series that speak most for a warning around its onset, with the score below.

    Parameters
    ----------
    history : MetricHistory
        Holds the warning's entity.
    warning : EarlyWarning
    score : ndarray of float64 of shape (n_rows,) or None, default=None
        How unusual each row's entity is, in [0, 1]; no panel is drawn for it if None.

    Returns
    -------
    Figure

    Raises
    ------
    UsageError
        The history does not hold the entity.
    """
    if warning.entity not in history.entities:
        raise UsageError(f"{history.name} holds no entity {warning.entity!r}, which a warning is on.")
    rows = np.flatnonzero(history.entity_of_row == history.entities.index(warning.entity))
    opened_ns = _to_ns(warning.opened_at.timestamp())
    closed_ns = None if warning.closed_at is None else _to_ns(warning.closed_at.timestamp())
    begin_ns, end_ns = _view(np.unique(history.time_ns_of_row[rows]), opened_ns, closed_ns)
    shown = _to_show(history, warning)
    n_panels = len(shown) + (score is not None)
    height = _HEAD + _PANEL * n_panels + _FOOT
    figure = Figure(figsize=(_WIDTH, height))
    room = {
        "left": _LEFT / _WIDTH,
        "right": 1.0 - _RIGHT / _WIDTH,
        "bottom": _FOOT / height,
        "top": 1.0 - _HEAD / height,
    }
    panels = figure.subplots(n_panels, 1, sharex=True, squeeze=False, gridspec_kw={**room, "hspace": 0.3})[:, 0]
    for axes, (series, label) in zip(panels, shown, strict=False):
        at = np.flatnonzero(history.series_of_point == series)
        at = at[(history.time_ns[at] >= begin_ns) & (history.time_ns[at] <= end_ns)]
        at = at[np.argsort(history.time_ns[at], kind="stable")]
        axes.plot(_moments(history, history.time_ns[at]), history.value[at], color=_BLUE, linewidth=1.1)
        _draw_band(axes, history, series, at, opened_ns)
        if warning.saturation is not None and warning.saturation.metric == history.series[series][1]:
            _draw_limit(axes, history, warning.saturation, opened_ns)
        axes.set_title(label, loc="left", fontsize=10, parse_math=False)
    if score is not None:
        near = rows[(history.time_ns_of_row[rows] >= begin_ns) & (history.time_ns_of_row[rows] <= end_ns)]
        near = near[np.argsort(history.time_ns_of_row[near], kind="stable")]
        _draw_score(panels[-1], _moments(history, history.time_ns_of_row[near]), score[near])
    for axes in panels:
        _mark(axes, history, (opened_ns, closed_ns, end_ns))
    _label_time(panels[-1], history)
    begun, length = _spelled(history, opened_ns), _length(history, opened_ns, closed_ns)
    figure.suptitle(f"{_short(warning.entity)}: warned {begun}, {length}", fontsize=12, parse_math=False)
    return figure


def save_warnings(
    history: MetricHistory, warnings: Sequence[EarlyWarning], folder: Path, score: NDArray[np.float64] | None = None
) -> tuple[Path, ...]:
    """Save a picture a warning as PNG, and a page that shows all.

    Parameters
    ----------
    history : MetricHistory
    warnings : sequence of EarlyWarning
    folder : Path
        Made if it is not there.
    score : ndarray of float64 of shape (n_rows,) or None, default=None
        See `plot_warning`.

    Returns
    -------
    tuple of Path
        The pictures, ``ENTITY-20261123T101500.png`` or ``ENTITY-STEP.png``; what cannot stand in a file name becomes
        ``-``. The page is ``index.html``.

    Raises
    ------
    UsageError
        The folder cannot be written, or the history lacks an entity.
    """
    saved: list[Path] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for warning in warnings:
            slug = re.sub(r"[^A-Za-z0-9_.]+", "-", warning.entity).strip("-.")[:_MOST_NAME_CHARACTERS] or "entity"
            path = folder / f"{slug}-{_stamp(history, warning)}.png"
            while path in saved:
                path = path.with_name(f"{path.stem}_.png")
            with python_warnings.catch_warnings():
                # A name in a script that the font lacks is drawn as boxes; that is no reason to warn, or to fail.
                python_warnings.filterwarnings("ignore", message="Glyph .* missing from font", category=UserWarning)
                plot_warning(history, warning, score).savefig(path, dpi=110)
            saved.append(path)
        (folder / "index.html").write_text(_page(history, warnings, saved), encoding="utf-8")
    except OSError as err:
        raise UsageError(f"Pictures cannot be written to {folder}: {err.strerror or err}.") from err
    return tuple(saved)


def _page(history: MetricHistory, warnings: Sequence[EarlyWarning], pictures: Sequence[Path]) -> str:
    """Return a page with each warning's sentence above its picture; it needs the pictures and nothing else."""
    parts = [
        f"<section><h2>{escape(warning.entity)}</h2><p>{escape(warning.why)}</p>"
        f'<img src="{quote(picture.name)}" alt="{escape(_spelled_onset(history, warning))}"></section>'
        for warning, picture in zip(warnings, pictures, strict=True)
    ]
    title = f"{len(warnings):,} warnings on {escape(_short(history.name))}"
    style = "body{font-family:sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem}img{max-width:100%}"
    head = f'<meta charset="utf-8"><title>{title}</title><style>{style}</style>'
    body = "\n".join(parts)
    return f'<!doctype html>\n<html lang="en"><head>{head}</head>\n<body><h1>{title}</h1>\n{body}\n</body></html>\n'


def _spelled_onset(history: MetricHistory, warning: EarlyWarning) -> str:
    return f"warned {_spelled(history, _to_ns(warning.opened_at.timestamp()))}"


def _stamp(history: MetricHistory, warning: EarlyWarning) -> str:
    if history.step_ns is None:
        return f"{warning.opened_at:%Y%m%dT%H%M%S}"
    return str((_to_ns(warning.opened_at.timestamp()) - history.moved_ns) // history.step_ns)


def _to_ns(seconds: float) -> int:
    return round(seconds * 1e6) * 1000


def _view(times_ns: _Ints, opened_ns: int, closed_ns: int | None) -> tuple[int, int]:
    """Return the event times between which series are shown."""
    at = int(np.searchsorted(times_ns, opened_ns))
    until = at if closed_ns is None else int(np.searchsorted(times_ns, closed_ns))
    last = min(max(until + _AFTER // 2, at + _AFTER), at + _MOST_AFTER, len(times_ns) - 1)
    return int(times_ns[max(at - _BEFORE, 0)]), int(times_ns[last])


def _to_show(history: MetricHistory, warning: EarlyWarning) -> list[tuple[int, str]]:
    shares = {cause.metric: cause.contribution for cause in warning.causes}
    own = {metric: at for at, (entity, metric) in enumerate(history.series) if entity == warning.entity}
    named = [metric for metric in shares if metric in own] or list(own)
    named = [metric for at, metric in enumerate(named) if at == 0 or shares.get(metric, 0.0) >= _LEAST_SHARE]
    return [
        (own[metric], f"{_short(metric)}: {shares[metric]:.0%} of the evidence" if metric in shares else _short(metric))
        for metric in named[:_MOST_SERIES]
    ]


def _moments(history: MetricHistory, time_ns: _Ints) -> NDArray[np.float64] | NDArray[np.datetime64]:
    if history.step_ns is not None:
        return (time_ns - history.moved_ns) / history.step_ns
    return time_ns.view("datetime64[ns]").astype("datetime64[us]")


def _draw_band(axes: Axes, history: MetricHistory, series: int, at: _Ints, opened_ns: int) -> None:
    """Shade where nine in ten values lay at the same time of the day before the warning."""
    past = np.flatnonzero((history.series_of_point == series) & (history.time_ns < opened_ns))
    lower, upper = usual_band(history.time_ns[past], history.value[past], history.time_ns[at])
    axes.fill_between(_moments(history, history.time_ns[at]), lower, upper, color=_BLUE, alpha=0.12, linewidth=0.0)


def _draw_limit(axes: Axes, history: MetricHistory, told: Saturation, opened_ns: int) -> None:
    """Draw the limit, the trend up to it, and between which moments it is reached."""
    moments = (told.expected_at, told.earliest_at, told.latest_at)
    expected_ns, earliest_ns, latest_ns = (_to_ns(each.timestamp()) for each in moments)
    axes.axhline(told.limit, color=_GREY, linewidth=1.0, linestyle="--")
    begun, expected = _moments(history, np.array([opened_ns, expected_ns]))
    axes.plot([begun, expected], [told.level, told.limit], color=_ORANGE, linewidth=1.4, linestyle="--")
    axes.plot(_moments(history, np.array([earliest_ns, latest_ns])), [told.limit] * 2, color=_ORANGE, linewidth=4.0)


def _draw_score(axes: Axes, moments: NDArray[np.float64] | NDArray[np.datetime64], score: NDArray[np.float64]) -> None:
    # Scores crowd at 1, so what is drawn is how rare they are.
    rarity = 1.0 / np.maximum(1.0 - score, _RAREST)
    axes.fill_between(moments, 1.0, rarity, color=_GREY, alpha=0.35, linewidth=0.0)
    axes.plot(moments, rarity, color=_GREY, linewidth=0.9)
    axes.set_yscale("log")
    axes.yaxis.set_minor_locator(NullLocator())
    axes.set_ylim(1.0, max(float(rarity.max(initial=1.0)) * 1.5, _LEAST_CEILING))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"1 in {value:,.0f}"))
    axes.set_title("how unusual the entity is", loc="left", fontsize=10)


def _mark(axes: Axes, history: MetricHistory, moments_ns: tuple[int, int | None, int]) -> None:
    opened_ns, closed_ns, end_ns = moments_ns
    begin, end = _moments(history, np.array([opened_ns, end_ns if closed_ns is None else min(closed_ns, end_ns)]))
    axes.axvspan(begin, end, color=_ORANGE, alpha=0.12, linewidth=0.0)
    axes.axvline(begin, color=_ORANGE, linewidth=1.6)
    axes.grid(axis="both", color="#E4E4E4", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.margins(x=0.01)
    axes.spines[["top", "right"]].set_visible(False)


def _label_time(axes: Axes, history: MetricHistory) -> None:
    if history.step_ns is not None:
        axes.set_xlabel("step")
        return
    locator = AutoDateLocator()  # type: ignore[no-untyped-call]  # matplotlib's dates have no types
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(ConciseDateFormatter(locator))  # type: ignore[no-untyped-call]  # as above
    axes.set_xlabel("UTC")


def _spelled(history: MetricHistory, time_ns: int) -> str:
    if history.step_ns is not None:
        return f"at step {(time_ns - history.moved_ns) // history.step_ns:,}"
    return f"{np.datetime64(time_ns, 'ns').astype('datetime64[m]').item():%Y-%m-%d %H:%M} UTC"


def _length(history: MetricHistory, opened_ns: int, closed_ns: int | None) -> str:
    if closed_ns is None:
        return "still open at the end"
    if history.step_ns is not None:
        return f"open for {(closed_ns - opened_ns) // history.step_ns:,} steps"
    minutes = (closed_ns - opened_ns) // (60 * 10**9)
    return f"open for {minutes // 60} h {minutes % 60:02d} min"


def _short(name: str) -> str:
    line = " ".join(name.split())
    return line if len(line) <= _MOST_NAME_CHARACTERS else line[: _MOST_NAME_CHARACTERS - 1] + "…"
