"""Counting words, abbreviations and blanks that make a listed figure look like another, or another like it."""

from __future__ import annotations

import pytest

from metrics.alignment import Alignment
from metrics.inventory import Inventory
from metrics.records import Example, Fact


def align(text: str, *surfaces: str, lang: str = "th", source: str = "79人") -> Alignment:
    example = Example("e", "x", None, (Fact("quantity", (source,), surfaces),), "zh", lang)
    return Inventory([example]).align(example, text)


def test_a_unit_that_only_begins_a_longer_counting_word_is_another_unit() -> None:
    got = align("เจ็บ 79 รายการ", "79 ราย", "79 คน")
    assert not got.stated[0] and len(got.unsupported) == 1, "79 items are not 79 persons"
    got = align("มี 79 รายการ", "79 ราย", source="79起")
    assert not got.stated[0] and got.unsupported == (), "of what counts anything, the value is borne out"
    assert align("เจ็บ 79 รายได้รับบาดเจ็บ", "79 ราย", "79 คน").stated[0]
    assert align("มี 79 รายการ", "79 รายการ", "79 ชิ้น").stated[0]
    assert align("ร้อนถึง 79 องศาเซลเซียส", "79 องศา", "80 องศาเซลเซียส").stated[0], (
        "of one unit, the short and the long word"
    )


@pytest.mark.parametrize("text", ["บจก. ทองดี", "บจก.แม่น้ำ", "โฆษก สตช. แถลง", "สพฐ. ประกาศ", "อบจ. และ ปปส. ร่วม"])
def test_abbreviations_are_no_invented_persons(text: str) -> None:
    assert align(text, "79 ราย").unsupported == ()


def test_names_beside_abbreviations_are_still_found() -> None:
    assert align("บจก. โวลคอฟเทค", "79 ราย").unsupported


@pytest.mark.parametrize("text", ["མི་79་རྨས", "མི་ 79་རྨས", "མི་ ༧༩ རྨས"])
@pytest.mark.parametrize("surface", ["མི་79", "མི་ 79", "མི་༧༩"])
def test_a_blank_between_a_tibetan_unit_and_its_figure_is_nothing(text: str, surface: str) -> None:
    got = align(text, surface, lang="bo")
    assert got.stated[0] and got.unsupported == ()
