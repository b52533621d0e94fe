"""Numbers with what stands around them: per cent, currency, unit, range, "more than", fractions."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from metrics.reading import numerals_bo, numerals_en, numerals_th, numerals_zh
from metrics.reading.mention import Reading
from metrics.reading.numeral import Numeral, step
from metrics.reading.words import Unit, currencies, units


@dataclass(frozen=True, slots=True)
class _Language:
    start: re.Pattern[str]
    parse: Callable[[str, int], Numeral | None]


LANGUAGES = {
    "zh": _Language(numerals_zh.START, numerals_zh.parse),
    "th": _Language(numerals_th.START, numerals_th.parse),
    "bo": _Language(numerals_bo.START, numerals_bo.parse),
    "en": _Language(numerals_en.START, numerals_en.parse),
}
PLAIN = _Language(numerals_en.START, numerals_en.parse_digits)

_PERCENT_BEFORE = {
    "zh": re.compile(r"(?P<of>[百千万])分之\s?\Z"), "th": re.compile(r"ร้อยละ\s?\Z"), "bo": re.compile(r"བརྒྱ་ཆ(?:འི་?(?:གྲངས)?)?(?:་|\s)*\Z"),
}
_SIGN = r"\s?%(?P<point>\s?point)?"
_PERCENT_AFTER = {
    "": re.compile(_SIGN),
    "zh": re.compile(r"\s?%|\s?(?P<point>个百分点|个百分比|百分点)"),
    "th": re.compile(r"\s?(?P<point>จุด\s?)?(?:%|เปอร์เซ[็่]?[นต](?:ต์|ท์|ต|์)*|เปอร์เซ็นต์|(?<=จุด)ร้อยละ)"),
    "bo": re.compile(r"\s?%"),
    "en": re.compile(r"\s?%(?P<point>\s?points?\b)?|\s?(?:percent|per cent)\b|\s?(?P<point2>percentage points?)\b", re.IGNORECASE),
}
_TENTHS = re.compile(r"成(?![为功员立果就本份长交都年人效熟分])(?P<tail>[一二三四五六七八九])?")
_RANGE = {
    "zh": re.compile(r"\s?(?:-|~|至|到)\s?"), "th": re.compile(r"\s?(?:-|~|ถึง|จนถึง)\s?"), "bo": re.compile(r"[་\s]?(?:-|~|ནས)[་\s]?"),
    "en": re.compile(r"\s?(?:-|~|to)\s?"), "": re.compile(r"\s?[-~]\s?"),
}
_OR = {"zh": re.compile(r"\s?或\s?"), "th": re.compile(r"\s?หรือ\s?")}
_MORE_THAN = {
    "zh": re.compile(r"(?:超过|多于|逾|超|高于|大于|不止|突破|高出)\s?\Z"),
    "th": re.compile(r"(?<!น้อย)(?<!ต่ำ)(?<!เตี้ย)(?<!ไม่)(?<!ไม่มาก)(?:กว่า|เกิน|เกินกว่า)\s?\Z"),
    "en": re.compile(r"\b(?:more than|over|above|exceeding)\s\Z", re.IGNORECASE),
}
_MORE_AFTER_UNIT = {
    "zh": re.compile(r"[多余](?![数次余])|以上"), "th": re.compile(r"\s?(?:กว่าๆ|กว่า(?!เดิม|ปกติ|ที่)|เศษ(?!ส่วน)|ขึ้นไป)"),
    "bo": re.compile(r"[་\s]?(?:ལྷག|ཡན)(?![\u0f40-\u0fbc])"), "en": re.compile(r"\s(?:or|and) more\b", re.IGNORECASE),
}
_MORE_BEFORE_UNIT = re.compile(r"个?[多余](?=个?(?:月|小时|星期|年|周|天|公里|米|钟头|礼拜))")
_HALF_MORE = {"zh": re.compile(r"半(?![载场夜天年途])"), "th": re.compile(r"ครึ่ง"), "bo": re.compile(r"་?དང་ཕྱེད(?:་ཀ)?")}
_HALF_BEFORE_UNIT = re.compile(r"个半(?=小时|月|星期|钟头|礼拜)")
_BEFORE_WORDS = {"zh": ("人民币", "新台币", "台币", "港币", "美金", "澳门币", "美元", "欧元", "英镑", "日元")}
_LETTERS = re.compile(r"[A-Za-z]")
_ORDINAL_BEFORE = {"zh": re.compile(r"第\s?\Z"), "th": numerals_th.ORDINAL, "bo": re.compile(r"ཨང་?\s?\Z")}
_ORDINAL_AFTER = {"bo": re.compile(r"་?(?:པ|པོ)(?:འི|ར|ས)?(?![\u0f40-\u0fbc])"), "en": re.compile(r"(?:st|nd|rd|th)\b")}
_WHOLE = Fraction(1)
_METRE_TAIL = re.compile(r"(?:[一二三四五六七八九]{1,2}|[0-9]{1,2})(?![0-9百千万亿十个米名人.])")
_PER_HOUR = {"zh": re.compile(r"(?:每小时|时速)(?:[约达为近可高到]|超过|大约)*\s?\Z"), "th": re.compile(r"ชั่วโมงละ\s?\Z"),
             "bo": re.compile(r"ཆུ་ཚོད་རེ(?:ར|་ལ|རེར|འི)?[་\s]*\Z")}
COUNT_DIMENSIONS = ("person", "household", "fold")
SMALL = 10
"""A number up to this one is soft when nothing is measured."""


_NO_UNIT = re.compile(r"(?:[སཔ]ྤ?ོ་ལོ|རོགས་ཟླ|ཚེ་ལོ)\Z")  # ball, partner: syllables that are units elsewhere
_ENGLISH = re.compile(r"\s?(bn|mn|billion|million|trillion|thousand)(?![A-Za-z])")
SPEEDS = {word: unit[1] for word in ("km/h", "mph") if (unit := units("").starting(word, 0))}


@dataclass(slots=True)
class _Suffix:
    """What follows a number: per cent, currency, unit."""

    end: int
    percent: bool = False
    point: bool = False
    codes: frozenset[str] = frozenset()
    unit: Unit | None = None
    tenths: bool = False
    extra: Fraction = Fraction(0)
    more: bool = False


def _after(text: str, end: int, lang: str) -> _Suffix:
    percent = _PERCENT_AFTER.get(lang, _PERCENT_AFTER[""]).match(text, end)
    if percent:
        return _Suffix(percent.end(), True, any(value for name, value in percent.groupdict().items()))
    if text.startswith("‰", end):
        return _Suffix(end + 1, True, extra=Fraction(-1))
    if lang == "zh":
        tenths = _TENTHS.match(text, end)
        if tenths:
            tail = Fraction(numerals_zh.DIGIT.get(tenths.group("tail") or "零", 0))
            return _Suffix(tenths.end(), True, tenths=True, extra=tail)
    begin, more, extra = end, False, Fraction(0)
    if lang == "zh":
        before_unit = _MORE_BEFORE_UNIT.match(text, end)
        half = _HALF_BEFORE_UNIT.match(text, end)
        if before_unit:
            begin, more = before_unit.end(), True
        elif half:
            begin, extra = half.end(), Fraction(1, 2)
    gap = 1 if text[begin:begin + 1] in (" ", "་") and text[begin:begin + 1] else 0
    money, unit = currencies(lang).starting(text, begin + gap), units(lang).starting(text, begin + gap)
    if begin > end and text.startswith("月", begin):  # 3个多月, 一个半月
        month = units("zh").starting("个月", 0)
        unit = ("月", month[1]) if month else None
    if money and not _ends_well(text, begin + gap, money[0], lang):
        money = None
    if unit and not _ends_well(text, begin + gap, unit[0], lang):
        unit = None
    if lang == "bo" and unit and text[begin - 1].isdigit() is False:  # a unit stands before its number in Tibetan
        unit = None
    if money and unit and len(unit[0]) > len(money[0]):
        money = None
    if money and unit and len(money[0]) > len(unit[0]):
        unit = None
    if money is None and unit is None:
        return _Suffix(end, more=more, extra=extra)
    last = begin + gap + len((money or unit)[0])  # type: ignore[index]
    suffix = _Suffix(last, codes=money[1] if money else frozenset(), unit=unit[1] if unit else None, more=more, extra=extra)
    after = _MORE_AFTER_UNIT.get(lang)
    found = after.match(text, last) if after else None
    half_more = _HALF_MORE[lang].match(text, last) if lang in _HALF_MORE and unit else None
    tail = _METRE_TAIL.match(text, last) if lang == "zh" and unit and unit[1].id == "m" else None
    if tail:  # 一米八, 1米75
        digits = "".join(str(numerals_zh.DIGIT.get(char, char)) for char in tail.group())
        suffix.end, suffix.extra = tail.end(), Fraction(f"0.{digits}")
    elif found:
        suffix.end, suffix.more = found.end(), True
    elif half_more and unit and unit[1].dimension in ("duration", "months"):
        suffix.end, suffix.extra = half_more.end(), Fraction(1, 2)
    return suffix


def _ends_well(text: str, at: int, word: str, lang: str) -> bool:
    """Does a unit or currency word end where a written word can end?"""
    after = text[at + len(word):at + len(word) + 1]
    if not after:
        return True
    if word[-1].isascii() and word[-1].isalpha():
        return not (_LETTERS.match(after) or after in "²³")
    if lang == "th":
        return not ("\u0e30" <= after <= "\u0e3a" or "\u0e45" <= after <= "\u0e4e")
    if lang == "bo":
        return not "\u0f40" <= after <= "\u0fbc" or after in "འརས"
    return True


def _before(text: str, start: int, floor: int, lang: str) -> tuple[int, frozenset[str], Unit | None]:
    """Currency sign or word, and in Tibetan the unit, that end before a number: (where it begins, codes, unit)."""
    end = start - 1 if start and text[start - 1] in " ་" else start
    money = currencies(lang).ending(text, end)
    if money:
        begin = end - len(money[0])
        words = _BEFORE_WORDS.get(lang, ())
        plain = not money[0][-1].isalpha() or money[0].isascii()
        good = (plain or lang == "bo" or money[0] in words) and begin >= floor
        if good and money[0][0].isascii() and money[0][0].isalpha() and begin and _LETTERS.match(text[begin - 1]):
            good = False
        if good and lang == "bo" and not plain and begin and "\u0f40" <= text[begin - 1] <= "\u0fbc":
            good = money[0].startswith(("སྒོར", "མི་དམངས", "ཨ་སྒོར"))
        if good:
            return begin, money[1], None
    if lang == "bo":
        unit = units(lang).ending(text, end)
        if unit and not unit[0].isascii():
            begin = end - len(unit[0])
            apart = not (begin and "\u0f40" <= text[begin - 1] <= "\u0fbc") and not _NO_UNIT.search(text, max(0, begin - 8), end)
            if begin >= floor and apart:
                return begin, frozenset(), unit[1]
    return start, frozenset(), None


def amounts(text: str, lang: str) -> Iterator[Reading]:
    """All numbers of a text from which dates, times and identifiers are blanked out, in order."""
    language = LANGUAGES.get(lang, PLAIN)
    start, parse = language.start, language.parse
    at = floor = 0
    while match := start.search(text, at):
        numeral = parse(text, match.start())
        if numeral is None:
            at = _skip(text, match)
            continue
        _english_magnitude(text, numeral, lang)
        numerals = [numeral]
        separator = _RANGE.get(lang, _RANGE[""]).match(text, numeral.end)
        if separator and separator.group() and not numeral.indefinite:
            following = start.match(text, separator.end())
            other = parse(text, separator.end()) if following else None
            if other is not None and not other.indefinite:
                _share(numeral, other)
                numerals.append(other)
        yield from _with_words(text, numerals, floor, lang)
        at = floor = max(numerals[-1].end, match.start() + 1)


def _english_magnitude(text: str, numeral: Numeral, lang: str) -> None:
    """$3.6bn, £30m: in any language."""
    if lang == "en" or not text[numeral.end - 1].isdigit():
        return
    word = _ENGLISH.match(text, numeral.end)
    if word is None and numeral.start and text[numeral.start - 1] in "$£€" and text[numeral.end:numeral.end + 1] == "m" \
            and not _LETTERS.match(text, numeral.end + 1):
        numeral.scale, numeral.end = Fraction(10**6), numeral.end + 1
        numeral.value *= numeral.scale
    elif word:
        numeral.scale, numeral.end = Fraction(numerals_en.MAGNITUDES[word.group(1)]), word.end()
        numeral.value *= numeral.scale


def _skip(text: str, match: re.Match[str]) -> int:
    """Where to look on after something that is no number: behind a whole run of digits."""
    at = match.start()
    if text[at].isdigit():
        while text[at:at + 1].isdigit():
            at += 1
        return at
    return max(match.end(), match.start() + 1)


def _share(first: Numeral, second: Numeral) -> None:
    """50至60亿, ཁྲི་50ནས་60: the magnitude that stands once belongs to both ends of the range."""
    if second.scale >= 100 and first.scale == 1 and not second.scale_first and first.high is None and first.value < second.value / second.scale:
        first.value *= second.scale
        first.lone = False
    elif first.scale_first and second.scale == 1 and first.value / first.scale < second.value < first.value:
        second.value *= first.scale
        second.scale = first.scale


def _with_words(text: str, numerals: list[Numeral], floor: int, lang: str) -> Iterator[Reading]:
    first, last = numerals[0], numerals[-1]
    percent = _PERCENT_BEFORE[lang].search(text, max(floor, first.start - 20), first.start) if lang in _PERCENT_BEFORE else None
    suffix = _after(text, last.end, lang)
    begin, codes, unit = first.start, suffix.codes, suffix.unit
    if percent:
        begin = percent.start()
    elif not suffix.percent:
        place, codes_before, unit_before = _before(text, first.start, floor, lang)
        if codes_before:
            begin = place
            codes = codes & codes_before or codes_before
        elif unit_before and unit is None:
            begin, unit = place, unit_before
    hourly = _PER_HOUR.get(lang)
    if hourly and unit and unit.dimension == "length" and hourly.search(text, max(floor, begin - 12), begin):
        unit = {"km": SPEEDS["km/h"], "mile": SPEEDS["mph"]}.get(unit.id, unit)
    if lang == "bo" and not codes:  # ས་ཡ་£125
        sign = next((char for char in text[first.start:first.end] if char in "$£€¥"), None)
        found = currencies("").starting(sign, 0) if sign else None
        codes = found[1] if found else codes
    for numeral in numerals:
        is_first, is_last = numeral is first, numeral is last
        span = (begin if is_first else numeral.start, suffix.end if is_last else numeral.end)
        found = _readings(text, numeral, span, percent, suffix, codes, unit, is_last, lang)
        yield from (reading for reading in found if not _is_article(reading))


def _is_article(reading: Reading) -> bool:
    """一个, หนึ่งราย, མི་གཅིག: "a", not "one", when nothing is measured."""
    return reading.value == 1 and reading.lone and not reading.ordinal and reading.dimension in (None, "person") \
        and not reading.currencies and not reading.surface.endswith("人")


def _readings(text: str, numeral: Numeral, span: tuple[int, int], percent: re.Match[str] | None, suffix: _Suffix,
              codes: frozenset[str], unit: Unit | None, is_last: bool, lang: str) -> Iterator[Reading]:
    value, high = numeral.value, numeral.high
    surface, core = text[span[0]:span[1]], (numeral.start, numeral.end)
    if percent or suffix.percent:
        factor = {"千": Fraction(1, 10), "万": Fraction(1, 100)}.get(percent.groupdict().get("of") or "", _WHOLE) if percent else _WHOLE
        if suffix.tenths:
            factor = Fraction(10)
        extra = suffix.extra if suffix.tenths and is_last else Fraction(0)
        if suffix.extra == -1:
            factor = Fraction(1, 10)
        values = [value] if numeral.also is None else [value, numeral.also]
        inexact = high if high is not None else _more_than(text, span[0], value, lang)
        name = "percent_point" if suffix.point else "percent"
        if len(values) == 1:
            bound = inexact * factor if inexact else None
            yield Reading(*span, values[0] * factor + extra, "percentage", surface, span, high=bound, indefinite=numeral.indefinite, unit=name)
        else:
            middle = numeral.start + 1
            for at, number in (((span[0], middle), value), ((middle, span[1]), numeral.also or value)):
                yield Reading(*at, number * factor, "percentage", text[at[0]:at[1]], at, unit=name)
        return
    if suffix.extra and is_last:
        value += suffix.extra
    if high is None:
        high = value + step(value) if suffix.more and is_last else _more_than(text, span[0], value, lang)
    before, after = _ORDINAL_BEFORE.get(lang), _ORDINAL_AFTER.get(lang)
    ordinal = numeral.ordinal or bool(before and before.search(text, max(0, numeral.start - 14), numeral.start))
    ordinal = ordinal or bool(after and after.match(text, numeral.end))
    unit = None if ordinal else unit
    dimension = unit.dimension if unit else None
    measured = bool(codes) or (dimension is not None and dimension not in COUNT_DIMENSIONS)
    counted = measured or dimension == "person"
    if lang in ("th", "bo"):  # สองปี, สองเท่า are as loose as "a couple of years"
        counted = counted and dimension not in ("duration", "months")
    elif lang == "zh":
        counted = not ordinal and (value != 1 or measured)
    lone = numeral.lone and not counted
    one = numeral.lone and value == 1  # "a year" as often as "one year"
    vague = numeral.indefinite or one or (numeral.lone and (high is not None or numeral.also is not None))
    hard = not ordinal and not vague and (measured or numeral.value > SMALL or value.denominator > 1)
    kind = "money" if codes else "number"

    def build(at: tuple[int, int], number: Fraction, inner: tuple[int, int]) -> Reading:
        return Reading(*at, number, kind, text[at[0]:at[1]], inner, high=high, indefinite=numeral.indefinite, unit=unit.id if unit else None,
                       dimension=dimension, factor=unit.factor if unit else _WHOLE, currencies=codes, ordinal=ordinal, lone=lone, hard=hard)

    if numeral.also is None:
        yield build(span, value, core)
    else:
        middle = numeral.start + (numeral.end - numeral.start) // 2 if lang != "zh" else numeral.start + 1
        yield build((span[0], middle), value, (numeral.start, middle))
        yield build((middle, span[1]), numeral.also, (middle, numeral.end))


def _more_than(text: str, at: int, value: Fraction, lang: str) -> Fraction | None:
    """The upper bound that "more than" before a number gives it."""
    pattern = _MORE_THAN.get(lang)
    return value + step(value) if pattern and pattern.search(text, max(0, at - 12), at) else None
