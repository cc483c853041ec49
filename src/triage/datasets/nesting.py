"""Records within records of JSON → columns of their own, as trackers' REST interfaces nest what exports have flat."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from triage.exports import to_nested_label

__all__ = ["flattened"]

# Deeper than any tracker nests what says something of a ticket; unlimited, one cell could make columns without end.
_DEEPEST = 4

Record = Mapping[str, object]


def flattened(records: Sequence[Record]) -> list[dict[str, object]] | None:
    """Return the records with the keys of records within them as their own; None where nothing is nested so.

    Parameters
    ----------
    records : sequence of mapping
        Parsed JSON objects.

    Notes
    -----
    A record that is known by a name (a user, a priority) is a value and stays; so do lists. A key goes under its path,
    ``votes.count``. One record that holds at least as much as is beside it is only a wrapper (Jira's ``fields``,
    Elasticsearch's ``_source``): its keys bear their own names, unless there are such beside it.

    Examples
    --------
    >>> flattened([{"key": "OPS-7", "fields": {"summary": "VPN", "votes": {"votes": 2}, "priority": {"name": "High"}}}])
    [{'key': 'OPS-7', 'summary': 'VPN', 'votes.votes': 2, 'priority': {'name': 'High'}}]
    """
    containers = _containers(records)
    if not containers:
        return None
    beside = {name for record in records for name in record} - containers
    wrapper = _wrapper(records, containers, len(beside))
    return [_flat(record, containers, wrapper, beside) for record in records]


def _is_container(value: object) -> bool:
    """Return whether a value is a record that no name stands for, so that only its parts say something."""
    return isinstance(value, Mapping) and bool(value) and value.get("type") != "doc" and to_nested_label(value) is None


def _containers(records: Sequence[Record]) -> set[str]:
    """Return the keys under which there are records, none of them known by a name, and nothing else."""
    found: set[str] = set()
    others: set[str] = set()
    for record in records:
        for name, value in record.items():
            if value is not None:
                (found if _is_container(value) else others).add(name)
    return found - others


def _wrapper(records: Sequence[Record], containers: set[str], n_beside: int) -> str | None:
    def n_keys(name: str) -> int:
        return len({key for record in records if isinstance(inner := record.get(name), Mapping) for key in inner})

    largest = max(sorted(containers), key=n_keys)
    return largest if n_keys(largest) >= max(n_beside, 2) else None


def _flat(record: Record, containers: set[str], wrapper: str | None, beside: set[str]) -> dict[str, object]:
    flat: dict[str, object] = {}
    for name, value in record.items():
        if name not in containers or not isinstance(value, Mapping):
            if name not in containers:
                flat[name] = value
            continue
        for path, inner in _leaves(value, 1):
            free = name == wrapper and path not in beside
            flat[path if free else f"{name}.{path}"] = inner
    return flat


def _leaves(record: Record, depth: int) -> list[tuple[str, object]]:
    leaves: list[tuple[str, object]] = []
    for name, value in record.items():
        if _is_container(value) and isinstance(value, Mapping) and depth < _DEEPEST:
            leaves += [(f"{name}.{path}", inner) for path, inner in _leaves(value, depth + 1)]
        else:
            leaves.append((name, value))
    return leaves
