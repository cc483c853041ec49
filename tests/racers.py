"""A process that sends signals on a few keys at random, as fast as it can: ``python -m tests.racers URL SEED``.

What it was answered is printed as JSON: a list of the kind and of what was told.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys

from tests.fakes import FakeLabeller, fixed_clock, received

from triage.flow import LiveFlow, Signal, SignalKind, accept_signals
from triage.store import SqlJournal

__all__ = ["race"]

_KEYS = 3
_SIGNALS = 150
_AT_ONCE = 8


def race(journal: SqlJournal, seed: int) -> list[tuple[str, str, str]]:
    """Send signals, some at the same time; return kind, incident and status of each that changed something."""
    flow, dice = LiveFlow(FakeLabeller, journal, fixed_clock), random.Random(seed)
    kinds = dice.choices(list(SignalKind), (4, 1, 3), k=_SIGNALS)
    signals = [Signal(kind, received(f"key-{dice.randrange(_KEYS)}", f"{seed} {at}")) for at, kind in enumerate(kinds)]

    async def send(mine: list[Signal]) -> list[tuple[str, str, str]]:
        told: list[tuple[str, str, str]] = []
        for one in mine:
            [answer] = await accept_signals(flow, [one])
            if answer is not None:
                told.append((one.kind.value, answer.triage.incident_id, answer.status.value))
        return told

    async def play() -> list[tuple[str, str, str]]:
        told = await asyncio.gather(*(send(signals[start::_AT_ONCE]) for start in range(_AT_ONCE)))
        return [one for some in told for one in some]

    return asyncio.run(play())


if __name__ == "__main__":
    with SqlJournal.open(sys.argv[1]) as opened:
        sys.stdout.write(json.dumps(race(opened, int(sys.argv[2]))))
