"""Gold is weighed in บาท in Thai: ทองคำหนัก 2 บาท is a mass, ทองคำบาทละ 42,000 บาท a price. Medals are counted by the
word of a dollar."""

from __future__ import annotations

import re
from fractions import Fraction

from metrics.reading.needs import Behind
from metrics.reading.words import Unit, units

_ABOUT = r"\s?(?:รวม(?:กัน)?|ประมาณ|ราว|เกือบ|กว่า|ถึง|เส้นละ|แท่งละ|วงละ|จำนวน|ทั้งหมด|เกิน)?" * 2 + r"\s?"
_WEIGHING = Behind(re.compile(rf"(?P<sure>น้ำ)?หนัก{_ABOUT}(?:(?:[0-9]{{1,3}}|หนึ่ง|สอง|สาม|สี่|ห้า)\s?บาท\s?)?\Z"))
_JEWEL = re.compile("ทอง|สร้อย|แหวน|กำไล|เลส|จี้|ต่างหู|เครื่องประดับ|พระเลี่ยม")
_ORNAMENT = re.compile("สร้อย|แหวน|กำไล|เลส|จี้|ต่างหู|รูปพรรณ|เครื่องประดับ")
# Gold right before its weight. ร้านทอง is a shop, บัตรทอง a card, เหรียญทอง a medal: bare ทอง stands behind few words.
_GOLD = Behind(
    re.compile(
        r"(?:ทองคำ(?:แท่ง|แท้)?|ทองรูปพรรณ|ทองแท่ง|(?:สร้อย|สร้อยคอ|แหวน|กำไล|กำไลข้อมือ|สร้อยข้อมือ)ทอง"
        r"|(?:(?<![\u0e00-\u0e7f])|(?<=ได้)|(?<=ซื้อ)|(?<=ขโมย)|(?<=ขาย)|(?<=จำนำ)|(?<=แจก)|(?<=สวม)|(?<=ใส่))ทอง)"
        r"(?:\s?(?:จำนวน|ขนาด))?\s?\Z"
    )
)
_PRICE = re.compile("ราคา|ค่า|ปรับ|ขึ้น|ลดลง|รับซื้อ|ขายออก|ออม|ละ\\s?\\Z")
_MOST_WEIGHED, _MOST_BARE = 5000, 100
"""More บาท are money, behind หนัก and without it."""
# เหรียญทอง 5 เหรียญ, and further on เงิน 3 เหรียญ, are medals; a เหรียญ is a dollar as well.
MEDAL = "เหรียญ"
_MEDALS = re.compile(r"เหรียญ\s?(?:ทอง|เงิน|รางวัล|ที่ระลึก|กษาปณ์|กล้าหาญ|โอลิมปิก|พระ)")
_BEHIND_MEDALS = Behind(re.compile(rf"{_MEDALS.pattern}[^0-9]{{0,30}}\Z"))
_BEHIND_METAL = Behind(re.compile(r"(?:ทอง(?:แดง)?|เงิน)\s?(?:อีก|รวม|ได้)?\s?\Z"))
_OF_METALS = re.compile(
    r"\s?(?:แบ่งเป็น|แบ่งออกเป็น|ประกอบด้วย|เป็น|จาก|คือ|\()?\s?\(?(?:[0-9]{1,3}\s?(?:เหรียญ)?|เหรียญ)\s?(?:ทอง|เงิน)"
)
_PAID = re.compile("ราคา|ค่า|ปรับ|จ่าย|อัดฉีด|เงินรางวัล|รับเงิน|โบนัส|เงินสด|ขาย|ละ\\s?\\Z")
_MOST_MEDALS = 2000


def _unit(english: str) -> Unit:
    found = units("en").starting(english, 0)
    if found is None:
        raise KeyError(english)
    return found[1]


_BAR, _WORKED, _QUARTER = _unit("baht of gold"), _unit("baht of gold jewellery"), _unit("salueng of gold")
SALUENG = ("สลึง", " สลึง")
"""A quarter of a บาท, as it may stand behind its number."""


def gold_weight(text: str, begin: int, value: Fraction, quarters: bool) -> Unit | None:
    """The unit of so many บาท at `begin` where they weigh gold: a บาท of bars is heavier than one of ornaments.

    quarters: สลึง, not บาท.
    """
    if value > _MOST_WEIGHED:
        return None
    first = max(0, begin - 60)
    weighing = _WEIGHING.search(text, max(first, begin - 30), begin)
    if weighing:
        if not weighing["sure"] and not _JEWEL.search(text, first, begin):  # ขาดทุนหนัก 200 บาท
            return None
    elif value > _MOST_BARE or not _GOLD.search(text, first, begin) or _PRICE.search(text, first, begin):
        return None
    if quarters:
        return _QUARTER
    return _WORKED if _ORNAMENT.search(text, first, begin) else _BAR


def medals(text: str, begin: int, end: int, value: Fraction) -> bool:
    """Whether so many เหรียญ at text[begin:end] are medals or coins, no dollars."""
    if value > _MOST_MEDALS or value.denominator != 1 or not text.endswith(MEDAL, begin, end):
        return False
    if _OF_METALS.match(text, end):
        return True
    behind = _BEHIND_MEDALS.search(text, max(0, begin - 45), begin)
    if behind is None and _BEHIND_METAL.search(text, max(0, begin - 15), begin):
        behind = _MEDALS.search(text, max(0, begin - 60), begin)
    return behind is not None and not _PAID.search(text, behind.start(), begin)
