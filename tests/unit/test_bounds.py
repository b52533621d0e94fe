"""Bounds and multiples beside a figure: "fewer than 79" does not say 79, unless source or reference says so."""

from __future__ import annotations

import pytest

from metrics.alignment import Alignment
from metrics.inventory import Inventory
from metrics.records import Example, Fact

_FACTS = {
    "th": (Fact("quantity", ("79人",), ("79 คน", "79 ราย")), Fact("percentage", ("8%",), ("ร้อยละ 8", "8%"))),
    "zh": (Fact("quantity", ("79 คน",), ("79人", "79名")), Fact("money", ("5 ล้านหยวน",), ("500万元",))),
    "bo": (Fact("quantity", ("79人",), ("མི་79", "མི་གྲངས་79")), Fact("percentage", ("8%",), ("8%",))),
    "en": (Fact("quantity", ("79人",), ("79 people",)),),
}
_SOURCE = {
    "th": "79人受伤，增长8%。",
    "zh": "เจ็บ 79 คน เสียหาย 5 ล้านหยวน",
    "bo": "79人受伤，增长8%。",
    "en": "79人受伤。",
}


def align(lang: str, text: str, source: str | None = None, reference: str = "อ้างอิง") -> Alignment:
    pair = ("th", lang) if lang == "zh" else ("zh", lang)
    example = Example("e", source or _SOURCE[lang], (reference,), _FACTS[lang], *pair)
    return Inventory([example]).align(example, text)


_BOUNDED = [
    ("th", "บาดเจ็บไม่ถึง 79 คน"), ("th", "บาดเจ็บน้อยกว่า 79 คน"), ("th", "เจ็บต่ำกว่า 79 ราย"), ("th", "เจ็บเกือบ 79 ราย"),
    ("th", "เจ็บครึ่งหนึ่งของ 79 คน"), ("th", "เจ็บสองเท่าของ 79 คน"), ("th", "เจ็บมากกว่า 79 คน"), ("th", "เจ็บเกิน 79 คน"),
    ("th", "เจ็บกว่า 79 คน"), ("th", "เจ็บ 79 คนกว่า"), ("th", "เจ็บน้อยกว่าประมาณ 79 คน"), ("th", "เพิ่มขึ้นไม่ถึงร้อยละ 8"),
    ("th", "เพิ่มขึ้นเกือบ 8%"), ("th", "เจ็บ <79 คน"), ("th", "เจ็บ‹79 คน"), ("th", "เจ็บ >79 คน"), ("th", "เจ็บ ≠79 คน"),
    ("th", "เจ็บ -79 คน"), ("th", "เจ็บ (-79 คน)"), ("th", "เจ็บวันละ 79 คน"), ("th", "แห่งละ 79 คน"), ("th", "ลำดับที่ 79 คน"),
    ("zh", "<79人受伤"), ("zh", "每天79人受伤"), ("bo", "<མི་79་རྨས"), ("bo", "མི་≠79་རྨས"), ("en", "<79 people"),
    ("zh", "不到79人受伤"), ("zh", "不足79人受伤"), ("zh", "少于 79人受伤"), ("zh", "近79人受伤"),
    ("zh", "将近 79名受伤"),
    ("zh", "超过79人受伤"), ("zh", "超过了79人受伤"), ("zh", "超79人受伤"), ("zh", "79人的一半受伤"),
    ("zh", "79人的两倍受伤"),
    ("zh", "受伤者为一半的79人"), ("zh", "两倍于79人受伤"), ("zh", "79多人受伤"), ("zh", "损失不到500万元"),
    ("bo", "མི་79་ལས་ཉུང་བ་རྨས"), ("bo", "མི་79་ལས་མང་བ་རྨས"), ("bo", "མི་79་ལྷག་རྨས"), ("bo", "མི་79་ལ་མ་ལོངས་པ་རྨས"),
    ("bo", "མི་79་ཡི་ཕྱེད་ཀ་རྨས"), ("bo", "8%་ལས་ཉུང་བའི་འཕར་ཚད"),
    ("en", "fewer than 79 people were hurt"), ("en", "Almost 79 people were hurt"), ("en", "half of the 79 people"),
    ("en", "more than 79 people were hurt"),
]  # fmt: skip


@pytest.mark.parametrize(("lang", "text"), _BOUNDED)
def test_a_figure_under_a_bound_is_another_amount(lang: str, text: str) -> None:
    got = align(lang, text)
    assert not any(got.stated) and got.supported == (), text
    assert [item for item in got.unsupported if "79" in item.surface or "8" in item.surface or "500" in item.surface]


_HARMLESS = [
    ("th", "บาดเจ็บราว 79 คน"), ("th", "บาดเจ็บประมาณ 79 คน"), ("th", "เจ็บไม่น้อยกว่า 79 คน"), ("th", "เจ็บอย่างน้อย 79 คน"),
    ("th", "เจ็บไม่เกิน 79 คน"), ("th", "มากกว่าเดิม 79 คน"), ("th", "ส่วนเกิน 79 คน"), ("th", "เจ็บ 79 คน กว่าจะหนีได้"),
    ("th", "ยอดเจ็บอยู่ที่ 79 คน"), ("th", "เจ็บ-79 คน"), ("th", "เจ็บ - 79 คน"),
    ("th", "เจ็บ 79 คน กว่างซีเร่งช่วย"), ("th", "ยอดเจ็บทะลุ 79 คน"),
    ("zh", "约79人受伤"), ("zh", "最近79人受伤"), ("zh", "附近79人受伤"), ("zh", "台风逼近 79人受伤"),
    ("zh", "不超过79人受伤"),
    ("zh", "供应不足 79人受伤"), ("zh", "至少79人受伤"), ("zh", "79人多次受伤"), ("zh", "79人左右受伤"),
    ("bo", "མི་79་ཙམ་རྨས"), ("bo", "མི་79་རྨས་ལྷག་པར་དུ"), ("bo", "ཕལ་ཆེར་མི་79་རྨས"),
    ("en", "about 79 people were hurt"), ("en", "no fewer than 79 people"), ("en", "sued over 79 people"),
]  # fmt: skip


@pytest.mark.parametrize(("lang", "text"), _HARMLESS)
def test_about_and_what_the_figure_itself_fulfils_are_no_bounds(lang: str, text: str) -> None:
    got = align(lang, text)
    assert got.stated[0] and got.unsupported == (), text


def test_a_bound_that_source_or_reference_write_is_right() -> None:
    assert align("th", "เจ็บเกือบ 79 คน", source="近79人受伤，增长8%。").stated[0]
    assert align("th", "เจ็บไม่ถึง 79 คน", source="近79人受伤，增长8%。").unsupported == ()
    assert align("th", "เจ็บเกือบ 79 คน", reference="บาดเจ็บเกือบ 79 คน").stated[0]
    assert not align("th", "เจ็บมากกว่า 79 คน", source="近79人受伤，增长8%。").stated[0]
    assert align("zh", "超过79人受伤", source="เจ็บกว่า 79 คน").stated[0]


def test_a_rate_of_the_source_is_one_in_the_output() -> None:
    assert align("th", "เจ็บวันละ 79 คน", source="每天79人受伤，增长8%。").stated[0]
    assert align("th", "เจ็บวันละ 79 คน", source="每天受伤的有79人，增长8%。").stated[0]


def test_a_date_has_no_bound() -> None:
    date = Fact("date", ("8日",), ("วันที่ 8",))
    example = Example("e", "8日", None, (date,), "zh", "th")
    assert Inventory([example]).align(example, "เมื่อวันที่ 8 กว่าจะถึงก็ค่ำ กว่าปรับราคา วันที่ 8 กว่าปรับราคา").unsupported == ()


def test_a_word_inside_a_name_is_no_bound() -> None:
    person = Fact("person", ("ม่าเชา",), ("马超",))
    example = Example("e", _SOURCE["zh"], None, (*_FACTS["zh"], person), "th", "zh")
    assert Inventory([example]).align(example, "马超79人受伤").stated == (True, False, True)


def test_more_than_a_smaller_round_number_is_borne_out_by_the_figure_above_it() -> None:
    assert align("th", "เจ็บกว่า 70 คน").unsupported == ()
    assert align("th", "เจ็บเกือบ 70 คน").unsupported != ()
