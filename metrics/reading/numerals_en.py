"""English numerals (3.7 million, a dozen words left out on purpose), and plain digits for every other language."""

from __future__ import annotations

import re
from fractions import Fraction

from metrics.reading.numeral import FREE, FREE_START, NUMBER, VULGAR, Numeral, number, step

MAGNITUDES = {
    "hundred": 100,
    "thousand": 1000,
    "million": 10**6,
    "mn": 10**6,
    "billion": 10**9,
    "bn": 10**9,
    "trillion": 10**12,
}
START = re.compile(
    rf"{FREE_START}(?:[0-9]|(?<![\w\u0e30-\u0e4e\u0f71-\u0fbc.])\.[0-9](?![0-9]*\.))|[{''.join(VULGAR)}]"
)
FIRST = re.compile(f"[0-9.{''.join(VULGAR)}]")
"""What stands wherever START matches, found much faster."""
_MAGNITUDE = re.compile(rf"[ -]?({'|'.join(MAGNITUDES)})\b", re.IGNORECASE)
_POINT_FIRST = re.compile(r"\.[0-9]{1,9}")
_MORE = re.compile(r"\+|\s(?:or|and) more\b", re.IGNORECASE)


def parse(text: str, at: int) -> Numeral | None:
    """The numeral that begins at `at`; None when what stands there is no number."""
    found = parse_digits(text, at)
    if found is None:
        return None
    magnitude = _MAGNITUDE.match(text, found.end)
    if magnitude:
        found.scale = Fraction(MAGNITUDES[magnitude.group(1).lower()])
        found.value, found.end = found.value * found.scale, magnitude.end()
    more = _MORE.match(text, found.end)
    if more:
        found.high, found.end = found.value + step(found.value), more.end()
    return found


def parse_digits(text: str, at: int) -> Numeral | None:
    """Plain digits, with a decimal part or a vulgar fraction."""
    if text[at] in VULGAR:
        return Numeral(at, at + 1, VULGAR[text[at]])
    point = _POINT_FIRST.match(text, at)
    if point:
        return Numeral(at, point.end(), Fraction("0" + point.group()))
    digits = NUMBER.match(text, at)
    value = number(digits.group()) if digits else None
    if digits is None or value is None:
        return None
    end = digits.end()
    if text[end : end + 1] in VULGAR and text[end : end + 1]:
        return Numeral(at, end + 1, value + VULGAR[text[end]])
    return Numeral(at, end, Fraction(value)) if FREE.match(text, end) else None
