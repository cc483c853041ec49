"""Past incidents ↔ the arrays and the one document that a bundle holds of them. Finds nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from triage.errors import BundleRefused
from triage.learn.documents import DuplicateRuleDocument, FieldDocument, PrecedentsDocument
from triage.learn.duplicates import DuplicateRule
from triage.learn.endings import Coded, Endings
from triage.learn.precedent_index import PrecedentIndex
from triage.parts import Array, Part

__all__ = ["put_together", "take_apart"]


def put_together(part: Part) -> tuple[PrecedentIndex, Endings, DuplicateRule | None]:
    """Return the index, the endings of its rows and the rule for duplicates; the inverse of :func:`take_apart`.

    Raises
    ------
    BundleRefused
        The part holds none, or of another version of the code.
    """
    try:
        return _put_together(part)
    except (ValueError, KeyError) as err:
        raise BundleRefused(
            f"These are no past incidents that this version can read: {err}. Train the model again."
        ) from err


def take_apart(index: PrecedentIndex, endings: Endings, rule: DuplicateRule | None) -> Part:
    """Return past incidents as arrays and one document."""
    arrays: dict[str, Array] = {
        "keys": index.keys,
        "row_starts": index.row_starts,
        "entries": index.entries,
        "opened_at": endings.opened_at,
        "known_at": endings.known_at,
        "hours": endings.hours,
        "reopened": endings.reopened,
        "fixes": endings.fixes.codes,
    }
    for what, columns in (("target", endings.targets), ("field", endings.fields)):
        arrays |= {f"{what}_{number}": column.codes for number, column in enumerate(columns.values())}
    document = PrecedentsDocument(
        repeats=index.repeats,
        ids=endings.ids,
        fixes=endings.fixes.values,
        targets=tuple(FieldDocument(name=name, values=each.values) for name, each in endings.targets.items()),
        fields=tuple(FieldDocument(name=name, values=each.values) for name, each in endings.fields.items()),
        rule=None
        if rule is None
        else DuplicateRuleDocument(basis=rule.basis, intercept=rule.intercept, slope=rule.slope, pairs=rule.pairs),
    )
    return Part(arrays, document.as_json())


def _put_together(part: Part) -> tuple[PrecedentIndex, Endings, DuplicateRule | None]:
    document, arrays = PrecedentsDocument.model_validate(part.document), part.arrays
    index = PrecedentIndex(arrays["keys"], arrays["row_starts"], arrays["entries"], document.repeats)
    endings = Endings(
        document.ids,
        np.array(arrays["opened_at"], np.int64),
        np.array(arrays["known_at"], np.int64),
        np.array(arrays["hours"], np.float64),
        np.array(arrays["reopened"], np.int32),
        Coded(document.fixes, np.array(arrays["fixes"], np.int32)),
        _coded(document.targets, arrays, "target"),
        _coded(document.fields, arrays, "field"),
    )
    given = document.rule
    rule = None if given is None else DuplicateRule(given.basis, given.intercept, given.slope, given.pairs)
    endings.check(len(index))
    return index, endings, rule


def _coded(documents: Sequence[FieldDocument], arrays: Mapping[str, Array], what: str) -> dict[str, Coded]:
    return {
        each.name: Coded(each.values, np.array(arrays[f"{what}_{number}"], np.int32))
        for number, each in enumerate(documents)
    }
