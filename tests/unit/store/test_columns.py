"""Arrays and documents as blobs."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays_of

from triage.errors import TriageError
from triage.flow import MetricBatch
from triage.parts import Part
from triage.store.columns import pack_batch, pack_part, unpack_batch, unpack_part

ARRAYS = st.sampled_from(["<f8", "<f4", "<i8", "<i4", "<u8"]).flatmap(
    lambda dtype: arrays_of.arrays(dtype, arrays_of.array_shapes(min_dims=0, max_dims=3, min_side=0))
)


def batch(series: int, n: int = 4) -> MetricBatch:
    names = tuple(f"host-{number}" for number in range(series))
    at = np.arange(n, dtype=np.int64) % series
    return MetricBatch(names, ("cpu",) * series, at, at - 7, np.linspace(-1, 1e300, n), nulls=3)


@given(st.dictionaries(st.text(max_size=5), ARRAYS, max_size=4))
def test_arrays_come_back_to_the_bit(arrays: dict[str, np.ndarray[tuple[int, ...], np.dtype[np.float64]]]) -> None:
    back = unpack_part(pack_part(Part(arrays, {"größe": 0.1})))
    assert back.document == {"größe": 0.1}
    assert list(back.arrays) == list(arrays)
    for name, array in arrays.items():
        assert (back.arrays[name].dtype, back.arrays[name].shape) == (array.dtype, array.shape)
        assert back.arrays[name].tobytes() == array.tobytes()


@pytest.mark.parametrize("series", [1, 256, 257, 70_000])
def test_batches_come_back_as_they_were_whatever_their_number_of_series(series: int) -> None:
    one = batch(series, n=70_000)
    back = unpack_batch(pack_batch(one))
    assert (back.entity, back.metric, back.nulls) == (one.entity, one.metric, one.nulls)
    for name in ("series", "time_ns", "value"):
        assert getattr(back, name).dtype == getattr(one, name).dtype
        assert np.array_equal(getattr(back, name), getattr(one, name))


def test_a_point_takes_less_than_twenty_bytes() -> None:
    assert len(pack_batch(batch(1000, n=100_000))) < 20 * 100_000


@pytest.mark.parametrize("array", [np.array(["a"]), np.array([None]), np.array([1.0], ">f8"), np.array([1j])])
def test_what_is_no_plain_number_is_refused(array: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> None:
    with pytest.raises(TriageError, match="little-endian"):
        pack_part(Part({"a": array}, {}))


def test_a_document_that_is_no_json_is_refused() -> None:
    with pytest.raises(TriageError, match="JSON"):
        pack_part(Part({}, {"a": 2**70}))


@pytest.mark.parametrize(
    "blob", [b"", b"\x01", b"\xff" * 40, pack_batch(batch(3))[:-1], b"\x02\0\0\0{}", b"\x04\0\0\0null"]
)
def test_a_damaged_blob_is_refused(blob: bytes) -> None:
    with pytest.raises(TriageError):
        unpack_part(blob)


def test_a_blob_never_makes_an_object() -> None:
    hostile = pack_part(Part({"a": np.zeros(1)}, {})).replace(b"<f8", b"|O8")
    with pytest.raises(TriageError, match="plain numbers"):
        unpack_part(hostile)
