"""Problems that senders name by a key of their own, which may come back after it was resolved. No SQL, no HTTP.

Every time a problem comes back it is a new incident: of the key ``db-1/disk`` the incidents are ``db-1/disk/1``,
``db-1/disk/2`` and so on. As they are numbered without gaps, the last one is found by doubling steps and halving.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from triage.domain import Incident, IncidentState
from triage.flow.live import LiveFlow
from triage.flow.ports import Answer, Received

__all__ = ["Signal", "SignalKind", "accept_signals"]


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
    chains: dict[tuple[str, str], _Chain] = {}
    placed: list[Received | None] = []
    for signal in signals:
        incident = signal.received.incident
        key = incident.source, incident.id
        if key not in chains:
            chains[key] = await _find(flow, *key)
        placed.append(_place(signal, chains[key]))
    answers = iter(await flow.accept([one for one in placed if one is not None]))
    return [None if one is None else next(answers) for one in placed]


def _place(signal: Signal, chain: _Chain) -> Received | None:
    incident, last = signal.received.incident, chain.last
    is_over = last is None or last.state is IncidentState.RESOLVED
    if signal.kind is SignalKind.TRIGGER:
        if is_over:
            chain.number += 1
        # A problem that somebody has taken on is not open again because it goes on.
        state = IncidentState.OPEN if is_over or last is None else last.state
        opened_at = incident.opened_at if is_over or last is None else last.opened_at
        chain.last = replace(incident, id=f"{incident.id}/{chain.number}", state=state, opened_at=opened_at)
        return replace(signal.received, incident=chain.last)
    if last is None or is_over:
        return None
    state = IncidentState.RESOLVED if signal.kind is SignalKind.RESOLVE else IncidentState.ACKNOWLEDGED
    chain.last = replace(last, state=state, received_at=incident.received_at)
    return replace(signal.received, incident=chain.last, keeps_answer=True)


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
