"""Halves (一半, กว่าครึ่ง, ปีครึ่ง, ཕྱེད་ཀ), a decade without a numeral (ทศวรรษที่ผ่านมา), the first of several in Tibetan.

All are soft: translators say them in many words. They bear out the number that the other language writes (五成, 十年).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction

from metrics.reading.mention import Reading
from metrics.reading.numerals_bo import BOUNDARY, DIGIT
from metrics.reading.words import Unit, units

_HALF = Fraction(1, 2)
_NUMBER_BEFORE = "".join(
    f"(?<!{word})"
    for word in (
        "หนึ่ง", "สอง", "สาม", "สี่", "ห้า", "หก", "เจ็ด", "แปด", "เก้า", "สิบ", "หลาย", "กี่", "ครึ่ง", "[0-9]", r"[0-9]\s",
    )
)  # fmt: skip
_ZH_UNITS = {
    "世纪": "century",
    "小时": "hours",
    "钟头": "hours",
    "年": "years",
    "公里": "km",
    "英里": "miles",
    "吨": "tons",
    "岁": "years",
    "个月": "months",
    "米": "metres",
    "公斤": "kilograms",
    "斤": "jin",
    "亩": "mu",
    "分钟": "minutes",
}
_TH_UNITS = {
    "ศตวรรษ": "century",
    "ทศวรรษ": "decades",
    "ชั่วโมง": "hours",
    "กิโลเมตร": "km",
    "ไมล์": "miles",
    "กิโลกรัม": "kilograms",
    "ตัน": "tons",
    "เมตร": "metres",
    "ลิตร": "litres",
}
_TH_TIMES = {"ปี": "years", "เดือน": "month", "วัน": "days", "สัปดาห์": "weeks"}
HALVES: dict[str, tuple[re.Pattern[str], ...]] = {
    "zh": (
        re.compile(r"(?<![两三四五六七八九十0-9])一半|(?<![上下前后])半数|(?<![不可通经])过半(?![百千万年月天个])"),
        re.compile(
            rf"(?<![上下前后大多一两三四五六七八九十0-9个年岁月天点])半个?(?P<unit>{'|'.join(_ZH_UNITS)})(?![级制代粒方]|八两)"
        ),
    ),
    "th": (
        re.compile(
            r"(?:ครึ่ง|กึ่ง)หนึ่ง|(?:(?<=กว่า)|(?<=เกิน)|(?<=เกือบ)|(?<=ถึง)|(?<=ราว)|(?<=ประมาณ))\s?ครึ่ง"
            r"(?!แรก|หลัง|ทาง|เวลา|ปี|วัน|เดือน|ชั่ว|ศต|ทศ|ร้อย(?!ละ)|พัน|หมื่น|แสน|ล้าน)|ครึ่ง(?=ของ)"
        ),
        re.compile(rf"ครึ่ง(?P<unit>{'|'.join(_TH_UNITS)})(?!แรก|หลัง)"),
        # A part of a year, as a length: not the first half of one.
        re.compile(
            r"(?:(?<=นาน)|(?<=ทุก)|(?<=กว่า)|(?<=เกือบ)|(?<=เวลา)|(?<=อีก)|(?<=ราว)|(?<=ประมาณ))\s?"
            rf"ครึ่ง(?P<unit>{'|'.join(_TH_TIMES)})(?!แรก|หลัง|นี้|หน้า|ก่อน|ที่|เช้า|บ่าย|\s?[0-9])"
        ),
        # ปีครึ่ง: a year and a half, where no number stands before it.
        re.compile(
            rf"(?=[ปเชวส]){_NUMBER_BEFORE}(?P<unit>ปี|เดือน|ชั่วโมง|วัน|สัปดาห์)(?P<more>ครึ่ง)"
            r"(?!แรก|หลัง|ปี|เดือน|วัน|ชั่ว|ทาง|ของ|หนึ่ง|ราคา|เดียว|ตัว|ๆ|ต่อ|ซีก)"
        ),
    ),
    "bo": (re.compile(r"(?<!དང་)(?<![\u0f40-\u0fbc])ཕྱེད་ཀ(?![\u0f40-\u0fbc])"),),
}  # fmt: skip
DECADE: dict[str, tuple[re.Pattern[str], ...]] = {
    "th": (re.compile(rf"{_NUMBER_BEFORE}ทศวรรษ(?!ที่?\s?[0-9]|\s?[0-9พค])"),),
    "bo": (re.compile(rf"ལོ་བཅུ་ཕྲག་(?P<count>(?:{'|'.join(DIGIT)}){BOUNDARY})"),),
}
FIRST: dict[str, tuple[re.Pattern[str], ...]] = {
    "bo": (re.compile(r"(?<![\u0f40-\u0fbc])(?:ཨང|ཐེངས|སྐབས|ལེ་ཚན|དོན་ཚན|ཚན་པ)་?\s?(?P<first>དང་པོ)(?![\u0f40-\u0f7d])"),),
}


def _unit(english: str) -> Unit:
    found = units("en").starting(english, 0)
    if found is None:
        raise KeyError(english)
    return found[1]


def _soft(span: tuple[int, int], value: Fraction, text: str, unit: Unit | None, ordinal: bool = False) -> Reading:
    return Reading(
        *span,
        value,
        "number",
        text,
        span,
        unit=unit.id if unit else None,
        dimension=unit.dimension if unit else None,
        factor=unit.factor if unit else Fraction(1),
        ordinal=ordinal,
        lone=True,
        hard=False,
    )


def halves(text: str, lang: str) -> Iterator[Reading]:
    """Halves, with their unit where they have one; ทศวรรษ alone, ten years, and ལོ་བཅུ་ཕྲག་གཉིས, two of them; the first
    (ཨང་དང་པོ)."""
    names = _ZH_UNITS if lang == "zh" else _TH_UNITS | _TH_TIMES
    for pattern in HALVES.get(lang, ()):
        for match in pattern.finditer(text):
            word = match.groupdict().get("unit")
            value = 3 * _HALF if match.groupdict().get("more") else _HALF
            yield _soft(match.span(), value, match.group(), _unit(names[word]) if word else None)
    for pattern in DECADE.get(lang, ()):
        for match in pattern.finditer(text):
            count = match.groupdict().get("count")
            yield _soft(match.span(), Fraction(DIGIT[count] if count else 1), match.group(), _unit("decades"))
    for pattern in FIRST.get(lang, ()):
        for match in pattern.finditer(text):
            yield _soft(match.span("first"), Fraction(1), match.group("first"), None, ordinal=True)
