"""One section of a Chinese numeral: digits and small units, before 万 or 亿 or alone (三千五百, 3千5, 零五)."""

from __future__ import annotations

import re
from fractions import Fraction

from metrics.reading.numeral import NUMBER, VULGAR, Value, number

DIGIT = dict(zip("零〇一二两三四五六七八九", (0, 0, 1, 2, 2, 3, 4, 5, 6, 7, 8, 9), strict=True))
SMALL = {"十": 10, "百": 100, "千": 1000}
BIG = {"万": 10**4, "亿": 10**8}
BIGS = re.compile(r"\s?(?:万亿|万(?!分之|圣)|亿(?!分之)|兆(?![瓦赫帕字]|欧(?!元)))")
_MAGNITUDES = tuple("十百千万亿")
TENS = {"廿": 20, "卅": 30}
MORE = "多余来几"
# 千克, 千米, 千瓦: the 千 is part of the unit (not in 2千克拉, 2千克朗); 百帕 likewise. 百分 is the per cent of what
# follows, or of what stands before (0.1百分点).
UNIT = re.compile(r"\s?(?:千(?!克(?![拉朗])|[米瓦卡赫帕伏焦]|字节)|百(?![帕度])(?!分[之点比])|十)")
_POINT = re.compile(r"点(?!一线)([零〇一二三四五六七八九]+)(?![十百千点滴分半刻])")
_GROUPED = re.compile(r"[0-9]{1,3}(?:，[0-9]{3}){1,6}(?![0-9])(?!，[0-9]{3}(?![0-9]))")
_SPOKEN_POINT = re.compile(r"点([0-9]{1,4})(?=\s?[万亿%倍])")


def factor_of(bigs: re.Match[str]) -> int:
    """What a match of BIGS multiplies by."""
    factor = 1
    for char in bigs.group().strip():
        factor *= BIG.get(char, 10**12)
    return factor


def section(text: str, at: int, first: bool) -> tuple[Value, int, int, bool, bool] | None:
    """Digits and small units: (value, end, last unit or 1, is the last digit word loose, zero before it)."""
    total: Value = 0
    last, end, loose, zero = 10**6, at, False, False
    pending: Value | None = None
    unit_at_end = 1
    while True:
        if text[end : end + 1] == " " and pending is None and end > at:
            break
        digits = NUMBER.match(text, end)
        if digits and pending is None:
            grouped = _GROUPED.match(text, end) if first and end == at else None
            value = number(grouped.group().replace("，", "") if grouped else digits.group())
            if value is None:
                return None
            if end > at and value >= last:
                break
            pending, loose, next_end = value, False, (grouped or digits).end()
            spoken = _SPOKEN_POINT.match(text, next_end) if "." not in digits.group() else None
            if spoken:  # 3点5万
                pending, next_end = Fraction(f"{pending}.{spoken.group(1)}"), spoken.end()
            if text[next_end : next_end + 1] in VULGAR:
                pending += VULGAR[text[next_end]]
                next_end += 1
            plain, loose = True, bool(total) and not zero and next_end == end + 1  # 5千2 is 5200
        elif text[end : end + 1] == "两" and (end > at or not first) and text[end + 1 : end + 2] not in _MAGNITUDES:
            break  # 二亿两, 三百两: a weight, or another two
        elif text[end : end + 1] in DIGIT and text[end : end + 1] and pending is None:
            pending, plain, next_end = DIGIT[text[end]], False, end + 1
            if pending == 0:
                if total == 0:
                    if not first or end > at:  # 一亿零五百万: the zero stands before the section
                        zero, pending, end = True, None, next_end
                        continue
                    point = _POINT.match(text, next_end)
                    if point is None:
                        return None
                    return Fraction("0." + "".join(str(DIGIT[c]) for c in point.group(1))), point.end(), 1, False, False
                zero, pending, end = True, None, next_end
                continue
            loose = True
        elif text[end : end + 1] in TENS and text[end : end + 1] and pending is None and total == 0:
            total, last, end, loose = TENS[text[end]], 10, end + 1, False
            unit_at_end = last
            continue
        elif (text[end : end + 1] == "十" and pending is None and total == 0) or (
            text[end : end + 1] in ("百", "千") and pending is None and total == 0 and first
        ):
            pending, plain, next_end, loose = 1, False, end, False
        else:
            break
        unit = UNIT.match(text, next_end)
        if unit and SMALL[unit.group().strip()] < last:
            last = unit_at_end = SMALL[unit.group().strip()]
            total += pending * last
            pending, end, loose, zero = None, unit.end(), False, False
            if text[end : end + 1] in MORE and text[end : end + 1] not in DIGIT:
                break
            continue
        if unit and not (total == 0 and not plain):  # 二十三十: the digit belongs to the next number
            if total:
                return total, end, unit_at_end, False, zero
            break
        if not plain:
            point = _POINT.match(text, next_end)
            if point:
                total += pending + Fraction("0." + "".join(str(DIGIT[c]) for c in point.group(1)))
                return total, point.end(), 1, False, zero
        if plain and total and text[end - 1 : end].isdigit():
            break
        return total + pending, next_end, 1 if not loose else unit_at_end, loose, zero
    if total == 0:
        return None
    point = _POINT.match(text, end)
    if point:  # 十点五万
        return total + Fraction("0." + "".join(str(DIGIT[c]) for c in point.group(1))), point.end(), 1, False, zero
    return total, end, unit_at_end, False, zero
