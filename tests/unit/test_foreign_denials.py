"""Denials in the source's language or in English inside a text of another one, and what has not happened where it
stands."""

from __future__ import annotations

import pytest

from metrics.alignment import Alignment
from metrics.inventory import Inventory
from metrics.records import Example, Fact

FACTS = {
    "th": (
        Fact("event", ("脱轨",), ("ตกราง",)),
        Fact("quantity", ("79人",), ("79 คน",)),
        Fact("organisation", ("南岭铁路",), ("บริษัทรถไฟหนานหลิ่ง",)),
    ),
    "bo": (
        Fact("event", ("脱轨",), ("ལམ་ནས་ཤོར",)),
        Fact("quantity", ("79人",), ("མི་79",)),
        Fact("organisation", ("南岭铁路",), ("ནན་ལིང་ལྕགས་ལམ་ཀུང་སི",)),
    ),
}


def align(lang: str, text: str) -> Alignment:
    example = Example("e", "南岭铁路列车脱轨，79人受伤", None, FACTS[lang], "zh", lang)
    return Inventory([example]).align(example, text)


TRUE = {"th": "รถไฟบริษัทรถไฟหนานหลิ่งตกราง เจ็บ 79 คน", "bo": "ནན་ལིང་ལྕགས་ལམ་ཀུང་སིའི་མེ་འཁོར་ལམ་ནས་ཤོར་ནས་མི་79་རྨས་པ"}


@pytest.mark.parametrize("lang", ["th", "bo"])
@pytest.mark.parametrize(
    "way", ["{} 这是假消息", "{} is fake news", "Fake news: {}", "NOT TRUE: {}", "并非{}", "{} (untrue)", "{} 不属实"]
)
def test_a_whole_statement_is_denied_in_the_sources_language_or_in_english(lang: str, way: str) -> None:
    assert align(lang, TRUE[lang]).stated == (True, True, True)
    got = align(lang, way.format(TRUE[lang]))
    assert not any(got.stated) and got.denied == {0, 1, 2}


@pytest.mark.parametrize("more", ["(Reuters)", "ไม่ใช่ของ NOT A HOTEL", "南岭铁路", "not", "不"])
def test_other_words_of_these_languages_deny_nothing(more: str) -> None:
    assert align("th", f"{TRUE['th']} {more}").denied == frozenset()


@pytest.mark.parametrize("word", ["หวิด", "เกือบ", "ป้องกัน", "ซ้อมรับมือ"])
def test_what_has_not_happened_where_it_stands_is_not_stated_and_may_stand_elsewhere(word: str) -> None:
    got = align("th", f"รถไฟบริษัทรถไฟหนานหลิ่ง{word}ตกราง เจ็บ 79 คน")
    assert got.stated == (False, True, True) and not got.denied
    assert align("th", f"{TRUE['th']} เร่ง{word}ตกรางซ้ำ").stated == (True, True, True)


@pytest.mark.parametrize("verb", ["ལམ་ནས་ཤོར་མ་སོང", "ལམ་ནས་ཤོར་མི་འདུག", "ལམ་ནས་ཤོར་བར་ཁས་མ་བླངས"])
def test_a_tibetan_negation_behind_the_verb(verb: str) -> None:
    got = align("bo", f"མེ་འཁོར་{verb}།")
    assert got.denied == {0} and not got.stated[0]


def test_a_tibetan_number_whose_predicate_is_not_accepted_is_false() -> None:
    assert not align("bo", "མི་79་རྨས་པར་ཁས་མ་བླངས").stated[1]
    assert align("bo", "མི་79་རྨས་པ").stated[1]
