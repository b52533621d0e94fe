"""`metrics.statements.words.WordFinder` against the plain rule: at each place the longest word that can stand there."""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.normalise import normalise
from metrics.statements.words import WordFinder, _marks

LETTERS = {"th": "กขคาเะัี่ ็", "bo": "ཀངའིམོ་་༽ ", "zh": "中国一a，", "en": "abA ü1-"}
BO_WRITTEN_ON = ("འི", "འང", "འམ", "འོ")


def tibetan(letter: str) -> bool:
    return bool(letter) and "\u0f40" <= letter <= "\u0fbc"


def ends(text: str, start: int, end: int, lang: str) -> int | None:
    """Where the word text[start:end] ends with what is written on to it; None where it cannot stand there."""
    before, after = text[start - 1 : start], text[end : end + 1]
    if lang == "th":
        inside = before in set("เแโใไ") or after in set("ะาำๅ") or (after and unicodedata.category(after) == "Mn")
        return None if inside else end
    if lang == "bo":
        written = next(
            (w for w in BO_WRITTEN_ON if text.startswith(w, end) and not tibetan(text[end + 2 : end + 3])), ""
        )
        return None if tibetan(before) or not (written or not tibetan(after)) else end + len(written)
    if lang == "zh":
        return end
    return None if before.isalnum() or after.isalpha() else end


def plainly(words: set[str], text: str, lang: str) -> Iterator[tuple[int, int, str]]:
    at = 0
    while at < len(text):
        for word in sorted(words, key=len, reverse=True):
            found = text.lower() if lang == "en" else text
            if found.startswith(word, at) and (end := ends(found, at, at + len(word), lang)) is not None:
                yield at, end, word
                at = end - 1
                break
        at += 1


@pytest.mark.parametrize("lang", LETTERS)
def test_it_finds_what_the_rule_says(lang: str) -> None:
    letters = st.text(st.sampled_from(LETTERS[lang]), max_size=24)

    @given(st.lists(letters.filter(lambda w: 0 < len(w) < 6), max_size=8), letters)
    def check(words: list[str], text: str) -> None:
        known = {w for w in (normalise(word).lower() for word in words) if w}
        # A word that normalising leaves empty or gives spaces at its ends is in no list.
        if any(w != w.strip() for w in known) or len(text.lower()) != len(text):
            return
        assert WordFinder(words, lang).find(text) == list(plainly(known, text, lang))

    check()


def test_the_longest_that_can_stand_there() -> None:
    """A longer word, or a shorter one where the longer cannot end; none inside a written character or a syllable."""
    assert WordFinder(["ไม่", "ไม่ได้"], "th").find("เขาไม่ได้ไม่") == [(3, 9, "ไม่ได้"), (9, 12, "ไม่")]
    assert WordFinder(["กา", "กาก"], "th").find("กากี กาก") == [(0, 2, "กา"), (5, 8, "กาก")]
    assert WordFinder(["མེད"], "bo").find("མེད། མེདའི་ མེདཔ་") == [(0, 3, "མེད"), (5, 10, "མེད")]
    assert WordFinder(["not"], "en").find("Not a nothing, not") == [(0, 3, "not"), (15, 18, "not")]
    assert WordFinder([], "th").find("ไม่") == []


def test_all_marks_are_known() -> None:
    """Those of the Unicode that Python has."""
    told, at, covered = _marks(), 0, 0
    while at < len(told):
        assert told[at + 1] == "-"
        points = range(ord(told[at]), ord(told[at + 2]) + 1)
        assert all(unicodedata.category(chr(point)) == "Mn" for point in points)
        covered, at = covered + len(points), at + 3
    assert covered == sum(unicodedata.category(chr(point)) == "Mn" for point in range(sys.maxunicode + 1))
