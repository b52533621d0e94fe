"""A surface that is also a common word is not found inside another word; names are found wherever they are written."""

from __future__ import annotations

import random
import re

import pytest

from metrics.inventory import Inventory
from metrics.records import Example, Fact
from metrics.thai_dictionary import thai_words
from metrics.words import _holds_spaced_word, segmenter, units, whole_word, words


def _stated(surface: str, text: str, kind: str = "place", lang: str = "th") -> bool:
    example = Example("a", "x", ("x",), (Fact(kind, ("x",), (surface,)),), "zh", lang)
    alignment = Inventory([example]).align(example, text)
    assert len(alignment.unsupported) == 0
    return alignment.stated[0]


@pytest.mark.parametrize(
    ("surface", "inside"),
    [
        ("เลย", "จำเลยรับสารภาพ"),
        ("เลย", "ละเลยหน้าที่"),
        ("เลย", "แข่งวอลเลย์บอล"),
        ("ตาก", "เสื้อผ้าที่ตากแดดไว้"),
        ("ตาก", "ดวงตากลมโต"),
        ("แพร่", "เผยแพร่ข่าวปลอม"),
        ("น่าน", "ในน่านน้ำสากล"),
        ("หวัง", "ด้วยความหวังใหม่"),
        ("จีน", "จังหวัดปราจีนบุรี"),
        ("ลาว", "ปลาวาฬเกยตื้น"),
    ],
)
def test_a_common_word_is_not_found_inside_another(surface: str, inside: str) -> None:
    assert surface in inside
    assert not _stated(surface, inside)
    assert not _stated(surface, inside, lang="tha")


@pytest.mark.parametrize(
    ("surface", "text"),
    [
        ("เลย", "ไฟไหม้ที่จังหวัดเลย"),
        ("เลย", "อำเภอเมืองเลย"),
        ("ตาก", "น้ำท่วมจังหวัดตาก"),
        ("แพร่", "จังหวัดแพร่เกิดเหตุ"),
        ("น่าน", "เมืองน่าน"),
        ("หวัง", "นายหวังกล่าว"),
        ("จีน", "ประเทศจีน"),
        ("จีน", "นักท่องเที่ยวชาวจีน"),
        ("ไทย", "คนไทยในญี่ปุ่น"),
        ("กรุงเทพ", "กรุงเทพมหานคร"),
        ("หวังเสี่ยวหมิง", "นายหวังเสี่ยวหมิงกล่าวว่า"),
        ("แม่สอด", "อำเภอแม่สอดจังหวัดตาก"),
        ("เชียงใหม่", "ที่เชียง\u200bใหม่"),
        ("ลำปาง", "น้ำท่วมล\u0e4d\u0e32ปาง"),
    ],
)
def test_a_name_is_found_where_it_stands(surface: str, text: str) -> None:
    assert _stated(surface, text)


def test_what_is_no_name_is_stated_by_its_noun_too() -> None:
    assert _stated("เสียชีวิต", "มีผู้เสียชีวิตหลายราย", "event")
    assert _stated("เลือกตั้ง", "การเลือกตั้ง", "event")
    assert not _stated("รบ", "เตรียมการครบถ้วน", "event")
    assert not _stated("รบ", "เสียงรบกวน", "event")


def test_an_invented_place_inside_a_common_word_is_no_hallucination() -> None:
    """A known place of another article must not be counted against a text that only uses the common word."""
    own = Example("a", "x", ("x",), (Fact("place", ("x",), ("ลำปาง",)),), "zh", "th")
    other = Example("b", "x", ("x",), (Fact("place", ("x",), ("เลย",)),), "zh", "th")
    inventory = Inventory([own, other])
    assert inventory.align(own, "จำเลยถูกจับที่ลำปาง").unsupported == ()
    assert [i.surface for i in inventory.align(own, "ไฟไหม้ที่จังหวัดเลย").unsupported] == ["เลย"]


def test_tibetan_surfaces_end_with_or_without_their_tsheg() -> None:
    for surface in ("ལྷ་ས", "ལྷ་ས་", "ལྷ་ས།"):
        for text in ("ཡུལ་ལྷ་ས།", "ལྷ\u0f0cས\u0f0cལ", "ལྷ་སར"):
            assert _stated(surface, text, lang="bo"), (surface, text)


def test_only_a_language_with_a_segmenter_has_a_judge_of_whole_words() -> None:
    assert whole_word("th-TH") is not None
    assert whole_word("zh") is None
    assert whole_word("bo") is None


def test_repetition_and_bleu_share_their_words() -> None:
    text = "ศาลอาญากรุงเทพ พิพากษา"
    assert list(words(text, "th")) == units(text, "th") == ["ศาลอาญา", "กรุงเทพ", "พิพากษา"]
    assert words("བོད་ཡིག།", "bo") == ("བོད", "ཡིག", "།")
    assert units("བོད་ཡིག།", "bo") == ["བོད", "ཡིག"]
    assert words("ຂ່າວ", "lo") == tuple("ຂ່າວ")
    assert segmenter("newmm").startswith("newmm-pythainlp")
    assert segmenter("tsheg") == "tsheg"


def test_words_with_a_space_are_found_as_by_looking_for_each_of_them() -> None:
    spaced = sorted(word for word in thai_words() if " " in word)
    known = re.compile("|".join(map(re.escape, spaced)))
    draw, held = random.Random(5), 0
    for _ in range(400):
        word = draw.choice(spaced)
        first, last = draw.choice((0, 0, 1)), draw.choice((0, 0, 1))
        # Text stands before it: the words that begin with a letter and a space are looked for with two.
        text = draw.choice(("", "คน ", "ไปที่")) + word[first : len(word) - last] + draw.choice(("", "ก", " แล้ว"))
        held += (found := known.search(text) is not None)
        assert not found or _holds_spaced_word(text) or word.index(" ") < 2
        assert found or not _holds_spaced_word(text)
    assert held > 100
