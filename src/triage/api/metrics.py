"""What the service says about itself to Prometheus. One registry an app; nothing global."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from triage.api.service import Service
from triage.flow import Answer, AnswerStatus

__all__ = ["Metrics"]

# Labels are made by senders too; what HTTP does not know is counted together.
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
# From a dry run in memory to a list of a thousand on a slow disk.
_SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)


class Metrics:
    """The counters of one app.

    Parameters
    ----------
    service : Service
        Asked for what it counts itself, whenever the metrics are read.
    """

    def __init__(self, service: Service) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "triage_http_requests", "Requests answered.", ["method", "route", "status"], registry=self._registry
        )
        self._seconds = Histogram(
            "triage_http_request_seconds",
            "Time from the request's head to the end of the answer.",
            ["route"],
            buckets=_SECONDS,
            registry=self._registry,
        )
        # Looking them up by their labels costs more than counting.
        self._of_route: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}
        self._decisions = Counter(
            "triage_decisions", "Decisions on accepted incidents.", ["target", "decision"], registry=self._registry
        )
        self._held = Counter(
            "triage_held_decisions",
            "Automatic labels that were left to people: for audit, or as they are withdrawn.",
            ["target", "held"],
            registry=self._registry,
        )
        self._degraded = Counter(
            "triage_degraded_answers", "Accepted incidents whose answer lacks something.", registry=self._registry
        )
        self._registry.register(_ServiceCollector(service))
        ProcessCollector(registry=self._registry)

    def count_request(self, method: str, route: str, status: int, duration_s: float) -> None:
        """Count a request that was answered."""
        key = method if method in _METHODS else "other", route, status
        counters = self._of_route.get(key)
        if counters is None:
            counters = self._of_route[key] = self._requests.labels(*key), self._seconds.labels(route)
        counters[0].inc()
        counters[1].observe(duration_s)

    def count_answers(self, answers: Iterable[Answer]) -> None:
        """Count what was decided, on what is new only."""
        for answer in answers:
            if answer.status not in (AnswerStatus.CREATED, AnswerStatus.UPDATED):
                continue
            if answer.triage.degraded:
                self._degraded.inc()
            for prediction in answer.triage.predictions:
                self._decisions.labels(prediction.target, prediction.decision.value).inc()
                if prediction.held:
                    self._held.labels(prediction.target, prediction.held).inc()

    def render(self) -> bytes:
        """Return all of it in Prometheus' text format."""
        return generate_latest(self._registry)


class _ServiceCollector(Collector):
    """Reads the journal's own counts, the watcher's, and the models in force when asked."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def collect(self) -> Iterator[Metric]:
        counts = self._service.flow.counts
        yield CounterMetricFamily("triage_journal_commits", "Commits of the journal.", counts.commits)
        yield CounterMetricFamily(
            "triage_journal_rows", "Rows committed: incidents, verdicts, batches, warnings.", counts.rows
        )
        yield CounterMetricFamily("triage_journal_failed_commits", "Commits that failed.", counts.failures)
        watched = self._service.metrics.counts
        yield CounterMetricFamily("triage_points_accepted", "Metric points kept and watched.", watched.accepted)
        yield CounterMetricFamily("triage_points_ignored", "Metric points without a value.", watched.ignored)
        yield CounterMetricFamily("triage_warnings_opened", "Early warnings opened.", watched.opened)
        yield CounterMetricFamily("triage_warnings_closed", "Early warnings closed.", watched.closed)
        yield CounterMetricFamily("triage_watcher_failures", "Batches the watcher failed on.", watched.failures)
        yield GaugeMetricFamily("triage_watcher_waiting_points", "Metric points not watched yet.", watched.waiting)
        yield GaugeMetricFamily("triage_watcher_lag_seconds", "For how long the oldest of them waits.", watched.lag_s)
        yield from self._deliveries()
        models = self._service.models.served()
        loaded = sum(bool(model.version) for model in models)
        refused = sum(bool(model.refused) for model in models)
        yield GaugeMetricFamily("triage_models_loaded", "Models in force.", loaded)
        yield GaugeMetricFamily("triage_models_refused", "Models of which a version was refused.", refused)
        oversight = self._service.flow.oversight
        withdrawn = 0 if oversight is None else len(oversight.withdrawn)
        yield GaugeMetricFamily("triage_labels_withdrawn", "Labels that are not automatic any more.", withdrawn)

    def _deliveries(self) -> Iterator[Metric]:
        ended = CounterMetricFamily(
            "triage_deliveries", "Attempts to deliver, by how they ended.", labels=["destination", "end"]
        )
        for lane in () if self._service.relay is None else self._service.relay.lanes:
            counts = lane.counts
            for end, n in (("delivered", counts.delivered), ("retried", counts.retried), ("dead", counts.buried)):
                ended.add_metric([lane.destination.name, end], n)
        yield ended
