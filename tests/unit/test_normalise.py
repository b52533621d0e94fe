"""The normal form of texts, and cuts that never split a written character."""

from __future__ import annotations

import re
import sys
import unicodedata

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from metrics.normalise import (
    _NO_OTHER_DIGIT,
    cut_graphemes,
    equal_form,
    fingerprint,
    normalise,
    normalise_all,
    normalise_surface,
    same_text,
    tidy,
)

TEXT = st.text(
    st.sampled_from(
        "กนลำเแีื่้ํา์ะใม37๓༣３１０,.，． "
        "%％aé\u0301\u0323བོད་ལྷའ你1234567890\u0e33\u0e4d\u0e32\u0e38\u0ecd\u0eb2\u0eb3\u0ec8\u0ec0\u0f0c\u0f0b\u0f0d\u0f71\u0f72"
        "\u200b\u200d\ufeff\u00a0\u00ad\u3000\n\t\x00\x1c\u2028"
    ),
    max_size=30,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (" ๓๗ คน\n", "37 คน"),
        ("༣༧", "37"),
        ("３７％", "37%"),
        ("3．7", "3.7"),
        ("1,234,567.5", "1234567.5"),
        ("๓,๗๐๐ ล้าน", "3700 ล้าน"),
        ("１，２００", "1200"),
        ("１,２００.５", "1200.5"),
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


@pytest.mark.parametrize(
    ("written", "same"),
    [
        ("ล\u0e4d\u0e32ปาง", "ลำปาง"),
        ("น\u0e4d\u0e49\u0e32", "น้ำ"),
        ("น\u0e49\u0e4d\u0e32", "น้ำ"),
        ("ເຮັດນ\u0ecd\u0ec9\u0eb2", "ເຮັດນ\u0ec9\u0eb3"),
        ("เชียง\u200bใหม่", "เชียงใหม่"),
        ("\ufeffเชียง\u200c\u2060ใหม่\u200e", "เชียงใหม่"),
        ("bro\u00adken", "broken"),
        ("葛\U000e0100城", "葛城"),
        ("หวัง\u00a0เสี่ยวหมิง", "หวัง เสี่ยวหมิง"),
        ("หวัง  เสี่ยวหมิง", "หวัง เสี่ยวหมิง"),
        ("หวัง\r\nเสี่ยวหมิง\u3000", "หวัง เสี่ยวหมิง"),
        ("a\u2009b\tc\u2028d\x0be", "a b c d e"),
        ("ལྷ\u0f0cས", "ལྷ་ས"),
        ("ཀ\u0f73", "ཀ\u0f71\u0f72"),
    ],
)
def test_what_looks_the_same_is_the_same(written: str, same: str) -> None:
    assert tidy(written) == same
    assert equal_form(written) == same
    assert normalise(written) == same
    assert same_text(written, same)
    assert fingerprint(written) == fingerprint(same)


def test_every_code_point_that_unicode_calls_ignorable_is_ignored() -> None:
    ignorable = regex.compile(r"\p{Default_Ignorable_Code_Point}")
    seen = [i for i in range(0x110000) if ignorable.match(chr(i)) and tidy(f"ก{chr(i)}ข") != "กข"]
    assert seen == []


@pytest.mark.parametrize(("written", "meant"), [("เเม่น\u0e33\u0e49", "แม่น้ำ"), ("ເເມ່", "ແມ່")])
def test_habits_of_typing_hide_no_fact_but_stay_in_what_sacrebleu_sees(written: str, meant: str) -> None:
    assert normalise(written) == meant
    assert equal_form(written) == written


def test_each_form_holds_the_one_before() -> None:
    written = "ยอด\u00a0๑,๒๐๐ คน"
    assert tidy(written) == "ยอด ๑,๒๐๐ คน"
    assert equal_form(written) == "ยอด 1,200 คน"
    assert normalise(written) == "ยอด 1200 คน"


@pytest.mark.parametrize(
    ("surface", "form"),
    [
        ("ལྷ་ས་", "ལྷ་ས"),
        ("ལྷ་ས།", "ལྷ་ས"),
        ("ལྷ་ས་། །", "ལྷ་ས"),
        ("ལྷ\u0f0cས\u0f0c", "ལྷ་ས"),
        ("།", "།"),
        ("เชียงใหม่ ", "เชียงใหม่"),
    ],
)
def test_a_surface_loses_its_closing_marks(surface: str, form: str) -> None:
    assert normalise_surface(surface) == form


def test_the_same_source_is_the_same_whatever_its_white_space() -> None:
    assert (
        fingerprint("飞马公司投资建厂。\u200b")
        == fingerprint("飞马公司投资建厂。")
        == fingerprint("飞马公司 投资建厂。\n")
    )
    assert fingerprint("飞马公司投资建厂。") != fingerprint("飞马公司投资建厂")
    assert not same_text("ลำปาง", "ลำพูน")


@given(TEXT)
def test_normalising_twice_changes_nothing(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once
    assert unicodedata.is_normalized("NFC", once)
    assert tidy(tidy(text)) == tidy(text)
    assert equal_form(equal_form(text)) == equal_form(text)
    assert normalise_surface(normalise_surface(text)) == normalise_surface(text)


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
    with pytest.raises(ValueError, match="cannot cut"):
        cut_graphemes("x", -1)


@given(
    st.lists(
        st.text("ก\u0e33\u0e32\u0e4d\u0e48เ๑19,，０．％%|/ \u00a0\u200b\u0338\u0301e\u0f0c\u0f0b\n=", max_size=6),
        max_size=6,
    )
)
def test_many_texts_are_normalised_together_as_each_by_itself(texts: list[str]) -> None:
    assert normalise_all(texts) == [normalise(text) for text in texts]


def test_what_is_passed_over_as_without_digits_holds_none_of_any_script() -> None:
    passed = [char for char in map(chr, range(sys.maxunicode + 1)) if _NO_OTHER_DIGIT.fullmatch(char)]
    assert not [char for char in passed if char.isdecimal() and not char.isascii()]
    assert {"ก", "่", "ཀ", "中", "，"} <= set(passed)


@given(st.text(st.sampled_from("ก a\u00a0\u3000\n\t\x1c\x85\u2028\u1680\u180e\u205f"), max_size=12))
def test_any_run_of_white_space_is_one_space(text: str) -> None:
    assert " ".join(text.split()) == re.sub(r"\s+", " ", text).strip(" ")
