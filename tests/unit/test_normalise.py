"""The normal form of texts, and cuts that never split a written character."""

from __future__ import annotations

import unicodedata

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from metrics.normalise import count_graphemes, cut_graphemes, normalise, tidy

TEXT = st.text(st.sampled_from("กำเแีื่์ะใม37๓༣３,.，． %％aé\u0301བོད་ལྷའ你1234567890"), max_size=30)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (" ๓๗ คน\n", "37 คน"),
        ("༣༧", "37"),
        ("３７％", "37%"),
        ("3．7", "3.7"),
        ("1,234,567.5", "1234567.5"),
        ("๓,๗๐๐ ล้าน", "3700 ล้าน"),
        ("1,2,3", "1,2,3"),
        ("12,34", "12,34"),
        ("1234,567", "1234,567"),
        ("0.123,456", "0.123,456"),
        ("2019，370人", "2019，370人"),
        ("三十七", "三十七"),
        ("cafe\u0301", "café"),
        ("", ""),
    ],
)
def test_worked_examples(text: str, expected: str) -> None:
    assert normalise(text) == expected


@given(TEXT)
def test_normalising_twice_changes_nothing(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once
    assert unicodedata.is_normalized("NFC", once)
    assert tidy(tidy(text)) == tidy(text)


@given(TEXT, st.integers(0, 40))
def test_a_cut_is_the_longest_prefix_of_whole_graphemes_within_the_limit(text: str, limit: int) -> None:
    cut = cut_graphemes(text, limit)
    graphemes = regex.findall(r"\X", text)
    prefixes = ["".join(graphemes[:i]) for i in range(len(graphemes) + 1)]
    assert cut == max((p for p in prefixes if len(p) <= limit), key=len)


def test_a_thai_vowel_and_a_tibetan_stack_are_not_split() -> None:
    assert cut_graphemes("ที่นี่", 4) == "ที่"
    assert cut_graphemes("นำ", 1) == ""
    assert cut_graphemes("བརྒྱ", 2) == "བ"
    assert (count_graphemes("ที่นี่"), count_graphemes("བརྒྱ"), count_graphemes("")) == (2, 2, 0)
    with pytest.raises(ValueError, match="cannot cut"):
        cut_graphemes("x", -1)
