"""Speed of reading remote write: 10,000 series, a sample each, beside Google's protobuf in the same run."""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median
from typing import Any

import cramjam
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

from benchmarks.report import ResultTable
from triage.intake import VERSION_1, SeriesNames, to_remote_write, unpacked_snappy

__all__ = ["run"]

_SERIES, _ROUNDS = 10_000, 7
_AT_MS = 1_795_428_000_000
_LIMIT = 64_000_000
_NESTED = descriptor_pb2.FieldDescriptorProto.TYPE_MESSAGE
_SCHEMA = {
    "Label": (("name", 1, "TYPE_STRING"), ("value", 2, "TYPE_STRING")),
    "Sample": (("value", 1, "TYPE_DOUBLE"), ("timestamp", 2, "TYPE_INT64")),
    "TimeSeries": (("labels", 1, "Label"), ("samples", 2, "Sample")),
    "WriteRequest": (("timeseries", 1, "TimeSeries"),),
}


def run(is_final: bool) -> list[ResultTable]:  # noqa: ARG001  # nothing is learnt from data here
    """Run on a made-up request; needs no data."""
    write_request = _message_type()
    body = bytes(cramjam.snappy.compress_raw(_message(write_request)))
    known = SeriesNames()
    _read(body, known)  # compiles, and names the series
    ways: dict[str, Callable[[], object]] = {
        "snappy alone": lambda: unpacked_snappy(body, _LIMIT),
        "Google's protobuf, its labels and samples walked over": lambda: _walk(write_request, body),
        "**triage**, series named for the first time": lambda: _read(body, SeriesNames()),
        "**triage**, series known": lambda: _read(body, known),
    }
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(_ROUNDS):
        for name, way in ways.items():
            begin = time.process_time()
            way()
            taken[name].append(time.process_time() - begin)
    rates = {name: _SERIES / median(times) for name, times in taken.items()}
    peer = rates["Google's protobuf, its labels and samples walked over"]
    rows = tuple((name, f"{rate:.2g}", f"{rate / peer:.1f}") for name, rate in rates.items())
    about = (
        f"One request of version 1.0: {_SERIES:,} series with five labels and a sample each; median of {_ROUNDS} "
        "interleaved rounds, CPU time of one core. triage ends with a batch of named points, the peer with objects."
    )
    columns = ("row", "samples/s/core", "ratio")
    return [ResultTable("remote-write", "Reading Prometheus remote write", about, columns, rows)]


def _read(body: bytes, names: SeriesNames) -> int:
    return to_remote_write(unpacked_snappy(body, _LIMIT), VERSION_1, names).samples


def _walk(write_request: Any, body: bytes) -> int:
    request = write_request.FromString(unpacked_snappy(body, _LIMIT))
    points = 0
    for series in request.timeseries:
        labels = {label.name: label.value for label in series.labels}
        points += len([(labels["__name__"], sample.timestamp, sample.value) for sample in series.samples])
    return points


def _message(write_request: Any) -> bytes:
    request = write_request()
    for number in range(_SERIES):
        series = request.timeseries.add()
        labels = {"__name__": "cpu_seconds_total", "cpu": number, "instance": f"host-{number % 100}", "job": "node"}
        for name, value in (*labels.items(), ("mode", "idle")):
            series.labels.add(name=name, value=str(value))
        series.samples.add(value=float(number), timestamp=_AT_MS)
    return bytes(request.SerializeToString())


def _message_type() -> Any:
    file = descriptor_pb2.FileDescriptorProto(name="remote.proto", package="prometheus", syntax="proto3")
    for message, fields in _SCHEMA.items():
        described = file.message_type.add(name=message)
        for name, number, kind in fields:
            one = described.field.add(name=name, number=number, label=3 if kind in _SCHEMA else 1)
            if kind in _SCHEMA:
                one.type, one.type_name = _NESTED, f".prometheus.{kind}"
            else:
                one.type = descriptor_pb2.FieldDescriptorProto.Type.Value(kind)
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("prometheus.WriteRequest"))
