"""Problems that senders name by a key of their own, which may come back after it was resolved. No SQL, no HTTP.

Every time a problem comes back it is a new incident: of the key ``db-1/disk`` the incidents are ``db-1/disk/1``,
``db-1/disk/2`` and so on. As they are numbered without gaps, the last one is found by doubling steps and halving.

What a signal means depends on how that incident stands, and another request, in whatever process, may change it before
the signal is committed. The journal compares the two in its transaction; where they differ all is read anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from triage.domain import Incident, IncidentState
from triage.errors import Conflict, StoreUnavailable
from triage.flow.answers import Answer, Received
from triage.flow.live import LiveFlow

__all__ = ["Signal", "SignalKind", "accept_signals"]

# Every one means that somebody else's signal on the same key was committed meanwhile.
_MOST_TRIES = 20


class SignalKind(StrEnum):
    """What a sender says of a problem."""

    TRIGGER = "trigger"
    ACKNOWLEDGE = "acknowledge"
    RESOLVE = "resolve"


@dataclass(frozen=True, slots=True)
class Signal:
    """What came in on a problem.

    Parameters
    ----------
    kind : SignalKind
    received : Received
        Its incident's id is the problem's key, without a number. Of an acknowledgement and a resolution only the state
        is taken over; labels and answer stay those of the incident.
    """

    kind: SignalKind
    received: Received


@dataclass(slots=True)
class _Chain:
    """The last incident of a key; number 0 before the first."""

    number: int
    last: Incident | None
    is_touched: bool = False


async def accept_signals(flow: LiveFlow, signals: Sequence[Signal]) -> list[Answer | None]:
    """Commit signals in their order, all or none.

    Parameters
    ----------
    flow : LiveFlow
    signals : sequence of Signal
        Those of one request.

    Returns
    -------
    list of (Answer or None)
        One each; None where there is nothing open to acknowledge or resolve, so that nothing was kept.

    Raises
    ------
    StoreUnavailable
        Nothing of it was kept; the sender should try again.
    """
    for _ in range(_MOST_TRIES):
        placed = await _place_all(flow, signals)
        try:
            answers = iter(await flow.accept([one for one in placed if one is not None]))
        except Conflict:
            continue
        return [None if one is None else next(answers) for one in placed]
    raise StoreUnavailable("Others keep changing the incidents of these keys. Send it again.")


async def _place_all(flow: LiveFlow, signals: Sequence[Signal]) -> list[Received | None]:
    chains: dict[tuple[str, str], _Chain] = {}
    placed: list[Received | None] = []
    for signal in signals:
        incident = signal.received.incident
        key = incident.source, incident.id
        if key not in chains:
            chains[key] = await _find(flow, *key)
        placed.append(_place(signal, chains[key]))
    return placed


def _place(signal: Signal, chain: _Chain) -> Received | None:
    incident, last = signal.received.incident, chain.last
    if last is None or last.state is IncidentState.RESOLVED:
        if signal.kind is not SignalKind.TRIGGER:
            return None
        chain.number += 1
        chain.is_touched = False
        # Two requests that open it at the same time open one.
        follows = frozenset({None, IncidentState.OPEN})
        return _follow(signal, chain, replace(incident, state=IncidentState.OPEN), follows)
    follows = frozenset({last.state})
    if signal.kind is SignalKind.TRIGGER:
        # A problem that somebody has taken on is not open again because it goes on.
        return _follow(signal, chain, replace(incident, state=last.state, opened_at=last.opened_at), follows)
    state = IncidentState.RESOLVED if signal.kind is SignalKind.RESOLVE else IncidentState.ACKNOWLEDGED
    standing = replace(last, state=state, received_at=incident.received_at)
    return replace(_follow(signal, chain, standing, follows), keeps_answer=True)


def _follow(signal: Signal, chain: _Chain, incident: Incident, follows: frozenset[IncidentState | None]) -> Received:
    chain.last = replace(incident, id=f"{signal.received.incident.id}/{chain.number}")
    # What comes after it in the same request follows it in the same transaction.
    received = replace(signal.received, incident=chain.last, follows=frozenset() if chain.is_touched else follows)
    chain.is_touched = True
    return received


async def _find(flow: LiveFlow, source: str, key: str) -> _Chain:
    async def numbered(number: int) -> Incident | None:
        return await flow.latest(f"{key}/{number}", source)

    chain, ahead = _Chain(0, None), 1
    while (found := await numbered(ahead)) is not None:
        chain, ahead = _Chain(ahead, found), 2 * ahead
    while ahead - chain.number > 1:
        middle = (chain.number + ahead) // 2
        found = await numbered(middle)
        if found is None:
            ahead = middle
        else:
            chain = _Chain(middle, found)
    return chain
