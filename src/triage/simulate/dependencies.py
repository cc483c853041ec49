"""Who calls whom in a simulated estate: inside a service, and from service to service. It draws nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from triage.simulate.layout import Entity

__all__ = ["callers_of", "dependencies_of"]

# By kind, what an entity asks in its own service.
_INSIDE: Mapping[str, tuple[str, ...]] = {
    "web": ("api", "cache"),
    "api": ("db", "cache"),
    "worker": ("db",),
}
# By service, whose api its api asks.
_ACROSS: Mapping[str, tuple[str, ...]] = {
    "checkout": ("billing", "accounts"),
    "search": (),
    "billing": ("accounts",),
    "shipping": ("billing",),
    "accounts": (),
    "reports": ("search",),
}


def dependencies_of(layout: Sequence[Entity]) -> tuple[tuple[int, int], ...]:
    """Return who calls whom, by their places in the layout.

    Examples
    --------
    >>> from triage.simulate.layout import lay_out
    >>> dependencies_of(lay_out(4))
    ((0, 3), (2, 1), (3, 1))
    """
    return tuple(
        (at, to)
        for at, caller in enumerate(layout)
        for to, callee in enumerate(layout)
        if (caller.service == callee.service and callee.kind in _INSIDE.get(caller.kind, ()))
        or (caller.kind == callee.kind == "api" and callee.service in _ACROSS[caller.service])
    )


def callers_of(edges: Sequence[tuple[int, int]], entity: int, farthest: int) -> dict[int, int]:
    """Return who calls an entity, directly or over others, and over how many steps; the entity itself at 0."""
    found, edge = {entity: 0}, [entity]
    for steps in range(1, farthest + 1):
        edge = [caller for caller, callee in edges if callee in edge and found.setdefault(caller, steps) == steps]
    return found
