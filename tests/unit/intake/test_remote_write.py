"""Remote write by messages that Google's protobuf library wrote."""

from __future__ import annotations

import math
import struct
from collections.abc import Callable
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.prometheus_messages import Series, packed, request_1, request_2

from triage.errors import BodyTooLarge, MalformedBody
from triage.intake import VERSION_1, VERSION_2, RemoteWrite, SeriesNames, to_remote_write, unpacked_snappy

AT = 1_795_428_000_000
STALE = struct.unpack("<d", struct.pack("<Q", 0x7FF0000000000002))[0]
UP = [("__name__", "up"), ("instance", "db-1:9100"), ("job", "node")]
WRITERS: list[tuple[int, Callable[..., bytes]]] = [(VERSION_1, request_1), (VERSION_2, request_2)]
both_versions = pytest.mark.parametrize(("version", "write"), WRITERS)


def read(version: int, body: bytes) -> RemoteWrite:
    return to_remote_write(body, version, SeriesNames())


@both_versions
def test_series_and_samples_are_read(version: int, write: Callable[..., bytes]) -> None:
    load: Series = ([("__name__", "load"), ("cpu", "0"), ("instance", "db-2:9100")], [(-0.5, AT), (1e300, AT + 15_000)])
    got = read(version, write((UP, [(1.0, AT)]), load))
    assert (got.samples, got.problems, got.batch.nulls) == (3, (), 0)
    assert got.batch.entity == ("db-1:9100", "db-2:9100")
    assert got.batch.metric == ('up{job="node"}', 'load{cpu="0"}')
    assert got.batch.series.tolist() == [0, 1, 1]
    assert got.batch.time_ns.tolist() == [AT * 10**6, AT * 10**6, (AT + 15_000) * 10**6]
    assert got.batch.value.tolist() == [1.0, -0.5, 1e300]


@both_versions
def test_what_is_no_number_is_a_sample_but_no_point_and_stale_markers_alone_are_handed_on(
    version: int, write: Callable[..., bytes]
) -> None:
    values = [STALE, math.nan, math.inf, -math.inf, 0.0]
    got = read(version, write((UP, [(value, AT + at) for at, value in enumerate(values)])))
    assert (got.samples, got.batch.nulls, got.problems) == (5, 4, ())
    stale, point = got.batch.value
    assert (struct.pack("<d", stale), point) == (struct.pack("<d", STALE), 0.0)


@both_versions
@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ([("job", "node")], "must hold __name__"),
        ([], "must hold __name__"),
        ([("__name__", "  ")], "must not be blank"),
        ([*UP, ("job", "other")], "must not name a label twice"),
        ([*UP, ("", "x")], "must all have a name"),
    ],
)
def test_series_that_cannot_be_used_are_named_and_the_rest_is_kept(
    version: int, write: Callable[..., bytes], labels: list[tuple[str, str]], message: str
) -> None:
    got = read(version, write((UP, [(1.0, AT)]), (labels, [(2.0, AT)])))
    assert got.batch.value.tolist() == [1.0]
    assert got.samples == 1
    [problem] = got.problems
    assert message in problem.message
    assert problem.rows == (2,)


@both_versions
@pytest.mark.parametrize("at", [0, -1, AT // 1000, AT * 1000, 2**63 - 1, -(2**63)])
def test_samples_out_of_range_are_named_and_the_rest_is_kept(
    version: int, write: Callable[..., bytes], at: int
) -> None:
    samples = [(1.0, AT), (2.0, at)]
    if version == VERSION_2:
        samples = [(value, max(when, -(2**63) + 1000)) for value, when in samples]
    got = read(version, write((UP, samples)))
    assert got.batch.value.tolist() == [1.0]
    assert [problem.where for problem in got.problems] == ["timeseries.samples.timestamp"]


@both_versions
def test_a_request_without_samples_is_one(version: int, write: Callable[..., bytes]) -> None:
    got = read(version, write())
    assert (len(got.batch), got.samples, got.problems) == (0, 0, ())


def test_native_histograms_are_named() -> None:
    got = read(VERSION_1, request_1((UP, [(1.0, AT)]), histograms=2))
    assert got.samples == 1
    assert [(problem.where, problem.count) for problem in got.problems] == [("histograms", 2)]


@pytest.mark.parametrize(("references", "message"), [([1], "pairs"), ([1, 99], "symbols"), ([0, 0, 1], "pairs")])
def test_references_must_be_pairs_of_symbols_that_are_there(references: list[int], message: str) -> None:
    got = read(VERSION_2, request_2((UP, [(1.0, AT)]), references=references))
    assert got.samples == 0
    assert message in got.problems[0].message


@pytest.mark.parametrize("symbols", [[], ["x"]])
def test_symbols_must_begin_with_an_empty_string(symbols: list[str]) -> None:
    with pytest.raises(MalformedBody, match="empty string"):
        read(VERSION_2, request_2(symbols=symbols))


def test_labels_of_any_length_name_a_series() -> None:
    long = [("__name__", "up"), ("instance", "x" * 1000), ("path", "é" * 1000)]
    [entity], [metric] = (
        read(VERSION_1, request_1((long, [(1.0, AT)]))).batch.entity,
        read(VERSION_1, request_1((long, [(1.0, AT)]))).batch.metric,
    )
    assert len(entity) == len(metric) == 255


@given(st.binary(max_size=60), st.sampled_from([VERSION_1, VERSION_2]))
def test_no_bytes_break_the_decoder(noise: bytes, version: int) -> None:
    try:
        got = read(version, noise)
    except MalformedBody:
        return
    assert np.isfinite(got.batch.value).all()


@given(st.data())
def test_a_damaged_request_is_refused_or_read_but_never_breaks_the_decoder(data: st.DataObject) -> None:
    version, write = data.draw(st.sampled_from(WRITERS))
    body = bytearray(write((UP, [(1.0, AT)]), (UP, [(2.0, AT)])))
    at = data.draw(st.integers(0, len(body) - 1))
    body[at] = data.draw(st.integers(0, 255))
    cut = bytes(body[: data.draw(st.integers(at, len(body)))])
    with suppress(MalformedBody):
        read(version, cut)


@given(
    st.lists(
        st.tuples(
            st.dictionaries(st.text("abc", min_size=1), st.text(min_size=1, max_size=5), max_size=3),
            st.lists(
                st.tuples(st.floats(allow_nan=False, allow_infinity=False), st.integers(AT, AT + 10**6)), max_size=3
            ),
        ),
        max_size=5,
    )
)
def test_both_versions_say_the_same(series: list[tuple[dict[str, str], list[tuple[float, int]]]]) -> None:
    told = [([("__name__", "m"), *labels.items()], samples) for labels, samples in series]
    first, second = read(VERSION_1, request_1(*told)), read(VERSION_2, request_2(*told))
    assert (first.batch.entity, first.batch.metric) == (second.batch.entity, second.batch.metric)
    assert first.batch.value.tolist() == second.batch.value.tolist()
    assert first.batch.value.tolist() == [value for _, samples in series for value, _ in samples]
    assert first.problems == second.problems == ()


def test_snappy_is_unpacked_up_to_the_limit() -> None:
    body = packed(b"x" * 1000)
    assert unpacked_snappy(body, 1000) == b"x" * 1000
    with pytest.raises(BodyTooLarge):
        unpacked_snappy(body, 999)


@pytest.mark.parametrize("body", [b"", b"\xff" * 20, b"plain text", packed(b"x" * 100)[:-3]])
def test_what_is_no_block_of_snappy_is_refused(body: bytes) -> None:
    with pytest.raises((MalformedBody, BodyTooLarge)):
        unpacked_snappy(body, 10_000)
