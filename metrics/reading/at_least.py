"""What says behind an amount that it is the least: 10% ขึ้นไป, 3 ครั้งขึ้นไป, 50%ཡན་ཆད."""

from __future__ import annotations

import re

from metrics.reading.numeral_words_th import COUNTERS, MORE_COUNTERS

# ขึ้นไป that climbs: 2% ขึ้นไปแตะ, 5 คนขึ้นไปบนเขา.
_CLIMBS = (
    r"แตะ|ยัง|สู่|ถึง|อยู่|บน|ยืน|ทดสอบ|ตามหา|ช่วย|เหนือ|ปิด|กว่า|ตรวจ|ปีน|เก็บ|ร้อง|นั่ง|นอน|กราบ|มอบ"
    r"|(?:ที่|เป็น)\s?(?:ระดับ|[0-9])"
)
_WORD = "ขึ้นไป"
_FAR = 24
THAI_UP = rf"{_WORD}(?!{_CLIMBS})"
_THAI = re.compile(rf"(?P<counted>\s?(?:{COUNTERS}|{MORE_COUNTERS})(?:ติดต่อกัน|ด้วยกัน)?)?\s?{THAI_UP}")
_TIBETAN = re.compile(r"[་\s]*(?:ལྷག|ཡན|ལས་?བརྒལ(?!་(?:མི|མ|མེད|བར་མི|ན་མི)(?![\u0f40-\u0fbc]))|ལས་?ལྷག)(?![\u0f40-\u0fbc])")


def at_least(text: str, end: int, lang: str) -> int | None:
    """Where what makes the amount that ends at `end` a least one ends, if that stands right behind it; `end` itself
    where what is counted stands between."""
    if lang == "th":
        if text.find(_WORD, end, end + _FAR) < 0:
            return None
        found = _THAI.match(text, end)
        return None if found is None else end if found["counted"] else found.end()
    found = _TIBETAN.match(text, end) if lang == "bo" and text[end : end + 1] in _MAY_BEGIN else None
    return None if found is None else found.end()


_MAY_BEGIN = ("་", " ", "ལ", "ཡ")
