"""What the numeral readers of the languages share."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

MAX_DIGITS = 30
"""A longer run of digits is no number (and is not turned into one: int() refuses thousands of digits)."""
DIGITS = r"[0-9]++(?:\.[0-9]++)?+"
# A number does not start inside another one, nor right after a letter it belongs to (F16, COVID-19, โควิด-19, 歼-20).
FREE_START = r"(?<![0-9A-Za-z])(?<![0-9]\.)(?<![A-Za-z\u0e00-\u0e7f\u0f40-\u0fbc歼轰运直强教舟风旗苏图伊鹰]-)"
# ... and does not end inside another one (1.2.3) or before the letter of a name (5G).
FREE_END = r"(?![0-9])(?!\.[0-9])(?![A-Z](?![A-Za-z°/]))"
NUMBER = re.compile(DIGITS)
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
    scale: Fraction = Fraction(1)
    """The magnitude word at its end (万, ล้าน) or, in Tibetan, before it: what a range may say once for both ends."""
    scale_first: bool = False
    spelled: bool = False
    """No digit in it."""
    lone: bool = False
    """A single number word."""
    also: Fraction | None = None
    """Second value of a pair (两三百: 200 and 300)."""
    ordinal: bool = False


def number(text: str) -> Fraction | None:
    """The value of plain digits with an optional decimal part; None when there are too many of them."""
    return Fraction(text) if len(text) <= MAX_DIGITS else None


def step(value: Fraction) -> Fraction:
    """The place value of the last digit that is not 0 (300 -> 100): how far "more than" reaches."""
    if value == 0:
        return Fraction(1)
    unit = Fraction(1)
    while (value / unit).denominator > 1:
        unit /= 10
    while (value / (10 * unit)).denominator == 1:
        unit *= 10
    return unit
