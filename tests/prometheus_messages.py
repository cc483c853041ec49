"""Remote write's messages by Google's protobuf library, from the published schemas: nothing of our decoder is used."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import cramjam
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

__all__ = ["packed", "request_1", "request_2"]

_TYPES = {
    "string": descriptor_pb2.FieldDescriptorProto.TYPE_STRING,
    "double": descriptor_pb2.FieldDescriptorProto.TYPE_DOUBLE,
    "int64": descriptor_pb2.FieldDescriptorProto.TYPE_INT64,
    "uint32": descriptor_pb2.FieldDescriptorProto.TYPE_UINT32,
    "uint64": descriptor_pb2.FieldDescriptorProto.TYPE_UINT64,
}

# Of prompb/types.proto and prompb/remote.proto, and of prompb/io/prometheus/write/v2/types.proto.
_VERSION_1 = {
    "Label": {"name": (1, "string"), "value": (2, "string")},
    "Sample": {"value": (1, "double"), "timestamp": (2, "int64")},
    "Exemplar": {"labels": (1, "*Label"), "value": (2, "double"), "timestamp": (3, "int64")},
    "Histogram": {"count_int": (1, "uint64"), "sum": (3, "double"), "timestamp": (15, "int64")},
    "TimeSeries": {
        "labels": (1, "*Label"),
        "samples": (2, "*Sample"),
        "exemplars": (3, "*Exemplar"),
        "histograms": (4, "*Histogram"),
    },
    "MetricMetadata": {"metric_family_name": (2, "string"), "help": (4, "string")},
    "WriteRequest": {"timeseries": (1, "*TimeSeries"), "metadata": (3, "*MetricMetadata")},
}
_VERSION_2 = {
    "Sample": {"value": (1, "double"), "timestamp": (2, "int64"), "start_timestamp": (3, "int64")},
    "Exemplar": {"labels_refs": (1, "*uint32"), "value": (2, "double"), "timestamp": (3, "int64")},
    "Histogram": {"count_int": (1, "uint64"), "sum": (3, "double"), "timestamp": (15, "int64")},
    "Metadata": {"help_ref": (3, "uint32"), "unit_ref": (4, "uint32")},
    "TimeSeries": {
        "labels_refs": (1, "*uint32"),
        "samples": (2, "*Sample"),
        "histograms": (3, "*Histogram"),
        "exemplars": (4, "*Exemplar"),
        "metadata": (5, "Metadata"),
    },
    "Request": {"symbols": (4, "*string"), "timeseries": (5, "*TimeSeries")},
}


def _message_type(package: str, schema: Mapping[str, Mapping[str, tuple[int, str]]], name: str) -> Any:
    file = descriptor_pb2.FileDescriptorProto(name=f"{package}.proto", package=package, syntax="proto3")
    for message, fields in schema.items():
        described = file.message_type.add(name=message)
        for field, (number, kind) in fields.items():
            one = described.field.add(name=field, number=number)
            one.label = one.LABEL_REPEATED if kind.startswith("*") else one.LABEL_OPTIONAL
            of_type = kind.removeprefix("*")
            if of_type in _TYPES:
                one.type = _TYPES[of_type]
            else:
                one.type, one.type_name = one.TYPE_MESSAGE, f".{package}.{of_type}"
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName(f"{package}.{name}"))


_WriteRequest = _message_type("prometheus", _VERSION_1, "WriteRequest")
_Request = _message_type("io.prometheus.write.v2", _VERSION_2, "Request")

Series = tuple[Sequence[tuple[str, str]], Sequence[tuple[float, int]]]


def request_1(*series: Series, histograms: int = 0) -> bytes:
    """Return a request of version 1: of each series its labels and its samples as (value, milliseconds)."""
    request = _WriteRequest()
    for labels, samples in series:
        one = request.timeseries.add()
        for name, value in labels:
            one.labels.add(name=name, value=value)
        for number, timestamp in samples:
            one.samples.add(value=number, timestamp=timestamp)
        for _ in range(histograms):
            one.histograms.add(count_int=3, sum=1.5, timestamp=1795428000000)
    request.metadata.add(metric_family_name="up", help="Whether it is.")
    return bytes(request.SerializeToString())


def request_2(*series: Series, symbols: Sequence[str] | None = None, references: Sequence[int] | None = None) -> bytes:
    """Return a request of version 2; symbols and references are made of the labels unless they are given."""
    texts = ["", *dict.fromkeys(text for labels, _ in series for label in labels for text in label if text)]
    request = _Request(symbols=texts if symbols is None else symbols)
    for labels, samples in series:
        one = request.timeseries.add()
        own = [texts.index(text) for label in labels for text in label]
        one.labels_refs.extend(own if references is None else references)
        for value, timestamp in samples:
            one.samples.add(value=value, timestamp=timestamp, start_timestamp=timestamp - 1000)
        one.exemplars.add(labels_refs=own[:2], value=1.0)
        one.metadata.help_ref = 0
    return bytes(request.SerializeToString())


def packed(message: bytes) -> bytes:
    """Return the block of snappy that a sender sends."""
    return bytes(cramjam.snappy.compress_raw(message))
