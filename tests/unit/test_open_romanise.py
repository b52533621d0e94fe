"""Names in Thai and Tibetan letters held against their Latin spelling, and mentions of a name in any form."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.validity.mentions import is_gloss, mentions, replaced
from metrics.open.facts import _squeezed, hold
from metrics.open.latin import roman, spoken_in
from metrics.open.likeness import alike, form_of
from metrics.open.names import Name, NameList
from metrics.open.outputs import Output
from metrics.open.romanise import latin_spelled, thai_in_latin, tibetan_in_latin
from metrics.open.spelling import latin_sounds
from metrics.records import Example


@pytest.mark.parametrize(
    ("thai", "latin"),
    [
        ("คาร์ล", "Carl"),
        ("วิลเลียม", "William"),
        ("แมนเดลา", "Mandela"),
        ("เอลิซาเบธ", "Elisabeth"),
        ("เคนเนดี", "Kennedy"),
        ("ทวิตเตอร์", "Twitter"),
    ],
)
def test_both_spellings_of_a_name_are_one(thai: str, latin: str) -> None:
    assert thai_in_latin(thai)[0] == latin_spelled(latin)


@pytest.mark.parametrize(("tibetan", "latin"), [("ཐེན་ནེ་སི", "Tennessee"), ("ཨ་རི་ཟོ་ན", "Arizona")])
def test_a_tibetan_name_has_its_unwritten_vowels(tibetan: str, latin: str) -> None:
    assert tibetan_in_latin(tibetan) == latin_spelled(latin)


@given(st.text(alphabet="เแโใไกรลวอาิีื็่์ะัุABz9 ", max_size=60))
def test_each_letter_has_its_place(text: str) -> None:
    letters, at = thai_in_latin(text)
    assert len(letters) == len(at) and all(0 <= i < len(text) for i in at)
    assert all(a != b for a, b in pairwise(letters))


@pytest.mark.parametrize(
    ("surface", "text"),
    [
        ("Carl", "วิศวกรชื่อ คาร์ล ทำงานที่นี่"),
        ("Hampson", "นายแฮมป์สันเป็นวิศวกร"),
        ("J.K", "นักเขียน เจ. เค. โรว์ลิง"),
        ("AB-CD", "ใช้ทั้ง AB และ CD พร้อมกัน"),
        ("SR99", "ริมเส้นทาง SR 99"),
        ("MH370", "เที่ยวบินเอ็มเอช 370"),
        ("Johnson's", "ของจอห์นสัน"),
    ],
)
def test_a_latin_name_is_heard(surface: str, text: str) -> None:
    assert spoken_in(surface, Output(text, "th")) is not None


@pytest.mark.parametrize(
    ("surface", "text"),
    [
        ("Johnson", "John Go กล่าว"),
        ("Carl", "การประชุม"),
        ("J.K", "เจ้าของร้าน"),
        ("SR99", "ริมเส้นทาง SR 998"),
        ("Punta", "ผู้สนับสนุน"),
    ],
)
def test_what_sounds_a_little_alike_is_not(surface: str, text: str) -> None:
    assert spoken_in(surface, Output(text, "th")) is None


@pytest.mark.parametrize(
    ("word", "number"), [("II", 2), ("VIII", 8), ("XIV", 14), ("XXI", 21), ("I", None), ("IIII", None), ("MIX", None)]
)
def test_roman_numerals(word: str, number: int | None) -> None:
    assert roman(word) == number


@pytest.mark.parametrize(
    ("form", "word", "lang", "same"),
    [
        ("ไบรตัน", "Brighton", "th", True),
        ("เจมส์", "James", "th", True),
        ("ชาร์ลอตต์", "Sarasota", "th", False),
        ("จัสติน", "Jordan", "th", False),
        ("มะกัน", "Khan", "th", False),
        ("ཐེན་ནེ་སི", "Tennessee", "bo", True),
        ("སི་ཀོཊ་ལན", "Sunderland", "bo", False),
    ],
)
def test_a_latin_word_is_a_name_by_its_letters_and_not_by_its_consonants_alone(
    form: str, word: str, lang: str, same: bool
) -> None:
    assert alike(form, form_of(form, lang)[1], word.lower(), latin_sounds(word), lang) is same


INDIA = Name("place", ("印度",), ("อินเดีย", "India"), sure=True)
BRITAIN = Name("place", ("英国",), ("สหราชอาณาจักร",), sure=True)
SAXONY = Name("place", ("萨克森王国",), ("ราชอาณาจักรแซกโซนี",))
SURINAME = Name("place", ("苏里南",), ("ซูรินาเม",), sure=True)


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        (INDIA, "ในวันเดียวกันเขาเดินทางกลับ", False),
        (BRITAIN, "ตลาดในราชอาณาจักรแซกโซนีเติบโต", False),
        (BRITAIN, "ตลาดในสหราชอณาจักรเติบโต", True),
        (SURINAME, "กายอานา ซูรินาม และบราซิล", True),
    ],
)
def test_a_near_spelling_is_no_common_word_and_no_other_name(name: Name, text: str, found: bool) -> None:
    known = NameList((INDIA, BRITAIN, SAXONY, SURINAME), "zh", "th")
    hit = known.find(name, Output(text, "th"))
    assert (hit is not None) is found
    assert hit is None or " " not in text[hit.start : hit.end]


def test_every_mention_is_replaced_and_no_chance_likeness() -> None:
    name = Name("place", ("内华达",), ("เนวาดา", "Nevada"))
    text = "รัฐเนวาดา (Nevada) และชาว Nevadan ในเนวาด้า แต่ไม่ใช่เนวิน"
    spans = mentions(text, name, "เนวาดา", "th")
    assert [text[a:b] for a, b in spans] == ["เนวาดา", "(Nevada)", "Nevadan", "เนวาด้า"]
    assert replaced(text, spans, "X") == "รัฐX X และชาว X ในX แต่ไม่ใช่เนวิน"


def test_a_name_in_brackets_behind_its_other_spelling_is_a_gloss() -> None:
    text = "รัฐเนวาดา (Nevada) กับ Utah"
    assert is_gloss(text, text.index("Nevada")) and not is_gloss(text, text.index("Utah"))


def test_a_roman_numeral_is_an_ordinal_that_the_output_says_in_digits() -> None:
    example = Example("1", "伊丽莎白II访问了该市", ("พระราชินีเอลิซาเบธที่ 2 เสด็จเยือนเมือง",), None, "zh", "th")
    for text, outcome in ((example.reference[0], "verified"), ("พระราชินีเสด็จเยือนเมือง", "unverified")):
        assert [(f.tier, f.outcome) for f in hold(example, text, None).facts] == [("soft", outcome)]


def test_the_end_of_a_tibetan_word_is_no_beginning_of_a_name() -> None:
    brazil = Name("place", ("巴西",), ("པ་ཞི",), sure=True)
    known = NameList((brazil,), "zh", "bo")
    for text, found in (("མཁས་པ་ཞི་མེང་གིས་བཤད།", False), ("པ་ཞི་ཡི་རྒྱལ་ས།", True), ("དེ་རིང་ པ་ཞི་ནས་སླེབས།", True)):
        assert (known.find(brazil, Output(text, "bo")) is not None) is found
        assert bool(known.unsupported("法国", Output(text, "bo"))) is found


@given(st.text(alphabet="aB กΣςİß\u3000\n1.", max_size=30))
def test_squeezed_text_keeps_one_character_for_each(text: str) -> None:
    assert len(_squeezed(text)) == sum(not char.isspace() for char in text)
