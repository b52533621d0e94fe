"""Arrow arrays by their buffers are those of pyarrow's own conversions."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics import arrays

_TEXTS = st.lists(st.none() | st.text(st.characters(exclude_categories=["Cs"]), max_size=6), max_size=20)
_NUMBERS = st.lists(st.none() | st.floats(allow_nan=False), max_size=20)


@given(_TEXTS)
def test_texts(values: list[str | None]) -> None:
    found = arrays.texts(values)
    found.validate(full=True)
    assert found.equals(pa.array(values, pa.string()))


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=6), st.integers(0, 20))
def test_repeated(text: str, n: int) -> None:
    found = arrays.repeated(text, n)
    found.validate(full=True)
    assert found.equals(pa.array([text] * n, pa.string()))


@given(_NUMBERS)
def test_numbers_there_and_back(values: list[float | None]) -> None:
    there = np.array([value is not None for value in values], dtype=bool)
    found = arrays.numbers(np.array([0.5 if value is None else value for value in values]), there)
    found.validate(full=True)
    assert found.equals(pa.array(values, pa.float64()))
    for part in (found, found.slice(len(values) // 3)):
        assert np.array_equal(arrays.filled(part), part.to_numpy(zero_copy_only=False).astype(float), equal_nan=True)
        assert arrays.present(part).tolist() == part.is_valid().to_pylist()


@given(st.lists(st.none() | st.booleans(), max_size=20))
def test_flags_there_and_back(values: list[bool | None]) -> None:
    plain = [value is True for value in values]
    assert arrays.flags(np.array(plain, dtype=bool)).equals(pa.array(plain, pa.bool_()))
    found = pa.array(values, pa.bool_())
    for part in (found, found.slice(len(values) // 3)):
        assert arrays.unpacked_flags(part).tolist() == part.fill_null(False).to_pylist()


@pytest.mark.parametrize("shape", [(0, 2), (3, 1), (5, 4)])
def test_rows_and_integers(shape: tuple[int, int]) -> None:
    values = np.arange(shape[0] * shape[1], dtype=np.float64).reshape(shape) / 3
    assert arrays.rows(values).equals(pa.array(values.tolist(), pa.list_(pa.float64())))
    assert arrays.integers(np.arange(shape[0])).equals(pa.array(range(shape[0]), pa.int64()))


@given(_TEXTS)
def test_codes(values: list[str | None]) -> None:
    column = pa.array(values, pa.string())
    for part in (column, column.slice(len(values) // 3), column.dictionary_encode().slice(len(values) // 3)):
        numbers, words = arrays.codes(part)
        assert [words[i] for i in numbers.tolist()] == part.to_pylist()
        assert words[-1] is None
        assert None not in words[:-1]
