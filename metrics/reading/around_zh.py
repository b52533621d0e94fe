"""What stands behind a Chinese number and is no plain word of a unit: tenths, coins, days that last, ages in tens of
years, degrees of a scale that is named before, "and more"."""

from __future__ import annotations

import re
from fractions import Fraction

from metrics.reading.calendar_zh import lasting
from metrics.reading.counted_zh import COUNTERS, is_dimes
from metrics.reading.needs import Behind
from metrics.reading.section_zh import DIGIT
from metrics.reading.suffix import Suffix
from metrics.reading.words import units

_FIRST = frozenset("成分块元毛角日旬度")
"""What `own` knows begins with one of these."""
_TENTHS = re.compile(
    r"成(?![为功员立果就本份长交都年人效熟分]|群(?!众)|(?<=一成)不变)"
    r"(?P<tail>(?:[一二三四五六七八九]|[1-9](?![0-9.%]))(?![十百千万亿个名人家位年月天岁倍成])|半(?![导数截价途夜场年天个小]))?"
    r"(?P<more>多(?!数)|余)?"
)
_MINUTES = re.compile(r"\s?分(?=\s?[0-9一二三四五六七八九十]{1,3}\s?秒)")  # 28分15秒
_MINUTES_OF_HOUR = re.compile("分(?![之布析子别开公支享差])")
_HOURS = Behind(re.compile(r"(?:小时|钟头)零?\s?\Z"))
_PIECES = re.compile(r"块([一二三四五六七八九半])(?![十百千万亿块个名人])")
_COINS = re.compile(
    r"[块元](?:零?([1-9一二三四五六七八九])[角毛](?:([1-9一二三四五六七八九])分)?|零([1-9一二三四五六七八九])分)"
)
_DIMES = re.compile(r"(?:毛(?=.(?![十百千万亿块个名人年岁]))|角(?=.分))([1-9一二三四五六七八九])(?:分钱?)?")
_SMALL_COINS = re.compile(r"(?P<cents>分钱)|[毛角]钱")
_SCALES = ("celsius", "fahrenheit")
_SCALE = Behind(re.compile(r"(?:摄|华)氏(?:零[上下])?\s?\Z"))
_ABOVE = "(?:[及或]|或者)?以上(?![升调述]|涨(?!幅))"
ABOVE = re.compile(_ABOVE)
"""And more; 10日以上涨收盘 goes on otherwise."""
_COUNTED_ABOVE = re.compile(rf"\s?(?:人次|[{COUNTERS}度分例所])?{_ABOVE}")
_HIGH = "根棵株盏座支条只头块片张段道排间栋台辆艘件处层级位"
_METRE_TAIL = re.compile(rf"(?:[一二三四五六七八九]{{1,2}}|[0-9]{{1,2}})(?![0-9百千万亿十个米名人秒分时点.%{_HIGH}])")
# 六米二一, 二十一米零五
_TWO_WORDS = re.compile(
    rf"(?:零[一二三四五六七八九]|[一二三四五六七八九]{{2}})(?![0-9百千万亿十个米名人秒分时点天年月日岁.%{_HIGH}])"
)
_TWO_FIGURES = re.compile(rf"[0-9]{{2}}(?![0-9.%℃]|\s?[{COUNTERS}百千万亿十多余公厘毫英平立分时点岁度号日月处株盏棵])")


def digit(char: str) -> int:
    """The value of one digit, of either kind; 半 is half of what comes before it."""
    return int(char) if char.isascii() else DIGIT.get(char, 5)


def own(text: str, start: int, end: int) -> Suffix | None:
    """What follows the number text[start:end], if it is one of the things above."""
    char = text[end : end + 1]
    if (text[end + 1 : end + 2] if char == " " else char) not in _FIRST:
        return None
    if stop := lasting(text, start, end):  # 拘留15日, 30日内
        day = units("zh").starting("天", 0)
        return Suffix(stop, unit=day[1] if day else None)
    if char == "旬":
        year = units("zh").starting("岁", 0)
        return Suffix(end + 1, unit=year[1] if year else None)
    if char == "度" and (scale := _SCALE.search(text, max(0, start - 6), start)):  # 摄氏5度
        degree = units("zh").starting("摄氏度" if scale.group()[0] == "摄" else "华氏度", 0)
        return Suffix(end + 1, unit=degree[1] if degree else None)
    tenths = _TENTHS.match(text, end)
    if tenths:
        tail = Fraction(digit(tenths.group("tail") or "零"))
        more = bool(tenths.group("more") or ABOVE.match(text, tenths.end()))
        return Suffix(tenths.end(), True, tenths=True, extra=tail, more=more)
    hours = char == "分" and _HOURS.search(text, max(0, start - 4), start)  # 2小时05分
    minutes = (_MINUTES_OF_HOUR if hours else _MINUTES).match(text, end)
    minute = units("zh").starting("分钟", 0)
    if minutes and minute:
        return Suffix(minutes.end(), unit=minute[1])
    return _coins(text, start, end)


def _coins(text: str, start: int, end: int) -> Suffix | None:
    coins = _COINS.match(text, end)
    if coins:  # 三元五角
        tenths_of, *cents_of = (digit(char) for char in coins.groups(default="0"))
        cents = 10 * tenths_of + sum(cents_of)
        return Suffix(coins.end(), codes=frozenset({"CNY"}), extra=Fraction(cents, 100))
    dimes = _DIMES.match(text, end)
    if dimes:  # 三毛五
        hundredths = Fraction(digit(dimes.group(1)), 100)
        return Suffix(dimes.end(), codes=frozenset({"CNY"}), share=Fraction(1, 10), extra=hundredths)
    small = _SMALL_COINS.match(text, end)
    if small:
        share = Fraction(1, 100 if small["cents"] else 10)
        return Suffix(small.end(), codes=frozenset({"CNY"}), share=share)
    if text[end] == "角" and is_dimes(text, start, end):
        return Suffix(end + 1, codes=frozenset({"CNY"}), share=Fraction(1, 10))
    piece = _PIECES.match(text, end)
    if piece:  # 三块五
        return Suffix(piece.end(), codes=frozenset({"CNY"}), extra=Fraction(DIGIT.get(piece.group(1), 5), 10))
    return None


def above(text: str, end: int) -> bool:
    """Does "and more" stand behind a number, and the word of what it counts (三家以上, 6000步以上)?"""
    return "以上" in text[end : end + 6] and _COUNTED_ABOVE.match(text, end) is not None


def metre_tail(text: str, end: int, last: int) -> tuple[int, Fraction] | None:
    """What stands behind the metres of the number that ends at `end` (一米八, 1米75, 6米85), and where it ends."""
    own_digit = text[end - 1 : end]
    if tail := _TWO_WORDS.match(text, last) if not own_digit.isascii() else None:
        pass
    elif own_digit in tuple("123一二两三") and not text[end - 2 : end - 1].isdigit():
        tail = _METRE_TAIL.match(text, last)
    else:
        tail = _TWO_FIGURES.match(text, last) if own_digit.isdigit() and own_digit.isascii() else None
    if tail is None or "." in text[max(0, end - 4) : end]:
        return None
    return tail.end(), Fraction("0." + "".join(str(digit(char)) for char in tail.group()))
