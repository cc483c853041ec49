"""OTLP metrics, protobuf and JSON, into a batch of points. Points that cannot be used are counted; the rest is kept.

Gauges and cumulative sums are points as they are. A delta is the increase since the point before: it is a series of its
own, named with ``:delta``, as it does not add up to what a cumulative series says. Of histograms and summaries the
count, the sum and the extremes are points, and a summary's quantiles.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from google.protobuf import json_format
from google.protobuf.message import DecodeError
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.metrics.v1.metrics_pb2 import (
    ExponentialHistogramDataPoint,
    HistogramDataPoint,
    Metric,
    NumberDataPoint,
    SummaryDataPoint,
)

from triage.errors import MalformedBody, UsageError
from triage.flow import MetricBatch
from triage.intake.batches import is_in_range, to_batch
from triage.intake.series_names import SeriesNames

__all__ = ["OtlpMetrics", "read_otlp_json", "read_otlp_protobuf", "to_otlp_metrics"]

_Histogram: TypeAlias = HistogramDataPoint | ExponentialHistogramDataPoint
_Point: TypeAlias = NumberDataPoint | _Histogram | SummaryDataPoint

_DELTA = 1
_NO_VALUE = 1
# Beyond what any clock of ours can say, and a legal fixed64.
_LARGEST_NS = 2**63 - 1


@dataclass(frozen=True, slots=True)
class OtlpMetrics:
    """What a request held.

    Parameters
    ----------
    batch : MetricBatch
    rejected : int
        Data points that cannot be used.
    message : str
        Why; empty when there are none.
    """

    batch: MetricBatch
    rejected: int
    message: str


@dataclass(slots=True)
class _Columns:
    """Points of a request as they are read."""

    names: list[tuple[str, str]] = field(default_factory=list)
    series: list[int] = field(default_factory=list)
    time_ns: list[int] = field(default_factory=list)
    value: list[float] = field(default_factory=list)
    positions: dict[tuple[str, str], int] = field(default_factory=dict)
    rejected: dict[str, int] = field(default_factory=dict)

    def add(self, name: tuple[str, str], time_ns: int, value: float) -> None:
        position = self.positions.setdefault(name, len(self.names))
        if position == len(self.names):
            self.names.append(name)
        self.series.append(position)
        self.time_ns.append(time_ns)
        self.value.append(value)

    def reject(self, why: str) -> None:
        self.rejected[why] = self.rejected.get(why, 0) + 1


def read_otlp_protobuf(body: bytes) -> ExportMetricsServiceRequest:
    """Parse a binary request.

    Raises
    ------
    MalformedBody
        It is not that message.
    """
    try:
        request: ExportMetricsServiceRequest = ExportMetricsServiceRequest.FromString(body)
    except DecodeError as err:
        raise MalformedBody("The body is not the protobuf message ExportMetricsServiceRequest.") from err
    return request


def read_otlp_json(body: bytes) -> ExportMetricsServiceRequest:
    """Parse a request in JSON: names in lowerCamelCase, 64-bit integers as strings; what is not known is passed over.

    Raises
    ------
    MalformedBody
        It is not that message.
    """
    if not body.lstrip().startswith(b"{"):
        # The library takes an empty list for an empty message.
        raise MalformedBody("The body must be a JSON object: ExportMetricsServiceRequest.")
    try:
        request: ExportMetricsServiceRequest = json_format.Parse(
            body, ExportMetricsServiceRequest(), ignore_unknown_fields=True
        )
    except (json_format.ParseError, UnicodeDecodeError, RecursionError) as err:
        raise MalformedBody(f"The body is not ExportMetricsServiceRequest in JSON: {str(err)[:200]}") from err
    return request


def to_otlp_metrics(request: ExportMetricsServiceRequest, names: SeriesNames, most_points: int) -> OtlpMetrics:
    """Read the points of a request.

    Parameters
    ----------
    request : ExportMetricsServiceRequest
    names : SeriesNames
        Asked with the attributes of the resource and of the point, the point's counting where both have one.
    most_points : int

    Raises
    ------
    UsageError
        It holds more points.
    """
    columns = _Columns()
    for of_resource in request.resource_metrics:
        shared = _attributes(of_resource.resource.attributes)
        for of_scope in of_resource.scope_metrics:
            for metric in of_scope.metrics:
                _read_metric(metric, shared, names, columns)
                if len(columns.series) > most_points:
                    raise UsageError(f"A request must hold at most {most_points:,} points; split it.")
    time_ns = np.array(columns.time_ns, np.int64)
    series, value = np.array(columns.series, np.int64), np.array(columns.value, np.float64)
    in_range = is_in_range(time_ns)
    rejected = dict(columns.rejected)
    if not in_range.all():
        rejected["timeUnixNano must lie in the years 1971 to 2099"] = int(np.count_nonzero(~in_range))
    batch = to_batch(columns.names, series[in_range], time_ns[in_range], value[in_range])
    message = "; ".join(f"{why} ({count} points)" for why, count in rejected.items())
    return OtlpMetrics(batch, sum(rejected.values()), message)


def _read_metric(metric: Metric, shared: Mapping[str, str], names: SeriesNames, columns: _Columns) -> None:
    kind = metric.WhichOneof("data")
    if kind is None:
        columns.reject(f"metric {metric.name[:100]!r} holds no data")
        return
    data = getattr(metric, kind)
    is_delta = getattr(data, "aggregation_temporality", 0) == _DELTA
    for point in data.data_points:
        if not metric.name.strip():
            columns.reject("a metric must have a name")
            continue
        labels = {**shared, **_attributes(point.attributes)}
        time_ns = min(point.time_unix_nano, _LARGEST_NS)
        for suffix, more, value in _values(point):
            name = f"{metric.name}{suffix}{':delta' if is_delta and suffix not in ('_min', '_max') else ''}"
            columns.add(names.of(name, {**labels, **more}), time_ns, value)


def _values(point: _Point) -> Iterator[tuple[str, Mapping[str, str], float]]:
    """Return what a point says: the suffix of the metric's name, more labels, and the value (NaN: no point)."""
    is_absent = bool(point.flags & _NO_VALUE)
    if isinstance(point, NumberDataPoint):
        kind = point.WhichOneof("value")
        yield "", {}, float("nan") if is_absent or kind is None else float(getattr(point, kind))
        return
    if is_absent:
        yield "_count", {}, float("nan")
        return
    yield "_count", {}, float(point.count)
    if isinstance(point, SummaryDataPoint):
        yield "_sum", {}, point.sum
        for each in point.quantile_values:
            yield "", {"quantile": f"{each.quantile:g}"}, each.value
        return
    for name in ("sum", "min", "max"):
        if point.HasField(name):
            yield f"_{name}", {}, getattr(point, name)


def _attributes(attributes: Sequence[KeyValue]) -> dict[str, str]:
    found = ((each.key, _text(each.value)) for each in attributes)
    return {key: text for key, text in found if key and text}


def _text(value: AnyValue) -> str:
    kind = value.WhichOneof("value")
    if kind == "bool_value":
        return "true" if value.bool_value else "false"
    if kind in ("string_value", "int_value", "double_value"):
        return str(getattr(value, kind))
    # Lists, records and bytes name no series that a person would look for.
    return ""
