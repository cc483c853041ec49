"""Which targets follow which: a subcategory its category. Found in labels or given; how is in the kernel beside it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from triage.domain import Reason
from triage.errors import Problem, UsageError
from triage.learn.heads import Head
from triage.learn.lineage_kernel import Links

__all__ = ["NO_LINEAGE", "Lineage", "find_parents", "parent_reason", "to_lineage", "to_links"]

Labels = Sequence[str | None]

# Of the tickets whose label others have too, so many must have the parent's label that those others mostly have, and of
# those that are not explained by the parent's commonest label as well.
_LEAST_PURE, _LEAST_EXPLAINED = 0.95, 0.9
# Tickets and labels that say anything about that.
_LEAST_TICKETS, _LEAST_LABELS = 30, 2
# A rarer pair of labels is a slip.
_LEAST_SHARE = 0.05
_LEAST = 1e-300


@dataclass(frozen=True, slots=True)
class Lineage:
    """A target that follows another.

    Parameters
    ----------
    child, parent : str
        The targets.
    links : tuple of (str, str, float)
        A label of the child, a label of the parent that it occurs with, and how often, in (0, 1]; by the child's label.
        A label of which nothing is known has none.
    """

    child: str
    parent: str
    links: tuple[tuple[str, str, float], ...]


NO_LINEAGE: tuple[Lineage, ...] = ()


def find_parents(targets: Mapping[str, Labels], given: Mapping[str, str] | None = None) -> dict[str, str]:
    """Tell which target follows which, by child.

    Parameters
    ----------
    targets : mapping of str to labels
        Of the rows to fit.
    given : mapping of str to str, optional
        Parents that the user names, by child; they are not asked for evidence.

    Raises
    ------
    UsageError
        When a target is named that is none, or one would follow itself.

    Notes
    -----
    One target follows another if it has more labels and each of them, but for slips, occurs with one label of the
    other. A ticket is held against the other tickets of its label, so that labels of a single ticket prove nothing. Of
    several parents, the one with the most labels is the next one up.

    Examples
    --------
    >>> kinds = ["vpn", "wifi", "ssd", "ram"] * 10
    >>> find_parents({"kind": kinds, "area": [{"v": "net", "w": "net"}.get(kind[0], "disk") for kind in kinds]})
    {'kind': 'area'}
    """
    named = dict(given or {})
    _check(named, targets)
    sizes = {target: len(set(labels) - {None}) for target, labels in targets.items()}
    found = {}
    for child in sorted(targets):
        parents = [
            parent
            for parent in sorted(targets)
            if _LEAST_LABELS <= sizes[parent] < sizes[child] and _follows(targets[child], targets[parent])
        ]
        if child in named:
            found[child] = named[child]
        elif parents:
            found[child] = max(parents, key=lambda parent: sizes[parent])
    _check(found, targets)
    return found


def to_lineage(parents: Mapping[str, str], targets: Mapping[str, Labels]) -> tuple[Lineage, ...]:
    """Learn from labels which of them go together, parents before their children."""
    return tuple(
        Lineage(child, parent, _links(targets[child], targets[parent]))
        for child, parent in sorted(parents.items(), key=lambda pair: (_depth(pair[0], parents), pair[0]))
    )


def to_links(lineage: Sequence[Lineage], heads: Sequence[Head]) -> Links:
    """Return the lineage as the kernel reads it, of heads that stand side by side in this order."""
    place = {head.target: number for number, head in enumerate(heads)}
    begins = np.cumsum([0, *(len(head.classes) for head in heads)]).tolist()
    labels: list[tuple[int, int]] = []
    shares: list[float] = []
    rules, starts = [], [0]
    # The kernel hears the last child first.
    waiting = Counter(each.parent for each in lineage)
    for each in lineage:
        child, parent = place[each.child], place[each.parent]
        above = {name: begins[parent] + at for at, name in enumerate(heads[parent].classes)}
        known: defaultdict[str, list[tuple[int, float]]] = defaultdict(list)
        for label, name, share in each.links:
            if name in above:
                known[label].append((above[name], share))
        for at, label in enumerate(heads[child].classes, start=begins[child]):
            for of_parent, share in known.get(label, [(-1, 1.0)]):
                labels.append((at, of_parent))
                shares.append(share)
        rules.append((child, parent, waiting[each.parent]))
        waiting[each.parent] -= 1
        starts.append(len(labels))
    return Links(
        np.array(rules, np.int64).reshape(-1, 3),
        np.array(starts, np.int64),
        np.array(labels, np.int64).reshape(-1, 2),
        np.array(shares, np.float64),
    )


def parent_reason(name: str, value: str, apart: NDArray[np.float64], agreed: NDArray[np.float64]) -> Reason:
    """Return what another target's answer adds to the likeliest label's log-odds against the mean of all labels.

    Parameters
    ----------
    name, value : str
        The other target and its likeliest label.
    apart, agreed : ndarray of shape (n_labels,)
        Probabilities before and after the targets agreed.
    """
    added = np.log(np.maximum(agreed, _LEAST)) - np.log(np.maximum(apart, _LEAST))
    return Reason("target", name, value, float(added[agreed.argmax()] - added.mean()))


def _check(parents: Mapping[str, str], targets: Mapping[str, Labels]) -> None:
    unknown = sorted({name for pair in parents.items() for name in pair} - set(targets))
    if unknown:
        problems = [Problem("is not predicted, so nothing follows it and it follows nothing", name) for name in unknown]
        raise UsageError(f"A child and its parent must both be targets: {', '.join(sorted(targets))}.", problems)
    for child in parents:
        seen, above = {child}, parents.get(child)
        while above is not None:
            if above in seen:
                raise UsageError(f"{child!r} would follow itself. Give each target a parent that stands above it.")
            seen.add(above)
            above = parents.get(above)


def _depth(target: str, parents: Mapping[str, str]) -> int:
    return 1 + _depth(parents[target], parents) if target in parents else 0


def _pairs(child: Labels, parent: Labels) -> dict[str, Counter[str]]:
    found: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for label, above in zip(child, parent, strict=True):
        if label is not None and above is not None:
            found[label][above] += 1
    return found


def _follows(child: Labels, parent: Labels) -> bool:
    counted = [counts for counts in _pairs(child, parent).values() if counts.total() > 1]
    tickets = sum(counts.total() for counts in counted)
    if tickets < _LEAST_TICKETS:
        return False
    # One ticket less of the commonest: what the others of the label say of each ticket.
    pure = sum(count for counts in counted for count in [counts.most_common(1)[0][1]] if count > 1) / tickets
    commonest = sum(counted, Counter[str]()).most_common(1)[0][1] / tickets
    return commonest < pure and pure >= _LEAST_PURE and pure - commonest >= _LEAST_EXPLAINED * (1.0 - commonest)


def _links(child: Labels, parent: Labels) -> tuple[tuple[str, str, float], ...]:
    links = []
    for label, counts in sorted(_pairs(child, parent).items()):
        kept = {above: count for above, count in counts.items() if count >= _LEAST_SHARE * counts.total()}
        total = sum(kept.values())
        links += [(label, above, count / total) for above, count in sorted(kept.items())]
    return tuple(links)
