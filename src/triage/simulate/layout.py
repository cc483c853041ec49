"""Which entities a simulated estate has: services, and in each of them web, api, worker, database and cache."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["SERVICES", "Entity", "lay_out"]

# In the order in which an estate grows; services.toml holds their words.
SERVICES = ("checkout", "search", "billing", "shipping", "accounts", "reports")
# The entities of one service, in the order in which they are added.
_PLACES = (("web", 1), ("db", 1), ("worker", 1), ("api", 1), ("cache", 1), ("web", 2))


@dataclass(frozen=True, slots=True)
class Entity:
    """Something that is measured.

    Parameters
    ----------
    name : str
        Unique, like ``checkout-web-1``.
    service : str
        One of `SERVICES`.
    kind : str
        web, api, worker, db or cache.
    """

    name: str
    service: str
    kind: str


def lay_out(entities: int) -> tuple[Entity, ...]:
    """Return the first so many entities of an estate; a service is filled before the next one begins.

    Examples
    --------
    >>> [entity.name for entity in lay_out(3)]
    ['checkout-web-1', 'checkout-db-1', 'checkout-worker-1']
    """
    return tuple(_entity(at) for at in range(entities))


def _entity(at: int) -> Entity:
    place = at % len(_PLACES)
    service = at // len(_PLACES)
    kind, number = _PLACES[place]
    # A second round of the services adds replicas to the first.
    number += 2 * (service // len(SERVICES))
    name = SERVICES[service % len(SERVICES)]
    return Entity(f"{name}-{kind}-{number}", name, kind)
