"""Labels of a foreign metric into our two names of a series: who is measured, and what of it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence

from triage.intake.checks import LONGEST_NAME

__all__ = ["ENTITY_LABELS", "SeriesNames", "series_name"]

# The first that a series has names its entity: the narrowest that lives long, then the wider ones. A pod's name changes
# with every deploy, so that it stands behind what survives one.
ENTITY_LABELS = ("instance", "host", "host.name", "node", "service", "service.name", "pod", "k8s.pod.name", "job")
_NOBODY = "unknown"
_DIGEST_CHARACTERS = 16
# Senders name the same series in every request; spelling a name out costs ten times as much as finding it. Some 50 MB.
_MOST_REMEMBERED = 100_000


class SeriesNames:
    """Names series; asked once for each distinct set of labels.

    Parameters
    ----------
    entity_labels : sequence of str, default=ENTITY_LABELS
        Names of labels, the one that counts most first.
    nobody : str, default="unknown"
        The entity of a series that has none of them.
    """

    def __init__(self, entity_labels: Sequence[str] = ENTITY_LABELS, nobody: str = _NOBODY) -> None:
        self._entity_labels = tuple(entity_labels)
        self._nobody = nobody
        self._remembered: dict[Hashable, tuple[str, str]] = {}

    def of(self, name: str, labels: Mapping[str, str]) -> tuple[str, str]:
        """Return entity and metric.

        Parameters
        ----------
        name : str
            The metric's name.
        labels : mapping of str to str
            All other labels; an empty value is none, as in Prometheus.

        Examples
        --------
        >>> SeriesNames().of("cpu_seconds_total", {"mode": "idle", "instance": "db-1:9100", "job": "node"})
        ('db-1:9100', 'cpu_seconds_total{job="node",mode="idle"}')
        """
        key = next((key for key in self._entity_labels if labels.get(key, "").strip()), None)
        entity = self._nobody if key is None else labels[key]
        rest = ((each, value) for each, value in labels.items() if each != key and value)
        return _fitting(entity), _fitting(series_name(name, rest))

    def with_fallback(self, entity: str) -> SeriesNames:
        """Return the same rules with another entity for series that have none of the labels."""
        return SeriesNames(self._entity_labels, entity)

    def remembered(self, said: Hashable, name_it: Callable[[], tuple[str, str]]) -> tuple[str, str]:
        """Return what a series was named before, or name it.

        Parameters
        ----------
        said : hashable
            All that the name is made of.
        name_it : callable returning (str, str)
            What it raises is remembered of nothing.
        """
        known = self._remembered.get(said)
        if known is None:
            if len(self._remembered) >= _MOST_REMEMBERED:
                self._remembered.clear()
            known = self._remembered[said] = name_it()
        return known


def series_name(name: str, labels: Iterable[tuple[str, str]]) -> str:
    r"""Write a series as Prometheus does, its labels in the order of their names.

    Examples
    --------
    >>> series_name("up", [("b", "2"), ("a", 'say "hi"')])
    'up{a="say \\"hi\\"",b="2"}'
    """
    inside = ",".join(f'{key}="{_escaped(value)}"' for key, value in sorted(labels))
    return f"{name}{{{inside}}}" if inside else name


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _fitting(name: str) -> str:
    name = name.replace("\0", "")
    if len(name) <= LONGEST_NAME:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:_DIGEST_CHARACTERS]
    return f"{name[: LONGEST_NAME - _DIGEST_CHARACTERS - 1]}~{digest}"
