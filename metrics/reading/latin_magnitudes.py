"""Magnitudes that texts of any language write as English does ($3.6bn, £30m, US$3.5M, $2B), and Chinese ones beside
what social media count (3.5K转发, 1.2M播放, 10w+阅读)."""

from __future__ import annotations

import re
from fractions import Fraction

from metrics.reading.numeral import Numeral, step
from metrics.reading.numerals_en import MAGNITUDES

_WORD = re.compile(r"\s?(bn|mn|billion|million|trillion|thousand)(?![A-Za-z])")
_LETTER = re.compile("[kKmMbBT](?![A-Za-z0-9])")
_FIRST = frozenset(" bmtkwBMTKW")
"""What stands behind the figures then; a blank is no break of a line: the text is normalised."""
_BEHIND_SIGN = frozenset("$£€¥")
_VALUES = {"k": 10**3, "w": 10**4, "m": 10**6, "b": 10**9, "t": 10**12}
# What is counted there; 4K播放器, 100W快充 and 2M宽带 are none, so that video asks for a decimal or for more figures.
_COUNTED = re.compile(
    r"[kKmMwW]\+?\s?(?:次|个|条|人次)?(?:转发|点赞|粉丝|评论|订阅者|关注者|收藏|阅读|浏览量|点击|读者|网友)"
    r"|(?P<video>[kKmMwW])\+?\s?(?:次|个)?(?:播放(?!器|列表|设备|[机卡])|观看|下载|收看)|w\+(?![A-Za-z])"
)


def amount_of_sign(text: str, start: int, tail: str) -> bool:
    """Is the letter behind the figures at `start` the magnitude of a sum ($5K), no part of a name (5K)?"""
    return text[start - 1 : start] in _BEHIND_SIGN and _LETTER.fullmatch(tail) is not None


def latin_magnitude(text: str, numeral: Numeral, lang: str) -> None:
    """Multiplies the numeral by such a magnitude, if one stands behind its figures."""
    end = numeral.end
    if text[end : end + 1] not in _FIRST or not text[end - 1].isdigit():
        return
    if lang != "en" and (word := _WORD.match(text, end)):
        numeral.scale, numeral.end = Fraction(MAGNITUDES[word.group(1)]), word.end()
    elif numeral.start and text[numeral.start - 1] in _BEHIND_SIGN and _LETTER.match(text, end):
        numeral.scale, numeral.end = Fraction(_VALUES[text[end].lower()]), end + 1
    elif lang == "zh" and (counted := _COUNTED.match(text, end)):
        if counted["video"] and numeral.value < 100 and numeral.value.denominator == 1:
            return
        numeral.scale, numeral.end = Fraction(_VALUES[text[end].lower()]), end + 1
        if text.startswith("+", end + 1):
            numeral.end = end + 2
            numeral.high = (numeral.value + step(numeral.value)) * numeral.scale
    else:
        return
    numeral.value *= numeral.scale
