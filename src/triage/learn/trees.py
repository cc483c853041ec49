"""Boosted trees as flat arrays: a LightGBM booster's raw scores without LightGBM, and their reasons. Never fits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from triage.errors import BundleRefused, TriageError
from triage.learn.tree_kernel import LEAF, NAN_IS_MISSING, ZERO_IS_MISSING, Nodes, add_contributions, score_rows
from triage.parts import JSON, Part

__all__ = ["Trees"]

_MISSING = {"None": 0, "Zero": ZERO_IS_MISSING, "NaN": NAN_IS_MISSING}
# What LightGBM writes for the threshold that only missing values do not pass.
_WRITTEN_INFINITY = 1e300
_Dump: TypeAlias = Mapping[str, JSON]


@dataclass(frozen=True, slots=True, eq=False)
class Trees:
    """Boosted trees of one output over numeric features.

    Parameters
    ----------
    nodes : Nodes
    n_features : int
        Columns of a row.

    Notes
    -----
    Trees that split by category (LightGBM's ``==``), that hold linear models in their leaves, or that answer several
    classes are not read.

    Examples
    --------
    >>> split = {"split_feature": 0, "threshold": 1.5, "decision_type": "<=", "default_left": True,
    ...     "missing_type": "NaN", "left_child": {"leaf_value": -1.0, "leaf_count": 30},
    ...     "right_child": {"leaf_value": 2.0, "leaf_count": 10}}
    >>> trees = Trees.from_dump({"max_feature_idx": 0, "tree_info": [{"tree_structure": split}]})
    >>> trees.scores(np.array([[1.0], [2.0], [np.nan]])).tolist()
    [-1.0, 2.0, -1.0]
    >>> trees.base, trees.contributions(np.array([2.0])).tolist()
    (-0.25, [2.25])
    """

    nodes: Nodes
    n_features: int

    @classmethod
    def from_dump(cls, dump: _Dump) -> Trees:
        """Flatten what ``booster.dump_model()`` of LightGBM returns.

        Parameters
        ----------
        dump : mapping of str to JSON

        Raises
        ------
        TriageError
            The trees are of a kind that is not read here; see the notes of the class.
        """
        if dump.get("num_tree_per_iteration", 1) != 1 or dump.get("average_output", False):
            raise TriageError("Boosted trees must have one output, and add their leaves up.")
        flat = _Flat()
        for tree in _list(dump["tree_info"]):
            flat.roots.append(len(flat.feature))
            flat.add(_mapping(_mapping(tree)["tree_structure"]))
        return cls(flat.as_nodes(), int(_number(dump["max_feature_idx"])) + 1)

    @classmethod
    def from_part(cls, part: Part) -> Trees:
        """Put trees together again; the inverse of :meth:`to_part`, to the last bit.

        Raises
        ------
        BundleRefused
            The part holds no trees, or some whose nodes lead nowhere.
        """
        try:
            arrays = part.arrays
            nodes = Nodes(
                feature=np.asarray(arrays["feature"], np.int32),
                threshold=np.asarray(arrays["threshold"], np.float64),
                missing=np.asarray(arrays["missing"], np.int32),
                left=np.asarray(arrays["left"], np.int32),
                right=np.asarray(arrays["right"], np.int32),
                value=np.asarray(arrays["value"], np.float64),
                roots=np.asarray(arrays["roots"], np.int32),
            )
            trees = cls(nodes, int(_number(part.document["n_features"])))
        except (KeyError, ValueError, TriageError) as err:
            raise BundleRefused(
                f"These are no trees that this version can read: {err}. Train the model again."
            ) from err
        trees._check()
        return trees

    def to_part(self) -> Part:
        """Take the trees apart into arrays."""
        return Part(self.nodes._asdict(), {"n_features": self.n_features})

    def __len__(self) -> int:
        return len(self.nodes.roots)

    @property
    def base(self) -> float:
        """The sum of all trees' means: the score of a row of which nothing is asked."""
        return float(self.nodes.value[self.nodes.roots].sum())

    def scores(self, X: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return raw scores of shape (n,), before any link, as LightGBM gives them to the bit.

        Parameters
        ----------
        X : ndarray of float64 of shape (n, n_features)
            NaN is missing.
        """
        found = np.empty(len(X))
        score_rows(self.nodes, np.ascontiguousarray(X, np.float64), found)
        return found

    def contributions(self, row: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return what each feature of one row adds to its raw score; with :attr:`base` they add up to it.

        Parameters
        ----------
        row : ndarray of float64 of shape (n_features,)

        Notes
        -----
        Path contributions: each step down a tree is put down to the feature asked there (A. Saabas, "Interpreting
        random forests", 2014). They add up, but what features say together goes to whichever is asked last.
        """
        added = np.zeros(self.n_features)
        add_contributions(self.nodes, np.ascontiguousarray(row, np.float64), added)
        return added

    def _check(self) -> None:
        """Refuse nodes that a walk would never leave, or leave the arrays by: the kernel does not look."""
        nodes = self.nodes
        n_nodes = len(nodes.feature)
        same = all(each.shape == (n_nodes,) for each in nodes[:-1]) and nodes.roots.ndim == 1
        if not same or ((nodes.roots < 0) | (nodes.roots >= n_nodes)).any():
            raise BundleRefused("Trees in a bundle have nodes of unequal number. Train the model again.")
        inner = np.flatnonzero(nodes.feature != LEAF)
        asked = nodes.feature[inner]
        if ((asked < 0) | (asked >= self.n_features)).any():
            raise BundleRefused("Trees in a bundle ask for features that are not there. Train the model again.")
        # A node stands before its children, so that each step goes on and there is an end.
        for child in (nodes.left[inner], nodes.right[inner]):
            if ((child <= inner) | (child >= n_nodes)).any():
                raise BundleRefused("Trees in a bundle go round in circles. Train the model again.")


class _Flat:
    """Nodes as they are found, one list a column."""

    def __init__(self) -> None:
        self.feature: list[int] = []
        self.threshold: list[float] = []
        self.missing: list[int] = []
        self.left: list[int] = []
        self.right: list[int] = []
        self.value: list[float] = []
        self.roots: list[int] = []

    def add(self, node: _Dump) -> float:
        """Add a node and all below it; return how many training rows it has seen.

        LightGBM's own value of an inner node is written to six digits only, so the mean is made anew.
        """
        at = len(self.feature)
        for column in (self.feature, self.missing, self.left, self.right):
            column.append(0)
        self.threshold.append(0.0)
        self.value.append(0.0)
        if "leaf_coeff" in node:
            raise TriageError("Boosted trees must not hold linear models in their leaves.")
        if "leaf_value" in node:
            self.feature[at] = LEAF
            self.value[at] = _number(node["leaf_value"])
            return _number(node.get("leaf_count", 1))
        if node["decision_type"] != "<=":
            raise TriageError(f"Boosted trees must split by numbers. Got {node['decision_type']!r}.")
        self.feature[at] = int(_number(node["split_feature"]))
        threshold = _number(node["threshold"])
        self.threshold[at] = np.inf if threshold >= _WRITTEN_INFINITY else threshold
        self.missing[at] = 2 * _MISSING[str(node["missing_type"])] + bool(node["default_left"])
        self.left[at] = len(self.feature)
        on_left = self.add(_mapping(node["left_child"]))
        self.right[at] = len(self.feature)
        on_right = self.add(_mapping(node["right_child"]))
        n_seen = on_left + on_right
        below = self.value[self.left[at]] * on_left + self.value[self.right[at]] * on_right
        self.value[at] = below / n_seen
        return n_seen

    def as_nodes(self) -> Nodes:
        return Nodes(
            feature=np.array(self.feature, np.int32),
            threshold=np.array(self.threshold, np.float64),
            missing=np.array(self.missing, np.int32),
            left=np.array(self.left, np.int32),
            right=np.array(self.right, np.int32),
            value=np.array(self.value, np.float64),
            roots=np.array(self.roots, np.int32),
        )


def _mapping(value: JSON) -> _Dump:
    if not isinstance(value, Mapping):
        raise TriageError(f"A dump of boosted trees must hold an object here. Got {value!r}.")
    return value


def _list(value: JSON) -> list[JSON]:
    if not isinstance(value, list):
        raise TriageError(f"A dump of boosted trees must hold a list here. Got {value!r}.")
    return value


def _number(value: JSON) -> float:
    if not isinstance(value, int | float):
        raise TriageError(f"Trees must hold a number here. Got {value!r}.")
    return value
