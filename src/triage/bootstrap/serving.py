"""Wires live triage: the journal, the models in force and the flow over both. Imports neither pandas nor MLflow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from triage.bootstrap.delivering import make_relay
from triage.bootstrap.grouping import to_grouping
from triage.bootstrap.limits import to_limits
from triage.bootstrap.places import open_shelf
from triage.bootstrap.pulling import read_accounts
from triage.bootstrap.service_levels import to_service_levels
from triage.bootstrap.watching import LiveWatchers, to_budget, to_silences, to_zone
from triage.deliver import Relay
from triage.domain import Incident
from triage.flow import KeyedAnswers, LiveFlow, LiveMetrics, Outbox, Oversight, Polls, Waits
from triage.flow.asking import label_events
from triage.intake import VERSION_1, SeriesNames, to_remote_write
from triage.registry.live import LiveModels, require_champions
from triage.settings import Settings
from triage.store import SqlJournal
from triage.trackers import TrackerClient, TrackerPoll, open_reader

__all__ = ["Live", "open_live"]


@dataclass(frozen=True, slots=True)
class Live:
    """What a service answers with."""

    flow: LiveFlow
    metrics: LiveMetrics
    models: LiveModels
    relay: Relay
    outbox: Outbox
    keyed: KeyedAnswers
    polls: Polls
    oversight: Oversight


@contextmanager
def open_live(settings: Settings, names: Sequence[str] = ()) -> Iterator[Live]:
    """Open the journal and load the champions; at the end, commit what waits and let the database go.

    Whoever serves starts and stops `Live.metrics`, as that needs an event loop.

    Parameters
    ----------
    settings : Settings
    names : sequence of str, default=()
        Models; every champion if empty, and those that come while it is open.

    Raises
    ------
    SettingsError
        The alert budget is none, or a destination, a tracker, ``[grouping]`` or ``[sla]`` cannot be used.
    NotFound
        A named model has no champion.
    Conflict
        Another process writes the same database.
    StoreUnavailable
        The database cannot be opened.
    """
    budget, zone = to_budget(settings.alert_budget), to_zone(settings.time_zone)
    limits = to_limits(settings)
    silences = to_silences(settings.silences, zone)
    shelf = open_shelf(settings)
    require_champions(shelf, names)
    grouping = to_grouping(settings)
    with SqlJournal.open(settings.database_url, most_waiting=settings.journal_queue, grouping=grouping) as journal:
        models = LiveModels(
            shelf, names, memory=journal, most_recent=settings.precedents_tail, levels=to_service_levels(settings)
        )
        models.refresh()
        relay = make_relay(settings, journal.outbox)
        oversight = Oversight(journal.evidence, models.promises, _now, settings.audit_share)
        waits = Waits(settings.answer_deadline_ms / 1000)
        flow = LiveFlow(lambda: models.engine, journal, _now, relay, waits, oversight)
        # Compiled kernels are loaded by their first call, which is not to be a sender's; one that is
        # restricted is found by nobody.
        first = Incident("", "", _now(), labels={"title": "start"})
        models.engine.remember([replace(first, labels={**first.labels, "restricted": "yes"})])
        label_events(lambda: models.engine, [first], _now())
        to_remote_write(b"", VERSION_1, SeriesNames())
        watchers = LiveWatchers(models, budget, zone, silences, settings.forget_after_days, limits)
        metrics = LiveMetrics(watchers, journal.metrics, flow, _now, grouping)
        with ExitStack() as opened:
            polls = Polls(flow, _open_polls(settings, opened), journal.cursors, _now)
            keyed = KeyedAnswers(journal.keys, _now)
            yield Live(flow, metrics, models, relay, journal.outbox, keyed, polls, oversight)


def _open_polls(settings: Settings, opened: ExitStack) -> list[TrackerPoll]:
    """Return the trackers that are to be read again and again."""
    polls = [
        TrackerPoll(account, open_reader(TrackerClient(account, waits_s=())), _now)
        for account in read_accounts(settings)
        if account.poll_s > 0
    ]
    for poll in polls:
        opened.callback(poll.close)
    return polls


def _now() -> datetime:
    return datetime.now(UTC)
