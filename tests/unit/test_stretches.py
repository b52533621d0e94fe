"""Stretches that are asked about many times (`metrics/stretches.py`), and newmm's tokens with their numbers whole."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from pythainlp.tokenize import word_tokenize

from metrics.stretches import Stretches
from metrics.thai_dictionary import dictionary
from metrics.words import cut

PLACES = st.integers(0, 12)
STRETCHES = st.lists(st.tuples(PLACES, PLACES).map(lambda pair: (min(pair), max(pair))), max_size=8)


@given(STRETCHES, PLACES, PLACES)
def test_they_are_found_as_one_by_one(stretches: list[tuple[int, int]], a: int, b: int) -> None:
    start, end = min(a, b), max(a, b)
    found = Stretches(stretches)
    assert found.meet(start, end) == any(start < high and end > low for low, high in stretches)
    assert found.hold(start, end) == any(low <= start and end <= high for low, high in stretches)


@given(st.text("0123.,:ก ล้๑", max_size=40))
def test_numbers_that_newmm_takes_apart_are_joined_as_pythainlp_joins_them(text: str) -> None:
    pieces = word_tokenize(text, custom_dict=dictionary(), engine="newmm") if text else []
    assert [w for token in pieces for w in token.split()] == list(cut(text, "newmm"))
