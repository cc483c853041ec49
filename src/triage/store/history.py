"""What is known of how incidents ended, as rows for the next training run. Nothing is learnt or written here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import orjson
from sqlalchemy import Connection, select
from sqlalchemy.exc import SQLAlchemyError

from triage.errors import NotFound, StoreUnavailable
from triage.store.connections import is_sqlite, reading_engine, to_url
from triage.store.rows import Key
from triage.store.tables import feedback, incidents, outcomes, revisions

__all__ = ["read_labelled"]

_BUSY_TIMEOUT_S = 5.0


def read_labelled(database_url: str) -> Iterator[Mapping[str, str]]:
    """Yield incidents of which a person, or the core, has said how they ended: as they came in, and those labels.

    What was filled in by us and confirmed by nobody is no label. Of several that are said of one column the one that
    became known last counts. Incidents come in the order in which they came in.

    Raises
    ------
    SettingsError
        The URL names no database that is known here.
    NotFound
        There is no such file, or nothing is known of any incident.
    StoreUnavailable
        The database cannot be read.
    """
    url = to_url(database_url)
    if is_sqlite(url) and not Path(str(url.database)).is_file():
        raise NotFound(f"There is no database {url.database} yet. Start triage serve first.")
    engine = reading_engine(url, _BUSY_TIMEOUT_S)
    try:
        with engine.connect() as connection:
            truths = _truths(connection)
            if not truths:
                raise NotFound("No outcome and no verdict of a person is stored. Send some to /v1/outcomes first.")
            first = (
                select(revisions)
                .join(
                    incidents,
                    (incidents.c.source == revisions.c.source) & (incidents.c.incident_id == revisions.c.incident_id),
                )
                .where(revisions.c.revision == 1)
                .order_by(incidents.c.seq)
            )
            for row in connection.execute(first.execution_options(yield_per=1000)).mappings():
                truth = truths.get((row["source"], row["incident_id"]))
                if truth is not None:
                    opened_at = row["opened_at"] or row["received_at"]
                    labels: dict[str, str] = orjson.loads(row["labels"])
                    own = {"id": row["incident_id"], "source": row["source"], "opened_at": opened_at.isoformat()}
                    yield {**labels, **own, **truth}
    except SQLAlchemyError as err:
        raise StoreUnavailable("The database cannot be read. Start triage serve once to bring it up to date.") from err
    finally:
        engine.dispose()


def _truths(connection: Connection) -> dict[Key, dict[str, str]]:
    said = [
        (row.known_at, row.seq, (row.source, row.incident_id), row.name, row.value)
        for row in connection.execute(select(outcomes).where(~outcomes.c.is_ours))
    ]
    said += [
        (row.given_at, row.seq, (row.source, row.incident_id), row.target, row.label)
        for row in connection.execute(select(feedback))
    ]
    found: dict[Key, dict[str, str]] = {}
    for _, _, key, name, value in sorted(said):
        found.setdefault(key, {})[name] = value
    return found
