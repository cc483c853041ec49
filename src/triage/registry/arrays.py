"""Numeric arrays as npz bytes that are the same for the same arrays, and back. Never opens an object or a pickle.

Members are stored, not deflated: on 7.7 MB of weights and hashes reading took 4 ms against 26 ms, writing 14 ms against
330 ms, for a file 14 % larger. It also leaves no room for a zip bomb: no member is larger than the file that holds it.
"""

from __future__ import annotations

import io
import math
import re
import zipfile
from collections.abc import Mapping

import numpy as np

from triage.errors import BundleRefused, TriageError, bounded
from triage.parts import Array

__all__ = ["pack_arrays", "unpack_arrays"]

_ARRAY_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,99}")
_MEMBER_NAME = re.compile(rf"{_ARRAY_NAME.pattern}\.npy")
# Little-endian numbers of at most 64 bits, as an .npy header names them: no objects, text, records or dates.
_DTYPES = frozenset({"|b1", "|i1", "|u1", "<i2", "<u2", "<i4", "<u4", "<i8", "<u8", "<f2", "<f4", "<f8"})
# The earliest time a zip can hold: a fixed one, so that the same arrays give the same bytes.
_NO_TIME = (1980, 1, 1, 0, 0, 0)
# The header as numpy writes it, format 1.0. Read by pattern: numpy's own reader evaluates it as a Python literal.
_MAGIC = b"\x93NUMPY\x01\x00"
_HEADER = re.compile(
    rb"\{'descr': '([^']{1,40})', 'fortran_order': (True|False), "
    rb"'shape': \(((?:[0-9]{1,18}, ?)*(?:[0-9]{1,18})?)\), \} *\n"
)
# What zipfile raises on bytes that only look right; NotImplementedError is a RuntimeError.
_BROKEN = (zipfile.BadZipFile, ValueError, LookupError, EOFError, ArithmeticError, RuntimeError, OSError)


def pack_arrays(arrays: Mapping[str, Array], where: str) -> bytes:
    """Render arrays as an uncompressed npz: sorted by name, no times, Fortran order kept.

    Parameters
    ----------
    arrays : mapping of str to ndarray
        Numbers of at most 64 bits, or booleans.
    where : str
        Names the file in an error.

    Returns
    -------
    bytes
        What ``numpy.load`` reads, too.

    Raises
    ------
    TriageError
        A name or a dtype that is not taken back by `unpack_arrays`.

    Examples
    --------
    >>> raw = pack_arrays({"w": np.array([1.0, 2.0])}, "weights.npz")
    >>> unpack_arrays(raw, "weights.npz")
    {'w': array([1., 2.])}
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(arrays):
            if not _ARRAY_NAME.fullmatch(name):
                raise TriageError(f"{where}: an array's name must match {_ARRAY_NAME.pattern}. Got {name!r}.")
            archive.writestr(_member(name), _npy(arrays[name], f"{where}/{name}"))
    return buffer.getvalue()


def unpack_arrays(raw: bytes, where: str) -> dict[str, Array]:
    """Read arrays back, after every member was looked at from outside.

    Parameters
    ----------
    raw : bytes
        An npz as `pack_arrays` writes it.
    where : str
        Names the file in an error.

    Returns
    -------
    dict of str to ndarray
        By name, read-only.

    Raises
    ------
    BundleRefused
        Not a zip; a member that is no ``.npy``, packed, encrypted or there twice; a dtype that is not a plain
        little-endian number; a size that is not what the header declares.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            _check_members(archive.infolist(), len(raw), where)
            return {
                info.filename.removesuffix(".npy"): _array(archive.read(info), f"{where}/{info.filename}")
                for info in archive.infolist()
            }
    except _BROKEN as err:
        raise BundleRefused(f"{where} is not an npz file that can be read: {err}.") from err


def _member(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(f"{name}.npy", date_time=_NO_TIME)
    info.compress_type = zipfile.ZIP_STORED
    # "Unix, rw-r--r--" on every platform: the default differs between them.
    info.create_system = 3
    info.external_attr = 0o644 << 16
    return info


def _npy(array: Array, where: str) -> bytes:
    plain = np.asarray(array)
    little_endian = plain.dtype.newbyteorder("<")
    if little_endian.str not in _DTYPES:
        raise TriageError(f"{where} must hold numbers of at most 64 bits. Got dtype {plain.dtype}.")
    buffer = io.BytesIO()
    np.lib.format.write_array(buffer, plain.astype(little_endian, copy=False), (1, 0), allow_pickle=False)
    return buffer.getvalue()


def _check_members(members: list[zipfile.ZipInfo], total_bytes: int, where: str) -> None:
    names = [info.filename for info in members]
    strange = [name for name in names if not _MEMBER_NAME.fullmatch(name)]
    if strange:
        raise BundleRefused(f"{where} must hold .npy members only. Got {bounded(strange)}.")
    if len(set(names)) < len(names):
        raise BundleRefused(f"{where} holds a member twice. Got {bounded(sorted(names))}.")
    packed = [
        info.filename
        for info in members
        if info.compress_type != zipfile.ZIP_STORED or info.file_size != info.compress_size or info.flag_bits & 0x1
    ]
    if packed:
        raise BundleRefused(f"{where} must be neither compressed nor encrypted. Got {bounded(packed)}.")
    declared = sum(info.file_size for info in members)
    if declared > total_bytes:
        raise BundleRefused(f"{where} declares {declared} bytes of arrays and has {total_bytes} itself.")


def _array(raw: bytes, where: str) -> Array:
    start = len(_MAGIC) + 2 + int.from_bytes(raw[len(_MAGIC) : len(_MAGIC) + 2], "little")
    header = _HEADER.fullmatch(raw, len(_MAGIC) + 2, start)
    if not raw.startswith(_MAGIC) or header is None:
        raise BundleRefused(f"{where} must be an .npy of format 1.0 with a plain header.")
    descr, fortran_order, lengths = (group.decode("ascii", "replace") for group in header.groups())
    if descr not in _DTYPES:
        raise BundleRefused(f"{where} must hold plain little-endian numbers. Got dtype {descr!r}.")
    dtype, shape = np.dtype(descr), tuple(int(length) for length in lengths.split(",") if length.strip())
    if math.prod(shape) * dtype.itemsize != len(raw) - start:
        raise BundleRefused(f"{where} declares shape {shape} of {descr}, and holds {len(raw) - start} bytes.")
    array: Array = np.ndarray(shape, dtype, buffer=raw, offset=start, order="F" if fortran_order == "True" else "C")
    return array
