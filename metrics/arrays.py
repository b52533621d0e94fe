"""Arrow arrays made from numpy's and back, by their buffers.

pyarrow's own conversions (`pa.array`, `pa.scalar`, `to_numpy`) import pandas, a third of a second that a short command
has no other use for.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pyarrow as pa


def texts(values: Sequence[str | None]) -> pa.StringArray:
    """As pa.array(values, pa.string()). Raises UnicodeEncodeError for half of a surrogate pair."""
    # What comes again and again, as reasons do, is encoded once.
    encoded = {value: b"" if value is None else value.encode("utf-8") for value in set(values)}
    raw = list(map(encoded.__getitem__, values))
    offsets = np.zeros(len(raw) + 1, dtype=np.int64)
    np.cumsum(np.fromiter(map(len, raw), dtype=np.int64, count=len(raw)), out=offsets[1:])
    known = np.array([value is not None for value in values], dtype=bool) if None in encoded else None
    return _strings(b"".join(raw), offsets, known)


def repeated(text: str, n: int) -> pa.StringArray:
    """n times one text."""
    raw = text.encode("utf-8")
    return _strings(raw * n, np.arange(n + 1, dtype=np.int64) * len(raw), None)


def _strings(raw: bytes, offsets: np.ndarray, known: np.ndarray | None) -> pa.StringArray:
    import pyarrow as pa

    if offsets[-1] > np.iinfo(np.int32).max:
        raise ValueError(f"{offsets[-1]:,} bytes of text in one array; 2 GiB at most")
    buffers = [_bits(known), pa.py_buffer(offsets.astype(np.int32)), pa.py_buffer(raw)]
    return pa.Array.from_buffers(pa.string(), len(offsets) - 1, buffers)


def _bits(flags: np.ndarray | None) -> pa.Buffer | None:
    import pyarrow as pa

    return None if flags is None else pa.py_buffer(np.packbits(flags, bitorder="little"))


def numbers(values: np.ndarray, known: np.ndarray | None = None) -> pa.DoubleArray:
    """(n,) float64. known: (n,) bool, False for null; None: none is null."""
    import pyarrow as pa

    data = pa.py_buffer(np.ascontiguousarray(values, dtype=np.float64))
    return pa.Array.from_buffers(pa.float64(), len(values), [None if known is None else _bits(known), data])


def integers(values: np.ndarray) -> pa.Int64Array:
    """(n,) int64."""
    import pyarrow as pa

    data = pa.py_buffer(np.ascontiguousarray(values, dtype=np.int64))
    return pa.Array.from_buffers(pa.int64(), len(values), [None, data])


def flags(values: np.ndarray) -> pa.BooleanArray:
    """(n,) bool."""
    import pyarrow as pa

    return pa.Array.from_buffers(pa.bool_(), len(values), [None, _bits(values)])


def rows(values: np.ndarray) -> pa.ListArray:
    """(n, k) float64: n lists of k numbers."""
    import pyarrow as pa

    n, k = values.shape
    offsets = pa.py_buffer(np.arange(n + 1, dtype=np.int32) * np.int32(k))
    return pa.Array.from_buffers(pa.list_(pa.float64()), n, [None, offsets], children=[numbers(values.ravel())])


def unpacked(array: pa.Array, kind: type[np.generic]) -> np.ndarray:
    """(n,) the numbers of an array of fixed width, of numpy's own kind; what stands at nulls is anything."""
    data = array.buffers()[1]
    size = len(array) + array.offset
    return np.frombuffer(data, kind, size)[array.offset :] if data is not None else np.zeros(len(array), kind)


def filled(array: pa.DoubleArray) -> np.ndarray:
    """(n,) float64; null is NaN."""
    values = unpacked(array, np.float64)
    return np.where(present(array), values, np.nan) if array.null_count else values


def present(array: pa.Array) -> np.ndarray:
    """(n,) bool: where an array is not null."""
    return _unpacked_bits(array.buffers()[0] if array.null_count else None, array, True)


def unpacked_flags(array: pa.BooleanArray) -> np.ndarray:
    """(n,) bool; null is False."""
    return _unpacked_bits(array.buffers()[1], array, False) & present(array)


def _unpacked_bits(bits: pa.Buffer | None, array: pa.Array, otherwise: bool) -> np.ndarray:
    if bits is None:
        return np.full(len(array), otherwise)
    size = len(array) + array.offset
    return np.unpackbits(np.frombuffer(bits, np.uint8), count=size, bitorder="little")[array.offset :].astype(bool)


def codes(array: pa.Array) -> tuple[np.ndarray, list[str | None]]:
    """((n,) int64 number of each value in the list, the distinct values and None, which stands for null)."""
    import pyarrow as pa

    encoded = array if pa.types.is_dictionary(array.type) else array.dictionary_encode()
    words = encoded.dictionary.to_pylist()
    indices = encoded.indices
    numbers_of = unpacked(indices, np.dtype(str(indices.type)).type).astype(np.int64)
    return np.where(present(indices), numbers_of, len(words)), [*words, None]
