"""Reading beside the event loop."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import text
from tests.stored import database_url

from triage.errors import StoreUnavailable
from triage.store.connections import reading_engine, to_url
from triage.store.reading import Reader


def test_a_database_that_cannot_be_read_is_unavailable(file: Path) -> None:
    file.write_bytes(b"no database" * 1000)
    engine = reading_engine(to_url(database_url(file)), 0.1)
    with pytest.raises(StoreUnavailable):
        asyncio.run(Reader(engine).read(lambda connection: connection.execute(text("SELECT 1 FROM x")).all()))
    engine.dispose()
