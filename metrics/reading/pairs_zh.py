"""Two neighbouring figures inside a Chinese numeral: 十七八万, 一百二三十人, 三千五六百."""

from __future__ import annotations

import re
from fractions import Fraction

from metrics.reading.counted_zh import PAIRED
from metrics.reading.numeral import Numeral
from metrics.reading.section_zh import BIG, BIGS, DIGIT, SMALL, factor_of

_TENS_PAIR = re.compile(rf"[二三四五六七八九]?十(?:一二|二三|三四|四五|五六|六七|七八|八九)(?=[万亿]|{PAIRED})")
# 一百二三十人: 120 and 130.
_NEIGHBOURS = "(?:一二|[二两]三|三四|四五|五六|六七|七八|八九)"
_WITHIN_PAIR = re.compile(
    rf"(?:(?P<high>[一二两三四五六七八九]万)(?={_NEIGHBOURS}千)"
    rf"|(?P<middle>[一二两三四五六七八九]千)(?={_NEIGHBOURS}百)"
    rf"|(?P<low>(?:[一二两三四五六七八九]千)?[一二两三四五六七八九]百)(?={_NEIGHBOURS}十))"
    r"(?P<pair>..)(?P<unit>[十百千])(?![一二三四五六七八九])"
)
_DIGIT_AND_UNIT = re.compile("(.)([百千万])")


def pair_within(text: str, at: int) -> Numeral | None:
    """Such a numeral at `at`, with both its values."""
    within = _WITHIN_PAIR.match(text, at)
    if within:
        return _within_pair(text, within)
    tens = _TENS_PAIR.match(text, at)
    if tens:  # 三十五六岁: 35 and 36
        base = 10 * DIGIT.get(text[at], 1)
        bigs = BIGS.match(text, tens.end())  # 十七八万元
        scale = factor_of(bigs) if bigs else 1
        low, high = (Fraction(scale * (base + DIGIT[char])) for char in tens.group()[-2:])
        return Numeral(at, bigs.end() if bigs else tens.end(), low, scale=scale, spelled=True, also=high)
    return None


def _within_pair(text: str, match: re.Match[str]) -> Numeral:
    head = Fraction(0)
    for digit, unit in _DIGIT_AND_UNIT.findall(match["high"] or match["middle"] or match["low"]):
        head += DIGIT[digit] * (SMALL.get(unit) or BIG[unit])
    bigs = BIGS.match(text, match.end()) if not match["high"] else None
    scale = factor_of(bigs) if bigs else 1
    low, high = (scale * (head + DIGIT[char] * SMALL[match["unit"]]) for char in match["pair"])
    end = bigs.end() if bigs else match.end()
    return Numeral(match.start(), end, low, scale=scale, spelled=True, also=high)
