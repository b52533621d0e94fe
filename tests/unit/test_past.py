"""Words of another time: what the source tells of now is not told as of last year, nor the last time as now."""

from __future__ import annotations

import pytest

from metrics.alignment import Alignment
from metrics.inventory import Inventory
from metrics.records import Example, Fact

_FLOOD = "乌隆发生洪水，3人死亡，损失14亿泰铢。上一次，洪水造成5人死亡，损失60亿泰铢。"
_FIRE = "昆明发生火灾。3人死亡，22人受伤。"
_LOSS = "丰年食品公司裁员202人。公司去年亏损3亿元。"
_BOOKS = "丰年食品公司裁员202人。账面显示亏损3亿元。"
_TRADE = "出口额为239亿元，同比增长5%。去年同期为228亿元。"
_TH = (
    Fact("place", ("乌隆",), ("อุดรธานี",)),
    Fact("place", ("昆明",), ("คุนหมิง",)),
    Fact("event", ("洪水",), ("น้ำท่วม",)),
    Fact("event", ("火灾",), ("ไฟไหม้",)),
    Fact("event", ("裁员",), ("ปลดพนักงาน",)),
    Fact("organisation", ("丰年食品公司",), ("เฟิงเหนียนฟู้ดส์",)),
    Fact("quantity", ("3人",), ("3 คน", "3 ราย")),
    Fact("quantity", ("5人",), ("5 คน", "5 ราย")),
    Fact("quantity", ("22人",), ("22 คน", "22 ราย")),
    Fact("quantity", ("202人",), ("202 คน",)),
    Fact("money", ("14亿泰铢",), ("1,400 ล้านบาท",)),
    Fact("money", ("60亿泰铢",), ("6,000 ล้านบาท",)),
    Fact("money", ("3亿元",), ("300 ล้านหยวน",)),
    Fact("money", ("239亿元",), ("23,900 ล้านหยวน",)),
    Fact("money", ("228亿元",), ("22,800 ล้านหยวน",)),
    Fact("percentage", ("5%",), ("5%",)),
)
_BO = (
    Fact("place", ("昆明",), ("ཁུན་མིང",)),
    Fact("event", ("火灾",), ("མེ་སྐྱོན",)),
    Fact("quantity", ("3人",), ("མི་3",)),
    Fact("quantity", ("5人",), ("མི་5",)),
)


def align(source: str, text: str, lang: str = "th", reference: str = "อ้างอิง") -> Alignment:
    facts = tuple(f for f in (_BO if lang == "bo" else _TH) if any(s in source for s in f.source))
    example = Example("e", source, (reference,), facts, "zh", lang)
    return Inventory([example]).align(example, text)


def wrong(source: str, text: str, lang: str = "th", reference: str = "อ้างอิง") -> list[str]:
    return [item.surface for item in align(source, text, lang, reference).unsupported]


_LIES = [
    # now told as then
    (_FIRE, "ไฟไหม้คุนหมิง เสียชีวิต 3 ราย เมื่อปีที่แล้ว", "3 ราย"),
    (_FIRE, "เมื่อปีที่แล้ว ไฟไหม้คุนหมิง เสียชีวิต 3 ราย", "ไฟไหม้"),
    (_FIRE, "เมื่อสามปีก่อน ไฟไหม้คุนหมิง เสียชีวิต 3 ราย", "ไฟไหม้"),
    (_FIRE, "คุนหมิงวุ่น ไฟไหม้เมื่อปีที่แล้ว เสียชีวิต 3 ราย", "ไฟไหม้"),
    (_FIRE, "ไฟไหม้คุนหมิง คราวก่อน มีผู้เสียชีวิต 3 คน", "3 คน"),
    (_FIRE, "ไฟไหม้คุนหมิง เสียชีวิต 3 ราย เมื่อเดือนที่แล้ว", "3 ราย"),
    (_FLOOD, "น้ำท่วมอุดรธานี คราวก่อน มีผู้เสียชีวิต 3 คน", "3 คน"),
    (_LOSS, "เฟิงเหนียนฟู้ดส์ เมื่อปีที่แล้ว ปลดพนักงาน 202 คน", "ปลดพนักงาน"),
    (_BOOKS, "ขาดทุน 300 ล้านหยวน เฟิงเหนียนฟู้ดส์ปลดพนักงาน 202 คน เมื่อปีที่แล้ว", "202 คน"),
    # the last time told as now
    (_FLOOD, "น้ำท่วมอุดรธานี เสียหาย 6,000 ล้านบาท", "6,000 ล้านบาท"),
    (_FLOOD, "น้ำท่วมอุดรธานี เสียชีวิต 3 ราย เสียหาย 6,000 ล้านบาท", "6,000 ล้านบาท"),
    (_TRADE, "ส่งออก 22,800 ล้านหยวน เพิ่มขึ้น 5%", "22,800 ล้านหยวน"),
    # exchanged
    (_FLOOD, "อุดรธานีเสียหาย 6,000 ล้านบาท คราวก่อน เสียหาย 1,400 ล้านบาท", "1,400 ล้านบาท"),
]


@pytest.mark.parametrize(("source", "text", "blamed"), _LIES)
def test_another_time_than_the_sources(source: str, text: str, blamed: str) -> None:
    """Last year's is not this year's."""
    assert blamed.replace(",", "") in wrong(source, text)


_HONEST = [
    # firms report the year that is over
    (_BOOKS, "เฟิงเหนียนฟู้ดส์ปลดพนักงาน 202 คน ปีก่อนขาดทุน 300 ล้านหยวน"),
    (_BOOKS, "ปีที่แล้วขาดทุน 300 ล้านหยวน เฟิงเหนียนฟู้ดส์ปลดพนักงาน 202 คน"),
    (_LOSS, "เฟิงเหนียนฟู้ดส์ปลดพนักงาน 202 คน หลังขาดทุน 300 ล้านหยวน"),
    (_LOSS, "ปีที่แล้วเฟิงเหนียนฟู้ดส์ขาดทุน 300 ล้านหยวน ล่าสุดปลดพนักงาน 202 คน"),
    (_LOSS, "เฟิงเหนียนฟู้ดส์ขาดทุน 300 ล้านหยวนเมื่อปีที่แล้ว ปลดพนักงาน 202 คน"),
    (_LOSS, "เฟิงเหนียนฟู้ดส์ขาดทุน 300 ล้านหยวน ปีที่แล้ว ปลดพนักงาน 202 คน"),
    (_LOSS, "ปีที่แล้วขาดทุนยับ เฟิงเหนียนฟู้ดส์ปลดพนักงาน 202 คน"),  # the loss has no figure here
    (_FLOOD, "น้ำท่วมอุดรธานีเสียชีวิต 3 ราย น้อยกว่าคราวก่อนที่เสียชีวิต 5 ราย"),
    (_FLOOD, "อุดรธานีน้ำท่วม เสียหายลดจาก 6,000 ล้านบาท เหลือ 1,400 ล้านบาท"),
    (_FLOOD, "น้ำท่วมอุดรธานี เสียหาย 1,400 ล้านบาท เทียบกับ 6,000 ล้านบาทในคราวก่อน"),
    (_FLOOD, "อุดรธานีเคยสูญเสีย 5 คน ในน้ำท่วม ครั้งนี้เสียชีวิต 3 คน"),
    (_FLOOD, "คราวก่อนน้ำท่วมอุดรธานีเสียชีวิต 5 ราย เสียหาย 6,000 ล้านบาท ครั้งนี้ 3 ราย"),  # one word for two figures
    (_TRADE, "ส่งออก 23,900 ล้านหยวน เพิ่มขึ้น 5% จากปีก่อน"),
    (_TRADE, "เมื่อเทียบกับปีที่แล้ว ส่งออกเพิ่มขึ้น 5% เป็น 23,900 ล้านหยวน"),
    (_TRADE, "ส่งออกปีที่แล้วอยู่ที่ 22,800 ล้านหยวน ปีนี้เพิ่ม 5%"),
    (_FIRE, "ก่อนหน้านี้ ไฟไหม้คุนหมิง เสียชีวิต 3 ราย"),  # news time
    (_FIRE, "เมื่อวานนี้ ไฟไหม้คุนหมิง เสียชีวิต 3 ราย บาดเจ็บ 22 ราย"),
    (_FIRE, "ไฟไหม้คุนหมิง เสียชีวิต 3 ราย มากที่สุดตั้งแต่ปีที่แล้ว"),
    ("7月26日，" + _FIRE, "ไฟไหม้คุนหมิง เสียชีวิต 3 ราย เมื่อเดือนที่แล้ว"),  # it may be August
    ("去年，" + _FIRE, "เมื่อปีที่แล้ว ไฟไหม้คุนหมิง เสียชีวิต 3 ราย บาดเจ็บ 22 ราย"),
    ("去年，" + _FIRE, "ไฟไหม้คุนหมิง เสียชีวิต 3 ราย"),  # a title leaves it out
    ("2021年，" + _FIRE, "เมื่อหลายปีก่อน ไฟไหม้คุนหมิง เสียชีวิต 3 ราย"),
    ("两年前成立的丰年食品公司裁员202人。", "เฟิงเหนียนฟู้ดส์ซึ่งตั้งเมื่อสองปีก่อน ปลดพนักงาน 202 คน"),
    ("两年前成立的丰年食品公司裁员202人。", "เมื่อสองปีก่อนเพิ่งก่อตั้ง เฟิงเหนียนฟู้ดส์ปลดพนักงาน 202 คน"),
    ("上一次火灾造成5人死亡。当时有22人受伤。", "คราวก่อน ไฟไหม้ทำให้มีผู้บาดเจ็บ 22 คน"),
    ("上次火灾发生在3月。22人受伤。", "ไฟไหม้ครั้งก่อน มีผู้บาดเจ็บ 22 คน"),
    ("死亡人数比上次多5人。", "เสียชีวิตเพิ่ม 5 คน"),  # the difference is of now
]


@pytest.mark.parametrize(("source", "text"), _HONEST)
def test_then_and_now_rightly_told(source: str, text: str) -> None:
    """Comparisons, one word for several figures, titles without context, news time."""
    assert wrong(source, text) == []


def test_a_reference_may_know_the_time() -> None:
    """Both ways: what a reference tells of the past is of the past, and what it tells as of now may be told so."""
    reference = "ปีที่แล้ว ไฟไหม้คุนหมิง เสียชีวิต 3 ราย"
    assert wrong(_FIRE, "ไฟไหม้คุนหมิง เสียชีวิต 3 ราย เมื่อปีที่แล้ว", reference=reference) == []
    text = "น้ำท่วมอุดรธานี เสียหาย 6,000 ล้านบาท"
    assert wrong(_FLOOD, text, reference=text) == []


def test_tibetan() -> None:
    """Its past word stands first; behind a clause of its own it may be said of that."""
    assert wrong(_FIRE, "ན་ནིང་ཁུན་མིང་གི་མེ་སྐྱོན་ནང་མི་3་ཤི་བ", "bo") == ["མེ་སྐྱོན"]
    assert wrong("去年，" + _FIRE, "ན་ནིང་ཁུན་མིང་གི་མེ་སྐྱོན་ནང་མི་3་ཤི་བ", "bo") == []
    last = _FIRE + "上一次，5人死亡。"
    assert wrong(last, "ཁུན་མིང་གི་མེ་སྐྱོན་ནང་མི་5་ཤི་བ", "bo") == ["མི་5"]
    assert wrong(last, "ཁུན་མིང་གི་མེ་སྐྱོན་ནང་མི་3་ཤི་བ། སྔོན་མའི་ཐེངས་ལ་མི་5་ཤི་བ", "bo") == []


def test_a_source_that_is_only_a_note() -> None:
    """It is silent about all but its facts."""
    assert wrong("火灾 3人", "ไฟไหม้ เสียชีวิต 3 ราย เมื่อปีที่แล้ว") == []
