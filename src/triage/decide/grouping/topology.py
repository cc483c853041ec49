"""Who depends on whom: a graph of entities and services, and how near two of them are. It reads no file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

__all__ = ["Topology"]

# A failing database shows at what asks it, and at what asks that; farther away it is one cause among many.
_FARTHEST = 2
# What everything asks is no evidence: a name server, a message bus.
_MOST_NEAR = 200


class Topology:
    """A graph of dependencies. Nearness is both ways alike: a fault shows upstream, and load comes from there.

    Parameters
    ----------
    edges : iterable of (str, str)
        Who depends on whom, by the names that labels give; upper and lower case are the same.

    Examples
    --------
    >>> topology = Topology([("web-1", "api-1"), ("api-1", "db-1")])
    >>> dict(topology.near("web-1"))
    {'api-1': 1, 'db-1': 2}
    """

    def __init__(self, edges: Iterable[tuple[str, str]] = ()) -> None:
        self._beside: dict[str, dict[str, None]] = {}
        self._called: dict[str, dict[str, None]] = {}
        for one, other in ((caller.lower(), callee.lower()) for caller, callee in edges):
            if one != other:
                self._called.setdefault(one, {})[other] = None
                self._beside.setdefault(one, {})[other] = None
                self._beside.setdefault(other, {})[one] = None
        self._near: dict[str, Mapping[str, int]] = {}

    def __len__(self) -> int:
        """Return the number of names that depend on something, or are depended on."""
        return len(self._beside)

    def called_by(self, name: str) -> tuple[str, ...]:
        """Return whom a name depends on directly, in lower case; its own case is the same."""
        return tuple(self._called.get(name.lower(), ()))

    def near(self, name: str) -> Mapping[str, int]:
        """Return who is near, and how many steps away: 1 or 2; the nearest first, at most 200."""
        if name not in self._beside:
            return {}
        if name not in self._near:
            self._near[name] = self._walked(name)
        return self._near[name]

    def _walked(self, name: str) -> Mapping[str, int]:
        found = {name: 0}
        edge = [name]
        for steps in range(1, _FARTHEST + 1):
            edge = [other for one in edge for other in self._beside[one] if found.setdefault(other, steps) == steps]
        near = list(found.items())[1 : _MOST_NEAR + 1]
        return dict(near)
