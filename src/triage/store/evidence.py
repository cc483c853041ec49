"""What people say of automatic labels, and what was withdrawn for it: implements `triage.flow.EvidenceBook`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import ColumnElement, Connection, Integer, Table, func, select

from triage.domain import ModelRef
from triage.flow import Known, Verdict, Withdrawal
from triage.monitor import Place, Standing, Tally
from triage.store.dialects import conflict_insert
from triage.store.reading import Reader
from triage.store.tables import automatic_labels, label_verdicts, withdrawals
from triage.store.writer import GroupWriter

__all__ = ["SqlEvidenceBook"]


class SqlEvidenceBook:
    """Evidence in the database of a `SqlJournal`, through its one writer.

    Parameters
    ----------
    writer : GroupWriter
    reader : Reader
    """

    def __init__(self, writer: GroupWriter, reader: Reader) -> None:
        self._writer = writer
        self._reader = reader

    async def add_verdicts(self, verdicts: Sequence[Verdict]) -> list[Verdict]:
        """Keep the first verdict on each target of each incident; return those that were the first.

        Raises
        ------
        StoreUnavailable
            None was kept.
        """

        def write(connection: Connection) -> list[Verdict]:
            put = conflict_insert(connection, label_verdicts)
            kept = put.on_conflict_do_nothing(index_elements=["source", "incident_id", "target"])
            new = kept.returning(label_verdicts.c.target)
            return [one for one in verdicts if connection.execute(new, _verdict_row(one)).first() is not None]

        return await self._writer.perform(write)

    async def add_automatic(self, labels: Mapping[Place, int]) -> None:
        """Count labels that were set automatically.

        Raises
        ------
        StoreUnavailable
            None was counted.
        """

        def write(connection: Connection) -> None:
            put = conflict_insert(connection, automatic_labels)
            added = put.on_conflict_do_update(
                index_elements=["model", "version", "target", "label"],
                set_={"n": automatic_labels.c.n + put.excluded.n},
            )
            # In one order everywhere, so that no two processes wait for each other.
            rows = sorted((_place_values(place), n) for place, n in labels.items() if n)
            for values, n in rows:
                connection.execute(added.values((*values, n)))

        await self._writer.perform(write)

    async def withdraw(self, withdrawal: Withdrawal) -> bool:
        """Keep a withdrawal; False where the place is withdrawn already.

        Raises
        ------
        StoreUnavailable
            It was not kept.
        """

        def write(connection: Connection) -> bool:
            put = conflict_insert(connection, withdrawals).values(
                (*_place_values(withdrawal.place), withdrawal.since, withdrawal.reason)
            )
            kept = put.on_conflict_do_nothing(index_elements=["model", "version", "target", "label"])
            return connection.execute(kept.returning(withdrawals.c.target)).first() is not None

        return await self._writer.perform(write)

    async def read(self, models: Sequence[ModelRef]) -> Known:
        """Return what is known of some models.

        Raises
        ------
        StoreUnavailable
            The database cannot be read.
        """
        return await self._reader.read(lambda connection: _read(connection, models))


def _read(connection: Connection, models: Sequence[ModelRef]) -> Known:
    standings: dict[Place, Standing] = {}
    withdrawn: list[Withdrawal] = []
    for model in models:
        is_wrong = func.sum(1 - label_verdicts.c.is_right.cast(Integer))
        columns = label_verdicts.c.target, label_verdicts.c.label, label_verdicts.c.is_audit
        of_model = select(*columns, func.count(), is_wrong).where(_of(label_verdicts, model)).group_by(*columns)
        for target, label, is_audit, n, wrong in connection.execute(of_model):
            heard = Standing(audited=Tally(n, wrong)) if is_audit else Standing(automatic=Tally(0, wrong))
            place = Place(model, target, label)
            standings[place] = standings.get(place, Standing()) + heard
        for row in connection.execute(select(automatic_labels).where(_of(automatic_labels, model))):
            place = Place(model, row.target, row.label)
            standings[place] = standings.get(place, Standing()) + Standing(automatic=Tally(row.n))
        withdrawn += [
            Withdrawal(Place(model, row.target, row.label), row.since, row.reason)
            for row in connection.execute(select(withdrawals).where(_of(withdrawals, model)))
        ]
    return Known(standings, withdrawn)


def _of(table: Table, model: ModelRef) -> ColumnElement[bool]:
    return (table.c.model == model.name) & (table.c.version == model.version)


def _place_values(place: Place) -> tuple[str, str, str, str]:
    return place.model.name, place.model.version, place.target, place.label


def _verdict_row(verdict: Verdict) -> dict[str, object]:
    model = verdict.place.model
    return {
        "source": verdict.source,
        "incident_id": verdict.incident_id,
        "target": verdict.place.target,
        "model": model.name,
        "version": model.version,
        "label": verdict.place.label,
        "is_audit": verdict.is_audit,
        "is_right": verdict.is_right,
        "known_at": verdict.known_at,
    }
