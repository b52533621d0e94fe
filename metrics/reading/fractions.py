"""Fractions in words: 三分之二, สองในสาม, བཞི་ཆ་གསུམ, 3/4; and the words for a hundred per cent."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction

from metrics.reading.dates import small_number
from metrics.reading.mention import Reading
from metrics.reading.numeral_words_th import COUNTERS, DIGIT_RE, UNIT_RE
from metrics.reading.numerals_bo import BOUNDARY, DIGIT

_ZH = "[0-9]{1,3}|[一二两三四五六七八九十]{1,3}"
_TH = "[0-9]{1,3}|" + "|".join(["หนึ่ง", "สอง", "สาม", "สี่", "ห้า", "หก", "เจ็ด", "แปด", "เก้า", "สิบ"])
_BO = f"(?:{'|'.join(DIGIT)}|བཅུ){BOUNDARY}|སུམ|[0-9]{{1,2}}"
_SLASH = re.compile(r"(?<![0-9/.-])(?P<part>[1-9])/(?P<whole>[2-8]|10)(?![0-9/.%]|\s?[月日])")
FRACTIONS: dict[str, tuple[re.Pattern[str], ...]] = {
    "": (_SLASH,),
    "zh": (
        re.compile(rf"(?<![0-9.一二三四五六七八九十百千万])(?P<whole>{_ZH})\s?分之\s?(?P<part>{_ZH})(?![0-9.百千万])"),
        re.compile(rf"(?<![0-9.一二三四五六七八九十百千万])(?P<of>{_ZH})?亿分之(?P<part>{_ZH})(?![0-9.百千万])"),
    ),
    "th": (
        re.compile(
            rf"(?<![0-9.])(?P<part>{_TH})\s?ใน\s?(?P<whole>{_TH})(?=ส่วน|ของ|\s|\Z|[,.)\"”])(?!\s?(?:{COUNTERS}|ล้าน|%|เปอร์))"
        ),
        re.compile(r"(?P<part>หนึ่ง|สอง|สาม|สี่)ใน(?P<whole>สาม|สี่|ห้า|หก|เจ็ด|แปด|เก้า|สิบ)(?!สิบ|ร้อย|พัน|หมื่น|แสน|ล้าน|เอ็ด|เปอร์)"),
        re.compile(rf"เศษ\s?(?P<part>{_TH})\s?ส่วน\s?(?P<whole>{_TH})(?![0-9.])"),
    ),
    "bo": (
        re.compile(rf"(?<![\u0f40-\u0fbc0-9])(?<!ལོ་འཁོར་)(?<!ལོའི་)(?P<whole>{_BO})་?ཆ(?:འི)?་\s?(?P<part>{_BO})(?![0-9])"),
    ),
}
_IN = re.compile(rf"ใน\s?(?:{_TH})")
"""Stands in whatever the first two Thai patterns match, and is found several times faster."""
_MAY_HOLD: dict[re.Pattern[str], re.Pattern[str]] = {
    FRACTIONS["th"][0]: _IN,
    FRACTIONS["th"][1]: _IN,
    FRACTIONS["th"][2]: re.compile("เศษ"),
    _SLASH: re.compile("/"),
}
"""Pattern -> what a text must hold for it."""
_COUNTED = re.compile(rf"\s?(?!ใน|ส่วน)(?:{COUNTERS})")
_NO_NUMBER = "".join(
    rf"(?<!{word})(?<!{word}\s)"
    for word in (
        "[0-9]", "หนึ่ง", "เอ็ด", "สอง", "สาม", "สี่", "ห้า", "หก", "เจ็ด", "แปด", "เก้า", "พัน", "หมื่น", "แสน", "ล้าน", "หลาย",
        "นับ", "หลัก", "ไม่กี่", "จุด", "ครึ่ง",
    )
)  # fmt: skip
HUNDRED: dict[str, re.Pattern[str]] = {
    # 百分之百二十 is 120 %.
    "zh": re.compile(
        r"百分之百(?!零[一二三四五六七八九]|[一二三四五六七八九]?十(?!分))|百分百|(?<!个)(?P<half>半个?百分点)"
    ),
    "th": re.compile(
        # Not what goes on (ร้อยละร้อยยี่สิบ), nor the end of another number (สองร้อยเปอร์เซ็นต์, 3 ร้อยเปอร์เซ็นต์).
        rf"ร้อยละร้อย(?!\s?[0-9]|กว่า|เศษ|ครึ่ง|{DIGIT_RE}|{UNIT_RE})|{_NO_NUMBER}ร้อย\s?เปอร์เซ็?น(?:ต์|ท์)?"
    ),
}
_MAY_HOLD[HUNDRED["th"]] = re.compile(r"ร้อย(?:ละร้อย|\s?เปอร์)")


def _small(text: str | None) -> int | None:
    return 3 if text == "སུམ" else small_number(text)


def fractions(text: str, lang: str) -> Iterator[Reading]:
    """Fractions below one, as numbers; 百分之百 and 半个百分点 as percentages."""
    if lang in HUNDRED:
        held = _MAY_HOLD.get(HUNDRED[lang])
        for match in HUNDRED[lang].finditer(text) if held is None or held.search(text) else ():
            half = match.groupdict().get("half")
            value, unit = (Fraction(1, 2), "percent_point") if half else (Fraction(100), "percent")
            yield Reading(*match.span(), value, "percentage", match.group(), match.span(), unit=unit)
    for pattern in (*FRACTIONS.get(lang, ()), *FRACTIONS[""]):
        held = _MAY_HOLD.get(pattern)
        for match in pattern.finditer(text) if held is None or held.search(text) else ():
            part, whole = (_small(match.groupdict().get(name)) for name in ("part", "whole"))
            if "亿" in match.group():
                whole = 10**8 * (small_number(match.group("of")) or 1)
            if part and whole and 0 < part < whole:
                groups = match.groupdict()
                loose = (  # "one of five people"; "one in a hundred million"
                    bool(_COUNTED.match(text, match.end()))
                    if lang == "th" and "ใน" in match.group()
                    else "of" in groups and not groups["of"] and part == 1
                )
                yield Reading(
                    *match.span(),
                    Fraction(part, whole),
                    "number",
                    match.group(),
                    match.span(),
                    lone=loose,
                    hard=not loose,
                )
