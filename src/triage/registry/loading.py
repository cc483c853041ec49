"""Makes models that answer of verified bundles. Reads no file."""

from __future__ import annotations

from dataclasses import dataclass

from triage.decide.documents import to_policy
from triage.domain import ModelRef
from triage.engine import LoadedModel
from triage.errors import BundleRefused, TriageError, UsageError
from triage.foresight.forewarning import StreamingWatcher, watcher_of
from triage.learn.duration import DurationModel
from triage.learn.model import IncidentModel
from triage.learn.precedents import Precedents
from triage.learn.risks import RiskModel
from triage.parts import METRICS_KIND, Part
from triage.registry.bundle import Bundle

__all__ = ["LoadedWatcher", "restored_watcher", "to_loaded", "to_watcher"]

_ADVICE = "Train it again."


def to_loaded(bundle: Bundle, most_recent: int = 0) -> LoadedModel:
    """Put the served model of a verified bundle together.

    Parameters
    ----------
    bundle : Bundle
    most_recent : int, default=0
        How many incidents that it is told to remember it keeps at most.

    Raises
    ------
    UsageError
        It is a model of metrics.
    BundleRefused
        Its files are as they were stored, but they do not make an incident model.
    """
    if bundle.card.get("kind") == METRICS_KIND:
        raise UsageError(f"Model {bundle.name!r} is a model of metrics: `triage detect` answers with it.")
    try:
        model = IncidentModel.from_part(bundle.parts["served"])
        policy = to_policy(bundle.parts["policy"])
        risks = RiskModel.from_part(bundle.parts["risks"], model.features) if "risks" in bundle.parts else None
        told = bundle.parts.get("duration")
        duration = None if told is None else DurationModel.from_part(told, len(model.features))
        past = bundle.parts.get("precedents")
        precedents = None if past is None else Precedents.from_part(past, most_recent)
    except (BundleRefused, KeyError, IndexError, ValueError) as err:
        where = f"Model {bundle.name!r} version {bundle.version}"
        raise BundleRefused(f"{where} does not hold an incident model: {_reason(err)}. {_ADVICE}") from err
    return LoadedModel(ModelRef(bundle.name, bundle.version), model, policy, risks, duration, precedents)


@dataclass(frozen=True, slots=True)
class LoadedWatcher:
    """A model of metrics in force, as it was fitted.

    Parameters
    ----------
    ref : ModelRef
    state : Part
        Every watcher made of it begins with this.
    """

    ref: ModelRef
    state: Part


def to_watcher(bundle: Bundle) -> LoadedWatcher:
    """Return the fitted watcher of a verified bundle.

    Raises
    ------
    BundleRefused
        Its files are as they were stored, but they do not make a watcher.
    """
    where = f"Model {bundle.name!r} version {bundle.version}"
    if "watcher" not in bundle.parts:
        raise BundleRefused(f"{where} does not hold a watcher. {_ADVICE}")
    state = bundle.parts["watcher"]
    restored_watcher(state, where)
    return LoadedWatcher(ModelRef(bundle.name, bundle.version), state)


def restored_watcher(state: Part, where: str, advice: str = _ADVICE) -> StreamingWatcher:
    """Make a watcher, with its early-warning model if it has one, of its state.

    Parameters
    ----------
    state : Part
    where : str
        What holds it.
    advice : str
        What is to be done, or what becomes of it, where it cannot be read.

    Raises
    ------
    BundleRefused
        The state is none that this version can read.
    """
    try:
        return watcher_of(state)
    except (KeyError, IndexError, ValueError, TypeError, TriageError) as err:
        raise BundleRefused(f"{where} does not hold a watcher: {_reason(err)}. {advice}") from err


def _reason(err: Exception) -> str:
    """Return what is wrong with a part; the advice follows once, for the whole."""
    said = f"{err} is missing" if isinstance(err, KeyError) else str(err)
    return said.removesuffix(_ADVICE).strip().rstrip(".")
