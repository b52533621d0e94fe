"""Numerals of Chinese, Thai, Tibetan and English: digits with magnitude words, and number words, as exact fractions.

`metrics.numbers` decides what a number means (a year, a sum of money); here a written numeral becomes a value. Text is
taken as `metrics.normalise.normalise` leaves it. Left out on purpose: signs (零下5度 and -5 °C must agree), Tibetan and
English number words, and single Chinese or Thai digit words, which are mostly parts of other words (三 in 三星, สาม in สามารถ).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

DIGITS = r"[0-9]++(?:\.[0-9]++)?+"
# A number does not start inside another one, nor right after a letter it belongs to (F16, COVID-19, โควิด-19).
FREE_START = r"(?<![0-9A-Za-z])(?<![0-9]\.)(?<![A-Za-z\u0e00-\u0e7f]-)"
# ... and does not end inside another one (1.2.3) or before the letter of a name (5G).
FREE_END = r"(?![0-9])(?!\.[0-9])(?![A-Z](?![A-Za-z]))"

_ZH_DIGIT = dict(zip("零〇一二两三四五六七八九", (0, 0, 1, 2, 2, 3, 4, 5, 6, 7, 8, 9), strict=True))
_ZH_SMALL = {"十": 10, "百": 100, "千": 1000}
_ZH_BIG = {"万": 10**4, "亿": 10**8}
_TH_DIGIT = {"ศูนย์": 0, "หนึ่ง": 1, "เอ็ด": 1, "สอง": 2, "ยี่": 2, "สาม": 3, "สี่": 4, "ห้า": 5, "หก": 6, "เจ็ด": 7, "แปด": 8, "เก้า": 9}
_TH_SMALL = {"สิบ": 10, "ร้อย": 100, "พัน": 1000, "หมื่น": 10**4, "แสน": 10**5}
_TH_BIG = {"ล้าน": 10**6}
BO_MAGNITUDES = {"བརྒྱ": 100, "སྟོང": 1000, "ཁྲི": 10**4, "འབུམ": 10**5, "ས་ཡ": 10**6, "བྱེ་བ": 10**7, "དུང་ཕྱུར": 10**8, "ཐེར་འབུམ": 10**9}
_EN_MAGNITUDES = {"hundred": 100, "thousand": 1000, "million": 10**6, "mn": 10**6, "billion": 10**9, "bn": 10**9, "trillion": 10**12}

# Thai magnitude words that begin other words: ร้อยละ (per cent), ร้อยเอ็ด (a province), พันธมิตร, พันเอก (ranks), ล้านนา.
_TH_SMALL_RE = r"สิบ(?!เอก|โท|ตรี|ตำรวจ)|ร้อย(?!ละ|เอ็ด|เอก|โท|ตรี|ตำรวจ)|พัน(?!ธ|เอก|โท|ตรี|ตำรวจ)|หมื่น|แสน"
_TH_BIG_RE = "ล้าน(?!นา)"
_TH_WORD_RE = "|".join(sorted(_TH_DIGIT, key=len, reverse=True))


@dataclass(frozen=True, slots=True)
class Numerals:
    """How one language writes numbers."""

    pattern: re.Pattern[str]
    """Finds a candidate."""
    read: Callable[[str], tuple[Fraction, int] | None]
    """Candidate -> (value, how many of its code points the numeral takes), or None when it is no number."""


def _read_grouped(candidate: str, token: re.Pattern[str], digit: dict[str, int], small: dict[str, int], big: dict[str, int],
                  ) -> tuple[Fraction, int] | None:
    """Reads a numeral built from digits, small units (10, 100, ...) and big ones (万, 亿, ล้าน), as far as it makes sense.

    Stops before a unit that does not descend ("1 ล้าน 2 ล้าน" are two numbers). Value and length of what was read.
    """
    if candidate.isascii() and candidate.isdigit():
        return Fraction(int(candidate)), len(candidate)
    total, section = Fraction(0), Fraction(0)
    pending: Fraction | None = None
    last_small: float = float("inf")
    last_big: float = float("inf")
    after_big = False
    best: tuple[Fraction, int] | None = None
    before_number: tuple[Fraction, int] | None = None
    end = 0
    for match in token.finditer(candidate):
        word = match.group().strip()
        glued = match.start() == end and not match.group()[0].isspace()
        end = match.end()
        if word in big or word in small:
            unit = (big if word in big else small)[word]
            if word in small:
                if pending is None and not (unit == 10 and section == 0):
                    break
                if unit >= last_small:
                    best = before_number
                    break
                section += (Fraction(1) if pending is None else pending) * unit
                last_small = unit
            else:
                value = section + (pending or 0)
                if value == 0 and after_big:
                    total *= unit
                elif value == 0 or unit >= last_big:
                    best = before_number
                    break
                else:
                    total += value * unit
                    last_big = unit
                section, last_small = Fraction(0), float("inf")
            pending, after_big = None, word in big
            best = (total + section, end)
            continue
        after_big = False
        if pending is not None:
            break
        number = Fraction(digit[word]) if word in digit else Fraction(word)
        if number == 0 and word in digit and (section or total):
            continue
        pending, before_number = number, best
        # A last number without a unit belongs to the numeral only when it is written on to it, in the same way (digits or
        # words), and is smaller than the unit before.
        if best is None or (glued and (word in digit) != candidate[0].isdigit() and number < min(last_small, last_big)):
            best = (total + section + number, end)
    return best


_ZH_TOKEN = re.compile(rf"\s?(?:{DIGITS}|[零〇一二两三四五六七八九十百千万亿])")
_TH_TOKEN = re.compile(rf"\s?(?:{DIGITS}|{_TH_SMALL_RE}|{_TH_BIG_RE}|{_TH_WORD_RE})")


def read_chinese(candidate: str, *, lone_digit: bool = False) -> tuple[Fraction, int] | None:
    """A Chinese numeral (3亿5000万, 三十七); number words alone need a unit unless `lone_digit`."""
    got = _read_grouped(candidate, _ZH_TOKEN, _ZH_DIGIT, _ZH_SMALL, _ZH_BIG)
    if got is None or lone_digit:
        return got
    taken = candidate[: got[1]]
    if any(char in "0123456789" for char in taken) or (len(taken) > 1 and any(char in "十百千万亿" for char in taken)):
        return got
    return None


def read_positional(word: str) -> int | None:
    """Chinese digits written one by one (二〇一九 -> 2019); None when something else is among them."""
    if all(char in _ZH_DIGIT for char in word):
        return int("".join(str(_ZH_DIGIT[char]) for char in word))
    return None


def _read_thai(candidate: str) -> tuple[Fraction, int] | None:
    got = _read_grouped(candidate, _TH_TOKEN, _TH_DIGIT, _TH_SMALL, _TH_BIG)
    if got is None or any(char in "0123456789" for char in candidate[: got[1]]):
        return got
    return got if len(_TH_TOKEN.findall(candidate[: got[1]])) > 1 else None


_BO_MAG = "(?:" + "|".join(sorted(BO_MAGNITUDES, key=len, reverse=True)) + ")"
_BO_HEAD = rf"(?:{_BO_MAG}[་\s]?){{1,2}}[$£€¥]?"  # ས་ཡ་£125: the sign may stand between
_BO_TERM = re.compile(rf"({_BO_HEAD})({DIGITS})")
_BO_TRAILING = re.compile(rf"({DIGITS})[་\s]?({_BO_MAG})(?![\u0f40-\u0fbc]|་ཆ|[་\s]?[0-9])")


def _read_tibetan(candidate: str) -> tuple[Fraction, int] | None:
    """The magnitude stands before its number (དུང་ཕྱུར་37 is 3.7 billion), less often after it (37ཁྲི)."""
    if candidate[0].isdigit():
        trailing = _BO_TRAILING.match(candidate)
        if trailing:
            return Fraction(trailing.group(1)) * BO_MAGNITUDES[trailing.group(2)], trailing.end()
        digits = re.match(DIGITS, candidate)
        return (Fraction(digits.group()), digits.end()) if digits else None
    total, last, end = Fraction(0), float("inf"), 0
    for term in _BO_TERM.finditer(candidate):
        unit = 1
        for name in re.findall(_BO_MAG, term.group(1)):
            unit *= BO_MAGNITUDES[name]
        if unit >= last:
            break
        total, last, end = total + Fraction(term.group(2)) * unit, unit, term.end()
    return (total, end) if end else None


def _read_english(candidate: str) -> tuple[Fraction, int] | None:
    digits = re.match(DIGITS, candidate)
    if digits is None:
        return None
    unit = candidate[digits.end():].strip(" -").lower()
    return Fraction(digits.group()) * _EN_MAGNITUDES.get(unit, 1), len(candidate)


def _read_digits(candidate: str) -> tuple[Fraction, int] | None:
    return Fraction(candidate), len(candidate)


_ZH_RUN = r"[零〇一二两三四五六七八九十百千万亿]"
_TH_UNIT = rf"(?:{_TH_SMALL_RE}|{_TH_BIG_RE})"
NUMERALS: dict[str, Numerals] = {
    "zh": Numerals(
        re.compile(rf"(?:{FREE_START}{DIGITS}{FREE_END}|[一二两三四五六七八九十])"
                   rf"(?:(?:{_ZH_RUN}|(?<=[0-9])\s[万亿千百])++(?:{DIGITS}{FREE_END})?+)*+"), read_chinese),
    "th": Numerals(
        re.compile(rf"(?:{FREE_START}{DIGITS}{FREE_END}|(?:{_TH_WORD_RE})(?={_TH_UNIT})|สิบ(?={_TH_WORD_RE}))"
                   rf"(?:\s?{_TH_UNIT}|\s?{DIGITS}{FREE_END}(?=\s?{_TH_UNIT})|(?:{_TH_WORD_RE}))*+"), _read_thai),
    "bo": Numerals(
        re.compile(rf"(?:(?<![\u0f40-\u0fbc])|(?<=སྒོར)){_BO_HEAD}{DIGITS}{FREE_END}(?:[་\s]*(?:དང[་\s])?{_BO_HEAD}{DIGITS}{FREE_END})*"
                   rf"|{FREE_START}{_BO_TRAILING.pattern}|{FREE_START}{DIGITS}{FREE_END}"), _read_tibetan),
    "en": Numerals(re.compile(rf"{FREE_START}{DIGITS}{FREE_END}(?:[ -]?(?:{'|'.join(_EN_MAGNITUDES)})\b)?", re.IGNORECASE), _read_english),
}
PLAIN = Numerals(re.compile(f"{FREE_START}{DIGITS}{FREE_END}"), _read_digits)
"""For every other language: digits only."""
