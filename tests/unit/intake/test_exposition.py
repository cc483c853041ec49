"""Metrics as text, by the examples of OpenMetrics and of Prometheus' own documentation."""

from __future__ import annotations

import pytest
from tests.fakes import NOON

from triage.errors import DataError, MalformedBody
from triage.flow import MetricBatch
from triage.intake import OPENMETRICS_MEDIA, PROMETHEUS_MEDIA, SeriesNames, to_exposed_metrics

OPENMETRICS = """# TYPE acme_http_router_request_seconds summary
# UNIT acme_http_router_request_seconds seconds
# HELP acme_http_router_request_seconds Latency though all of ACME's HTTP request router.
acme_http_router_request_seconds_sum{path="/api/v1",method="GET"} 9036.32
acme_http_router_request_seconds_count{path="/api/v1",method="GET"} 807283.0
acme_http_router_request_seconds_created{path="/api/v1",method="GET"} 1605281325.0
# TYPE go_goroutines gauge
# HELP go_goroutines Number of goroutines that currently exist.
go_goroutines 69
# TYPE process_cpu_seconds counter
# UNIT process_cpu_seconds seconds
process_cpu_seconds_total 4.20072246e+06 1605281325.5
# EOF
"""
CLASSIC = """# HELP http_requests_total The total number of HTTP requests.
# TYPE http_requests_total counter
http_requests_total{method="post",code="200"} 1027 1395066363000
http_requests_total{method="post",code="400"}    3 1395066363000

# Escaping in label values:
msdos_file_access_time_seconds{path="C:\\\\DIR\\\\FILE.TXT",error="Cannot find file:\\n\\"FILE.TXT\\""} 1.458255915e9

metric_without_timestamp_and_labels 12.47
something_weird{problem="division by zero"} +Inf -3982045
"""


def read(text: str, media: str = OPENMETRICS_MEDIA, most: int = 100) -> MetricBatch:
    return to_exposed_metrics(text.encode(), media, SeriesNames(nobody="push"), NOON, most)


def test_the_example_of_openmetrics_is_read_and_its_times_are_seconds() -> None:
    got = read(OPENMETRICS)
    assert got.entity == ("push",) * 5
    assert "process_cpu_seconds_total" in got.metric
    at = got.metric.index("process_cpu_seconds_total")
    assert got.time_ns[got.series == at].tolist() == [1605281325500000000]
    assert got.time_ns[got.series == got.metric.index("go_goroutines")].tolist() == [int(NOON.timestamp()) * 10**9]


def test_times_of_the_classic_format_are_milliseconds() -> None:
    got = read("\n".join(CLASSIC.splitlines()[:-1]) + "\n", PROMETHEUS_MEDIA)
    assert got.metric[0] == 'http_requests_total{code="200",method="post"}'
    assert got.time_ns[0] == 1395066363000 * 10**6
    assert got.value.tolist() == [1027.0, 3.0, 1.458255915e9, 12.47]


def test_a_time_out_of_range_is_named_by_sample() -> None:
    with pytest.raises(DataError) as caught:
        read(CLASSIC, PROMETHEUS_MEDIA)
    assert [(problem.where, problem.rows) for problem in caught.value.problems] == [("timestamp", (5,))]


def test_what_is_no_finite_number_is_no_point() -> None:
    got = read("a NaN\nb +Inf\nc 1\n", PROMETHEUS_MEDIA)
    assert (got.metric, got.nulls) == (("c",), 2)


@pytest.mark.parametrize(
    ("text", "media"),
    [
        ("go_goroutines 69\n", OPENMETRICS_MEDIA),
        ("# EOF\nmore 1\n", OPENMETRICS_MEDIA),
        ("a b c\n", PROMETHEUS_MEDIA),
        ("just words in a line\n", PROMETHEUS_MEDIA),
    ],
)
def test_what_is_not_in_the_format_is_refused(text: str, media: str) -> None:
    with pytest.raises(MalformedBody):
        read(text, media)


def test_bytes_that_are_not_utf_8_are_refused() -> None:
    with pytest.raises(MalformedBody):
        to_exposed_metrics(b"a\xff 1\n", PROMETHEUS_MEDIA, SeriesNames(), NOON, 10)


@pytest.mark.parametrize("text", ["", "# only a comment\n", "a 1\nb 2\nc 3\n"])
def test_there_must_be_1_to_the_most_samples(text: str) -> None:
    with pytest.raises(DataError):
        read(text, PROMETHEUS_MEDIA, most=2)
