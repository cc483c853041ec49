"""Metrics as text: OpenMetrics 1.0 and Prometheus' older format. Read by Prometheus' own client library."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import numpy as np
from prometheus_client.metrics_core import Metric
from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics_families
from prometheus_client.parser import text_string_to_metric_families as prometheus_families

from triage.errors import DataError, MalformedBody
from triage.flow import MetricBatch
from triage.intake.batches import is_in_range, to_batch
from triage.intake.checks import problem_in_rows
from triage.intake.series_names import SeriesNames

__all__ = ["OPENMETRICS_MEDIA", "PROMETHEUS_MEDIA", "to_exposed_metrics"]

OPENMETRICS_MEDIA = "application/openmetrics-text"
PROMETHEUS_MEDIA = "text/plain"

_NS = 1_000_000_000
_LATEST_S = 9e9  # some 285 years, which nanoseconds still hold; the range check refuses it either way


def to_exposed_metrics(body: bytes, media: str, names: SeriesNames, now: datetime, most_points: int) -> MetricBatch:
    r"""Read an exposition.

    Parameters
    ----------
    body : bytes
    media : str
        `OPENMETRICS_MEDIA` (timestamps in seconds, ends with ``# EOF``) or `PROMETHEUS_MEDIA` (milliseconds, no end).
    names : SeriesNames
    now : datetime
        The time of samples that give none (aware, UTC).
    most_points : int

    Raises
    ------
    MalformedBody
        It is not in that format; the message says where.
    DataError
        A timestamp is out of range, or there are too many points.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> text = b'# TYPE cpu gauge\ncpu{host="db-1"} 0.5 1795423200\n# EOF\n'
    >>> got = to_exposed_metrics(text, OPENMETRICS_MEDIA, SeriesNames(), datetime.now(UTC), 10)
    >>> got.entity, got.metric, got.time_ns.tolist(), got.value.tolist()
    (('db-1',), ('cpu',), [1795423200000000000], [0.5])
    """
    try:
        text = body.decode()
        families: Iterable[Metric] = (
            openmetrics_families(text)  # type: ignore[no-untyped-call]  # the library annotates the other one only
            if media == OPENMETRICS_MEDIA
            else prometheus_families(text)
        )
        samples = [sample for family in families for sample in family.samples]
    except (ValueError, KeyError, IndexError, TypeError) as err:
        # The library raises what it stumbles over; all of it means that a line is not in the format.
        raise MalformedBody(f"The body is not metrics in {media}: {str(err)[:200] or type(err).__name__}.") from err
    if not 1 <= len(samples) <= most_points:
        raise DataError(f"An exposition must hold 1 to {most_points:,} samples. Got {len(samples):,}.")
    found = [names.of(sample.name, sample.labels) for sample in samples]
    now_s = now.timestamp()
    times_s = np.array([now_s if sample.timestamp is None else float(sample.timestamp) for sample in samples])
    # To the microsecond, as everywhere: a float of seconds holds no more.
    time_ns = np.rint(np.clip(times_s, -_LATEST_S, _LATEST_S) * 1e6).astype(np.int64) * 1000
    wrong = np.flatnonzero(~is_in_range(time_ns))
    if len(wrong):
        unit = "seconds" if media == OPENMETRICS_MEDIA else "milliseconds"
        message = f"must be {unit} since 1970, in the years 1971 to 2099"
        got = str(samples[wrong[0]].timestamp)
        raise DataError(
            "The exposition has samples that cannot be used; nothing of it was stored.",
            [problem_in_rows(message, "timestamp", wrong, got)],
        )
    return to_batch(found, np.arange(len(samples)), time_ns, np.array([float(each.value) for each in samples]))
