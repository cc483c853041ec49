"""Arrays come back bit for bit; what could run code, or could not be numbers, is not opened."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from tests.unit.registry.hostile import npz_of_objects, planted_pickle

from triage.errors import BundleRefused, TriageError
from triage.parts import Array
from triage.registry.arrays import pack_arrays, unpack_arrays

DTYPES = st.sampled_from(["?", "i1", "u2", "<i4", "<u8", ">i8", "<f2", "<f4", "<f8", ">f4"])
ARRAYS = DTYPES.flatmap(lambda dtype: hnp.arrays(dtype, hnp.array_shapes(min_dims=0, min_side=0, max_dims=3)))
NAMES = st.from_regex(r"[A-Za-z_][A-Za-z0-9_.-]{0,99}", fullmatch=True)


def zipped(members: dict[str, bytes], compression: int = zipfile.ZIP_STORED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def npy(array: np.ndarray[Any, Any]) -> bytes:
    buffer = io.BytesIO()
    np.lib.format.write_array(buffer, array, allow_pickle=False)
    return buffer.getvalue()


def header(shape: str, descr: str = "'<f8'") -> bytes:
    text = f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}\n".encode()
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text


@given(st.dictionaries(NAMES, ARRAYS, max_size=3))
def test_arrays_come_back_bit_for_bit(arrays: dict[str, Array]) -> None:
    back = unpack_arrays(pack_arrays(arrays, "a.npz"), "a.npz")
    assert back.keys() == arrays.keys()
    for name, array in arrays.items():
        little_endian = array.astype(array.dtype.newbyteorder("<"))
        assert back[name].dtype == little_endian.dtype
        assert back[name].shape == array.shape
        assert back[name].tobytes() == little_endian.tobytes()


@given(st.dictionaries(NAMES, ARRAYS, max_size=3))
def test_the_same_arrays_give_the_same_bytes_in_any_order(arrays: dict[str, Array]) -> None:
    assert pack_arrays(dict(reversed(arrays.items())), "a.npz") == pack_arrays(arrays, "a.npz")


def test_memory_order_is_kept() -> None:
    matrix = np.asfortranarray(np.arange(6.0).reshape(2, 3))
    back = unpack_arrays(pack_arrays({"c": np.ascontiguousarray(matrix), "f": matrix}, "a.npz"), "a.npz")
    assert back["c"].flags.c_contiguous
    assert back["f"].flags.f_contiguous


def test_what_is_read_cannot_be_written_to() -> None:
    back = unpack_arrays(pack_arrays({"w": np.zeros(3)}, "a.npz"), "a.npz")
    with pytest.raises(ValueError, match="read-only"):
        back["w"][0] = 1.0


def test_numpy_reads_the_same_file() -> None:
    weights = np.arange(12.0).reshape(3, 4)
    with np.load(io.BytesIO(pack_arrays({"w": weights}, "a.npz")), allow_pickle=False) as archive:
        np.testing.assert_array_equal(archive["w"], weights)


@pytest.mark.parametrize(
    "array",
    [
        np.array([None]),
        np.array(["text"]),
        np.array([1 + 2j]),
        np.array(["2026-01-01"], dtype="M8[s]"),
        np.zeros(1, np.longdouble),
    ],
    ids=lambda array: str(array.dtype),
)
def test_a_dtype_that_is_no_plain_number_is_not_stored(array: np.ndarray[Any, Any]) -> None:
    with pytest.raises(TriageError, match=r"head\.npz/w must hold numbers"):
        pack_arrays({"w": array}, "head.npz")


@pytest.mark.parametrize("name", ["", "../w", "a/b", ".hidden", "a\\b", "w\n", "ä"])
def test_an_array_name_that_could_be_a_path_is_not_stored(name: str) -> None:
    with pytest.raises(TriageError, match="name must match"):
        pack_arrays({name: np.zeros(1)}, "head.npz")


def test_a_pickle_named_npz_is_refused_and_not_run(tmp_path: Path) -> None:
    canary = tmp_path / "ran"
    with pytest.raises(BundleRefused, match="not an npz"):
        unpack_arrays(planted_pickle(canary), "head.npz")
    assert not canary.exists()


def test_an_array_of_objects_is_refused_and_not_run(tmp_path: Path) -> None:
    canary = tmp_path / "ran"
    with pytest.raises(BundleRefused, match=r"plain little-endian numbers\. Got dtype '\|O'"):
        unpack_arrays(npz_of_objects(canary), "head.npz")
    assert not canary.exists()


@pytest.mark.parametrize("descr", ["[('a', '|O')]", "[('a', '<f8')]", "'|V8'", "'<U2'", "'>f8'", "('<f8', (2,))"])
def test_a_header_of_another_kind_than_plain_numbers_is_refused(descr: str) -> None:
    with pytest.raises(BundleRefused, match="plain"):
        unpack_arrays(zipped({"w.npy": header("(1,)", descr) + bytes(8)}), "head.npz")


def test_a_zip_bomb_is_refused_unread() -> None:
    bomb = zipped({"w.npy": header("(20000000,)") + bytes(160_000_000)}, zipfile.ZIP_DEFLATED)
    assert len(bomb) < 200_000
    with pytest.raises(BundleRefused, match="neither compressed nor encrypted"):
        unpack_arrays(bomb, "head.npz")


def test_members_that_overlap_are_refused() -> None:
    raw = pack_arrays({"a": np.zeros(1000), "b": np.zeros(1000)}, "head.npz")
    end = len(raw) - 22
    directory = int.from_bytes(raw[end + 16 : end + 20], "little")
    first = raw[directory : directory + 46 + len("a.npy")]
    copies = b"".join(first.replace(b"a.npy", f"{letter}.npy".encode()) for letter in "abcdefgh")
    tail = raw[end : end + 8] + (8).to_bytes(2, "little") * 2 + len(copies).to_bytes(4, "little") + raw[end + 16 :]
    with pytest.raises(BundleRefused, match="declares 65024 bytes of arrays"):
        unpack_arrays(raw[:directory] + copies + tail, "head.npz")


@pytest.mark.parametrize("name", ["w.pkl", "../w.npy", "/w.npy", "folder/w.npy", "w.npy.pkl", "folder/", ".npy"])
def test_a_member_that_is_no_array_is_refused(name: str) -> None:
    with pytest.raises(BundleRefused, match=r"\.npy members only"):
        unpack_arrays(zipped({name: npy(np.zeros(1))}), "head.npz")


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_member_that_is_there_twice_is_refused() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("w.npy", npy(np.zeros(1)))
        archive.writestr("w.npy", npy(np.ones(1)))
    with pytest.raises(BundleRefused, match="twice"):
        unpack_arrays(buffer.getvalue(), "head.npz")


@pytest.mark.parametrize(
    "raw",
    [
        header("(2,)") + bytes(8),
        header("(1,)") + bytes(9),
        header("(-1,)") + bytes(8),
        header("(10**30, 0)"),
        header("(0, 99999999999999999999999999)"),
        header("(1,)" + " " * 2000) + bytes(8),
        header("('x',)") + bytes(8),
        header("(((((((1,)") + bytes(8),
        header("(1,)", "'nonsense'") + bytes(8),
        b"\x93NUMPY\x03\x00" + bytes(20),
        b"not an array",
        b"",
    ],
    ids=range(12),
)
def test_an_array_whose_header_is_not_true_is_refused(raw: bytes) -> None:
    with pytest.raises(BundleRefused, match=r"head\.npz"):
        unpack_arrays(zipped({"w.npy": raw}), "head.npz")


@given(st.data())
def test_damaged_bytes_are_refused_or_read_never_worse(data: st.DataObject) -> None:
    raw = bytearray(pack_arrays({"w": np.arange(6.0), "i": np.arange(3, dtype=np.int32)}, "a.npz"))
    for _ in range(data.draw(st.integers(1, 4))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    kept = data.draw(st.integers(0, len(raw)))
    try:
        back = unpack_arrays(bytes(raw[:kept]), "a.npz")
    except BundleRefused:
        return
    assert all(cast("np.ndarray[Any, Any]", array).dtype.kind in "biuf" for array in back.values())
