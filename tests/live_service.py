"""A service of this process over a real database, as `triage serve` wires it, on loopback."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
from tests.loopback import serving

from triage.api import Service, create_app
from triage.bootstrap.serving import Live, open_live
from triage.settings import Settings

__all__ = ["running"]

# What the answers say is tested with this; that they keep their deadline is tested with models that dawdle.
_PATIENT = {"answer_deadline_ms": 60_000.0}


@contextmanager
def running(settings: Settings) -> Iterator[tuple[httpx.Client, Live]]:
    """Serve what the settings say, and give a client of it and what it answers with."""
    with open_live(settings.model_copy(update=_PATIENT)) as live:
        asyncio.run(live.oversight.refresh())
        asyncio.run(live.metrics.start())
        service = Service(live.flow, live.metrics, live.models, live.outbox, live.keyed)
        with (
            serving(create_app(service)) as port,
            httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client,
        ):
            yield client, live
        asyncio.run(live.metrics.stop())
