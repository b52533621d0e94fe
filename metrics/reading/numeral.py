"""What the numeral readers of the languages share."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

MAX_DIGITS = 30
"""A longer run of digits is no number (and is not turned into one: int() refuses thousands of digits)."""
DIGITS = r"[0-9]++(?:\.[0-9]++)?+"
# A number does not start inside another one, nor right after a letter it belongs to (F16, COVID-19, โควิด-19, 歼-20).
# ... but may after the code of a currency (USD500, RM500), and in 4x100.
_CODES = "USD|EUR|GBP|JPY|CNY|RMB|THB|HKD|TWD|NTD|SGD|AUD|NZD|CAD|CHF|KRW|INR|IDR|MYR|PHP|VND|LAK|RUB|MOP"
_TIMES = "(?<=[1-9]x)(?=[0-9]{1,4}(?![0-9A-Za-z]))"
_AFTER_LETTERS = rf"(?<![0-9A-Za-z])|{_TIMES}|(?<=(?<![0-9A-Za-z])(?:{_CODES}))|(?<=(?<![0-9A-Za-z])R[Mp])"
FREE_START = rf"(?:{_AFTER_LETTERS})(?<![0-9]\.)(?<![A-Za-z\u0e00-\u0e7f\u0f40-\u0fbc歼轰运直强教舟风旗苏图伊鹰]-)"
# ... and does not end inside another one (1.2.3) or before the letter of a name (5G).
FREE_END = r"(?![0-9])(?!\.[0-9])(?![A-Z](?![A-Za-z°/]))"
NUMBER = re.compile(DIGITS)
FREE = re.compile(FREE_END)
ANY_DIGIT = re.compile("[0-9]")
POINT_FIRST = re.compile(r"\.[0-9]{1,9}")
VULGAR = {
    "½": Fraction(1, 2),
    "⅓": Fraction(1, 3),
    "⅔": Fraction(2, 3),
    "¼": Fraction(1, 4),
    "¾": Fraction(3, 4),
    "⅕": Fraction(1, 5),
    "⅛": Fraction(1, 8),
}


@dataclass(slots=True)
class Numeral:
    """A written number, still without the words around it."""

    start: int
    end: int
    value: Fraction
    high: Fraction | None = None
    """For an inexact one: it lies in [value, high)."""
    indefinite: bool = False
    scale: Value = 1
    """The magnitude word at its end (万, ล้าน) or, in Tibetan, before it: what a range may say once for both ends."""
    scale_first: bool = False
    spelled: bool = False
    """No digit in it."""
    lone: bool = False
    """A single number word."""
    also: Fraction | None = None
    """Second value of a pair (两三百: 200 and 300)."""
    ordinal: bool = False


Value = Fraction | int
"""A whole number stays an int while a numeral is put together: fractions are ten times as dear."""


def number(text: str) -> Value | None:
    """The value of plain digits with an optional decimal part; None when there are too many of them."""
    if len(text) > MAX_DIGITS:
        return None
    return int(text) if text.isdigit() else Fraction(text)


def step(value: Value) -> Fraction:
    """The place value of the last digit that is not 0 (300 -> 100): how far "more than" reaches."""
    if not value:
        return Fraction(1)
    if value.denominator == 1:
        whole, place = abs(value.numerator), 1
        while whole % (10 * place) == 0:
            place *= 10
        return Fraction(place)
    digits = 1
    while 10**digits % value.denominator:
        digits += 1
        if digits > MAX_DIGITS:  # 2⅓ ends nowhere in decimals: up to 2⅔
            return Fraction(1, value.denominator)
    return Fraction(1, 10**digits)


_RUNS = "ล้าน"


def skip(text: str, match: re.Match[str]) -> int:
    """Where to look on after something that is no number: behind a whole run of digits, or of ล้าน, of which none begins
    a number where the first one does not."""
    at = match.start()
    if text.startswith(_RUNS, at):
        while text.startswith(_RUNS, at):
            at += len(_RUNS)
        return at
    if text[at].isdigit():
        while text[at : at + 1].isdigit():
            at += 1
        return at
    return max(match.end(), match.start() + 1)


def middle(text: str, numeral: Numeral, lang: str) -> int:
    """Where the second value of a pair begins: behind the first character, in Tibetan the last syllable."""
    if lang == "bo":
        return text.rfind("་", numeral.start, numeral.end) + 1 or numeral.start + 1
    return numeral.start + 1 if lang == "zh" else (numeral.start + numeral.end) // 2


def share(first: Numeral, second: Numeral) -> None:
    """50至60亿, ཁྲི་50ནས་60: the magnitude that stands once belongs to both ends of the range."""
    if (
        second.scale >= 100
        and first.scale == 1
        and not second.scale_first
        and first.high is None
        and first.value < second.value / second.scale
    ):
        first.value *= second.scale
        first.lone = False
    elif first.scale_first and second.scale == 1 and first.value / first.scale < second.value < first.value:
        second.value *= first.scale
        second.scale = first.scale
