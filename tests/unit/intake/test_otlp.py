"""OTLP metrics by the example of the protocol's own repository, in JSON and in protobuf."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from google.protobuf import json_format
from hypothesis import given
from hypothesis import strategies as st

from triage.errors import MalformedBody, UsageError
from triage.intake import OtlpMetrics, SeriesNames, read_otlp_json, read_otlp_protobuf, to_otlp_metrics

AT = "1544712660300000000"
ATTRIBUTES = [{"key": "my.attr", "value": {"stringValue": "some value"}}]
PUBLISHED: dict[str, Any] = {
    "resourceMetrics": [
        {
            "resource": {"attributes": [{"key": "service.name", "value": {"stringValue": "my.service"}}]},
            "scopeMetrics": [
                {
                    "scope": {"name": "my.library", "version": "1.0.0"},
                    "metrics": [
                        {
                            "name": "my.counter",
                            "unit": "1",
                            "sum": {
                                "aggregationTemporality": 1,
                                "isMonotonic": True,
                                "dataPoints": [{"asDouble": 5, "timeUnixNano": AT, "attributes": ATTRIBUTES}],
                            },
                        },
                        {
                            "name": "my.gauge",
                            "gauge": {"dataPoints": [{"asDouble": 10, "timeUnixNano": AT, "attributes": ATTRIBUTES}]},
                        },
                        {
                            "name": "my.histogram",
                            "histogram": {
                                "aggregationTemporality": 1,
                                "dataPoints": [
                                    {
                                        "timeUnixNano": AT,
                                        "count": "2",
                                        "sum": 2,
                                        "bucketCounts": ["1", "1"],
                                        "explicitBounds": [1],
                                        "min": 0,
                                        "max": 2,
                                        "attributes": ATTRIBUTES,
                                    }
                                ],
                            },
                        },
                        {
                            "name": "my.exponential.histogram",
                            "exponentialHistogram": {
                                "aggregationTemporality": 2,
                                "dataPoints": [
                                    {
                                        "timeUnixNano": AT,
                                        "count": 3,
                                        "sum": 10,
                                        "scale": 0,
                                        "zeroCount": 1,
                                        "positive": {"offset": 1, "bucketCounts": [0, 2]},
                                        "attributes": [],
                                    }
                                ],
                            },
                        },
                    ],
                }
            ],
        }
    ]
}


def of(*metrics: dict[str, Any], attributes: list[dict[str, Any]] | None = None) -> OtlpMetrics:
    request = {
        "resourceMetrics": [{"resource": {"attributes": attributes or []}, "scopeMetrics": [{"metrics": metrics}]}]
    }
    return read(json.dumps(request).encode())


def read(body: bytes) -> OtlpMetrics:
    return to_otlp_metrics(read_otlp_json(body), SeriesNames(), 1000)


def gauge(name: str = "g", **point: object) -> dict[str, Any]:
    return {"name": name, "gauge": {"dataPoints": [{"asDouble": 1.0, "timeUnixNano": AT, **point}]}}


def total(temporality: int, **point: object) -> dict[str, Any]:
    points = [{"asInt": "5", "timeUnixNano": AT, **point}]
    return {"name": "req", "sum": {"aggregationTemporality": temporality, "isMonotonic": True, "dataPoints": points}}


def values(got: OtlpMetrics) -> dict[tuple[str, str], float]:
    batch = got.batch
    names = [(batch.entity[at], batch.metric[at]) for at in batch.series.tolist()]
    return dict(zip(names, batch.value.tolist(), strict=True))


def test_the_published_example_is_read() -> None:
    got = read(json.dumps(PUBLISHED).encode())
    assert (got.rejected, got.message, got.batch.nulls) == (0, "", 0)
    assert values(got) == {
        ("my.service", 'my.counter:delta{my.attr="some value"}'): 5.0,
        ("my.service", 'my.gauge{my.attr="some value"}'): 10.0,
        ("my.service", 'my.histogram_count:delta{my.attr="some value"}'): 2.0,
        ("my.service", 'my.histogram_sum:delta{my.attr="some value"}'): 2.0,
        ("my.service", 'my.histogram_min{my.attr="some value"}'): 0.0,
        ("my.service", 'my.histogram_max{my.attr="some value"}'): 2.0,
        ("my.service", "my.exponential.histogram_count"): 3.0,
        ("my.service", "my.exponential.histogram_sum"): 10.0,
    }
    assert set(got.batch.time_ns.tolist()) == {int(AT)}


def test_protobuf_and_json_say_the_same() -> None:
    parsed = read_otlp_json(json.dumps(PUBLISHED).encode())
    binary = read_otlp_protobuf(parsed.SerializeToString())
    assert json_format.MessageToDict(binary) == json_format.MessageToDict(parsed)


def test_deltas_and_cumulative_sums_are_series_of_their_own() -> None:
    assert values(of(total(1), total(2, asInt="90"))) == {("unknown", "req:delta"): 5.0, ("unknown", "req"): 90.0}


def test_64_bit_integers_may_be_strings_and_unknown_fields_are_passed_over() -> None:
    point = {"asInt": "9007199254740993", "timeUnixNano": AT, "new": {"field": 1}}
    got = of({"name": "g", "gauge": {"dataPoints": [point]}, "other": 1})
    assert list(values(got).values()) == [9007199254740992.0]


def test_attributes_of_the_resource_and_the_point_name_the_series() -> None:
    resource = [
        {"key": "host.name", "value": {"stringValue": "db-1"}},
        {"key": "service.name", "value": {"stringValue": "shop"}},
        {"key": "cloud.zones", "value": {"arrayValue": {"values": [{"stringValue": "a"}]}}},
    ]
    point = [{"key": "cpu", "value": {"intValue": "0"}}, {"key": "idle", "value": {"boolValue": True}}]
    got = of(gauge(attributes=point), attributes=resource)
    assert list(values(got)) == [("db-1", 'g{cpu="0",idle="true",service.name="shop"}')]


@pytest.mark.parametrize("point", [{"flags": 1}, {"asDouble": "NaN"}, {"asDouble": "Infinity"}, {"asDouble": None}])
def test_points_without_a_value_are_no_points_and_not_rejected(point: dict[str, object]) -> None:
    got = of(gauge("g", **point))
    assert (len(got.batch), got.batch.nulls, got.rejected) == (0, 1, 0)


@pytest.mark.parametrize("at", ["0", "1", "1544712660", "18446744073709551615", "9999999999999999999"])
def test_points_out_of_range_are_rejected_and_the_rest_is_kept(at: str) -> None:
    got = of(gauge(timeUnixNano=at), gauge("other"))
    assert (len(got.batch), got.rejected) == (1, 1)
    assert "timeUnixNano" in got.message


def test_metrics_without_name_or_data_are_rejected() -> None:
    got = of(gauge(" "), {"name": "empty"}, gauge())
    assert (len(got.batch), got.rejected) == (1, 2)
    assert "name" in got.message
    assert "'empty'" in got.message


def test_quantiles_of_a_summary_are_series() -> None:
    quantiles = [{"quantile": 0.99, "value": 3.5}]
    point = {"timeUnixNano": AT, "count": "4", "sum": 9.0, "quantileValues": quantiles}
    got = of({"name": "s", "summary": {"dataPoints": [point, {"timeUnixNano": AT, "flags": 1}]}})
    assert values(got) == {
        ("unknown", "s_count"): 4.0,
        ("unknown", "s_sum"): 9.0,
        ("unknown", 's{quantile="0.99"}'): 3.5,
    }


def test_an_empty_request_is_one() -> None:
    assert len(read(b"{}").batch) == 0


def test_too_many_points_are_refused() -> None:
    with pytest.raises(UsageError):
        to_otlp_metrics(read_otlp_json(json.dumps(PUBLISHED).encode()), SeriesNames(), 3)


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"resourceMetrics": 1}', b"\xff"])
def test_what_is_no_such_json_is_refused(body: bytes) -> None:
    with pytest.raises(MalformedBody):
        read_otlp_json(body)


@given(st.binary(max_size=60))
def test_no_bytes_break_the_decoder(noise: bytes) -> None:
    with suppress(MalformedBody):
        to_otlp_metrics(read_otlp_protobuf(noise), SeriesNames(), 1000)
