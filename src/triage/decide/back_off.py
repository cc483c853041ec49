"""What stands in for a label that is not sure enough: the one above it, of the target that it follows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from triage.domain import Decision, Prediction

__all__ = ["back_off"]

_ORDER = (Decision.ABSTAIN, Decision.SUGGEST, Decision.AUTO)


def back_off(predictions: Sequence[Prediction], parents: Mapping[str, str]) -> list[Prediction]:
    """Say of each prediction that may do less than its parent's that the parent's stands in for it.

    Parameters
    ----------
    predictions : sequence of Prediction
        Of one incident.
    parents : mapping of str to str
        Which target follows which; one that was not predicted stands in for nothing.

    Returns
    -------
    list of Prediction
        The same predictions, with a sentence more where it applies.
    """
    if not parents:
        return list(predictions)
    by_target = {each.target: each for each in predictions}
    return [_backed_off(each, by_target, parents) for each in predictions]


def _backed_off(prediction: Prediction, by_target: Mapping[str, Prediction], parents: Mapping[str, str]) -> Prediction:
    # The next one up that may do more: of a whole line of targets perhaps only the topmost is sure.
    above = by_target.get(parents.get(prediction.target, ""))
    while above is not None and _ORDER.index(above.decision) <= _ORDER.index(prediction.decision):
        above = by_target.get(parents.get(above.target, ""))
    if above is None:
        return prediction
    best = above.ranked[0]
    sentence = (
        f"In its place stands {above.target} {best.label!r} ({above.decision}, probability {best.probability:.3f})."
    )
    return prediction._replace(why=f"{prediction.why} {sentence}")
